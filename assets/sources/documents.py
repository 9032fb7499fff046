"""JSON files: a list of records, or an object that holds one; UTF-8 with or without a byte order mark."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.sources.files import find, first_time, numbered, placed, unchanged
from assets.sources.packed import Content, contents
from assets.sources.records import NotJson, batch_of, parse, records_of, unreadable
from assets.sources.source import Reading, Request

if TYPE_CHECKING:
    from assets.sources.json import Json

_RECORDS = 10_000


def read(source: "Json", request: Request) -> Reading:
    """Stream the files in order of their names; one file is held in memory at a time."""
    reading = Reading(batches=iter(()), facts={"files": []})
    files = [content for file in find(source, request) for content in contents(file, source, request)]
    reading.batches = _batches(source, request, files, reading)
    return reading


def _batches(source: "Json", request: Request, files: Sequence[Content], reading: Reading) -> Iterator[pa.RecordBatch]:
    for file in files:
        with unchanged(file.file, request) as facts:
            if not first_time({**facts, **file.told}, reading, request, fields={}):
                continue
            records = records_of(_document(file, request), source.records, request=request, where=file.name)
            for start in range(0, len(records), _RECORDS):
                part = records[start : start + _RECORDS]
                places = range(start + 1, start + len(part) + 1)
                lines = placed(file.name, places, "item ")
                given = {name: [str(at) for at in places] for name in numbered(source.row_number)}
                yield batch_of(part, lines, request=request, ignore=source.ignore, where=file.name, given=given)


def _document(file: Content, request: Request) -> Any:
    try:
        with file.open() as opened:
            return parse(opened.read().decode("utf-8-sig"))
    except (NotJson, UnicodeDecodeError) as error:
        raise unreadable(request, file.name, str(error) if isinstance(error, NotJson) else "no UTF-8") from None
