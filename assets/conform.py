"""From what a source gives to what the contract declares: exact values in declared types, or a rejected row.

Whether values are right is not asked here (see `quality/`), only whether they can be read without loss.
"""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from assets.column import Column
from assets.errors import SourceChanged
from assets.moments import date_of, moment_of
from assets.sources.decimals import to_decimal
from assets.sources.source import LINE, REJECTS, Values
from assets.types import arrow_type, decimal_of

_INTEGER = (19, 0)  # digits and scale that hold every int64


def conform(
    batch: pa.RecordBatch | pa.Table,
    columns: Sequence[Column],
    *,
    values: Values,
    dataset: str = "",
    keep: Sequence[str] = (),
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The rows that can be read, in declared types under the contract's names plus `_line`, and the others.

    Columns named in `keep` pass as they are. The other rows have `_line`, `rule` ("type date"), `column` and `record`: the original cells as JSON. Raises
    `SourceChanged` where a column came in a type that can never mean the declared one.
    """
    batch = _one_batch(batch)
    wrong: list[tuple[Column, pa.BooleanArray]] = []
    typed = []
    for column in columns:
        cells = _plain(batch.column(column.read_as if not column.derived else column.name))
        present, read = _read(cells, column, column.values or values, dataset)
        typed.append(read)
        if read.null_count > present.null_count:
            wrong.append((column, pc.and_(pc.is_valid(present), pc.is_null(read))))
    names = [*keep, *(column.name for column in columns), LINE]
    good = pa.RecordBatch.from_arrays([*map(batch.column, keep), *typed, batch.column(LINE)], names=names)
    return _part(good, batch, wrong)


def _part(
    good: pa.RecordBatch, batch: pa.RecordBatch, wrong: Sequence[tuple[Column, pa.BooleanArray]]
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    if not wrong:
        return good, pa.RecordBatch.from_pylist([], schema=REJECTS)
    first = pa.nulls(good.num_rows, pa.int32())
    for i, (_, mask) in enumerate(wrong):
        first = pc.coalesce(first, pc.if_else(mask, pa.scalar(i, pa.int32()), pa.scalar(None, pa.int32())))
    bad = pc.is_valid(first)
    which = first.drop_null()
    blamed = [column for column, _ in wrong]
    cells = batch.filter(bad)
    rejects = [
        cells.column(LINE),
        pa.array([f"type {_kind(column)}" for column in blamed]).take(which),
        pa.array([column.name for column in blamed]).take(which),
        pa.array(_records(cells), pa.string()),
    ]
    return good.filter(pc.invert(bad)), pa.RecordBatch.from_arrays(rejects, schema=REJECTS)


def _records(cells: pa.RecordBatch) -> list[str]:
    """Each row as JSON. Native values are shown as Arrow writes them, which has words for what Python cannot hold."""
    names = [name for name in cells.schema.names if name != LINE]
    columns = [_shown(_plain(cells.column(name))) for name in names]
    rows = zip(*columns, strict=True)
    return [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]


def _shown(cells: pa.Array) -> list[str | None]:
    if pa.types.is_binary(cells.type) or pa.types.is_nested(cells.type):
        return [None if cell is None else str(cell) for cell in cells.to_pylist()]
    shown: list[str | None] = cells.cast(pa.string()).to_pylist()
    return shown


def _kind(column: Column) -> str:
    return column.type.split("(")[0]


def _one_batch(batch: pa.RecordBatch | pa.Table) -> pa.RecordBatch:
    if isinstance(batch, pa.RecordBatch):
        return batch
    whole = batch.combine_chunks()
    return whole.to_batches()[0] if whole.num_rows else pa.RecordBatch.from_pylist([], schema=whole.schema)


def _plain(cells: pa.Array) -> pa.Array:
    """Without dictionaries and extension types; PostgreSQL's NUMERIC comes as text within one."""
    if isinstance(cells, pa.ExtensionArray):
        cells = cells.storage
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type) or pa.types.is_null(cells.type):
        cells = cells.cast(pa.string())
    return cells


