"""The public columns as every document describes them: name, type, words, and the constraints that still hold.

No document format here; the types themselves are in `assets/table.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from assets.column import Column
from assets.contract import Contract
from assets.model import Text
from assets.table import ID, ROW_ID, public_schema
from publish.metadata import words


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One column of the public table.

    `type` is a contract's word. `constraints` are JSON data, have the names of Table Schema and hold for every published
    value: none for a column that is protected or summed, none where a rule only warns.
    """

    name: str
    type: str
    class_: str
    label: Text
    description: Text | None = None
    unit: str | None = None
    protection: Text | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether every row has a value."""
        return bool(self.constraints.get("required"))


def fields(contract: Contract) -> tuple[Field, ...]:
    """The columns of the public table, in its order."""
    schema = public_schema(contract)
    described = {column.name: column for column in contract.public_columns}
    return tuple(
        _field(contract, described[column.name], column.type) if column.name in described else _row_id()
        for column in schema
    )


def type_word(kind: pa.DataType) -> str:
    """The contract's word for an Arrow type of the public table."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    words_ = {pa.string(): "string", pa.int64(): "integer", pa.date32(): "date", pa.bool_(): "boolean"}
    return words_.get(kind, "datetime")


def _row_id() -> Field:
    return Field(
        name=ID,
        type="string",
        class_="public",
        label=words.ROW_ID,
        description=words.ROW_ID_MEANING,
        constraints={"required": True, "unique": True, "pattern": ROW_ID},
    )


def _field(contract: Contract, column: Column, kind: pa.DataType) -> Field:
    return Field(
        name=column.name,
        type=type_word(kind),
        class_=column.class_,
        label=column.label,
        description=column.description,
        unit=column.unit,
        protection=words.protection(contract, column),
        constraints=_constraints(contract, column),
    )


def _constraints(contract: Contract, column: Column) -> dict[str, Any]:
    grouped = contract.aggregate is not None
    if (
        column.technique
        or column.severity == "warn"
        or (contract.aggregate and column.name not in contract.aggregate.by)
    ):
        return {}
    found: dict[str, Any] = {
        "required": column.required or None,
        "unique": (column.unique and not grouped) or None,
        "minimum": column.minimum if column.minimum is not None else column.earliest,
        "maximum": column.maximum if column.maximum is not None else column.latest,
        "minLength": column.min_length,
        "maxLength": column.max_length,
        "pattern": column.pattern,
        "enum": list(column.enum) if column.enum else None,
    }
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: Any) -> Any:
    """A bound as JSON data: one that JSON's numbers could bend is text, which Table Schema allows."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else f"{value:f}"
