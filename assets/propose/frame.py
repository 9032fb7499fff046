"""Where a table stands among the rows of a file or sheet: titles above it, its header, its data, notes below it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Row = Sequence[str]
SEARCHED = 60  # rows from the top in which a header may stand
_NUMBER = re.compile(r"[-+(]?\s*(?:Rp\.?|[$£€])?\s*-?\d[\d.,'\s\u00a0/:-]*(?:\s*(?:%|\)|[A-Za-z]{1,2}))?\s*")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[-/]\s*\d{2,4})?")
_FEW = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Rows by their number from 0: those of the `header` (none when it is empty), and the first of the data."""

    header: tuple[int, ...]
    first: int


def frame_of(rows: Sequence[Row], *, merged: Sequence[range] = ()) -> Frame | None:
    """The frame of the table in `rows`, merged cells filled; None where there is none.

    `merged` are the rows that a merged cell spans, for those that span several.
    """
    kinds = _kinds(rows)
    header = _header(rows, kinds) if any(kinds) else _header_of_words(rows, merged)
    spanned = [span for span in merged if header and span.start <= header[-1] and span.stop > header[0]]
    if spanned:
        header = tuple(range(min(header[0], *(span.start for span in spanned)), header[-1] + 1))
    first = header[-1] + 1 if header else _top(rows)
    while first < len(rows) and (_counts_columns(rows[first]) or not filled(rows[first])):
        first += 1
    return Frame(header=header, first=first) if header or first < len(rows) else None


def filled(row: Row) -> int:
    """How many cells hold something."""
    return sum(bool(cell.strip()) for cell in row)


def is_number(cell: str) -> bool:
    """Whether it begins with a digit and has nothing but figures, their signs and a unit."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def _kinds(rows: Sequence[Row]) -> list[bool]:
    """Of each column, whether most of what it holds are numbers or dates; from the lower part, where no header is."""
    body = rows[len(rows) // 3 :] if len(rows) > 2 * _FEW else rows[1:] or rows
    width = max(map(len, rows), default=0)
    kinds = []
    for at in range(width):
        cells = [row[at] for row in body if at < len(row) and row[at].strip()]
        numbers = sum(map(is_number, cells))
        kinds.append(bool(cells) and numbers > len(cells) / 2)
    return kinds


def _says(row: Row, kinds: Sequence[bool]) -> str:
    """What the cells in columns of numbers make of the row: "data", "header" where they are words, or "" if empty."""
    cells = [cell for cell, number in zip(row, kinds, strict=False) if number and cell.strip()]
    numbers = sum(map(is_number, cells))
    if not cells:
        return ""
    return "data" if numbers * 2 > len(cells) and not _years(row) else "header"


def _has_number(row: Row, kinds: Sequence[bool]) -> bool:
    """Whether a row below the first of a header is data after all: words stand beside numbers in it."""
    return not _years(row) and any(number and is_number(cell) for cell, number in zip(row, kinds, strict=False))


def _years(row: Row) -> bool:
    """Whether the numbers of the row are years that follow each other."""
    cells = [cell.strip() for cell in row if is_number(cell)]
    years = [int(cell[:4]) for cell in cells if _YEAR.fullmatch(cell)]
    return len(years) > 1 and len(years) >= len(cells) - 1 and years == sorted(set(years))


def _counts_columns(row: Row) -> bool:
    """Whether the row gives columns their numbers: 1, 2, 3."""
    numbers = list(dict.fromkeys(cell.strip() for cell in row if cell.strip()))
    return len(numbers) >= _FEW and numbers == [str(i) for i in range(1, len(numbers) + 1)]


def _header(rows: Sequence[Row], kinds: Sequence[bool]) -> tuple[int, ...]:
    """The first rows that have words where the data have numbers, without titles; none where data come first."""
    start = None
    for at, row in enumerate(rows[:SEARCHED]):
        said = _says(row, kinds) if not _is_title(row, len(kinds)) else ""
        if start is None and said == "data":
            return ()
        if start is None and said == "header":
            start = at
        elif start is not None and (said != "header" or _counts_columns(row) or _has_number(row, kinds)):
            return tuple(range(start, at))
    return () if start is None else (start,)


def _header_of_words(rows: Sequence[Row], merged: Sequence[range]) -> tuple[int, ...]:
    """In a table of words: the first row as wide as most, and the cells merged with it."""
    if not rows:
        return ()
    usual = Counter(map(filled, rows)).most_common(1)[0][0]
    top = next((i for i, row in enumerate(rows) if filled(row) * 2 > usual), 0)
    ends = [span.stop for span in merged if span.start <= top < span.stop]
    return tuple(range(top, max([top + 1, *ends])))


def _is_title(row: Row, width: int) -> bool:
    """One text in a table of several columns, also where its cell is merged over all of them."""
    texts = {cell.strip() for cell in row if cell.strip()}
    return not texts or (width > 1 and len(texts) == 1)


def _top(rows: Sequence[Row]) -> int:
    return next((i for i, row in enumerate(rows) if filled(row)), 0)
