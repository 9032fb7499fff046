"""How text of fixed width is read: lines cut at their positions, those that do not fit set aside with their numbers."""

import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.sources.columns import expect
from assets.sources.files import fields_of, find, first_time, numbered, unchanged
from assets.sources.heading import bad_text, unreadable
from assets.sources.lines import BadText, Lines, warn_of_doubts
from assets.sources.packed import Content, contents
from assets.sources.source import LINE, REJECTS, Reading, Request

if TYPE_CHECKING:
    from assets.sources.fixed import Fixed

_BYTES = 4 << 20
UNFIT = "line of another length"


def read(source: "Fixed", request: Request) -> Reading:
    """Stream the files in order of their names."""
    reading = Reading(batches=iter(()), facts={"files": [], "set_aside": {}})
    files = [content for file in find(source, request) for content in contents(file, source, request)]
    reading.batches = _batches(source, request, files, reading)
    return reading


def _batches(source: "Fixed", request: Request, files: Sequence[Content], reading: Reading) -> Iterator[pa.RecordBatch]:
    for file in files:
        with unchanged(file.file, request) as facts:
            constants = fields_of(file.file, source.file_fields, request)
            if first_time({**facts, **file.told}, reading, request, fields=constants):
                try:
                    yield from _rows(source, request, file, constants, reading)
                except (UnicodeError, BadText) as error:
                    raise bad_text(request, file, source.encoding, error) from None
                except LookupError:
                    raise unreadable(request, file, f"encoding {source.encoding}, which is none") from None


def _rows(
    source: "Fixed", request: Request, file: Content, constants: dict[str, str], reading: Reading
) -> Iterator[pa.RecordBatch]:
    given = (*source.fields, *constants, *numbered(source.row_number))
    wanted = expect(given, request, ignore=source.ignore, where=file.name)
    with file.open() as opened:
        lines = Lines(opened, encoding=source.encoding, skip=source.skip, footer=source.footer)
        text = io.BufferedReader(lines, _BYTES)
        number = source.skip + 1
        while block := text.readlines(_BYTES):
            cells = pa.array([line.rstrip(b"\n") for line in block], pa.binary()).cast(pa.string())
            numbers = pa.array(np.arange(number, number + len(cells)))
            number += len(cells)
            fit, empty = _fitting(cells, source)
            _count(reading, "empty rows", int(pc.sum(empty).as_py() or 0))
            _reject(cells, numbers, pc.invert(pc.or_(fit, empty)), file, reading)
            kept = pa.RecordBatch.from_arrays([cells, numbers], names=["text", "number"]).filter(fit)
            yield _cut(kept, wanted, source, file, constants)
    _count(reading, "footer", source.footer)
    warn_of_doubts(lines, file.name, reading)


def _fitting(cells: pa.Array, source: "Fixed") -> tuple[pa.Array, pa.Array]:
    """Which lines have a character wherever a field is, and blanks elsewhere; and which are blank."""
    spans = sorted(source.fields.values())
    least = spans[-1][0] if source.cut_blanks else spans[-1][1]
    fit = pc.greater_equal(pc.utf8_length(cells), least)
    ends = [0, *(last for _, last in spans)]
    for start, stop in [*zip(ends, (first - 1 for first, _ in spans), strict=False), (ends[-1], None)]:
        if stop is None or stop > start:
            between = pc.utf8_slice_codeunits(cells, start, stop)
            fit = pc.and_(fit, pc.equal(pc.utf8_trim_whitespace(between), ""))
    return fit, pc.equal(pc.utf8_trim_whitespace(cells), "")


def _cut(
    lines: pa.RecordBatch, wanted: Sequence[str], source: "Fixed", file: Content, constants: dict[str, str]
) -> pa.RecordBatch:
    cells, numbers = lines.columns
    columns: dict[str, Any] = {}
    for name in wanted:
        if name in source.fields:
            first, last = source.fields[name]
            columns[name] = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, first - 1, last))
        else:
            columns[name] = pa.repeat(pa.scalar(constants[name]), len(cells)) if name in constants else numbers
    columns[LINE] = pc.binary_join_element_wise(file.name, numbers.cast(pa.string()), ":")
    return pa.RecordBatch.from_pydict(columns)


def _reject(cells: pa.Array, numbers: pa.Array, bad: pa.Array, file: Content, reading: Reading) -> None:
    lines = numbers.filter(bad).to_pylist()
    if lines:
        texts = [json.dumps({"_text": text}, ensure_ascii=False) for text in cells.filter(bad).to_pylist()]
        columns = [[f"{file.name}:{line}" for line in lines], [UNFIT] * len(lines), [""] * len(lines), texts]
        reading.rejects.append(pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], schema=REJECTS))


def _count(reading: Reading, reason: str, rows: int) -> None:
    if rows:
        aside = reading.facts["set_aside"]
        aside[reason] = aside.get(reason, 0) + rows
