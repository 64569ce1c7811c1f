#!/usr/bin/env bash
# Runs the fuzz targets one after the other, from the seeds of tests/it/fuzz_functions.rs.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]     300 seconds each and all targets without arguments
#
# Needs cargo-fuzz (cargo install cargo-fuzz). A stable compiler is told to take the unstable
# options that cargo-fuzz gives it; results lie in fuzz/corpus and fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-300}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml | tail -n +2)

rm -rf fuzz/seeds
MDTUI_FUZZ_SEEDS="$PWD/fuzz/seeds" cargo test --quiet --test it fuzz_functions

# Files are written in memory where that is possible: the CSV target writes one for each try.
[ -d /dev/shm ] && export TMPDIR=/dev/shm
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="${CARGO_FUZZ_TARGET_DIR:-fuzz/target}"
failed=()
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    echo "== $target"
    cargo fuzz run --codegen-units 16 "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -max_len=16384 \
        -dict="fuzz/seeds/$target.dict" -print_final_stats=1 2>&1 |
        grep -Ev '^#[0-9]+[[:space:]]+(NEW|REDUCE|RELOAD|pulse)' || failed+=("$target")
done

if [ ${#failed[@]} -gt 0 ]; then
    echo "fuzz: found something: ${failed[*]}" >&2
    exit 1
fi
echo "fuzz: nothing found"
