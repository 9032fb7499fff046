"""What fastexcel does not tell of a sheet: its merged cells, and the column its cells begin in. Reads the file's XML."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

_CHUNK = 1 << 20
_OVERLAP = 64
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+)\d+"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Area(NamedTuple):
    """A merged area of cells; all numbers 0-based and inclusive."""

    left: int
    top: int
    right: int
    bottom: int


class Layout(NamedTuple):
    """Where the cells of a sheet begin, and its merged areas."""

    first_column: int
    merged: tuple[Area, ...]


def layout(file: Path, sheet: str) -> Layout:
    """The layout of `sheet`; raises `BadZipFile` where the file is damaged."""
    try:
        return _layout(file, sheet)
    except (zlib.error, EOFError, ElementTree.ParseError) as error:
        raise zipfile.BadZipFile(type(error).__name__) from error


def _layout(file: Path, sheet: str) -> Layout:
    with zipfile.ZipFile(file) as archive:
        part = _part(archive, sheet)
        first: int | None = None
        merged: dict[Area, None] = {}
        for text in _chunks(archive, part):
            if first != 0:
                columns = [number(letters.decode()) for letters in set(_CELL.findall(text))]
                first = min([*columns, *([] if first is None else [first])], default=first)
            for left, top, right, bottom in _MERGED.findall(text):
                area = Area(number(left.decode()), int(top) - 1, number(right.decode()), int(bottom) - 1)
                merged[area] = None
    return Layout(first or 0, tuple(merged))


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
