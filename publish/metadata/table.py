"""Small tables about a release, written as the CSV of the data is: RFC 4180, UTF-8, formula-safe."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

Cell = str | int | Decimal | None

# Texts that a spreadsheet would run: https://owasp.org/www-community/attacks/CSV_Injection. Apostrophes before one of
# these characters count too, so that the way back is unambiguous.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """A text with one apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def write_csv(target: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a small table; None is an empty cell."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows([_plain(cell) for cell in row] for row in rows)


def _plain(cell: Cell) -> str | int | None:
    if isinstance(cell, str):
        return safe(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
