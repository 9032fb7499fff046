"""Publish groups instead of rows: sums per group, and no group of few persons.

The groups that are not shown are counted together with their money, and hold enough persons and at least two cells,
so that a total minus the shown cells points at nobody.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Aggregate, Contract
from assets.duck import duck
from assets.past.guard import Guard
from assets.sql import name, names, same
from assets.store import Store, explained
from assets.suppression.known import is_linked
from assets.suppression.tables import Truths
from assets.table import public_schema
from assets.withheld import Hidden

# What each person has in each group; whoever has no id counts as one person.
_MEMBERS = """
CREATE TABLE members AS
SELECT {by}, {added} coalesce(CAST({count} AS VARCHAR), '') AS _who, count(*) AS _rows FROM batches GROUP BY ALL
"""
# The groups, smallest first.
_CELLS = """
CREATE TABLE cells AS
SELECT {by}, {sums} count(*) AS {count_as}, sum(_rows) AS _rows, row_number() OVER (ORDER BY count(*), {by}) AS _at
FROM members GROUP BY {by}
"""
# How many persons a group adds to those of all smaller groups: who stands in several is one person.
_FRESH = """
CREATE TABLE fresh AS
SELECT _at, count(*) AS persons FROM (
    SELECT min(_at) AS _at FROM members JOIN cells ON {same} GROUP BY _who
) GROUP BY _at
"""
# A cell is hidden when it is small, or when those smaller than it are too few to hide among.
_HIDDEN = """
CREATE TABLE marked AS
SELECT *, {count_as} < {minimum} OR (
    bool_or({count_as} < {minimum}) OVER () AND (_at <= 2 OR _before < {minimum})
) AS _hidden
FROM (
    SELECT cells.*, coalesce(fresh.persons, 0) AS _fresh,
        coalesce(sum(fresh.persons) OVER (ORDER BY _at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS _before
    FROM cells LEFT JOIN fresh USING (_at)
)
"""


def write(
    contract: Contract, store: Store, batches: Iterator[pa.RecordBatch], target: Path, *, guard: Guard | None = None
) -> tuple[int, list[Hidden], int]:
    """Write the shown groups; returns groups shown, what was withheld, and the source rows in shown groups.

    A `guard` knows what earlier releases told, and has more hidden so that nothing comes out by comparing.
    """
    group = contract.aggregate
    assert group is not None  # noqa: S101 - the caller asks only for datasets that are aggregated
    first = next(batches, None)
    if first is None:
        pq.write_table(public_schema(contract).empty_table(), target, compression="zstd")
        return 0, [], 0
    with (
        TemporaryDirectory(prefix=".groups-", dir=store.restricted) as folder,
        duck(Path(folder) / "spill", file=Path(folder) / "groups.duckdb") as connection,
    ):
        _group(connection, group, pa.RecordBatchReader.from_batches(first.schema, chain([first], batches)))
        hide = partial(_hide, connection, contract, store)
        tells = True
        if guard:
            tells = guard.settle(connection, hide)
        else:
            hide()
        _copy(connection, contract, group, target)
        shown, published = _one(connection, "SELECT count(*), coalesce(sum(_rows), 0) FROM marked WHERE NOT _hidden")
        return shown, _hidden(connection, group, tells=tells), int(published)


def _group(connection: duckdb.DuckDBPyConnection, group: Aggregate, batches: pa.RecordBatchReader) -> None:
    connection.register("batches", batches)
    by, count_as = names(group.by), name(group.count_as)
    sums = "".join(f"sum({name(column)}) AS {name(column)}, " for column in group.sums)
    connection.execute(_MEMBERS.format(by=by, added=sums, count=name(group.count)))
    connection.execute(_CELLS.format(by=by, sums=sums, count_as=count_as))
    connection.execute(_FRESH.format(same=same("members", "cells", group.by)))
    connection.execute(_HIDDEN.format(count_as=count_as, minimum=group.minimum))


def _hide(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    store: Store,
    held: Truths | None = None,
    told: Truths | None = None,
) -> None:
    """Hide more than the small groups in `marked`: those that hide them from known totals, and those that are `held`."""
    if is_linked(contract):
        from assets.suppression.groups import suppress  # noqa: PLC0415 - its solver takes long to load

        suppress(connection, contract, store, held=held, told=told)
    elif held is not None:
        connection.register("held", pa.table({"_at": held.nonzero()[0] + 1}))
        connection.execute("UPDATE marked SET _hidden = true WHERE _at IN (SELECT _at FROM held)")
        connection.unregister("held")


def _copy(connection: duckdb.DuckDBPyConnection, contract: Contract, group: Aggregate, target: Path) -> None:
    columns = names(column.name for column in contract.public_columns)
    shown = connection.sql(f"SELECT {columns} FROM marked WHERE NOT _hidden ORDER BY {names(group.by)}")
    table: pa.Table = shown.to_arrow_table()
    with explained(None, where=target.parent):
        pq.write_table(table.cast(public_schema(contract)), target, compression="zstd")


def _hidden(connection: duckdb.DuckDBPyConnection, group: Aggregate, *, tells: bool) -> list[Hidden]:
    sums = "".join(f", coalesce(sum({name(column)}), 0)" for column in group.sums)
    alike = same("members", "marked", group.by)
    persons = f"(SELECT count(DISTINCT _who) FROM members SEMI JOIN (FROM marked WHERE _hidden) marked ON {alike})"
    rows, persons, *money = _one(
        connection, f"SELECT coalesce(sum(_rows), 0), {persons}{sums} FROM marked WHERE _hidden"
    )
    held = {column: Decimal(total) for column, total in zip(group.sums, money, strict=True)}
    return [Hidden(reason=group.reason, rows=int(rows), persons=int(persons), sums=held, tells=tells)] if rows else []


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - an aggregate query has one row
    return row
