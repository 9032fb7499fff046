"""JSON lines: one object a row, every column in every object, numbers with all their digits."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assets.model import Text
from assets.sql import name, text
from publish.formats.format import Context
from publish.formats.lines import is_text, plain, stream

NAME = "jsonl"
EXTENSION = "jsonl"
MEDIA_TYPE = "application/jsonl"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/JSON"
VERSION = 1
NOTE = Text(
    {
        "id": "Satu objek JSON per baris. Angka ditulis dengan semua digitnya: baca sebagai desimal, bukan float.",
        "en": "One JSON object a line. Numbers have all their digits: read them as decimals, not as floats.",
    }
)


def write(table: Path, target: Path, context: Context) -> None:
    """Write the table as JSON lines."""
    del context
    members = [f"{text(_key(c.name))}, {_value(c.name, c.type)}" for c in pq.read_schema(table)]
    with target.open("wb") as file:
        stream(table, f"concat('{{', {', chr(44), '.join(members)}, '}}', chr(10))", file)


def _key(column: str) -> str:
    return f'"{column}":'


def _value(column: str, kind: pa.DataType) -> str:
    if is_text(kind):
        value = f"CAST(to_json({name(column)}) AS VARCHAR)"
    elif pa.types.is_temporal(kind):
        value = f"'\"' || {plain(column, kind)} || '\"'"
    else:
        value = plain(column, kind)
    return f"coalesce({value}, 'null')"
