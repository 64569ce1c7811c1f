"""Writes the two logs with page checksums beside this file: python3 checksums.py . (pyarrow 26)"""
import pyarrow as pa, pyarrow.parquet as pq, sys
n = 240
fields = ["x", "fx"]
rows = [(f"2022-11-23T20:40:{i // 20:02}.{(i % 20) * 50:03}Z", (i * 37 % 101) / 8 - 3, fields[i % 2], 1, str(7 + i // 120), ["encoder", "load_cell"][i % 2]) for i in range(n)]
names = ["time", "value", "field", "robot_id", "run_uuid", "sensor_type"]
table = pa.table(dict(zip(names, map(list, zip(*rows)))))
for version in ["1.0", "2.0"]:
    pq.write_table(table, f"{sys.argv[1]}/checksums_v{version[0]}.parquet", row_group_size=120, compression="zstd",
                   write_page_checksum=True, data_page_version=version, write_statistics=False, store_schema=False)
