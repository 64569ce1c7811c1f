"""The bare transform in DuckDB: pivot, hold, derivatives, store. Prints the seconds
without imports."""

import sys
import time
from pathlib import Path

import duckdb

log, out = sys.argv[1], Path(sys.argv[2])
start = time.perf_counter()
db = duckdb.connect()
db.sql(f"""
    create table samples as
    select run_uuid as run, time::timestamptz as time, field || '_' || robot_id as channel, value
    from read_parquet('{log}')
""")
for (run,) in db.sql("select distinct run from samples").fetchall():
    db.sql(f"""
        create or replace table wide as
        pivot (select time, channel, value from samples where run = {run})
        on channel using first(value) group by time order by time
    """)
    names = [r[0] for r in db.sql("describe wide").fetchall() if r[0] != "time"]
    held = ", ".join(f'last_value("{n}" ignore nulls) over w as "{n}"' for n in names)
    axes = [n for n in names if n[0] in "xyz"]
    dt = "nullif(epoch_us(time) - epoch_us(lag(time) over w), 0) / 1e6"
    v = "".join(f', ("{n}" - lag("{n}") over w) / ({dt}) as "v{n}"' for n in axes)
    a = "".join(f', ("v{n}" - lag("v{n}") over w) / ({dt}) as "a{n}"' for n in axes)
    m = "".join(
        f", sqrt({' + '.join(f'pow({p}, 2)' for p in parts)}) as {name}"
        for r in (1, 2)
        for name, parts in {
            f"v{r}": [f"vx_{r}", f"vy_{r}", f"vz_{r}"],
            f"a{r}": [f"ax_{r}", f"ay_{r}", f"az_{r}"],
            f"f{r}": [f"fx_{r}", f"fy_{r}", f"fz_{r}"],
            f"p_{r}": [f"x_{r}", f"y_{r}", f"z_{r}"],
        }.items()
        if all(p in names or p[1:] in names for p in parts)
    )
    db.sql(f"""
        copy (
            with h as (select time, {held} from wide window w as (order by time)),
            v as (select * {v} from h window w as (order by time)),
            a as (select * {a} from v window w as (order by time))
            select * {m} from a order by time
        ) to '{out}/run_{run}.parquet' (format parquet)
    """)
print(time.perf_counter() - start)
