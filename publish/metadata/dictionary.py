"""The data dictionary: one row per public column. `dictionary.csv`, and the second sheet of the XLSX."""

import json
from collections.abc import Sequence
from pathlib import Path

from publish.metadata.fields import Field
from publish.metadata.table import write_csv

FILE = "dictionary.csv"


def write(target: Path, fields: Sequence[Field], languages: Sequence[str]) -> None:
    """Write `dictionary.csv`; texts stand in one column per language, `label_id`, `label_en`, ..."""
    write_csv(target, header(languages), rows(fields, languages))


def header(languages: Sequence[str]) -> list[str]:
    """The names of the dictionary's columns."""
    return [
        "name",
        "type",
        *(f"label_{language}" for language in languages),
        *(f"description_{language}" for language in languages),
        *("unit", "class", "required", "constraints"),
        *(f"protection_{language}" for language in languages),
    ]


def rows(fields: Sequence[Field], languages: Sequence[str]) -> list[list[str]]:
    """One row per column; nothing to say is an empty text."""
    return [
        [
            field.name,
            field.type,
            *(field.label.said_in(language) for language in languages),
            *(field.description.said_in(language) if field.description else "" for language in languages),
            *(field.unit or "", field.class_, "true" if field.required else "false", constraints(field)),
            *(field.protection.said_in(language) if field.protection else "" for language in languages),
        ]
        for field in fields
    ]


def constraints(field: Field) -> str:
    """All constraints but `required`, as compact JSON; empty when there are none."""
    rest = {name: value for name, value in field.constraints.items() if name != "required"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""
