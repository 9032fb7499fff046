"""The DataStore table that a dataset should have: our types, never guessed, and the dictionary that readers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.model import Text
from assets.table import table_key
from publish.ckan.resources import resource_id, translated
from publish.metadata.fields import Field, fields

if TYPE_CHECKING:
    from publish.release import Release

TYPES: Final = {"string": "text", "integer": "int8", "date": "date", "datetime": "timestamptz", "boolean": "bool"}
MOST_INDEXES: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A DataStore table: `fields` as CKAN wants them, `types` by the words of a contract, in the same order.

    `mark` is what its resource says when it holds an earlier version whole.
    """

    resource_id: str
    fields: tuple[Mapping[str, Any], ...]
    types: Mapping[str, str]
    key: tuple[str, ...]
    indexes: tuple[str, ...]
    parquet: Path
    rows: int
    mark: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns whose sum is held against the file."""
        return tuple(n for n, type_ in self.types.items() if type_ == "integer" or type_.startswith("decimal"))


def table(contract: Contract, release: "Release", languages: Sequence[str]) -> Table | None:
    """The table of a release's Parquet file; None where it has none."""
    file = f"{contract.name}.parquet"
    if file not in release.files:
        return None
    described, key = fields(contract), table_key(contract)
    codes = [field.name for field in described if field.class_ == "code" and key != (field.name,)]
    return Table(
        resource_id=resource_id(contract.name, "csv"),
        fields=tuple(_field(field, languages) for field in described),
        types={field.name: field.type for field in described},
        key=key,
        indexes=tuple(codes[:MOST_INDEXES]),
        parquet=release.path / file,
        rows=release.files[file]["rows"] or 0,
    )


def _field(field: Field, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "id": field.name,
        "type": TYPES.get(field.type, "numeric"),
        "info": info(field.label, _meaning(field), field.unit or "", field.class_, languages),
    }


def info(label: Text, meaning: Text | None, unit: str, class_: str, languages: Sequence[str]) -> dict[str, str]:
    """What a column's entry in the dictionary says; what it does not say is left out."""
    said = {
        **translated("label", label, languages),
        **(translated("notes", meaning, languages) if meaning else {}),
        "unit": unit,
        "class": class_,
    }
    return {name: value for name, value in said.items() if value}


def _meaning(field: Field) -> Text | None:
    """What the column means, and how it is protected; None where its label says it all."""
    parts = [text for text in (field.description, field.protection) if text]
    if not parts:
        return None
    codes = [code for code in parts[0].root if all(code in text.root for text in parts)] or list(parts[0].root)
    return Text({code: " ".join(_sentence(text.said_in(code)) for text in parts) for code in codes})


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
