"""Whether both contenders made the same table: row by row, in the same order, in Parquet and in CSV.

`python -m benchmarks.compare PARQUET PARQUET CSV CSV`; 0 when they did.
"""

import sys

import duckdb


def main() -> int:
    """Compare two pairs of files."""
    parquet, text = apart(*sys.argv[1:])
    if parquet or text:
        print(f"the contenders differ: {parquet} rows of Parquet, {text} of CSV", file=sys.stderr)
    return int(bool(parquet or text))


def apart(ours: str, theirs: str, our_text: str, their_text: str) -> tuple[int, int]:
    """Rows of Parquet, and rows of CSV, that are not the same at the same place, or that only one side has."""
    with duckdb.connect(config={"threads": 2}) as connection:
        parquet = _apart(connection, f"read_parquet('{ours}')", f"read_parquet('{theirs}')")
        return parquet, _apart(connection, _csv(our_text), _csv(their_text))


def _csv(path: str) -> str:
    return f"read_csv('{path}', all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"


def _apart(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> int:
    query = f"SELECT count(*) FROM (SELECT a FROM {ours} a) POSITIONAL JOIN (SELECT b FROM {theirs} b) WHERE a IS DISTINCT FROM b"
    return int(connection.execute(query).fetchall()[0][0])


if __name__ == "__main__":
    sys.exit(main())
