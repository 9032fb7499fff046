"""What the engine found, as Great Expectations' own result objects: counts and row numbers, never a failing value."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from quality.engine import Outcome
from quality.suite import loaded

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult


def broken_rows(connection: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> tuple[tuple[int, ...], ...]:
    """For each outcome the `_row` of every row that breaks it, in order; all in memory."""
    rows: list[list[int]] = [[] for _ in outcomes]
    for rule, row in connection.execute("SELECT rule, _row FROM broken ORDER BY rule, _row").fetchall():
        rows[rule].append(row)
    return tuple(map(tuple, rows))


def as_gx(
    outcomes: Sequence[Outcome],
    suite: Mapping[str, Any],
    *,
    rows: int,
    empty: Mapping[str, int] | None = None,
    indexes: Sequence[Sequence[int]] | None = None,
) -> "ExpectationSuiteValidationResult":
    """The run as a GX suite result; `rows` is the size of the table, `empty` the NULLs by column.

    `indexes` (see `broken_rows`) adds the row numbers of each failure. Takes seconds: it imports GX.
    """
    from great_expectations.core import ExpectationSuiteValidationResult  # noqa: PLC0415

    named = indexes if indexes is not None else [None] * len(outcomes)
    results = [
        _result(outcome, configuration, rows=rows, empty=dict(empty or {}), index=index)
        for outcome, configuration, index in zip(
            outcomes, loaded(dict(suite)).expectation_configurations, named, strict=True
        )
    ]
    good = sum(1 for result in results if result.success)
    return ExpectationSuiteValidationResult(
        success=good == len(results),
        results=results,
        suite_name=str(suite["name"]),
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": good,
            "unsuccessful_expectations": len(results) - good,
            "success_percent": 100 * good / len(results) if results else None,
        },
        meta={"engine": "duckdb"},
    )


def _result(
    outcome: Outcome, configuration: Any, *, rows: int, empty: Mapping[str, int], index: Sequence[int] | None
) -> "ExpectationValidationResult":
    from great_expectations.core import ExpectationValidationResult  # noqa: PLC0415

    if outcome.of_table:
        told: dict[str, Any] = {"observed_value": outcome.observed}
    else:
        told = _counts(outcome, rows, empty)
        if index is not None:
            told["unexpected_index_list"] = [{"_row": row} for row in index]
    exception = {"raised_exception": False, "exception_traceback": None, "exception_message": None}
    return ExpectationValidationResult(
        success=outcome.failed == 0, expectation_config=configuration, result=told, exception_info=exception
    )


def _counts(outcome: Outcome, rows: int, empty: Mapping[str, int]) -> dict[str, Any]:
    """GX's own counts: NULL is missing, not unexpected, but for the rule that a column is not empty."""
    column = outcome.expectation["kwargs"].get("column")
    null_rule = outcome.expectation["type"].endswith("_null")
    missing = 0 if null_rule or column is None else empty.get(column, 0)
    judged = rows - missing
    return {
        "element_count": rows,
        "unexpected_count": outcome.failed,
        "unexpected_percent": 100 * outcome.failed / judged if judged else 0.0,
        "missing_count": missing,
        "missing_percent": 100 * missing / rows if rows else 0.0,
    }
