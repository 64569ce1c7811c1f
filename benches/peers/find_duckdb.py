"""The queries of benches/find.rs with DuckDB: glob of the tables, then conditions.

Prints a JSON list with [seconds, stretches] for each condition. Only the query is timed: not
the start of Python and not the import. Of a stretch it gives the file, the first and the last
row that match, and the smallest fz_1; the time of the first row after it would need a second
pass over the tables. The condition stands in the innermost query, so that DuckDB can skip row
groups by their statistics.
"""

import json
import sys
import time

import duckdb

QUERY = """
SELECT filename, min(time) AS start, max(time) AS stop, min(fz_1) AS extreme
FROM (
    SELECT *, file_row_number - row_number() OVER (PARTITION BY filename ORDER BY file_row_number) AS stretch
    FROM (
        SELECT filename, file_row_number, time, fz_1
        FROM read_parquet('{glob}', union_by_name = true, filename = true, file_row_number = true,
                          hive_partitioning = false)
        WHERE {condition}
    )
)
GROUP BY filename, stretch
ORDER BY start
"""

answers = []
for condition in sys.argv[2:]:
    query = QUERY.format(glob=sys.argv[1].replace("'", "''"), condition=condition)
    begin = time.perf_counter()
    found = duckdb.sql(query).fetchall()
    answers.append([time.perf_counter() - begin, len(found)])
print(json.dumps(answers))
