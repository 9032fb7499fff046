"""XLSX for people: the data with a frozen header and filters, and the dictionary on a second sheet.

xlsxwriter makes the workbook with an empty data sheet; the rows are streamed into it as DuckDB makes them
(xlsxwriter alone needs a minute for a million rows). No author, no clock: the same table gives the same bytes.
"""

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.duck import duck
from assets.model import Text
from assets.sql import name, parquet
from assets.types import decimal_of
from publish.formats import cells
from publish.formats.format import Context, NotMade
from publish.formats.lines import is_text, stream
from publish.metadata import words
from publish.metadata.dictionary import rows as dictionary_rows
from publish.metadata.fields import Field

NAME = "xlsx"
EXTENSION = "xlsx"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/XLSX"
VERSION = 1
NOTE = Text(
    {
        "id": "Excel hanya menghitung dengan 15 digit: untuk angka yang lebih panjang, CSV dan Parquet yang berlaku. "
        "Waktu dalam UTC.",
        "en": "Excel calculates with 15 digits: for longer numbers CSV and Parquet are the record. Times are in UTC.",
    }
)
# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS = 1_048_575
MAX_TEXT = 32_767
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the format knows no zone; fixed, so that bytes are stable
COMPRESSION = 3  # a third of the time of 6, for files a seventh larger
DATA_SHEET = "xl/worksheets/sheet1.xml"
ZIP64_FROM = 1 << 30
WIDEST, NARROWEST = 48, 10


def write(table: Path, target: Path, context: Context) -> None:
    """Write the table as XLSX; raises `NotMade` where a sheet cannot hold it."""
    source = pq.ParquetFile(table)
    rows, schema = source.metadata.num_rows, source.schema_arrow
    _check_fits(table, rows, schema)
    with zipfile.ZipFile(io.BytesIO(_workbook(context, rows))) as parts, _archive(target) as archive:
        for part in parts.namelist():
            if part == DATA_SHEET:
                _write_data(archive, parts.read(part).decode(), table, rows)
            else:
                _write_part(archive, part, parts.read(part))


def _archive(target: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)


def _check_fits(table: Path, rows: int, schema: pa.Schema) -> None:
    if rows > MAX_ROWS:
        raise NotMade(f"{rows} rows; a sheet holds {MAX_ROWS}")
    texts = [f"coalesce(max(strlen({name(c.name)})), 0)" for c in schema if is_text(c.type)]
    if not texts:
        return
    with duck() as connection:
        query = f"SELECT greatest({', '.join(texts)}) FROM {parquet(table)}"
        longest = (connection.execute(query).fetchone() or (0,))[0]
    if longest > MAX_TEXT:
        raise NotMade(f"a text of {longest} bytes; a cell holds {MAX_TEXT}")


def _workbook(context: Context, rows: int) -> bytes:
    """A workbook whose data sheet has its header and one empty row that carries the style of each column."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only a release that has an XLSX pays for the import

    content = io.BytesIO()
    book = Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title, publisher = context.contract.title.said_in(context.language), context.contract.publisher.name
    book.set_properties({"title": title, "company": publisher, "created": CREATED})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
    _data_sheet(book, context, head, rows)
    _dictionary_sheet(book, context, head)
    book.close()
    return content.getvalue()


def _data_sheet(book: Any, context: Context, head: Any, rows: int) -> None:
    sheet = book.add_worksheet(words.DATA.said_in(context.language))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows, len(context.fields) - 1)
    for i, field in enumerate(context.fields):
        style = book.add_format({"num_format": number_format(field)})
        sheet.set_column(i, i, _width(field))
        sheet.write_string(0, i, field.name, head)
        sheet.write_blank(1, i, None, style)


def _dictionary_sheet(book: Any, context: Context, head: Any) -> None:
    sheet = book.add_worksheet(words.DICTIONARY.said_in(context.language))
    language = context.language
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    headings = [text.said_in(language) for text in words.HEADINGS.values()]
    body = dictionary_rows(context.fields, (language,))
    for i, row in enumerate([headings, *body]):
        for j, text in enumerate(row):
            sheet.write_string(i, j, text, wrap if i else head)
    for j, width in enumerate((24, 16, 28, 56, 10, 16, 10, 36, 36)):
        sheet.set_column(j, j, width)
    sheet.freeze_panes(1, 1)
    for k, note in enumerate(_notes(context)):
        sheet.write_string(len(body) + 2 + k, 0, note)


def _notes(context: Context) -> list[str]:
    contract, language = context.contract, context.language
    source = f"{contract.title.said_in(language)}, {contract.publisher.name}, {context.version}, {contract.license}"
    return [source, NOTE.said_in(language)]


def number_format(field: Field) -> str:
    """How Excel shows the column: years and numbers of things plain, measures with separators, dates as ISO 8601."""
    decimal = decimal_of(field.type)
    if decimal:
        return "#,##0" + (f".{'0' * decimal[1]}" if decimal[1] else "")
    if field.type == "integer":
        return "#,##0" if field.class_ == "public_measure" else "0"
    return {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss"}.get(field.type, "General")


def _width(field: Field) -> int:
    decimal = decimal_of(field.type)
    natural = {"date": 12, "datetime": 20, "string": 24}.get(field.type, NARROWEST)
    wanted = decimal[0] + decimal[0] // 3 if decimal else natural
    return min(max(wanted, len(field.name) + 4, NARROWEST), WIDEST)


def _write_data(archive: zipfile.ZipFile, sheet: str, table: Path, rows: int) -> None:
    """The data sheet: what xlsxwriter made, with all rows in place of the empty one."""
    match = re.search(r'<row r="2".*?</row>', sheet)
    assert match is not None  # noqa: S101 - _data_sheet writes that row
    schema = pq.read_schema(table)
    before = re.sub(r'(<dimension ref="A1:[A-Z]+)\d+"', rf'\g<1>{rows + 1}"', sheet[: match.start()])
    styles = re.findall(r' s="(\d+)"', match.group())
    expression = cells.row(schema, styles if len(styles) == len(schema) else ["0"] * len(schema))
    with archive.open(DATA_SHEET, "w", force_zip64=_large(table, schema)) as part:
        part.write(before.encode())
        stream(table, expression, part)
        part.write(sheet[match.end() :].encode())


def _large(table: Path, schema: pa.Schema) -> bool:
    meta = pq.read_metadata(table)
    content = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    return bool(4 * content + 64 * meta.num_rows * len(schema) > ZIP64_FROM)


def _write_part(archive: zipfile.ZipFile, part: str, content: bytes) -> None:
    with archive.open(part, "w") as target:
        target.write(content)
