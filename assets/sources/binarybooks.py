"""Merged cells of binary workbooks (.xls, .xlsb) and the column their cells begin in, which fastexcel does not tell.

Reads the records of a sheet, in Microsoft's open specifications [MS-XLS] and [MS-XLSB]; of Excel 95 nothing is known.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import NamedTuple
from xml.etree import ElementTree

from assets.sources.opendocument import Area

_BEGIN, _END, _SHEET, _MERGED = 0x0809, 0x000A, 0x0085, 0x00E5
_CELLS = {0x0006, 0x00BD, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}  # with a value; blank ones have none
_BUNDLE, _CELLS_B = 156, range(2, 12)
_MERGED_B = re.compile(rb"\xb1\x01\x04.{4}((?:\xb0\x01\x10.{16})+)\xb2\x01\x00", re.DOTALL)


class Where(NamedTuple):
    """The first column that has a cell, and the merged areas."""

    first_column: int = 0
    merged: tuple[Area, ...] = ()


def of_xls(file: Path, sheet: str) -> Where:
    """The first column and the merged areas of a sheet of Excel 97; raises `KeyError` where it is not there."""
    import olefile  # noqa: PLC0415 - loaded when an old workbook is read

    with olefile.OleFileIO(str(file)) as held:
        if not held.exists("Workbook"):
            return Where()
        book = held.openstream("Workbook").read()
    starts = {_name(found): unpack_from("<I", found)[0] for kind, found in _records(book, 0) if kind == _SHEET}
    first: int | None = None
    merged: list[Area] = []
    for kind, found in _records(book, starts[sheet]):
        if kind in _CELLS:
            column = unpack_from("<H", found, 2)[0]
            first = column if first is None else min(first, column)
        elif kind == _MERGED:
            merged += [Area(left, top, right, bottom) for top, bottom, left, right in iter_unpack("<4H", found[2:])]
    return Where(first or 0, tuple(merged))


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of the book, without those of charts within it."""
    depth = 0
    while at + 4 <= len(book):
        kind, size = unpack_from("<HH", book, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        if depth < 1:
            return
        at += 4 + size


def _name(found: bytes) -> str:
    length, wide = found[6], found[7] & 1
    return found[8 : 8 + length * 2].decode("utf-16-le") if wide else found[8 : 8 + length].decode("latin-1")


def of_xlsb(archive: zipfile.ZipFile, sheet: str) -> Where:
    """The same of a sheet of an .xlsb file."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))  # noqa: S314 - expat expands no external entity
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    names = dict(_bundle(found) for kind, found in _records_b(archive.read("xl/workbook.bin")) if kind == _BUNDLE)
    target = targets[names[sheet]]
    part = archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    cells = [match[1] for match in _MERGED_B.finditer(part)]
    found = [unpack_from("<4I", block, at + 3) for block in cells for at in range(0, len(block), 19)]
    return Where(_first_b(part), tuple(Area(left, top, right, bottom) for top, bottom, left, right in found))


def _first_b(part: bytes) -> int:
    """Looked for only until column A has a cell."""
    first: int | None = None
    for kind, found in _records_b(part):
        if kind in _CELLS_B:
            column = unpack_from("<I", found)[0]
            first = column if first is None else min(first, column)
            if not first:
                break
    return first or 0


def _records_b(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        kind, at = _number(part, at, 2)
        size, at = _number(part, at, 4)
        yield kind, part[at : at + size]
        at += size


def _number(part: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and where it ends."""
    value = 0
    for group in range(most):
        byte = part[at + group]
        value |= (byte & 0x7F) << 7 * group
        if byte < 1 << 7:
            return value, at + group + 1
    return value, at + most


def _bundle(found: bytes) -> tuple[str, str]:
    """A sheet's name and the relation that leads to it."""
    relation, after = _text(found, 8)
    return _text(found, after)[0], relation


def _text(found: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * unpack_from("<I", found, at)[0]
    return found[at + 4 : end].decode("utf-16-le"), end
