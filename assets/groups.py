"""Publish groups instead of rows: sums per group, and no group of few persons.

The groups that are not shown are counted together with their money, and hold enough persons and at least two cells,
so that a total minus the shown cells points at nobody.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Aggregate, Contract
from assets.store import Store
from assets.table import public_schema

# Rows and persons of each group, smallest first; a group without an id counts as one person.
_GROUPS = """
CREATE TABLE cells AS
SELECT {by}, {sums} count(DISTINCT coalesce(CAST("{count}" AS VARCHAR), '')) AS "{count_as}", count(*) AS _rows
FROM batches GROUP BY ALL
"""
# A cell is hidden when it is small, or when those smaller than it are too few to hide among.
_HIDDEN = """
CREATE TABLE marked AS
SELECT *, "{count_as}" < {minimum} OR (
    bool_or("{count_as}" < {minimum}) OVER () AND (position <= 2 OR persons_before < {minimum})
) AS _hidden
FROM (
    SELECT *,
        row_number() OVER smallest AS position,
        coalesce(sum("{count_as}") OVER (smallest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS persons_before
    FROM cells WINDOW smallest AS (ORDER BY "{count_as}", {by})
)
"""


def write(
    contract: Contract, store: Store, batches: Iterator[pa.RecordBatch], target: Path
) -> tuple[int, list[dict[str, Any]], int]:
    """Write the shown groups; returns groups shown, what was withheld, and the source rows in shown groups."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - the caller asks only for datasets that are aggregated
    first = next(batches, None)
    if first is None:
        pq.write_table(public_schema(contract).empty_table(), target, compression="zstd")
        return 0, [], 0
    with (
        TemporaryDirectory(prefix=".groups-", dir=store.restricted) as folder,
        duckdb.connect(f"{folder}/groups.duckdb") as connection,
    ):
        _group(connection, group, pa.RecordBatchReader.from_batches(first.schema, chain([first], batches)))
        _copy(connection, contract, group, target)
        shown, published = _one(connection, "SELECT count(*), coalesce(sum(_rows), 0) FROM marked WHERE NOT _hidden")
        return shown, _withheld(connection, group), int(published)


def _group(connection: duckdb.DuckDBPyConnection, group: Aggregate, batches: pa.RecordBatchReader) -> None:
    connection.register("batches", batches)
    by = ", ".join(f'"{name}"' for name in group.by)
    sums = "".join(f'sum("{name}") AS "{name}", ' for name in group.sums)
    connection.execute(_GROUPS.format(by=by, sums=sums, count=group.count, count_as=group.count_as))
    connection.execute(_HIDDEN.format(by=by, count_as=group.count_as, minimum=group.minimum))


def _copy(connection: duckdb.DuckDBPyConnection, contract: Contract, group: Aggregate, target: Path) -> None:
    columns = ", ".join(f'"{column.name}"' for column in contract.public_columns)
    by = ", ".join(f'"{name}"' for name in group.by)
    shown = connection.sql(f"SELECT {columns} FROM marked WHERE NOT _hidden ORDER BY {by}")
    table: pa.Table = shown.to_arrow_table()
    pq.write_table(table.cast(public_schema(contract)), target, compression="zstd")


def _withheld(connection: duckdb.DuckDBPyConnection, group: Aggregate) -> list[dict[str, Any]]:
    sums = "".join(f', sum("{name}")' for name in group.sums)
    rows, persons, *money = _one(
        connection,
        f'SELECT coalesce(sum(_rows), 0), coalesce(sum("{group.count_as}"), 0){sums} FROM marked WHERE _hidden',
    )
    if not rows:
        return []
    held = {name: str(total) for name, total in zip(group.sums, money, strict=True)}
    return [{"reason": group.reason, "rows": int(rows), "persons": int(persons), "money": held}]


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - an aggregate query has one row
    return row
