"""Runs a Great Expectations suite over a table in one DuckDB pass, and keeps the row of every failure.

The table is a view `batch` with a unique `_row`. What fails is left in the table `broken` (`_row`, `rule`: the
position in the suite), so that counts, quarantine and GX results all come from the same place.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from assets.errors import Blocked
from assets.sql import name, names
from assets.store import of_storage
from quality.compile import Lookups, compiled
from quality.expect import Expectation

BATCH, BROKEN = "batch", "broken"
Suspected = Mapping[tuple[str, ...], str]
ROW_COUNT = "expect_table_row_count_to_be_between"
_UNIQUE = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one expectation: `failed` rows, or, of a rule on the table, 1 and what was `observed`."""

    expectation: Expectation
    failed: int
    observed: int | None = None

    @property
    def rule(self) -> str:
        """The rule in words."""
        return str(self.expectation["meta"].get("rule", self.expectation["type"]))

    @property
    def warns(self) -> bool:
        """Whether rows that break it are published all the same, and counted."""
        return bool(self.expectation.get("severity") != "critical")

    @property
    def of_table(self) -> bool:
        """Whether it is about the table as a whole."""
        return self.observed is not None


def execute(
    connection: duckdb.DuckDBPyConnection,
    suite: Mapping[str, Any],
    *,
    dataset: str,
    lookups: Lookups,
    rows: int,
    suspected: Suspected | None = None,
) -> tuple[Outcome, ...]:
    """Run every expectation of `suite` over `batch`; `rows` is what a bound on the row count is held against.

    `suspected` saves a pass: columns whose repeated hashes were found before, in rows of which `batch` is a part.

    Raises `Blocked` where a rule cannot be evaluated: an unchecked rule is a broken one.
    """
    expectations: list[Expectation] = suite["expectations"]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {BROKEN} (_row BIGINT, rule SMALLINT)")
    try:
        _run(connection, expectations, lookups, suspected or {})
    except (duckdb.Error, ValueError) as error:
        if storage := of_storage(error, dataset):
            raise storage from None
        # DuckDB quotes the failing cell in its message, so its text goes no further.
        raise Blocked(
            "a rule cannot be evaluated on these rows",
            dataset=dataset,
            where="the rules of the contract",
            found=type(error).__name__,
            next="look for casts and arithmetic in rules that not every row allows",
        ) from None
    query = f"SELECT rule, count(*) FROM {BROKEN} GROUP BY rule"
    failed = {int(rule): int(count) for rule, count in connection.execute(query).fetchall()}
    return tuple(_outcome(found, failed.get(i, 0), rows) for i, found in enumerate(expectations))


def _outcome(expectation: Expectation, failed: int, rows: int) -> Outcome:
    if expectation["type"] != ROW_COUNT:
        return Outcome(expectation=expectation, failed=failed)
    low, high = expectation["kwargs"].get("min_value"), expectation["kwargs"].get("max_value")
    outside = (low is not None and rows < low) or (high is not None and rows > high)
    return Outcome(expectation=expectation, failed=int(outside), observed=rows)


def _run(
    connection: duckdb.DuckDBPyConnection,
    expectations: Sequence[Expectation],
    lookups: Lookups,
    suspected: Suspected,
) -> None:
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {BATCH}").fetchall()}
    passing: dict[int, str] = {}
    strange: list[int] = []
    for i, expectation in enumerate(expectations):
        if expectation["type"] in _UNIQUE and set(_columns(expectation)) <= types.keys():
            columns = _columns(expectation)
            among = suspected.get(tuple(columns)) or suspects(connection, BATCH, columns)
            repeated_rows(connection, columns, i, among=among)
        elif expectation["type"] != ROW_COUNT:
            expression = compiled(expectation, types, lookups)
            strange.append(i) if expression is None else passing.__setitem__(i, expression)
    if passing:
        one_pass(connection, passing)
    if strange:
        from quality.pandas_engine import run  # noqa: PLC0415 - Great Expectations takes seconds to import

        run(connection, {i: expectations[i] for i in strange}, lookups)


def one_pass(connection: duckdb.DuckDBPyConnection, expressions: Mapping[int, str]) -> None:
    """Evaluate all expressions row by row in one reading of `batch`."""
    flags = ", ".join(f"({expression}) AS r{i}" for i, expression in expressions.items())
    chosen = ", ".join(f"CASE WHEN r{i} THEN {i} END" for i in expressions)
    broken = " OR ".join(f"r{i}" for i in expressions)
    connection.execute(
        f"INSERT INTO {BROKEN} SELECT _row, rule FROM ("
        f"SELECT _row, unnest([{chosen}]) AS rule FROM (SELECT _row, {flags} FROM {BATCH}) WHERE {broken}"
        ") WHERE rule IS NOT NULL"
    )


def repeated_rows(connection: duckdb.DuckDBPyConnection, columns: Sequence[str], rule: int, *, among: str) -> None:
    """Every row whose values in `columns` stand in another row too; a row that is empty in all of them is left out."""
    if is_empty(connection, among):
        return
    present = " OR ".join(f"{name(column)} IS NOT NULL" for column in columns)
    connection.execute(
        f"INSERT INTO {BROKEN} SELECT _row, {rule} FROM ("
        f"SELECT _row, count(*) OVER (PARTITION BY {names(columns)}) AS times FROM {BATCH} "
        f"WHERE hash({names(columns)}) IN (SELECT h FROM {among}) AND ({present})) WHERE times > 1"
    )


def suspects(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> str:
    """A table of the hashes that occur more than once: 8 bytes a row in memory, however long the columns are."""
    found = f"suspects_{hashlib.sha256(repr(columns).encode()).hexdigest()[:12]}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {found} AS SELECT hash({names(columns)}) AS h FROM {table} "
        "GROUP BY h HAVING count(*) > 1"
    )
    return found


def is_empty(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether a table has no row."""
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None


def _columns(expectation: Expectation) -> list[str]:
    kwargs = expectation["kwargs"]
    extra = kwargs.keys() - {"column", "column_list"}
    return ["\0"] if extra else list(kwargs.get("column_list") or [kwargs["column"]])
