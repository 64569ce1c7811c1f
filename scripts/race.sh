#!/usr/bin/env bash
# Two arrays of tasks race over the same logs and one lake while tasks are killed again and again,
# then the lake is compared with that of one machine (tests/it/fleet_race.rs).
#
#   scripts/race.sh [LOGS] [SEED]     2,000 logs without arguments, a release build
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --bin mdtui
program="${CARGO_TARGET_DIR:-$PWD/target}/release/mdtui"
export MDTUI_RACE_PROGRAM="$program" MDTUI_RACE_LOGS="${1:-2000}" MDTUI_RACE_SEED="${2:-20221123}"
exec cargo test --test it fleet_race -- --nocapture
