"""Whether both contenders made the same table: row by row, in the same order, in Parquet and in CSV.

`python -m benchmarks.compare PARQUET PARQUET CSV CSV`; 0 when they did.
"""

import sys

import duckdb


def main() -> int:
    """Compare two pairs of files."""
    ours, theirs, our_text, their_text = sys.argv[1:]
    pairs = [(f"read_parquet('{ours}')", f"read_parquet('{theirs}')"), (_csv(our_text), _csv(their_text))]
    with duckdb.connect(config={"threads": 2}) as connection:
        apart = [_apart(connection, *pair) for pair in pairs]
    if any(apart):
        print(f"the contenders differ: {apart[0]} rows of Parquet, {apart[1]} of CSV", file=sys.stderr)
    return int(any(apart))


def _csv(path: str) -> str:
    return f"read_csv('{path}', all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"


def _apart(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> int:
    """Rows at the same place that are not the same, and rows that only one side has."""
    query = f"SELECT count(*) FROM (SELECT a FROM {ours} a) POSITIONAL JOIN (SELECT b FROM {theirs} b) WHERE a IS DISTINCT FROM b"
    return int(connection.execute(query).fetchall()[0][0])


if __name__ == "__main__":
    sys.exit(main())
