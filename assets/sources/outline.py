"""Rows of a sheet that are no data: empty ones, footers, sums. Set aside and counted, after the sums were checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceChanged, SourceUnreadable
from assets.sources.aside import left_out
from assets.sources.decimals import to_decimal
from assets.sources.source import Request, Values
from assets.sources.titles import Titles

if TYPE_CHECKING:
    from assets.sources.xlsx import Subtotals, Tree

ROW = "_sheet_row"
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Amounts = Sequence[Decimal | None]
_WIDE = (38, 6)  # digits and scale in which sums are checked


@dataclass(kw_only=True, slots=True)
class Outline:
    """The rows of a sheet, all text, with their row numbers; `count` is told of rows that are set aside."""

    table: pa.Table
    where: str
    request: Request
    values: Values
    count: Callable[[str, int], None]

    def drop_edges(self, footer: int) -> None:
        """Leave out the footer, which is the last rows that hold something, and empty rows."""
        held = self._held()
        last = int(np.flatnonzero(held)[-1]) + 1 if held.any() else 0
        kept = held[: max(last - footer, 0)]
        self.count("footer", min(footer, last))
        self.count("empty rows", int((~kept).sum()))
        self.table = self.table.slice(0, len(kept)).filter(pa.array(kept))

    def leave_out(self, rules: Mapping[str, str]) -> None:
        """Leave out rows that the contract says are no data."""
        left = left_out(self.table, rules, self.request, where=self.where)
        self.count("left out", pc.sum(left).as_py() or 0)
        self.table = self.table.filter(pc.invert(left))

    def fill_down(self, names: Sequence[str]) -> None:
        """Let empty cells of these columns repeat the cell above."""
        for name in names:
            texts = self._texts(name)
            empty = pc.equal(pc.utf8_trim_whitespace(texts), "")
            filled = pc.fill_null_forward(pc.if_else(empty, pa.scalar(None, pa.string()), texts))
            self.table = self.table.set_column(self.table.schema.get_field_index(name), name, filled)

    def drop_subtotals(self, rules: "Subtotals") -> None:
        """Leave out rows that repeat sums, each of which must be that of the rows since the one before, or of all."""
        sums = self._matching(rules.column, rules.pattern)
        for name in rules.check:
            self._check_sums(name, sums)
        self.count("sums", int(sums.sum()))
        self.table = self.table.filter(pa.array(~sums))

    def keep_leaves(self, tree: "Tree") -> None:
        """Keep the leaves of a tree, which must add up to its top."""
        leaf = self._matching(tree.column, tree.leaf)
        if not leaf.any():
            raise SourceChanged(
                "no row is a leaf of the tree",
                dataset=self.request.dataset, column=tree.column, where=self.where, allowed=tree.leaf,
                next="open the workbook: if its codes have another form now, mend source.tree.leaf",
            )  # fmt: skip
        for name in tree.check:
            self._check_top(name, leaf)
        self.count("levels above", int((~leaf).sum()))
        self.table = self.table.filter(pa.array(leaf))

    def _check_top(self, name: str, leaf: Mask) -> None:
        if leaf.all():
            return
        amounts, top = self._amounts(name), int(np.argmin(leaf))
        below = [amount for amount, is_leaf in zip(amounts, leaf, strict=True) if is_leaf]
        summed = sum((amount or Decimal(0) for amount in below), Decimal(0))
        if None not in below and summed != amounts[top]:
            self._differs(name, top, told=amounts[top], summed=summed)

    def _check_sums(self, name: str, sums: Mask) -> None:
        """Compare each sum with the rows since the sum before, and with all rows above it.

        Where a row above cannot be read, it is rejected later and its sum cannot be checked.
        """
        block: list[Decimal | None] = []
        above: list[Decimal | None] = []
        for at, (amount, is_sum) in enumerate(zip(self._amounts(name), sums, strict=True)):
            if not is_sum:
                block.append(amount)
                continue
            above += block
            totals = [_total(block), _total(above)]
            if amount not in totals and None not in totals:
                self._differs(name, at, told=amount, summed=totals[0] or Decimal(0))
            block = []

    def _differs(self, name: str, at: int, *, told: Decimal | None, summed: Decimal) -> NoReturn:
        open_ = name in self.request.told  # elsewhere the rows may be one person's, and so is their sum
        raise SourceUnreadable(
            "a sum in the sheet is not that of its rows",
            dataset=self.request.dataset,
            column=name,
            where=f"{self.where}:{self.table.column(ROW)[at].as_py()}",
            found="no number" if told is None else _figure(told) if open_ else "another sum",
            allowed=_figure(summed) if open_ else None,
            next="ask who made the sheet; a row may have been added or left out",
        )

    def _amounts(self, name: str) -> Amounts:
        """The amounts of a column: 0 where there is none, None where one cannot be read."""
        texts = pc.utf8_trim_whitespace(self._texts(name))
        nothing = pc.is_in(texts, value_set=pa.array([*self.values.nulls, "", None], pa.string()))
        read = to_decimal(texts, precision=_WIDE[0], scale=_WIDE[1], values=self.values)
        found: list[Decimal | None] = pc.if_else(nothing, pa.scalar(Decimal(0), read.type), read).to_pylist()
        return found

    def _matching(self, name: str, pattern: str) -> Mask:
        texts = pc.utf8_trim_whitespace(self._texts(name))
        found = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _texts(self, name: str) -> pa.Array:
        if name in self.table.schema.names:
            column = self.table.column(name).combine_chunks()
            return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        titles = Titles([known for known in self.table.schema.names if known != ROW], self.request.columns)
        raise SourceChanged(
            "the sheet has no such column",
            dataset=self.request.dataset,
            column=name,
            where=self.where,
            found=titles.all_told(),
            next=f"mend the sheet, or the contract's source.{titles.hint(name)}",
        )

    def _held(self) -> Mask:
        """Which rows hold something."""
        held = np.zeros(self.table.num_rows, dtype=np.bool_)
        for name in self.table.schema.names:
            if name != ROW:
                texts = pc.fill_null(pc.utf8_trim_whitespace(self._texts(name)), "")
                held |= pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
        return held


def _total(amounts: Amounts) -> Decimal | None:
    """The sum; None where an amount could not be read."""
    return None if None in amounts else sum((amount or Decimal(0) for amount in amounts), Decimal(0))


def _figure(number: Decimal) -> str:
    return f"{number:,.6f}".rstrip("0").rstrip(".")
