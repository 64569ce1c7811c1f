#!/usr/bin/env python3
"""same_lake.py DATA PLAIN LAKE: holds a lake against that of a plain harvest of the same logs.

Files must be equal byte by byte; records but for what says when and how long. Each log of DATA
must have one record.
"""

import json
import sys
from pathlib import Path

# When, how long, and the hash of these. A killed worker is counted, a plain harvest has none.
VOLATILE = {"harvested_at", "first_harvested_at", "seconds", "record_hash", "worker_crashes", "at"}
LOGS = (".parquet", ".pq", ".csv", ".csv.gz")


def files(lake):
    """Relative path -> path of all results of a lake."""
    found = (path for path in lake.rglob("*") if path.is_file())
    relative = {path.relative_to(lake): path for path in found}
    return {
        name: path
        for name, path in relative.items()
        if name.parts[0] not in (".mdtui", "README.txt") and not name.name.startswith("catalog.db")
    }


def stable(value):
    if isinstance(value, dict):
        return {key: stable(v) for key, v in value.items() if key not in VOLATILE}
    return [stable(v) for v in value] if isinstance(value, list) else value


def main():
    data, plain, lake = (Path(word) for word in sys.argv[1:4])
    wanted, found = files(plain), files(lake)
    wrong = [f"{name}: only in one lake" for name in sorted(wanted.keys() ^ found.keys())]
    for name in sorted(wanted.keys() & found.keys()):
        a, b = wanted[name].read_bytes(), found[name].read_bytes()
        if name.name == "record.json":
            a, b = stable(json.loads(a)), stable(json.loads(b))
        if a != b:
            wrong.append(f"{name}: differs")
    logs = sum(path.name.endswith(LOGS) for path in data.rglob("*"))
    records = [name for name in found if name.name == "record.json"]
    if len(records) != logs:
        wrong.append(f"{logs} logs, but {len(records)} records")
    if wrong:
        sys.exit("\n".join(["the lakes differ:", *wrong[:20]]))
    print(f"{logs} logs, {len(records)} records, {len(found) - len(records)} other files: equal to a plain harvest")


main()
