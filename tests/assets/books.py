"""Writers of workbooks of every form, from the same rows: what a spreadsheet program would save."""

import datetime as dt
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlwt
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[Any]]
Merged = tuple[int, int, int, int]  # left, top, right, bottom, 0-based and inclusive
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"/>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.bin"/><Relationship Id="r2" Target="worksheets/sheet2.bin"/></Relationships>'
)
_ERRORS = {"#REF!": 0x17, "#DIV/0!": 0x07, "#N/A": 0x2A}
_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


def xlsx(file: Path, rows: Rows, *, merged: Sequence[str] = (), since_1904: bool = False) -> None:
    """A sheet "Data" before another one."""
    made = Workbook()
    if since_1904:
        made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert sheet is not None
    sheet.title = "Data"
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    made.create_sheet("Other").append(["nothing"])
    made.save(file)


def xls(file: Path, rows: Rows, *, merged: Sequence[Merged] = (), since_1904: bool = False) -> None:
    """The same in the form of Excel 97."""
    made = xlwt.Workbook()
    made.dates_1904 = since_1904
    sheet = made.add_sheet("Data")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(at, column, value, day if isinstance(value, dt.date) else xlwt.Style.default_style)
    for left, top, right, bottom in merged:
        sheet.merge(top, bottom, left, right)
    made.add_sheet("Other").write(0, 0, "nothing")
    made.save(str(file))


def xlsb(file: Path, rows: Rows, *, merged: Sequence[Merged] = ()) -> None:
    """The same as binary Excel: texts, numbers, `#...` for an error, `=1` for a formula that gives a number."""
    size = struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, max((len(row) - 1 for row in rows), default=0))
    parts = [_record(129), _record(148, size), _record(145)]
    for at, row in enumerate(rows):
        parts.append(_record(0, struct.pack("<I", at) + bytes(13)))
        parts += [_cell_b(column, value) for column, value in enumerate(row) if value is not None]
    parts.append(_record(146))
    if merged:
        areas = [_record(176, struct.pack("<4I", top, bottom, left, right)) for left, top, right, bottom in merged]
        parts += [_record(177, struct.pack("<I", len(merged))), *areas, _record(178)]
    sheets = [_record(156, bytes(8) + _wide(f"r{at}") + _wide(name)) for at, name in enumerate(("Data", "Other"), 1)]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS)
        archive.writestr("xl/workbook.bin", b"".join([_record(131), _record(143), *sheets, _record(144), _record(132)]))
        archive.writestr("xl/worksheets/sheet1.bin", b"".join([*parts, _record(130)]))
        archive.writestr(
            "xl/worksheets/sheet2.bin", _record(129) + _record(148, bytes(16)) + b"".join(map(_record, (145, 146, 130)))
        )


def _cell_b(column: int, value: Any) -> bytes:
    head = struct.pack("<II", column, 0)
    if isinstance(value, str) and value.startswith("#"):
        return _record(3, head + bytes([_ERRORS[value]]))
    if isinstance(value, str) and value.startswith("="):
        return _record(9, head + struct.pack("<dHI", float(value[1:]), 0, 0) + bytes(4))
    if isinstance(value, str):
        return _record(6, head + _wide(value))
    return _record(5, head + struct.pack("<d", value))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    size, lengths = len(content), b""
    while True:
        size, low = divmod(size, 128)
        lengths += bytes([low | (128 if size else 0)])
        if not size:
            break
    marks = bytes([kind]) if kind < 128 else bytes([kind % 128 | 128, kind // 128])
    return marks + lengths + content


def ods(file: Path, rows: Rows, *, spans: dict[tuple[int, int], int] | None = None) -> None:
    """The same as LibreOffice saves it; `spans` says of a cell over how many rows it goes."""
    lines = "".join(
        f"<table:table-row>{''.join(_cell(value, (spans or {}).get((at, column), 1)) for column, value in enumerate(row))}</table:table-row>"
        for at, row in enumerate(rows)
    )
    tables = f'<table:table table:name="Data">{lines}</table:table><table:table table:name="Other"/>'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _ODS.format(tables=tables))


def _cell(value: Any, rows: int) -> str:
    span = f' table:number-rows-spanned="{rows}" table:number-columns-spanned="1"' if rows > 1 else ""
    if value is None:
        return f"<table:table-cell{span}/>"
    text = f"<text:p>{escape(str(value))}</text:p>"
    if isinstance(value, dt.date):
        return f'<table:table-cell{span} office:value-type="date" office:date-value="{value}">{text}</table:table-cell>'
    if isinstance(value, int | float):
        return f'<table:table-cell{span} office:value-type="float" office:value="{value!r}">{text}</table:table-cell>'
    return f'<table:table-cell{span} office:value-type="string">{text}</table:table-cell>'
