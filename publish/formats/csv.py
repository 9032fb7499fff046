"""CSV: RFC 4180 with CRLF, UTF-8 without a byte order mark, a header of column names."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assets.model import Text
from publish.formats.format import Context
from publish.formats.lines import is_text, name, plain, stream
from publish.metadata.table import FORMULA_STARTS

NAME = "csv"
EXTENSION = "csv"
MEDIA_TYPE = "text/csv"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/CSV"
VERSION = 1
NOTE = Text(
    {
        "id": 'Sel kosong berarti tidak ada nilai; "" berarti teks kosong. Teks yang diawali = + - @ tab atau CR (juga '
        "setelah tanda petik tunggal) diberi satu tanda petik tunggal di depan, agar lembar kerja tidak "
        "menjalankannya sebagai rumus; buang satu untuk mendapat teks aslinya.",
        "en": 'An empty cell is no value; "" is an empty text. A text that begins with = + - @ tab or CR (or with '
        "apostrophes before one of them) gets one apostrophe in front, so that no spreadsheet runs it as a formula; "
        "remove one to get the text itself.",
    }
)
FORMULA = rf"^''*[{re.escape(''.join(FORMULA_STARTS))}]"  # what `safe` of a small table says, in SQL


def write(table: Path, target: Path, context: Context) -> None:
    """Write the table as CSV."""
    del context
    schema = pq.read_schema(table)
    expression = " || ',' || ".join(_cell(column.name, column.type) for column in schema)
    with target.open("wb") as file:
        file.write(f"{','.join(schema.names)}\r\n".encode())
        stream(table, f"{expression} || chr(13) || chr(10)", file)


def _cell(column: str, kind: pa.DataType) -> str:
    if not is_text(kind):
        return f"coalesce({plain(column, kind)}, '')"
    text = f"CASE WHEN regexp_matches({name(column)}, '{FORMULA}') THEN '''' || {name(column)} ELSE {name(column)} END"
    return (
        f"CASE WHEN {name(column)} IS NULL THEN '' WHEN {name(column)} = '' THEN '\"\"'"
        f" WHEN regexp_matches({name(column)}, '[\",\\r\\n]') THEN '\"' || replace({text}, '\"', '\"\"') || '\"'"
        f" ELSE {text} END"
    )
