"""Rows that repeat an earlier row in every column of the contract: the first stays, the others go no further.

Rows with the same key and other content are no duplicates but a contradiction: the rule "key is unique" finds them.
"""

from collections.abc import Sequence

import duckdb

from assets.sql import name, names
from quality.engine import is_empty


def mark(
    connection: duckdb.DuckDBPyConnection, table: str, *, key: Sequence[str], columns: Sequence[str], among: str
) -> int:
    """Leave the `_row` of every duplicate of `table` in `duplicates`, and return how many there are.

    `among` is a table of the hashes of the key that occur more than once: see `quality/engine.py`.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE duplicates (_row BIGINT)")
    if is_empty(connection, among):
        return 0
    listed = ", ".join(name(column) for column in columns)
    connection.execute(
        f"INSERT INTO duplicates SELECT _row FROM ("
        f"SELECT _row, row_number() OVER (PARTITION BY {listed} ORDER BY _row) AS place FROM {table} "
        f"WHERE hash({names(key)}) IN (SELECT h FROM {among})) WHERE place > 1"
    )
    row = connection.execute("SELECT count(*) FROM duplicates").fetchone()
    return int(row[0]) if row else 0
