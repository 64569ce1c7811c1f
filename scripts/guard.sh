#!/usr/bin/env bash
# Counts the instructions of the main kernels under callgrind and holds them against
# benches/kernels.baseline. Says what changed; ends with 1 when a kernel takes over 5 % more.
# Counts do not depend on what else the machine does; they do on compiler and libraries, so
# after changing those: scripts/guard.sh --bless
set -euo pipefail
cd "$(dirname "$0")/.."
baseline=benches/kernels.baseline
command -v valgrind >/dev/null || { echo "guard: valgrind is not installed" >&2; exit 2; }

bench=$(cargo bench --bench kernels --no-run --message-format=json 2>/dev/null |
    grep -o '"executable":"[^"]*kernels[^"]*"' | tail -1 | cut -d'"' -f4)
[ -x "$bench" ] || { echo "guard: the kernels cannot be built" >&2; exit 2; }

instructions() { # kernel, times
    RAYON_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$bench" --only "$1" --times "$2" 2>&1 | sed -n 's/.*Collected : //p'
}

now=$(mktemp)
trap 'rm -f "$now"' EXIT
for kernel in $("$bench" --list); do
    # What it takes three times less what it takes once: the preparation falls out.
    one=$(instructions "$kernel" 1)
    three=$(instructions "$kernel" 3)
    echo "$kernel $(((three - one) / 2))" >>"$now"
done

if [ "${1:-}" = --bless ]; then
    cp "$now" "$baseline"
    echo "written: $baseline"
    exit 0
fi
awk '
    NR == FNR { was[$1] = $2; next }
    !($1 in was) { printf "%-20s %14d   new\n", $1, $2; next }
    {
        change = ($2 / was[$1] - 1) * 100
        word = change > 5 ? "SLOWER" : (change < -5 ? "faster: bless it" : "")
        printf "%-20s %14d %+7.1f %%  %s\n", $1, $2, change, word
        if (change > 5) bad = 1
    }
    END { exit bad }
' "$baseline" "$now"
