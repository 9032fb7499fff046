"""Rows of a sheet that repeat a sum: levels above the leaves of a tree, totals between rows. Proposed only where they add up."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from assets.propose.proposal import Column
from assets.sources.decimals import to_decimal
from assets.sources.source import Values
from assets.types import is_number

TOTAL = r"(?i)^(grand |sub ?)?(total|jumlah)\b"
_CODE = r"^\d+(\.\d+)*$"
_MOST_SUMS = 0.4
_MOST_CODED = 0.6
Amounts = Mapping[str, Sequence[Decimal]]


def levels_of(table: pa.Table, columns: Sequence[Column], values: Values) -> dict[str, Any]:
    """The option `tree` or `subtotals` for the rows that are sums, with the columns in which they agree; else nothing."""
    amounts = {c.title: _amounts(table[c.title], c.values or values) for c in columns if is_number(c.type)}
    texts = [column.title for column in columns if column.type == "string"]
    for title in reversed(texts):
        if tree := _tree(table[title], title, amounts):
            return {"tree": tree}
    for title in texts:
        if sums := _subtotals(table[title], title, amounts):
            return {"subtotals": sums}
    return {}


def _tree(cells: pa.ChunkedArray, title: str, amounts: Amounts) -> dict[str, Any] | None:
    texts = _trimmed(cells)
    coded = pc.match_substring_regex(texts, _CODE)
    if not _share(coded, pc.not_equal(texts, "")) > _MOST_CODED:
        return None
    depths = pc.if_else(coded, pc.add(pc.count_substring(texts, "."), 1), 0).to_pylist()
    deepest = max(depths)
    leaves = [depth == deepest for depth in depths]
    if deepest < 2 or leaves[0] or len(set(depths)) < 2:  # noqa: PLR2004 - a tree has two levels at least
        return None
    check = [name for name, column in amounts.items() if _sum(column, leaves) == column[0]]
    if not any(amounts[name][0] for name in check):
        return None
    return {"column": title, "leaf": rf"^\d+(\.\d+){{{deepest - 1}}}$", "check": check}


def _subtotals(cells: pa.ChunkedArray, title: str, amounts: Amounts) -> dict[str, Any] | None:
    sums = pc.match_substring_regex(_trimmed(cells), TOTAL).to_pylist()
    if not 0 < sum(sums) <= _MOST_SUMS * len(sums):
        return None
    check = [name for name, column in amounts.items() if _agree(column, sums)]
    if not any(amount for name in check for amount, is_sum in zip(amounts[name], sums, strict=True) if is_sum):
        return None
    return {"column": title, "pattern": TOTAL, "check": check}


def _agree(amounts: Sequence[Decimal], sums: Sequence[bool]) -> bool:
    """Whether each sum is that of the rows since the sum before, or of all rows above it."""
    return all(amount in wanted for amount, wanted in _wanted(amounts, sums))


def _wanted(amounts: Sequence[Decimal], sums: Sequence[bool]) -> Iterator[tuple[Decimal, tuple[Decimal, Decimal]]]:
    block = above = Decimal(0)
    for amount, is_sum in zip(amounts, sums, strict=True):
        if is_sum:
            above += block
            yield amount, (block, above)
            block = Decimal(0)
        else:
            block += amount


def _sum(amounts: Sequence[Decimal], marked: Sequence[bool]) -> Decimal:
    return sum((amount for amount, is_marked in zip(amounts, marked, strict=True) if is_marked), Decimal(0))


def _amounts(cells: pa.ChunkedArray, values: Values) -> list[Decimal]:
    read = to_decimal(_trimmed(cells), precision=38, scale=6, values=values)
    return [amount or Decimal(0) for amount in read.to_pylist()]


def _trimmed(cells: pa.ChunkedArray) -> pa.Array:
    texts = pc.fill_null(pc.utf8_trim_whitespace(cells.cast(pa.string())), "").combine_chunks()
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _share(mask: pa.Array, of: pa.Array) -> float:
    total = pc.sum(of).as_py() or 0
    return (pc.sum(mask).as_py() or 0) / total if total else 0.0
