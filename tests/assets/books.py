"""Writers of workbooks of every form, from the same rows: what a spreadsheet program would save."""

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlwt
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[Any]]
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"/>'
)
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


def xls(file: Path, rows: Rows, *, since_1904: bool = False) -> None:
    """The same in the form of Excel 97."""
    made = xlwt.Workbook()
    made.dates_1904 = since_1904
    sheet = made.add_sheet("Data")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(at, column, value, day if isinstance(value, dt.date) else xlwt.Style.default_style)
    made.add_sheet("Other").write(0, 0, "nothing")
    made.save(str(file))


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
