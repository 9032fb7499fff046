"""The options under which a delimited text can be read: encoding, dialect, title lines, header, footer."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assets.errors import SourceUnreadable
from assets.propose.fixed import fields_in
from assets.propose.frame import Frame, filled, frame_of
from assets.propose.proposal import Origin
from assets.propose.sniff import Dialect, dialect_of, encoding_of
from assets.propose.stacked import stacked_in

_START = 1 << 20
_END = 1 << 16
_LINES = 400
_MOST_HEADERS = 5


def text_origin(file: Path, place: Mapping[str, Any]) -> Origin:
    """The source in `file`; `place` are the options that say where it is. Raises `SourceUnreadable`."""
    encoding, known = encoding_of(file)
    text = _start(file, encoding)
    if not text.strip():
        raise SourceUnreadable("the file holds nothing", file=file.name, found=f"{file.stat().st_size} bytes",
                               next="ask for it again")  # fmt: skip
    dialect = dialect_of(text)
    fixed = fields_in(text.split("\n", _LINES)[:_LINES]) if dialect.width < 2 else {}  # noqa: PLR2004 - one column
    if fixed:
        coded = {"encoding": encoding} if encoding != "utf-8" else {}
        options = {**place, "kind": "fixed", **coded, **fixed}
        return Origin(options=options, remarks={"fields": "where all lines are blank"},
                      told=f"{file.name}: {encoding}, {len(fixed['fields'])} fields of fixed width")  # fmt: skip
    records, lines = _records(text, dialect)
    frame = frame_of(records)
    if frame is None or len(frame.header) > _MOST_HEADERS:
        raise SourceUnreadable(
            "no table was found in the file",
            file=file.name,
            found="no header with rows below it",
            next="open it and look where it begins",
        )
    header = records[frame.header[0]] if len(frame.header) == 1 else ()
    others, remarks = stacked_in(file, encoding, dialect, header)
    notes = _footer(file, encoding, dialect)
    options = {**place, **_format(encoding, dialect), **_position(frame, lines), **({"footer": notes} if notes else {})}
    return Origin(
        options={**options, **others},
        remarks={"encoding": known, **remarks},
        told=_told(file, options, dialect, frame, lines),
    )


def _start(file: Path, encoding: str) -> str:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    with file.open(encoding=name, errors="replace", newline=None) as opened:
        return opened.read(_START)


def _records(text: str, dialect: Dialect) -> tuple[list[list[str]], list[int]]:
    """The first records, and for each the number of lines before it."""
    reader = csv.reader(
        io.StringIO(text), delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape
    )
    records: list[list[str]] = []
    lines = [0]
    try:
        for record in reader:
            records.append(record)
            lines.append(reader.line_num)
            if len(records) == _LINES:
                break
    except csv.Error:
        pass
    return records, lines


def _format(encoding: str, dialect: Dialect) -> dict[str, Any]:
    options: dict[str, Any] = {"encoding": encoding} if encoding != "utf-8" else {}
    options |= {"delimiter": dialect.delimiter} if dialect.delimiter != "," else {}
    options |= {"quote": dialect.quote} if dialect.quote != '"' else {}
    return options | ({"escape": dialect.escape} if dialect.escape else {})


def _position(frame: Frame, lines: Sequence[int]) -> dict[str, Any]:
    skip = lines[frame.header[0] if frame.header else frame.first]
    options: dict[str, Any] = {"skip": skip} if skip else {}
    return options | ({"header": len(frame.header)} if len(frame.header) != 1 else {})


def _footer(file: Path, encoding: str, dialect: Dialect) -> int:
    """Lines at the end that are no data: fewer cells than the table has, and not the same number in many."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - _END))
        text = opened.read().decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    rows = [next(csv.reader([line], delimiter=dialect.delimiter), []) for line in text.rstrip("\n").split("\n")]
    notes = 0
    while notes < min(len(rows) - 1, 10) and dialect.width > 1 and _is_note(rows[-1 - notes], dialect):
        notes += 1
    while notes and not filled(rows[-notes]):
        notes -= 1
    return notes if notes < 10 else 0  # noqa: PLR2004 - so many are another table


def _is_note(row: Sequence[str], dialect: Dialect) -> bool:
    return filled(row) < 2 and (len(row) < dialect.width or dialect.width > 3)  # noqa: PLR2004 - one cell of many


def _told(file: Path, options: dict[str, Any], dialect: Dialect, frame: Frame, lines: Sequence[int]) -> str:
    name = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[dialect.delimiter]
    where = [lines[row] + 1 for row in (frame.header[0], frame.header[-1])] if frame.header else []
    header = "no header" if not where else f"header in line {where[0]}" if where[0] == where[-1] else (
        f"header in lines {where[0]}-{where[-1]}"
    )  # fmt: skip
    return f"{file.name}: {options.get('encoding', 'utf-8')}, {name}, {header}"
