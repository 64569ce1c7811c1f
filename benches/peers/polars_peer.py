"""The bare transform in polars: parse, pivot, hold, derivatives, magnitudes, store. No
ledger, no statistics. Prints the seconds without imports."""

import sys
import time
from pathlib import Path

import polars as pl

log, out = sys.argv[1], Path(sys.argv[2])
start = time.perf_counter()
df = pl.read_parquet(log).with_columns(
    pl.col("time").str.to_datetime(time_unit="us", time_zone="UTC", format="%+"),
    (pl.col("field").cast(pl.String) + "_" + pl.col("robot_id").cast(pl.String)).alias("channel"),
)
for (run,), rows in df.partition_by("run_uuid", as_dict=True).items():
    wide = rows.pivot(on="channel", index="time", values="value", aggregate_function="first").sort("time")
    wide = wide.with_columns(pl.exclude("time").forward_fill())
    seconds = pl.col("time").diff().dt.total_microseconds() / 1e6
    has = set(wide.columns)
    axes = [(a, r) for r in (1, 2) for a in "xyz" if f"{a}_{r}" in has]
    wide = wide.with_columns([(pl.col(f"{a}_{r}").diff() / seconds).alias(f"v{a}_{r}") for a, r in axes])
    wide = wide.with_columns([(pl.col(f"v{a}_{r}").diff() / seconds).alias(f"a{a}_{r}") for a, r in axes])
    has = set(wide.columns)
    sums = []
    for r in (1, 2):
        for name, parts in {
            f"v{r}": [f"v{a}_{r}" for a in "xyz"],
            f"a{r}": [f"a{a}_{r}" for a in "xyz"],
            f"f{r}": [f"f{a}_{r}" for a in "xyz"],
            f"p_{r}": [f"{a}_{r}" for a in "xyz"],
        }.items():
            if all(p in has for p in parts):
                sums.append(sum(pl.col(p) ** 2 for p in parts).sqrt().alias(name))
    wide.with_columns(sums).write_parquet(out / f"run_{run}.parquet")
print(time.perf_counter() - start)
