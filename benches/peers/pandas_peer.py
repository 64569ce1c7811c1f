"""The job of a harvest as a pandas script would do it: clean, one wide table per run,
derivatives, magnitudes, run statistics, store. Held values without limit, as such
scripts do. Prints the seconds without imports."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

log, out = sys.argv[1], Path(sys.argv[2])
start = time.perf_counter()
df = pd.read_parquet(log)
df["time"] = pd.to_datetime(df["time"], format="ISO8601", utc=True)
df["value"] = pd.to_numeric(df["value"], errors="coerce")
df = df.dropna(subset=["time", "value"])
df = df[df["field"].isin(["x", "y", "z", "fx", "fy", "fz"]) & df["robot_id"].isin([1, 2])]
df = df.drop_duplicates(subset=["run_uuid", "time", "robot_id", "field"])
df["channel"] = df["field"].astype(str) + "_" + df["robot_id"].astype(str)
stats = {}
for run, rows in df.groupby("run_uuid"):
    wide = rows.pivot(index="time", columns="channel", values="value").sort_index().ffill()
    seconds = pd.Series(wide.index).diff().dt.total_seconds().to_numpy()
    for robot in (1, 2):
        for axis in "xyz":
            if f"{axis}_{robot}" in wide:
                wide[f"v{axis}_{robot}"] = wide[f"{axis}_{robot}"].diff() / seconds
                wide[f"a{axis}_{robot}"] = wide[f"v{axis}_{robot}"].diff() / seconds
        for name, parts in {
            f"v{robot}": [f"v{a}_{robot}" for a in "xyz"],
            f"a{robot}": [f"a{a}_{robot}" for a in "xyz"],
            f"f{robot}": [f"f{a}_{robot}" for a in "xyz"],
            f"p_{robot}": [f"{a}_{robot}" for a in "xyz"],
        }.items():
            if all(p in wide for p in parts):
                wide[name] = np.sqrt((wide[parts] ** 2).sum(axis=1, skipna=False))
    distance = {
        robot: float(np.sqrt((wide[[f"{a}_{robot}" for a in "xyz"]].diff() ** 2).sum(axis=1)).sum())
        for robot in (1, 2)
        if all(f"{a}_{robot}" in wide for a in "xyz")
    }
    stats[str(run)] = {
        "start": str(wide.index[0]),
        "stop": str(wide.index[-1]),
        "distance": distance,
        "channels": list(wide.columns),
    }
    wide.reset_index().to_parquet(out / f"run_{run}.parquet")
(out / "stats.json").write_text(json.dumps(stats))
print(time.perf_counter() - start)
