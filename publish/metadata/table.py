"""Small tables about a release, written as the CSV of the data is: RFC 4180, UTF-8, formula-safe."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from assets.formula import safe

Cell = str | int | Decimal | None


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
