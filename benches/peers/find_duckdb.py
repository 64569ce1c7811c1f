"""The queries of benches/find.rs with DuckDB: glob of the tables, then conditions.

Prints a JSON list with, for each condition, the seconds of the query that gives what `mdtui find`
gives, those of an easier one, and the rows of the first: start and stop in microseconds and the
smallest fz_1 of each stretch. Only queries are timed, in a process that runs: not the start of
Python and not the import.

The condition stands in the innermost query, so that DuckDB can skip row groups by their
statistics. A stretch ends at the first row that does not match (a run's last row ends it at its
own time), for which the times of the tables are read again. The easier query has the last row that
matches instead, and needs no second pass.
"""

import json
import sys
import time

import duckdb

TABLES = """read_parquet('{glob}', union_by_name = true, filename = true, file_row_number = true,
                         hive_partitioning = false)"""

STRETCHES = """
SELECT filename, min(time) AS start, max(time) AS last, max(file_row_number) + 1 AS next, min(fz_1) AS extreme
FROM (
    SELECT *, file_row_number - row_number() OVER (PARTITION BY filename ORDER BY file_row_number) AS stretch
    FROM (SELECT filename, file_row_number, time, fz_1 FROM {tables} WHERE {condition})
)
GROUP BY filename, stretch
"""

EASY = "SELECT epoch_us(start), epoch_us(last), extreme FROM ({stretches}) ORDER BY start"

SAME = """
WITH stretches AS ({stretches})
SELECT epoch_us(start), epoch_us(coalesce(after.time, last)), extreme
FROM stretches
LEFT JOIN (SELECT filename, file_row_number, time FROM {tables}) AS after
    ON after.filename = stretches.filename AND after.file_row_number = stretches.next
ORDER BY start
"""


def timed(query):
    begin = time.perf_counter()
    rows = duckdb.sql(query).fetchall()
    return time.perf_counter() - begin, rows


tables = TABLES.format(glob=sys.argv[1].replace("'", "''"))
answers = []
for condition in sys.argv[2:]:
    stretches = STRETCHES.format(tables=tables, condition=condition)
    same, rows = timed(SAME.format(stretches=stretches, tables=tables))
    easy, _ = timed(EASY.format(stretches=stretches))
    answers.append([same, easy, rows])
print(json.dumps(answers))
