"""One notation for the whole source, and an own one only for columns that are written otherwise; both are read to see."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from assets.column import Column as ContractColumn
from assets.conform import conform
from assets.propose.profile import Profile
from assets.propose.proposal import Column
from assets.sources.source import LINE, Values
from assets.types import is_number

_OPTIONS = {
    "number": ("decimal", "thousands", "negative", "affixes", "scales"), "date": ("dates",), "datetime": ("datetimes", "timezone"),
    "boolean": ("true", "false"),
}  # fmt: skip


def shared(columns: Sequence[Column], profiles: Mapping[str, Profile]) -> tuple[Values, list[Column]]:
    """The notation that most columns have, and the columns, with a notation of their own where they need it."""
    common = Values.model_validate({**_most(columns), **_nulls(columns, profiles)})
    return common, [_own(column, common, profiles[column.title]) for column in columns]


def as_contract(column: Column) -> ContractColumn:
    """The column as a contract would have it, once it was decided to be public."""
    document = {
        "name": column.name, "from": column.title, "type": column.type, "class": "public", "label": {"en": "?"},
        "values": column.values, "required": column.required,
    }  # fmt: skip
    return ContractColumn.model_validate(document)


def _most(columns: Sequence[Column]) -> dict[str, Any]:
    """Of each kind of value, the notation that most columns have; of numbers, one that is told from plain ones."""
    found: dict[str, Any] = {}
    for kind, options in _OPTIONS.items():
        seen = Counter(
            tuple(_plain(getattr(column.values, option)) for option in options)
            for column in columns
            if column.values is not None and (kind == column.type or (kind == "number" and is_number(column.type)))
        )
        plain = tuple(_plain(getattr(Values(), option)) for option in options)
        told = [one for one, _ in seen.most_common() if one != plain]
        found |= dict(zip(options, told[0] if told else plain, strict=True))
    return {**found, "scales": dict(found["scales"])}


def _plain(option: Any) -> Any:
    """The option as something that can be counted."""
    return tuple(option.items()) if isinstance(option, dict) else option


def _nulls(columns: Sequence[Column], profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """What means nothing in every column that has it."""
    marks = Counter(mark for column in columns if column.values for mark in column.values.nulls if mark)
    words = {text for column in columns if column.values is None for text in _among(profiles[column.title], marks)}
    return {"nulls": ("", *sorted(mark for mark in marks if mark not in words))}


def _among(profile: Profile, marks: Counter[str]) -> list[str]:
    return [mark for mark in marks if profile.share(f"^{_escaped(mark)}$")]


def _escaped(text: str) -> str:
    return "".join(f"\\{mark}" if not mark.isalnum() else mark for mark in text)


def _own(column: Column, common: Values, profile: Profile) -> Column:
    if column.values is None:
        return column
    return replace(column, values=None) if _read_alike(column, common, profile.texts) else column


def _read_alike(column: Column, common: Values, texts: pa.Array) -> bool:
    """Whether the notation of the source reads this column as its own notation does."""
    made = as_contract(column)
    rows = pa.table({column.title: texts, LINE: texts})
    own, other = (
        conform(rows, [made.model_copy(update={"values": values})], values=values)[0].column(0)
        for values in (column.values or common, common)
    )
    return bool(own.equals(other))
