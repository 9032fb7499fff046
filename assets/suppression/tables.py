"""A table as numbers: cells, the known totals that each is part of, and who is behind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells with their values by measure, and the totals that a reader knows.

    `totals` has a row for each kind of total and a column for each cell: the number of the total that the cell adds to.
    `members` are pairs of cell and person. `lowest` is the least that a reader knows a cell of each measure to be.
    """

    values: Floats
    totals: Ints
    members: tuple[Ints, Ints]
    lowest: Floats

    @property
    def size(self) -> int:
        """How many cells there are."""
        return int(self.values.shape[1])

    @property
    def count(self) -> int:
        """How many totals are known."""
        return int(self.totals.max(initial=-1)) + 1

    @cached_property
    def cells_of(self) -> list[Ints]:
        """The cells of each total."""
        flat = self.totals.ravel()
        order = np.argsort(flat, kind="stable")
        cells = np.tile(np.arange(self.size), len(self.totals))[order]
        return np.split(cells, np.cumsum(np.bincount(flat, minlength=self.count))[:-1])

    @cached_property
    def persons_of(self) -> list[Ints]:
        """The persons behind each cell."""
        where, who = self.members
        order = np.argsort(where, kind="stable")
        return np.split(who[order], np.cumsum(np.bincount(where, minlength=self.size))[:-1])

    def persons(self, cells: Ints) -> int:
        """How many different persons are behind these cells together."""
        return len(np.unique(np.concatenate([self.persons_of[cell] for cell in cells]))) if len(cells) else 0


@dataclass(frozen=True, kw_only=True)
class Secret:
    """What must not be known: the cells that are hidden for their own sake, and how far, by measure, each must be open.

    A reader must think it possible that such a cell is larger by `need`, and that it is smaller by as much, or nothing.
    Whatever is hidden in one total belongs to at least `minimum` persons together. Cells in `held` are hidden for other
    reasons; those in `told` are known to readers already, so that hiding them hides nothing.
    """

    cells: Truths
    need: Floats
    minimum: int
    held: Truths | None = None
    told: Truths | None = None

    @property
    def begin(self) -> Truths:
        """What is hidden before anything is sought."""
        return self.cells if self.held is None else self.cells | self.held

    @property
    def spare(self) -> Truths:
        """What may be hidden to hide others."""
        return np.ones(len(self.cells), np.bool_) if self.told is None else ~self.told | self.begin


def known_totals(groupings: Sequence[Ints]) -> Ints:
    """Number the totals of each kind one after the other; a kind that others add up to tells nothing new."""
    kept: list[Ints] = []
    for i, kind in enumerate(groupings):
        others = [other for j, other in enumerate(groupings) if j != i and not (j > i and _refines(kind, other))]
        if not any(_refines(other, kind) for other in others):
            kept.append(kind)
    starts = np.cumsum([0, *(int(kind.max(initial=-1)) + 1 for kind in kept)])
    return (
        np.stack([kind + start for kind, start in zip(kept, starts, strict=False)])
        if kept
        else np.empty((0, 0), np.int64)
    )


def _refines(fine: Ints, coarse: Ints) -> bool:
    """Whether each total of `coarse` is made of whole totals of `fine`."""
    first = np.full(int(fine.max(initial=-1)) + 1, -1, np.int64)
    first[fine] = coarse
    return bool((first[fine] == coarse).all())
