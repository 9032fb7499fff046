"""Which rows of a DataStore table must come, change or go, computed in DuckDB.

The table is taken from the release that the portal holds, or read back from the portal where that is not certain.
"""

import csv
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb

from assets import scratch as own
from assets.duck import duck
from assets.errors import PortalMismatch
from assets.sql import name, text
from assets.store import explained
from assets.types import duckdb_type
from publish.ckan.table import Table
from publish.rows import NUMBERED, count, differs, parquet, same_row, sums

ROWS: Final = 20_000
REMOVED: Final = 2_000  # keys in one request
ASKED: Final = 500  # keys in one question
INTERNAL: Final = "_id"
DUMPED: Final = "dumped"
BLOCK: Final = 1 << 24  # bytes of CSV at a time; no row is longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Counts of rows to add, change and remove; `before` and `after` are the rows of the table."""

    added: int
    changed: int
    removed: int
    before: int
    after: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Counts of rows to add, change and remove of one month or code."""

    name: str
    added: int
    changed: int
    removed: int


class Difference:
    """The comparison of a new table with an old one, open for reading its rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table) -> None:
        self._con, self._table = con, table
        self.counts = Changes(
            added=count(con, "added"),
            changed=count(con, "changed"),
            removed=count(con, "removed"),
            before=count(con, "old"),
            after=count(con, "new"),
        )

    def records(self, which: str) -> Iterator[str]:
        """The rows of `added` or `changed` as JSON lists of at most 20,000 records.

        Amounts are JSON strings: a JSON number would become a float on the way.
        """
        columns = ", ".join(f"{text(column)}: {_json(column, type_)}" for column, type_ in self._table.types.items())
        query = f"SELECT to_json({{{columns}}})::VARCHAR AS record FROM {which}"
        for batch in self._con.sql(query).to_arrow_reader(ROWS):
            if batch.num_rows:
                yield f"[{','.join(batch.column(0).to_pylist())}]"

    def removed(self, column: str) -> Iterator[list[Any]]:
        """The values of `column` in the rows to remove, in lists that fit into a request."""
        query = f"SELECT {name(column)} FROM removed"
        for batch in self._con.sql(query).to_arrow_reader(REMOVED):
            if batch.num_rows:
                yield batch.column(0).to_pylist()

    def rows(self, which: str) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of `added` or `changed` in canonical form, in lists that fit into a question."""
        names = ", ".join(_canonical(name, type_) for name, type_ in self._table.types.items())
        for batch in self._con.sql(f"SELECT {names} FROM {which}").to_arrow_reader(ASKED):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))

    def parts(self, expression: str) -> list[Part]:
        """The counts by an expression over a row, in its order; rows that have none of it last."""
        kinds = ("added", "changed", "removed")
        rows = " UNION ALL ".join(
            f"SELECT ({expression})::VARCHAR AS part, '{kind}' AS kind FROM {kind}" for kind in kinds
        )
        counts = ", ".join(f"count(*) FILTER (kind = '{kind}')" for kind in kinds)
        found = self._con.execute(
            f"SELECT part, {counts} FROM ({rows}) GROUP BY part ORDER BY part NULLS LAST"
        ).fetchall()
        return [Part(name=part or "none", added=a, changed=c, removed=r) for part, a, c, r in found]

    def sums(self, which: str) -> dict[str, Decimal]:
        """The exact sum of each measure, in the `old` or the `new` table."""
        return sums(self._con, which, self._table.measures)

    def sample(self, many: int, seed: int) -> list[tuple[Any, ...]]:
        """Some rows of the new table, the same ones for the same seed, in canonical form."""
        cells = ", ".join(_canonical(column, type_) for column, type_ in self._table.types.items())
        query = f"SELECT {cells} FROM new ORDER BY hash({NUMBERED} + {seed}) LIMIT {many}"
        return self._con.execute(query).fetchall()


@contextmanager
def scratch(table: Table) -> Iterator[Path]:
    """A folder for what the portal has, beside the releases."""
    releases = table.parquet.parents[1]
    with explained(None, where=releases), own.scratch(releases, "portal") as folder:
        yield folder


@contextmanager
def compare(table: Table, old: Path | None, *, without: Collection[str] | None = None) -> Iterator[Difference]:
    """Compare with `old`: a Parquet file of ours, a CSV that the portal gave, or None for an empty table.

    `without`: the CSV may have other columns, and those named here are not read from it. Every row then counts as
    changed: CKAN's word index remembers what stood in a dropped column until its row is written again.
    """
    with scratch(table) as folder, duck(folder / "spill") as con:
        con.execute(f"CREATE VIEW new AS SELECT * FROM {parquet(table.parquet)}")
        names = _read_back(con, table, old) if old is not None and old.suffix == ".csv" else None
        if names and without is None and names != [INTERNAL, *table.types]:
            raise PortalMismatch("the portal's table has other columns than it said", where=table.resource_id,
                                 found=", ".join(names), allowed=", ".join([INTERNAL, *table.types]),
                                 next="run again: the table is read anew")  # fmt: skip
        known = set(names or table.types) - set(without or ())
        con.execute(f"CREATE {'TABLE' if names else 'VIEW'} old AS {_old(table, old, known)}")
        for relation, query in _queries(table, empty=old is None, anew=without is not None).items():
            con.execute(query.replace("@", relation))
        yield Difference(con, table)


def _old(table: Table, old: Path | None, known: Collection[str]) -> str:
    if old is None:
        return f"SELECT *, NULL::BIGINT AS {INTERNAL} FROM {parquet(table.parquet)} WHERE false"
    if old.suffix == ".parquet":
        return f"SELECT *, NULL::BIGINT AS {INTERNAL} FROM {parquet(old)}"
    cells = {column: f"NULLIF({name(column)}, '')" if column in known else "NULL" for column in table.types}
    typed = ", ".join(
        f"{cells[column]}::{duckdb_type(type_)} AS {name(column)}" for column, type_ in table.types.items()
    )
    return f"SELECT {INTERNAL}::BIGINT AS {INTERNAL}, {typed} FROM {DUMPED}"


def _read_back(con: duckdb.DuckDBPyConnection, table: Table, path: Path) -> list[str]:
    try:
        return _dumped(con, path)
    except ValueError:
        raise PortalMismatch("the portal's table does not read as a CSV", where=table.resource_id,
                             found=f"{path.stat().st_size} bytes", allowed="a header and rows",
                             next="run again: the table is read anew") from None  # fmt: skip


def _dumped(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Open the portal's CSV as the relation `dumped`, and return its columns."""
    cells = opened(path)
    con.register(DUMPED, cells)
    return list(cells.schema.names)


