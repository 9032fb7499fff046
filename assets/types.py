"""Column types: the words a contract uses, and what they are in Arrow and in DuckDB's SQL.

Money is decimal and codes are text, from the source to the file; there is no float.
"""

import re
from typing import Annotated, Final

import pyarrow as pa
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

SIMPLE: Final[dict[str, tuple[pa.DataType, str]]] = {
    "string": (pa.string(), "VARCHAR"),
    "integer": (pa.int64(), "BIGINT"),
    "date": (pa.date32(), "DATE"),
    "datetime": (pa.timestamp("us", tz="UTC"), "TIMESTAMP WITH TIME ZONE"),
    "boolean": (pa.bool_(), "BOOLEAN"),
}
_DECIMAL = re.compile(r"decimal\((\d{1,2}),\s*(\d{1,2})\)")


def _check(text: str) -> str:
    match = _DECIMAL.fullmatch(text)
    fits = match is not None and 1 <= int(match[1]) <= 38 and int(match[2]) <= int(match[1])  # noqa: PLR2004
    if text not in SIMPLE and not fits:
        raise PydanticCustomError(
            "column_type",
            '"{found}" is not a type. Allowed: {allowed}',
            {"found": text, "allowed": ", ".join([*SIMPLE, "decimal(precision,scale) up to 38 digits"])},
        )
    return text.replace(" ", "")


ColumnType = Annotated[str, AfterValidator(_check)]


def decimal_of(text: str) -> tuple[int, int] | None:
    """Precision and scale of `decimal(p,s)`; None for another type."""
    match = _DECIMAL.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def arrow_type(text: str) -> pa.DataType:
    """The Arrow type that holds a column of this type exactly."""
    decimal = decimal_of(text)
    return pa.decimal128(*decimal) if decimal else SIMPLE[text][0]


def duckdb_type(text: str) -> str:
    """The DuckDB type that holds a column of this type exactly."""
    decimal = decimal_of(text)
    return f"DECIMAL({decimal[0]},{decimal[1]})" if decimal else SIMPLE[text][1]


def is_number(text: str) -> bool:
    """Whether sums of this type mean something."""
    return text == "integer" or decimal_of(text) is not None
