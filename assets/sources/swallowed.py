"""Rows that a quote which was never closed made part of a cell: no reader complains, and a part of the table is gone."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

NARROW = 4  # columns below which a line of a long text may look like a row
FEW, ONE = 3, 1


def first_swallowing(batch: pa.RecordBatch, breaks: Any, delimiter: str) -> int | None:
    """The first row with a cell that holds rows of the same table."""
    for row in np.flatnonzero(breaks):
        cells = (column[int(row)].as_py() for column in batch.columns)
        if holds_rows((cell for cell in cells if "\n" in cell), delimiter, batch.num_columns):
            return int(row)
    return None


def joined(batch: pa.RecordBatch, breaks: Any, delimiter: str, quote: str) -> list[int]:
    """The rows with a cell that has as many delimiters as the rows that its lines would be, and a quote that is left over:
    perhaps two rows in one."""
    parts = batch.num_columns - 1
    found = []
    for row in np.flatnonzero(breaks) if parts > 1 else ():
        cells = [column[int(row)].as_py() for column in batch.columns]
        if any(quote in cell for cell in cells) and any(_as_rows(cell, delimiter, parts) for cell in cells):
            found.append(int(row))
    return found


def _as_rows(cell: str, delimiter: str, parts: int) -> bool:
    """Whether as many delimiters are in it as in rows; a cell of theirs that was quoted may hold some more."""
    least = parts * cell.count("\n")
    return least > 0 and least <= cell.count(delimiter) < 2 * least


def holds_rows(cells: Iterable[str], delimiter: str, width: int) -> bool:
    """Whether every line within one of the cells is parted as the rows of the table are."""
    least = FEW if width < NARROW else ONE
    return width > 1 and any(_all_rows(cell, delimiter, width, least) for cell in cells)


def _all_rows(cell: str, delimiter: str, width: int, least: int) -> bool:
    lines = cell.rstrip("\n").split("\n")[1:]
    inner = lines[:-1] if len(lines) > least else lines
    return len(inner) >= least and all(line.count(delimiter) == width - 1 for line in inner)