def opened(path: Path) -> Any:
    """The cells of the portal's CSV as texts. Its header ends otherwise than its rows, which DuckDB misreads."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pc  # noqa: PLC0415

    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file), [])
    texts = pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    lines = pc.ParseOptions(newlines_in_values=True)
    return pc.open_csv(path, pc.ReadOptions(block_size=BLOCK), lines, texts)


def _queries(table: Table, *, empty: bool, anew: bool) -> dict[str, str]:
    """`added`, `changed` and `removed`; a changed row whose key has a NULL is removed and added, as SQL can't find it.

    `came` holds both of the former, so that wide rows are joined once.
    """
    if empty:
        nothing = "CREATE VIEW @ AS SELECT * FROM old"
        return {
            "added": f"CREATE VIEW @ AS SELECT * FROM new ORDER BY {NUMBERED}",
            "changed": nothing,
            "removed": nothing,
        }
    same_key = same_row(table.key)
    other = "true" if anew else differs(table.types, but=table.key)
    whole = " AND ".join(f"n.{name(column)} IS NOT NULL" for column in table.key)
    there = "(SELECT *, true AS _there FROM old)"
    came = f"SELECT * EXCLUDE _new FROM came n WHERE (_new OR NOT ({whole}))"
    return {
        "came": f"CREATE TABLE @ AS SELECT n.*, o._there IS NULL AS _new FROM new n LEFT JOIN {there} o ON {same_key} "
        f"WHERE o._there IS NULL OR ({other})",
        "added": f"CREATE VIEW @ AS {came} ORDER BY {NUMBERED}",
        "changed": f"CREATE VIEW @ AS {came.replace('WHERE (', 'WHERE NOT (')} ORDER BY {NUMBERED}",
        "removed": f"CREATE TABLE @ AS SELECT o.* FROM old o ANTI JOIN new n ON {same_key} "
        f"UNION ALL SELECT o.* FROM old o SEMI JOIN (SELECT * FROM came n WHERE NOT ({whole})) n ON {same_key}",
    }


def _canonical(column: str, type_: str) -> str:
    if type_ == "datetime":
        return f"epoch_us({name(column)})::VARCHAR"
    return f"NULLIF({name(column)}::VARCHAR, '')" if type_ == "string" else f"{name(column)}::VARCHAR"


def _json(column: str, type_: str) -> str:
    if type_ == "datetime":
        return f"strftime(make_timestamp(epoch_us({name(column)})), '%Y-%m-%dT%H:%M:%S.%f') || '+00:00'"
    return f"{name(column)}::VARCHAR" if type_ == "date" or type_.startswith("decimal") else name(column)
