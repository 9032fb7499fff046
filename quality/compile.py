"""An expectation -> one SQL expression that is true for a row that breaks it. What is not known here is None.

NULL breaks nothing but "is not empty", as in Great Expectations.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

import duckdb

from assets.sql import name, text
from assets.types import decimal_of
from quality.expect import Expectation
from quality.rules import columns_of

Types = Mapping[str, str]
Lookups = Mapping[str, str]
Compiled = str | None
_EXACT = Context(prec=76)
_WHERE = "SELECT * FROM {batch} WHERE "
_INTEGERS = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19, "HUGEINT": 38}


def compiled(expectation: Expectation, types: Types, lookups: Lookups) -> Compiled:
    """The expression, or None for a kind, option or type that only GX's own engine knows."""
    known = _KINDS.get(expectation["type"])
    if known is None:
        return None
    options, compile_ = known
    kwargs = {key: value for key, value in expectation["kwargs"].items() if value is not None}
    column = kwargs.get("column")
    if kwargs.keys() - options or (column is not None and column not in types):
        return None
    return compile_(kwargs, expectation["meta"], types, lookups)


def _null(kwargs: dict[str, Any], _: Any, __: Types, ___: Lookups) -> Compiled:
    return f"{name(kwargs['column'])} IS NULL"


def _in_set(kwargs: dict[str, Any], _: Any, types: Types, lookups: Lookups) -> Compiled:
    column, values = name(kwargs["column"]), kwargs["value_set"]
    if isinstance(values, Mapping):
        table = lookups.get(values["$PARAMETER"])
        return table and f"{column} IS NOT NULL AND {column} NOT IN (SELECT value FROM {table})"
    if types[kwargs["column"]] != "VARCHAR" or not all(isinstance(value, str) for value in values):
        return None
    listed = ", ".join(map(text, values))
    return f"{column} NOT IN ({listed})" if values else f"{column} IS NOT NULL"


def _regex(kwargs: dict[str, Any], meta: dict[str, Any], types: Types, _: Lookups) -> Compiled:
    regex, whole = kwargs["regex"], meta.get("pattern")
    if types[kwargs["column"]] != "VARCHAR" or not understood(regex):
        return None
    if whole is not None and regex == f"^(?:{whole})$":
        return f"NOT regexp_full_match({name(kwargs['column'])}, {text(whole)})"
    return f"NOT regexp_matches({name(kwargs['column'])}, {text(regex)})"


def understood(regex: str) -> bool:
    """Whether RE2, which knows no look-around and no back-reference, can run it."""
    try:
        duckdb.execute("SELECT regexp_matches('', ?)", [regex])
    except duckdb.Error:
        return False
    return True


def _lengths(kwargs: dict[str, Any], _: Any, types: Types, __: Lookups) -> Compiled:
    if types[kwargs["column"]] != "VARCHAR":
        return None
    length = f"length({name(kwargs['column'])})"
    parts = [f"{length} < {int(kwargs['min_value'])}"] if "min_value" in kwargs else []
    parts += [f"{length} > {int(kwargs['max_value'])}"] if "max_value" in kwargs else []
    return " OR ".join(parts) or "false"


def _between(kwargs: dict[str, Any], meta: dict[str, Any], types: Types, _: Lookups) -> Compiled:
    column, kind = kwargs["column"], types[kwargs["column"]]
    size = _size(kind)
    if size is not None:
        low, high = meta.get("minimum", kwargs.get("min_value")), meta.get("maximum", kwargs.get("max_value"))
        return _outside(name(column), low, high, size)
    if kind not in {"DATE", "TIMESTAMP WITH TIME ZONE"}:
        return None
    cast = "DATE" if kind == "DATE" else "TIMESTAMPTZ"
    parts = [f"{name(column)} < {cast} {text(str(kwargs['min_value']))}"] if "min_value" in kwargs else []
    parts += [f"{name(column)} > {cast} {text(str(kwargs['max_value']))}"] if "max_value" in kwargs else []
    return " OR ".join(parts) or "false"


def _size(kind: str) -> tuple[int, int] | None:
    digits = _INTEGERS.get(kind)
    return (digits, 0) if digits else decimal_of(kind.lower())


def _outside(column: str, low: Any, high: Any, size: tuple[int, int]) -> str:
    """Bounds moved inwards to the next value that the type can hold, so that the comparison is exact."""
    precision, scale = size
    step, limit = Decimal(1).scaleb(-scale), Decimal(10) ** (precision - scale)
    parts = []
    if low is not None:
        bound = _number(low).quantize(step, rounding=ROUND_CEILING, context=_EXACT)
        parts.append(f"{column} < {bound:f}" if abs(bound) < limit else f"{column} IS NOT NULL AND {bound > 0}")
    if high is not None:
        bound = _number(high).quantize(step, rounding=ROUND_FLOOR, context=_EXACT)
        parts.append(f"{column} > {bound:f}" if abs(bound) < limit else f"{column} IS NOT NULL AND {bound < 0}")
    return " OR ".join(f"({part})" for part in parts) or "false"


def _number(value: Any) -> Decimal:
    return Decimal(str(value)) if isinstance(value, str | int) else Decimal(value)


def _row_rule(kwargs: dict[str, Any], _: Any, __: Types, ___: Lookups) -> Compiled:
    query = kwargs["unexpected_rows_query"]
    if not query.startswith(_WHERE):
        return None
    condition = query.removeprefix(_WHERE)
    columns_of(condition)
    return f"coalesce(CAST(({condition}\n) AS BOOLEAN), false)"


_Compile = Callable[[dict[str, Any], Any, Types, Lookups], Compiled]
_KINDS: dict[str, tuple[frozenset[str], _Compile]] = {
    "expect_column_values_to_not_be_null": (frozenset({"column"}), _null),
    "expect_column_values_to_be_in_set": (frozenset({"column", "value_set"}), _in_set),
    "expect_column_values_to_be_between": (frozenset({"column", "min_value", "max_value"}), _between),
    "expect_column_values_to_match_regex": (frozenset({"column", "regex"}), _regex),
    "expect_column_value_lengths_to_be_between": (frozenset({"column", "min_value", "max_value"}), _lengths),
    "unexpected_rows_expectation": (frozenset({"unexpected_rows_query"}), _row_rule),
}
