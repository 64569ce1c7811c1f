#!/usr/bin/env bash
# Makes assets/fonts/DejaVuSans-subset.ttf, the font of charts as PNG, again.
#
#   scripts/font.sh [DejaVuSans.ttf]     the font of Debian's package fonts-dejavu-core 2.37, by default
#
# Needs pyftsubset (pip install fonttools). Kept are Latin, Greek and Cyrillic letters, punctuation, units, arrows and
# mathematical signs; hinting and layout tables go, for charts are drawn with smooth edges and need neither.
set -euo pipefail
cd "$(dirname "$0")/.."

source=${1:-/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf}
characters=(
    U+0020-007E U+00A0-017F U+018F U+0192 U+0218-021B U+0259 # Latin
    U+0370-03FF U+0400-045F U+0490-0491                      # Greek, Cyrillic
    U+2010-2027 U+2030-205E U+2070-209C                      # punctuation, raised and lowered digits
    U+20AC U+2103 U+2109 U+2113 U+2116 U+2122 U+2126 U+212B  # euro and units
    U+2190-2199 U+21BB U+2200-222B U+2243-2248 U+2260-226B U+22C5 U+25A0-25CF U+FFFD
)
pyftsubset "$source" --unicodes="$(IFS=,; echo "${characters[*]}")" --no-hinting --notdef-outline --layout-features= \
    --drop-tables+=FFTM,MATH,GPOS,GSUB,GDEF --name-IDs=0,1,2,3,4,5,6,13,14 --output-file=assets/fonts/DejaVuSans-subset.ttf