def _read(cells: pa.Array, column: Column, values: Values, dataset: str) -> tuple[pa.Array, pa.Array]:
    """The cells that hold a value, and those values in the declared type (NULL where it cannot be read)."""
    present = _present(cells, values) if pa.types.is_string(cells.type) else cells
    try:
        return present, _typed(present, column.type, values)
    except (pa.ArrowNotImplementedError, _Unfit):
        raise SourceChanged(
            "a column has another type than the contract says",
            dataset=dataset or None,
            column=column.name,
            found=str(cells.type),
            allowed=column.type,
            next="set the column's type to what the source holds now",
        ) from None


class _Unfit(Exception):
    """A native type that never means the declared one."""


def _present(texts: pa.Array, values: Values) -> pa.Array:
    if values.trim:
        texts = pc.utf8_trim_whitespace(texts)
    for null in values.nulls:
        texts = pc.if_else(pc.equal(texts, null), pa.scalar(None, pa.string()), texts)
    for word, meant in values.words.items():
        texts = pc.if_else(pc.equal(texts, word), pa.scalar(meant), texts)
    return texts


def _typed(cells: pa.Array, wanted: str, values: Values) -> pa.Array:
    decimal = decimal_of(wanted)
    if decimal:
        return _number(cells, *decimal, values)
    if wanted == "integer":
        return _integer(cells, values)
    if wanted in {"date", "datetime"}:
        return _moment(cells, wanted, values)
    return _boolean(cells, values) if wanted == "boolean" else _text(cells)


def _text(cells: pa.Array) -> pa.Array:
    if pa.types.is_string(cells.type):
        return cells
    return _as_text(cells)


def _as_text(cells: pa.Array) -> pa.Array:
    """Native values in their shortest exact writing."""
    if pa.types.is_binary(cells.type) or pa.types.is_nested(cells.type):
        raise _Unfit
    return cells.cast(pa.string())


def _number(cells: pa.Array, precision: int, scale: int, values: Values) -> pa.Array:
    if pa.types.is_string(cells.type):
        return to_decimal(cells, precision=precision, scale=scale, values=values)
    _only(cells, pa.types.is_integer, pa.types.is_decimal, pa.types.is_floating)
    return to_decimal(_as_text(cells), precision=precision, scale=scale, values=Values())


def _integer(cells: pa.Array, values: Values) -> pa.Array:
    if pa.types.is_integer(cells.type) and not pa.types.is_uint64(cells.type):
        return cells.cast(pa.int64())
    exact = _number(cells, *_INTEGER, values)
    largest = pa.scalar(2**63 - 1).cast(exact.type)
    inside = pc.and_(pc.less_equal(exact, largest), pc.greater_equal(exact, pa.scalar(-(2**63)).cast(exact.type)))
    return pc.if_else(inside, exact, pa.scalar(None, exact.type)).cast(pa.int64())


def _moment(cells: pa.Array, wanted: str, values: Values) -> pa.Array:
    _only(cells, pa.types.is_string, pa.types.is_date32, pa.types.is_timestamp)
    if wanted == "date":
        return date_of(cells, formats=values.dates, timezone=values.timezone)
    return moment_of(cells, formats=values.datetimes, timezone=values.timezone)


def _boolean(cells: pa.Array, values: Values) -> pa.Array:
    if pa.types.is_boolean(cells.type):
        return cells
    _only(cells, pa.types.is_string, pa.types.is_integer)
    words = pc.utf8_lower(_as_text(cells))
    said = [(values.true, True), (values.false, False)]
    found = pa.nulls(len(cells), pa.bool_())
    for options, meaning in said:
        matches = pc.is_in(words, value_set=pa.array([option.lower() for option in options], pa.string()))
        found = pc.if_else(matches, pa.scalar(meaning), found)
    return pc.if_else(pc.is_valid(cells), found, pa.scalar(None, pa.bool_()))


def _only(cells: pa.Array, *kinds: Any) -> None:
    if not any(kind(cells.type) for kind in kinds):
        raise _Unfit


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The schema of conformed rows, with `_line`."""
    return pa.schema([*((column.name, arrow_type(column.type)) for column in columns), (LINE, pa.string())])
