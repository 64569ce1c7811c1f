#!/usr/bin/env bash
# Plans a backfill and submits it as an array. Run it again for what is then still missing.
#   deploy/slurm/submit.sh TASKS AT_ONCE [SBATCH OPTION]...
# MDTUI_DATA_DIR and MDTUI_CACHE_DIR: absolute paths on a file system that all nodes share.
set -euo pipefail
tasks=${1:?usage: submit.sh TASKS AT_ONCE [SBATCH OPTION]...}
at_once=${2:?usage: submit.sh TASKS AT_ONCE [SBATCH OPTION]...}
shift 2
for name in MDTUI_DATA_DIR MDTUI_CACHE_DIR; do
    case ${!name:-} in
        /*) ;;
        *) echo "submit.sh: $name must be an absolute path" >&2; exit 2 ;;
    esac
done
# A new manifest for each plan: tasks of an earlier one may still be reading theirs.
manifest=${MANIFEST:-$PWD/backfill-$(date -u +%Y%m%dT%H%M%SZ).jsonl}
"${MDTUI:-mdtui}" plan --tasks "$tasks" -o "$manifest"
last=$(cut -d, -f1 "$manifest" | tr -dc '0-9\n' | sort -n | tail -n 1)
if [ -z "$last" ]; then
    echo "every log has a current record: nothing to submit"
    exit 0
fi
exec sbatch --export=ALL --array="0-$last%$at_once" "$@" "$(dirname "$0")/backfill.sbatch" "$manifest"
