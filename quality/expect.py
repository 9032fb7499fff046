"""One rule of a contract as one Great Expectations expectation, in the JSON form that GX saves.

Plain data: importing Great Expectations takes seconds, and nothing here needs it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from assets.column import Column, References, Severity
from assets.contract import Rule

Expectation = dict[str, Any]
SEVERITY: dict[Severity, str] = {"error": "critical", "warn": "warning"}
_LISTED = 6


def expectation(
    kind: str, *, rule: str, severity: Severity = "error", meta: dict[str, Any], **kwargs: Any
) -> Expectation:
    """An expectation of GX's type `kind`, whose rule is said in words."""
    return {
        "type": kind,
        "kwargs": kwargs,
        "meta": {"rule": rule, **meta},
        "description": rule,
        "severity": SEVERITY[severity],
    }


def of_column(column: Column) -> Iterator[Expectation]:
    """Every expectation that a column's constraints ask for."""
    if column.required:
        yield _on(column, "expect_column_values_to_not_be_null", "is not empty")
    if column.unique:
        yield _on(column, "expect_column_values_to_be_unique", "is unique")
    if column.enum is not None:
        words = f"is one of {', '.join(column.enum)}" if len(column.enum) <= _LISTED else "is in its list"
        yield _on(column, "expect_column_values_to_be_in_set", words, value_set=list(column.enum))
    if column.pattern is not None:
        yield matches(column, column.pattern)
    yield from _between(column)
    yield from _lengths(column)
    if column.references is not None:
        yield _stands_in(column, column.references)


def matches(column: Column, pattern: str, words: str = "matches its pattern") -> Expectation:
    """The whole value matches `pattern`."""
    kind = "expect_column_values_to_match_regex"
    return _on(column, kind, words, meta={"pattern": pattern}, regex=f"^(?:{pattern})$")


def in_set(column: Column, values: Sequence[str], words: str) -> Expectation:
    """The value is one of `values`."""
    return _on(column, "expect_column_values_to_be_in_set", words, value_set=list(values))


def not_empty(column: Column) -> Expectation:
    """The value is there."""
    return _on(column, "expect_column_values_to_not_be_null", "is not empty")


def at_least(column: Column, minimum: Decimal) -> Expectation:
    """The number is not below `minimum`."""
    meta = {"minimum": f"{minimum:f}"}
    return _on(
        column, "expect_column_values_to_be_between", f"is at least {minimum:f}", meta=meta, min_value=float(minimum)
    )


def unique_key(key: Sequence[str]) -> Expectation:
    """No two rows have the same key."""
    meta, rule = {"columns": list(key)}, "key is unique"
    if len(key) == 1:
        return expectation("expect_column_values_to_be_unique", rule=rule, meta=meta, column=key[0])
    return expectation("expect_compound_columns_to_be_unique", rule=rule, meta=meta, column_list=list(key))


def of_row(rule: Rule) -> Expectation:
    """No row for which the contract's SQL condition is true."""
    query = f"SELECT * FROM {{batch}} WHERE {rule.rows}"
    meta = {"condition": rule.rows}
    return expectation(
        "unexpected_rows_expectation", rule=rule.name, severity=rule.severity, meta=meta, unexpected_rows_query=query
    )


def row_count(minimum: int, maximum: int | None) -> Expectation:
    """The table has so many rows."""
    words = f"at least {minimum} rows" if maximum is None else f"{minimum} to {maximum} rows"
    kind = "expect_table_row_count_to_be_between"
    bounds: dict[str, Any] = {"min_value": minimum} | ({} if maximum is None else {"max_value": maximum})
    return expectation(kind, rule=words, meta={}, **bounds)


def parameter(reference: References) -> str:
    """The name of the list that a reference points at: readable, of the signs that GX takes in a name, and its own."""
    where = "&".join(f"{name}={value}" for name, value in sorted(reference.where.items()))
    full = f"{reference.dataset}.{reference.column}?{where}"
    return f"{re.sub('[^A-Za-z0-9]+', '_', full).strip('_')}_{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def _on(column: Column, kind: str, words: str, *, meta: dict[str, Any] | None = None, **kwargs: Any) -> Expectation:
    rule = f"{column.name} {words}"
    told = {"column": column.name, **(meta or {})}
    return expectation(kind, rule=rule, severity=column.severity, meta=told, column=column.name, **kwargs)


def _stands_in(column: Column, reference: References) -> Expectation:
    words = f"stands in {reference.column} of {reference.dataset}"
    meta = {"references": reference.model_dump(mode="json")}
    kind = "expect_column_values_to_be_in_set"
    return _on(column, kind, words, meta=meta, value_set={"$PARAMETER": parameter(reference)})


def _between(column: Column) -> Iterator[Expectation]:
    low, high = column.minimum, column.maximum
    meta: dict[str, Any] = {}
    if low is not None or high is not None:
        lower, upper = (None if bound is None else f"{bound:f}" for bound in (low, high))
        meta = {"minimum": lower, "maximum": upper}
        kwargs: dict[str, Any] = {"min_value": _float(low), "max_value": _float(high)}
    elif column.earliest is not None or column.latest is not None:
        lower, upper = column.earliest, column.latest
        moments = column.type == "datetime"
        first = f"{lower}T00:00:00+00:00" if moments and lower else lower
        last = f"{upper}T23:59:59.999999+00:00" if moments and upper else upper
        kwargs = {"min_value": first, "max_value": last}
    else:
        return
    told = {name: value for name, value in meta.items() if value is not None}
    bounds = {name: value for name, value in kwargs.items() if value is not None}
    yield _on(column, "expect_column_values_to_be_between", _range(lower, upper), meta=told, **bounds)


def _lengths(column: Column) -> Iterator[Expectation]:
    low, high = column.min_length, column.max_length
    bounds: dict[str, Any] = {
        name: value for name, value in (("min_value", low), ("max_value", high)) if value is not None
    }
    if bounds:
        words = f"has a length {_range(low, high)}".replace("length is between", "length between").replace(
            "length is", "length of"
        )
        yield _on(column, "expect_column_value_lengths_to_be_between", words, **bounds)


def _range(low: object, high: object) -> str:
    if high is None:
        return f"is at least {low}"
    return f"is at most {high}" if low is None else f"is between {low} and {high}"


def _float(bound: Decimal | None) -> float | None:
    """A bound as GX keeps it; the exact one stands in `meta`."""
    return None if bound is None else float(bound)
