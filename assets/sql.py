"""Names and values as SQL writes them. Whatever is put into a statement passes through here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def names(identifiers: Iterable[str]) -> str:
    """Identifiers, quoted, with commas between."""
    return ", ".join(map(name, identifiers))


def text(value: str) -> str:
    """A text literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Text literals, quoted, with commas between."""
    return ", ".join(map(text, values))


def literal(value: Any) -> str:
    """A value of a contract or of our own: nothing, a truth, a whole number, or else a text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else text(str(value))


def parquet(file: Path, *, numbered: bool = False) -> str:
    """A Parquet file as a table of a query; `numbered` with `file_row_number`, each row's number from 0."""
    return f"read_parquet({text(str(file))}{', file_row_number = true' if numbered else ''})"


def same(a: str, b: str, columns: Iterable[str]) -> str:
    """The condition that two relations agree in all these columns; an empty cell agrees with an empty cell."""
    return " AND ".join(f"{a}.{name(column)} IS NOT DISTINCT FROM {b}.{name(column)}" for column in columns)
