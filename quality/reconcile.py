"""Whether sums of what was read equal the source's own totals, to the last digit.

What was read is every row without exact duplicates, before quarantine: the source's total knows no quarantine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb
import pyarrow as pa

from assets.column import Column
from assets.contract import Contract, Reconcile
from assets.errors import SourceChanged, SourceError
from assets.settings import Settings
from assets.sources.source import Request
from assets.sources.sql import Sql
from assets.sql import name
from assets.types import duckdb_type

Totals = Mapping[tuple[str, ...], Decimal]
TOTAL, UNLISTED = "total", "(another value)"
_LISTED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One group whose sum differs; `found` or `allowed` is None where only the other side has the group."""

    group: dict[str, str]
    found: str | None
    allowed: str | None
    difference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """One comparison: its totals over all groups, and the groups that differ (the first hundred)."""

    name: str
    column: str
    by: tuple[str, ...]
    severity: str
    groups: int
    found: str
    allowed: str
    differing: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether every group agrees within the tolerance."""
        return self.differing == 0


def reconcile(
    connection: duckdb.DuckDBPyConnection, contract: Contract, settings: Settings, *, table: str
) -> tuple[Reconciled, ...]:
    """Compare every control total of the contract with the sums of `table`."""
    return tuple(
        compared(rule, sums(connection, rule, table), control(connection, rule, contract, settings), contract)
        for rule in contract.reconcile
    )


def sums(connection: duckdb.DuckDBPyConnection, rule: Reconcile, table: str) -> Totals:
    """The exact sum of each group that was read."""
    by = "".join(f"CAST({name(column)} AS VARCHAR), " for column in rule.by)
    query = f"SELECT {by}coalesce(sum({name(rule.sum)}), 0) FROM {table} GROUP BY ALL"
    if not rule.by:
        query = query.removesuffix(" GROUP BY ALL")
    return {tuple(map(_text, row[:-1])): Decimal(row[-1]) for row in connection.execute(query).fetchall()}


def control(connection: duckdb.DuckDBPyConnection, rule: Reconcile, contract: Contract, settings: Settings) -> Totals:
    """The source's own total of each group, from its query or from the contract."""
    if rule.against.values is not None:
        table = pa.Table.from_pylist([{k: str(v) for k, v in row.items()} for row in rule.against.values])
    else:
        table = _queried(rule, contract, settings)
    missing = [column for column in (*rule.by, TOTAL) if column not in table.column_names]
    if missing:
        raise SourceChanged(
            "the control totals lack a column", dataset=contract.name, rule=rule.name, column=", ".join(missing),
            where=_place(rule), found=", ".join(table.column_names), allowed=", ".join((*rule.by, TOTAL)),
            next="mend against: it gives the columns of by, and one called total",
        )  # fmt: skip
    connection.register("control", table.select([*rule.by, TOTAL]))
    casts = "".join(
        f"CAST(CAST({name(column)} AS {duckdb_type(contract.column(column).type)}) AS VARCHAR), " for column in rule.by
    )
    try:
        rows = connection.execute(f"SELECT {casts}CAST(total AS VARCHAR) FROM control").fetchall()
        totals: dict[tuple[str, ...], Decimal] = {}
        for *group, total in rows:
            where = tuple(map(_text, group))
            totals[where] = totals.get(where, Decimal(0)) + Decimal(total or 0)
    except (duckdb.Error, InvalidOperation):
        raise SourceChanged(
            "the control totals are not of the declared types", dataset=contract.name, rule=rule.name,
            where=_place(rule), found=", ".join(f"{field.name} {field.type}" for field in table.schema),
            allowed=", ".join([*(f"{name} {contract.column(name).type}" for name in rule.by), f"{TOTAL} a number"]),
            next="mend against, so that each total is a number and each group of its column's type",
        ) from None  # fmt: skip
    finally:
        connection.unregister("control")
    return totals


def compared(rule: Reconcile, read: Totals, allowed: Totals, contract: Contract) -> Reconciled:
    """Hold two sets of totals against each other; a group that one side lacks counts as 0 there."""
    different = [group for group in sorted({*read, *allowed}) if _apart(read, allowed, group) > rule.tolerance]
    return Reconciled(
        name=rule.name,
        column=rule.sum,
        by=rule.by,
        severity=rule.severity,
        groups=len({*read, *allowed}),
        found=f"{sum(read.values(), Decimal(0)):f}",
        allowed=f"{sum(allowed.values(), Decimal(0)):f}",
        differing=len(different),
        differences=tuple(_difference(rule, read, allowed, group, contract) for group in different[:_LISTED]),
    )


def _apart(read: Totals, allowed: Totals, group: tuple[str, ...]) -> Decimal:
    return abs(read.get(group, Decimal(0)) - allowed.get(group, Decimal(0)))


def _difference(
    rule: Reconcile, read: Totals, allowed: Totals, group: tuple[str, ...], contract: Contract
) -> Difference:
    found, wanted = read.get(group), allowed.get(group)
    told = {
        column: value if group in allowed or _is_listed(contract.column(column), value) else UNLISTED
        for column, value in zip(rule.by, group, strict=True)
    }
    return Difference(
        group=told,
        found=None if found is None else f"{found:f}",
        allowed=None if wanted is None else f"{wanted:f}",
        difference=f"{(found or 0) - (wanted or Decimal(0)):f}",
    )


def _is_listed(column: Column, value: str) -> bool:
    """Whether a cell that was not screened yet is what its column holds, and no word that strayed into it."""
    if column.type != "string":
        return True
    return value in column.enum if column.enum else bool(column.pattern and re.fullmatch(column.pattern, value))


def _place(rule: Reconcile) -> str:
    against = rule.against
    return (
        "the values of against" if against.values is not None else f"connection {against.connection}, query of against"
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _queried(rule: Reconcile, contract: Contract, settings: Settings) -> pa.Table:
    """The answer of the contract's query, read as any other source is read."""
    against = rule.against
    source = Sql(kind="sql", connection=str(against.connection), query=against.query)
    columns = (*rule.by, TOTAL)
    request = Request(dataset=contract.name, columns=columns, connection=settings.connection(source.connection))
    try:
        batches = list(source.read(request).batches)
    except SourceError as error:
        error.facts["rule"] = rule.name
        raise
    return _plain(pa.Table.from_batches(batches)) if batches else pa.table({name: [] for name in columns})


def _plain(table: pa.Table) -> pa.Table:
    """PostgreSQL's numeric arrives as text inside an extension type: take the text."""
    columns = [
        pa.chunked_array([c.storage for c in column.chunks], type=column.type.storage_type)
        if isinstance(column.type, pa.BaseExtensionType)
        else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
