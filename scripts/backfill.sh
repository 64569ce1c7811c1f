#!/usr/bin/env bash
# A backfill of demo logs on a real engine, with a killed task, transient errors and a log that
# fails for good; then every log must have a record, `plan --missing` be empty, `check` find
# nothing, and the lake be that of a plain harvest, byte by byte.
#   scripts/backfill.sh slurm|hyperqueue|parallel [--slow]
# MDTUI: the program, else from PATH. MDTUI_PYTHON: a Python that has hyperqueue.
# --slow: wait for a requeue of Slurm (121 s) and for a time limit, instead of a short form.
# LOGS, TASKS, AT_ONCE: 40, 4 and 2 unless set. Ends with 77 when the engine is not on this machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
engine=${1:?usage: scripts/backfill.sh slurm|hyperqueue|parallel [--slow]}
slow=${2:-}
logs=${LOGS:-40} tasks=${TASKS:-4} at_once=${AT_ONCE:-2}
real=$(command -v "${MDTUI:-mdtui}") || { echo "backfill: no program ${MDTUI:-mdtui}" >&2; exit 2; }
real=$(realpath "$real")
python=${MDTUI_PYTHON:-python3}
skip() { echo "SKIPPED: backfill on $engine: $*"; exit 77; }
fail() { echo "backfill on $engine: $*" >&2; exit 1; }

case $engine in
    slurm)
        for program in munged slurmctld slurmd sbatch; do
            command -v "$program" >/dev/null || skip "no $program (Debian: slurmctld slurmd slurm-client munge)"
        done
        ;;
    hyperqueue)
        "$python" -c "import hyperqueue" 2>/dev/null || skip "no Python with hyperqueue (pip install hyperqueue)"
        unshare --user --map-root-user --net --uts true 2>/dev/null || skip "no user namespaces for a private network"
        ;;
    parallel)
        parallel --version 2>/dev/null | grep -q GNU || skip "no GNU parallel (Debian: parallel)"
        ;;
    *) echo "backfill: unknown engine $engine" >&2; exit 2 ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/mdtui-backfill.XXXXXX")
engine_stop() { :; }
cleanup() {
    code=$?
    trap - EXIT INT TERM HUP
    engine_stop
    # What a killed engine left behind names this directory in its environment.
    for environ in /proc/[0-9]*/environ; do
        pid=${environ//[!0-9]/}
        [ "$pid" = $$ ] || ! grep -qs "MDTUI_BACKFILL_WORK=$work" "$environ" || kill -KILL "$pid" || :
    done 2>/dev/null
    rm -rf "$work"
    exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
export MDTUI_BACKFILL_WORK=$work TMPDIR=$work
export MDTUI_DATA_DIR=$work/data MDTUI_CACHE_DIR=$work/lake
unset MDTUI_PROFILE

"$real" demo "$work" --logs-only --logs "$logs" --run-seconds 4
now() { date +%s.%N; }
since() { echo "$1 $(now)" | awk '{ printf "%.1f s", $2 - $1 }'; }
began=$(now)
MDTUI_CACHE_DIR=$work/plain "$real" harvest --jobs "$at_once" >"$work/plain.out" 2>&1 || [ $? = 1 ] ||
    { cat "$work/plain.out"; fail "the plain harvest failed"; }
echo "plain harvest, --jobs $at_once: $(since "$began")"

# The engine calls the program through this: it kills task 1 once, when a record of it is there,
# and has task 2 fail twice as on a full disk. In the slow form task 3 first runs too long.
export MDTUI=$work/mdtui REAL=$real SLOW=$slow
cat >"$MDTUI" <<'FAULTY'
#!/usr/bin/env bash
task='' manifest='' before=''
for word; do
    case $before in --task) task=$word ;; --manifest) manifest=$word ;; esac
    before=$word
done
times() { echo x >>"$MDTUI_BACKFILL_WORK/times.$task"; wc -l <"$MDTUI_BACKFILL_WORK/times.$task"; }
case $task in
    1)
        if [ "$(times)" = 1 ]; then
            keys=$(sed -n 's/.*"task": *1[,}].*/&/p' "$manifest" | sed 's/.*"key": *"\([^"]*\)".*/\1/')
            "$REAL" "$@" &
            until for key in $keys; do [ -e "$MDTUI_CACHE_DIR/$key/record.json" ] && break; done; do
                kill -0 $! 2>/dev/null || break
            done
            kill -KILL $!
            wait $!
            code=$?
            [ "$code" = 137 ] && touch "$MDTUI_BACKFILL_WORK/killed"
            exit "$code"
        fi ;;
    2) [ "$(times)" -gt 2 ] || { echo "as if the disk were full" >&2; exit 75; } ;;
    3) [ -z "$SLOW" ] || [ "$(times)" -gt 1 ] || exec sleep 600 ;;
esac
exec "$REAL" "$@"
FAULTY
chmod +x "$MDTUI"
manifest=$work/manifest.jsonl
began=$(now)

case $engine in
    slurm)
        . "$root/scripts/backfill/slurm_node.sh"
        engine_stop() { slurm_stop "$work/slurm"; }
        slurm_start "$work/slurm" || fail "the one-node cluster did not start"
        began=$(now)
        export MDTUI_TRIES=2 MDTUI_RETRY_SECONDS=0 MANIFEST=$manifest
        limit=()
        [ -z "$slow" ] || limit=(--time=1)
        (cd "$work" && "$root/deploy/slurm/submit.sh" "$tasks" "$at_once" --cpus-per-task=1 --mem=1G "${limit[@]}")
        slurm_wait "$slow"
        slurm_report
        ends=$(slurm_exit_codes)
        # faults/truncated is in one of the tasks.
        [ "$ends" = "0 65" ] || { cat "$work"/mdtui-backfill-*.log; fail "exit codes $ends, not 0 and 65"; }
        grep -h "requeue 1" "$work"/mdtui-backfill-*.log || fail "no task was requeued"
        ;;
    hyperqueue)
        "$MDTUI" plan --tasks "$tasks" -o "$manifest"
        code=0
        (cd "$work" && "$python" "$root/deploy/hyperqueue/backfill.py" --manifest "$manifest" --local "$at_once" --wait 0.2) \
            2>"$work/hq.err" || code=$?
        [ "$code" = 65 ] || { cat "$work/hq.err" "$work"/backfill-logs/* || :; fail "exit code $code, not 65"; }
        ;;
    parallel)
        line=$(sed -n '/<!-- parallel -->/,/<!-- end/p' "$root/docs/fleet.md" | grep -v '^```\|^<!--')
        line=${line//backfill.jsonl/$manifest} line=${line/--jobs 2/--jobs $at_once}
        "$MDTUI" plan --tasks "$tasks" -o "$manifest"
        mkdir "$work/bin" && ln -s "$MDTUI" "$work/bin/mdtui"
        (cd "$work" && PATH=$work/bin:$PATH && eval "$line") >"$work/parallel.out" 2>&1 ||
            { cat "$work/parallel.out"; fail "exit code $?: $line"; }
        cat "$work/backfill.joblog"
        ;;
esac
took=$(since "$began")

[ -e "$work/killed" ] || fail "task 1 was not killed in the middle of its work"
"$real" plan --missing -o "$work/missing" || fail "plan --missing ended with $?"
[ ! -s "$work/missing" ] || { cat "$work/missing"; fail "logs without a record"; }
"$real" check || fail "check found damage"
"$python" "$root/scripts/backfill/same_lake.py" "$work/data" "$work/plain" "$work/lake"
echo "backfill on $engine: success in $took ($logs logs, $tasks tasks, $at_once at a time)"
