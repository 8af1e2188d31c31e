"""The same rows as CSV, Parquet and Arrow, written by pyarrow.

pip install pyarrow; python tools/reference/make_columnar.py crates/chainrule-fit/tests/data
"""

import sys

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

n = 300
columns = {
    "y": pa.array([i / 8 - 3 if i % 17 else None for i in range(n)], pa.float64()),
    "count": pa.array([i * i for i in range(n)], pa.int32()),
    "small": pa.array([i % 5 for i in range(n)], pa.uint8()),
    "half": pa.array([i / 2 for i in range(n)], pa.float32()),
    "flag": pa.array([None if i == 7 else i % 3 == 0 for i in range(n)], pa.bool_()),
    "city": pa.array([None if i % 50 == 1 else ["Oslo", "Rome, Lazio", 'the "Hague"'][i % 3] for i in range(n)]),
    "coded": pa.array(["ab"[i % 2] for i in range(n)]).dictionary_encode(),
    "day": pa.array([i for i in range(n)], pa.date32()),
}
table = pa.table(columns)
folder = sys.argv[1]
pa.parquet.write_table(table, f"{folder}/mixed.parquet", compression="snappy", row_group_size=100)
pa.parquet.write_table(table, f"{folder}/mixed-zstd.parquet", compression="zstd")
pa.feather.write_feather(table, f"{folder}/mixed.arrow", compression="lz4", chunksize=128)


def cell(x):
    if x is None:
        return ""
    if isinstance(x, bool):
        return "true" if x else "false"
    text = str(x)
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


with open(f"{folder}/mixed.csv", "w") as out:
    out.write(",".join(columns) + "\n")
    for row in table.to_pylist():
        out.write(",".join(cell(row[name]) for name in columns) + "\n")
