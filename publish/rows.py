"""How two tables of one dataset are compared, row by row, in DuckDB: for the portal's loader and for the change file.

The new table is `n`, the old one `o`. An empty text is no value here: a portal's CSV does not tell them apart.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import duckdb

from assets import sql

NUMBERED: Final = "_n"


def parquet(path: Path) -> str:
    """A Parquet file as a relation, its rows numbered from 0 as `_n`."""
    return f"(SELECT * RENAME (file_row_number AS {NUMBERED}) FROM {sql.parquet(path, numbered=True)})"


def same_row(key: Iterable[str]) -> str:
    """The condition under which `n` and `o` are the same row."""
    return sql.same("n", "o", key)


def differs(types: Mapping[str, str], *, but: Collection[str] = ()) -> str:
    """The condition under which any column has another value, apart from those of `but`."""
    rest = [(name, type_) for name, type_ in types.items() if name not in but]
    return " OR ".join(f"{value('n', *c)} IS DISTINCT FROM {value('o', *c)}" for c in rest) or "false"


def value(alias: str, column: str, type_: str) -> str:
    """A cell as it is compared."""
    cell = f"{alias}.{sql.name(column)}"
    return f"NULLIF({cell}, '')" if type_ == "string" else cell


def count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """How many rows a relation has."""
    [(rows,)] = con.execute(f"SELECT count(*) FROM {relation}").fetchall()
    return int(rows)


def sums(con: duckdb.DuckDBPyConnection, relation: str, columns: Collection[str]) -> dict[str, Decimal]:
    """The exact sum of each of these columns of a relation; 0 for no rows."""
    if not columns:
        return {}
    parts = ", ".join(f"coalesce(sum({sql.name(column)}), 0)::VARCHAR" for column in columns)
    [found] = con.execute(f"SELECT {parts} FROM {relation}").fetchall()
    return {name: Decimal(text) for name, text in zip(columns, found, strict=True)}
