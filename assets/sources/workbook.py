"""What fastexcel does not tell of a sheet: its merged cells, formulas without a value, and the column its cells begin in.

Reads the XML of an .xlsx file; of other forms only the merged cells are known, and of binary ones their first column.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from assets.sources.binarybooks import of_xls, of_xlsb
from assets.sources.opendocument import Area, spans
from assets.sources.packed import NO_ZIP

_CHUNK = 1 << 20
_OVERLAP = 16_384  # longer than a cell with the longest formula
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+)\d+"')
_ROW = re.compile(rb'row\s[^>]*?\br="(\d+)"')
_FAR = re.compile(rb' r="([A-Z]{2,})\d+"')
_F = tuple(start + b"f" + end for start in (b"<", b":") for end in (b">", b" ", b"/"))
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s(?![^>]*?\bt="str")[^>]*?\br="([A-Z]+)(\d+)"[^>]*?>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Layout(NamedTuple):
    """Where the cells of a sheet begin, its merged areas, and its formulas that were never calculated, by row and column.

    `area` is how many cells there are from the first to the farthest, empty ones among them.
    """

    first_column: int = 0
    area: int = 0
    merged: tuple[Area, ...] = ()
    uncalculated: tuple[tuple[int, int], ...] = ()


def layout(file: Path, sheet: str) -> Layout:
    """The layout of `sheet`; raises `BadZipFile` where the file is damaged."""
    try:
        with file.open("rb") as opened:
            if opened.read(2) != b"PK":
                return Layout(**of_xls(file, sheet)._asdict())
        return _layout(file, sheet)
    except (*NO_ZIP, ElementTree.ParseError, ValueError, LookupError, struct.error) as error:
        raise zipfile.BadZipFile(type(error).__name__) from error


def _layout(file: Path, sheet: str) -> Layout:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if "content.xml" in names:
            return Layout(merged=tuple(spans(archive, sheet)))
        if "xl/workbook.bin" in names:
            return Layout(**of_xlsb(archive, sheet)._asdict())
        part = _part(archive, sheet)
        begin: int | None = None
        merged: dict[Area, None] = {}
        bare: dict[tuple[int, int], None] = {}
        rows, far = 0, 26
        for text in _chunks(archive, part):
            if begin != 0:
                columns = [number(letters.decode()) for letters in set(_CELL.findall(text))]
                begin = min([*columns, *([] if begin is None else [begin])], default=begin)
            for left, top, right, bottom in _MERGED.findall(text) if b"mergeCell " in text else ():
                area = Area(number(left.decode()), int(top) - 1, number(right.decode()), int(bottom) - 1)
                merged[area] = None
            rows = max([rows, *map(int, _ROW.findall(text, text.rfind(b"row ")))])
            far = max([far, *(number(found.decode()) for found in set(_FAR.findall(text)))])
            if any(mark in text for mark in _F):
                bare |= {(int(row) - 1, number(left.decode())): None for left, row in _FORMULA.findall(text)}
    first = begin or 0
    return Layout(first, rows * far, tuple(merged), tuple((row, column - first) for row, column in bare))


def number(letters: str) -> int:
    """A column's number, 0-based, from its letters."""
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - ord("A") + 1
    return value - 1


def letters(column: int) -> str:
    """A column's letters, from its number, 0-based."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The path of a sheet's XML within the workbook."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat expands no external entity
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = targets[element.get(_RELATION)]
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML in pieces; each repeats the end of the one before, so that nothing is cut in two."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield tail + chunk
            tail = (tail + chunk)[-_OVERLAP:]
