"""Merged cells of an OpenDocument sheet, which fastexcel does not tell. Reads the file's XML."""

import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}


class Area(NamedTuple):
    """A merged area of cells; all numbers 0-based and inclusive."""

    left: int
    top: int
    right: int
    bottom: int


def spans(archive: zipfile.ZipFile, sheet: str) -> Iterator[Area]:
    """The merged areas of a sheet."""
    inside, row = False, 0
    with archive.open("content.xml") as stream:
        for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314 - expat expands no external entity
            if element.tag == f"{_TABLE}table":
                inside = event == "start" and element.get(f"{_TABLE}name") == sheet
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                if inside:
                    yield from _of_row(element, row)
                    row += _times(element, "number-rows-repeated")
                element.clear()


def _of_row(element: ElementTree.Element, row: int) -> Iterator[Area]:
    column = 0
    for cell in element:
        if cell.tag not in _CELLS:
            continue
        across, down = _times(cell, "number-columns-spanned"), _times(cell, "number-rows-spanned")
        if across > 1 or down > 1:
            yield Area(column, row, column + across - 1, row + down - 1)
        column += _times(cell, "number-columns-repeated")


def _times(element: ElementTree.Element, name: str) -> int:
    told = element.get(_TABLE + name, "1")
    return int(told) if told.isdigit() else 1
