"""Rows of a sheet that are no data: empty ones, footers, sums. Set aside and counted, after the sums were checked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.contradictions import did_you_mean
from assets.errors import SourceChanged, SourceUnreadable
from assets.sources.decimals import to_decimal
from assets.sources.source import Reading, Request, Values

if TYPE_CHECKING:
    from assets.sources.xlsx import Xlsx

ROW = "_sheet_row"
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
_WIDE = (38, 6)  # digits and scale in which sums are checked


def without_edges(table: pa.Table, footer: int, reading: Reading) -> pa.Table:
    """Without the footer, which is the last rows that hold something, and without empty rows."""
    held = _held(table)
    last = int(np.flatnonzero(held)[-1]) + 1 if held.any() else 0
    kept = held[: max(last - footer, 0)]
    _count(reading, "footer", min(footer, last))
    _count(reading, "empty rows", int((~kept).sum()))
    return table.slice(0, len(kept)).filter(pa.array(kept))


def filled_down(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Empty cells of these columns repeat the cell above."""
    for name in names:
        if name in table.schema.names:
            texts = _combined(table, name)
            empty = pc.equal(pc.utf8_trim_whitespace(texts), "")
            filled = pc.fill_null_forward(pc.if_else(empty, pa.scalar(None, pa.string()), texts))
            table = table.set_column(table.schema.get_field_index(name), name, filled)
    return table


def without_subtotals(
    table: pa.Table, source: "Xlsx", request: Request, reading: Reading, *, where: str
) -> pa.Table:
    """Without the rows that repeat sums, each of which must be that of the rows since the one before, or of all."""
    rules = source.subtotals
    assert rules is not None  # noqa: S101 - asked for by the caller
    sums = _matching(table, rules.column, rules.pattern, request, where)
    for name in rules.check:
        values = _numbers(table, name, source.values, request, where)
        _check_sums(table, values, sums, name=name, request=request, where=where, reading=reading)
    _count(reading, "sums", int(sums.sum()))
    return table.filter(pa.array(~sums))


def leaves(table: pa.Table, source: "Xlsx", request: Request, reading: Reading, *, where: str) -> pa.Table:
    """Only the leaves of a tree, which must add up to its top."""
    tree = source.tree
    assert tree is not None  # noqa: S101 - asked for by the caller
    leaf = _matching(table, tree.column, tree.leaf, request, where)
    if not leaf.any():
        raise SourceChanged(
            "no row is a leaf of the tree", dataset=request.dataset, column=tree.column, where=where, allowed=tree.leaf
        )
    for name in tree.check:
        _check_top(table, _numbers(table, name, source.values, request, where), leaf, name, request, where)
    _count(reading, "levels above", int((~leaf).sum()))
    return table.filter(pa.array(leaf))


def _check_top(
    table: pa.Table, values: Sequence[Decimal | None], leaf: Mask, name: str, request: Request, where: str
) -> None:
    above = np.flatnonzero(~leaf)
    if not len(above):
        return
    top, below = int(above[0]), [values[i] for i in np.flatnonzero(leaf)]
    if None not in below and sum(filter(None, below)) != values[top]:
        _differs(table, top, name, request, where, told=values[top], summed=sum(filter(None, below), Decimal(0)))


def _check_sums(
    table: pa.Table, values: Sequence[Decimal | None], sums: Mask, *, name: str, request: Request, where: str,
    reading: Reading,
) -> None:  # fmt: skip
    """Compare each sum with the rows since the sum before, and with all rows above it."""
    since = whole = Decimal(0)
    doubtful = doubtful_whole = False
    for at, value in enumerate(values):
        if not sums[at]:
            doubtful, doubtful_whole = doubtful or value is None, doubtful_whole or value is None
            since, whole = since + (value or 0), whole + (value or 0)
            continue
        if value not in {since, whole}:
            if not doubtful and not doubtful_whole:
                _differs(table, at, name, request, where, told=value, summed=since)
            reading.facts["sums_not_checked"] = reading.facts.get("sums_not_checked", 0) + 1
        since, doubtful = Decimal(0), False


def _differs(
    table: pa.Table, at: int, name: str, request: Request, where: str, *, told: Decimal | None, summed: Decimal
) -> NoReturn:
    raise SourceUnreadable(
        "a sum in the sheet is not that of its rows",
        dataset=request.dataset,
        column=name,
        where=f"{where}:{table.column(ROW)[at].as_py()}",
        found="no number" if told is None else _figure(told),
        allowed=_figure(summed),
        next="ask who made the sheet; a row may have been added or left out",
    )


def _figure(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _numbers(table: pa.Table, name: str, values: Values, request: Request, where: str) -> list[Decimal | None]:
    """The amounts of a column: 0 where there is none, None where it cannot be read."""
    texts = pc.utf8_trim_whitespace(_column(table, name, request, where))
    nothing = pc.or_kleene(pc.is_null(texts), pc.is_in(texts, value_set=pa.array([*values.nulls, ""], pa.string())))
    read = to_decimal(texts, precision=_WIDE[0], scale=_WIDE[1], values=values)
    return pc.if_else(nothing, pa.scalar(Decimal(0), read.type), read).to_pylist()


def _matching(table: pa.Table, name: str, pattern: str, request: Request, where: str) -> Mask:
    texts = pc.utf8_trim_whitespace(_column(table, name, request, where))
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _column(table: pa.Table, name: str, request: Request, where: str) -> pa.Array:
    if name not in table.schema.names:
        raise SourceChanged(
            "the sheet has no such column", dataset=request.dataset, column=name, where=where,
            found=", ".join(n for n in table.schema.names if n != ROW),
            next=f"mend source.{did_you_mean(name, table.schema.names)}",
        )  # fmt: skip
    return _combined(table, name)


def _combined(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name).combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _held(table: pa.Table) -> Mask:
    """Which rows hold something."""
    held = np.zeros(table.num_rows, dtype=bool)
    for name in table.schema.names:
        if name != ROW:
            texts = pc.fill_null(pc.utf8_trim_whitespace(_combined(table, name)), "")
            held |= pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
    return held


def _count(reading: Reading, reason: str, rows: int) -> None:
    if rows:
        aside = reading.facts["set_aside"]
        aside[reason] = aside.get(reason, 0) + rows
