"""Several tables in one text: the same one again below a title, or another one below it. Found by reading all lines."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assets.propose.frame import filled
from assets.propose.sniff import Dialect
from assets.sources.headers import joined, unique

_LARGEST = 64 << 20  # bytes
_LEAST = 5  # lines that make another table
_MOST_TITLES = 20
Numbered = tuple[int, list[str]]


def stacked_in(
    file: Path, encoding: str, dialect: Dialect, header: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The options that leave other tables out, and a remark on each; nothing where there is one table."""
    if file.stat().st_size > _LARGEST or not header:
        return {}, {}
    records = list(_records(file, encoding, dialect))
    below = _below(records, dialect.width)
    if below:
        first, last, width = below
        remark = f"another table, of {width} columns, stands in lines {first} to {last}: it is left out"
        return {"footer": last - first + 1}, {"footer": remark}
    titles = sorted(_titles(records, header))
    if not titles or len(titles) > _MOST_TITLES:
        return {}, {}
    name = unique([title or str(i) for i, title in enumerate(joined([header]), start=1)])[0]
    pattern = f"^({'|'.join(_literal(title) for title in titles)})$"
    return {"leave_out": {name: pattern}}, {"leave_out": "titles of tables that stand below the first"}


def _records(file: Path, encoding: str, dialect: Dialect) -> Iterator[Numbered]:
    """Each record with the number of its first line."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with file.open(encoding=name, errors="replace", newline=None) as opened:
        reader = csv.reader(
            opened, delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape, strict=False
        )
        line = 1
        try:
            for record in reader:
                yield line, record
                line = reader.line_num + 1
        except csv.Error:
            return


def _below(records: Sequence[Numbered], width: int) -> tuple[int, int, int] | None:
    """The first and last line of a table of another width, with which the file ends, and that width."""
    held = [(line, len(record)) for line, record in records if filled(record)]
    other = held[-1][1] if held else width
    if other in {width, 0, 1}:
        return None
    ragged = [line for line, found in held if found != width]
    block = 0
    while block < len(held) and held[-1 - block][1] == other:
        block += 1
    if block < _LEAST or block != len(ragged):
        return None
    return ragged[0], max(line for line, record in records if record), other


def _titles(records: Sequence[Numbered], header: Sequence[str]) -> set[str]:
    """What stands alone in the rows right above a header that comes again."""
    plain = [cell.strip() for cell in header]
    again = [at for at, (_, record) in enumerate(records) if [cell.strip() for cell in record] == plain][1:]
    found = set()
    for at in again if len(plain) > 1 else ():
        above = at - 1
        while above > 0 and filled(records[above][1]) < 2:  # noqa: PLR2004 - a title is one cell
            found.add(records[above][1][0].strip() if records[above][1] else "")
            above -= 1
    return found - {""}


def _literal(text: str) -> str:
    """The text as a regular expression that means just it, its spaces as they are."""
    return re.escape(text).replace("\\ ", " ")
