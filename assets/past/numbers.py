"""What all releases together have told of one amount: each shown cell once, and what is hidden in each known total.

Rows are known by words that are the same in every release in which the row is the same (`behind.py`); so are numbers, by
the sum of the words of their rows. No value is looked at: what can be reckoned depends on which rows a number is of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from assets.past.derive import Bits, Derived, Ints, core, derived, parts_of

Truths = npt.NDArray[np.bool_]
_NONE = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One release: its rows in order of their cells, a word for each amount of a row, and what is told of each cell.

    `totals` are known to others: a row for each kind and a column for each cell, the number of the total it adds to.
    `whole`: the release itself tells the sum of what it hides.
    """

    label: str
    cell: Ints
    who: Bits
    words: Mapping[str, Bits]
    shown: Truths
    totals: Ints
    whole: bool

    def contents(self, measure: str) -> Bits:
        """What tells cells apart: two cells of the same rows have the same."""
        return _summed(self.words[measure], self.cell, len(self.shown))

    def kinds(self) -> list[Ints]:
        """All that is known as a sum of cells, by cell."""
        return [*self.totals, *([np.zeros(len(self.shown), np.int64)] if self.whole else [])]

    def told(self) -> Iterator[Ints]:
        """Which shown cell each row is in, and which hidden part of each known sum."""
        yield np.where(self.shown[self.cell], self.cell, _NONE)
        yield from self.rests()

    def rests(self) -> Iterator[Ints]:
        """Which hidden part of each known sum a row is in."""
        for kind in self.kinds():
            yield np.where(self.shown[self.cell], _NONE, kind[self.cell])

    def published(self) -> Iterator[Ints]:
        """The same without what others know."""
        yield from replace(self, totals=self.totals[:0]).told()

    def alone(self) -> Iterator[Ints]:
        """Which totals that others know each row is in, whatever is published."""
        for total in self.totals:
            yield total[self.cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """Known numbers, each once: its content, the release that told it first, and an entry for each row in it."""

    contents: Bits = field(default_factory=lambda: np.empty(0, np.uint64))
    first: tuple[str, ...] = ()
    number: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    word: Bits = field(default_factory=lambda: np.empty(0, np.uint64))
    who: Bits = field(default_factory=lambda: np.empty(0, np.uint64))

    def plus(self, told: Told, measure: str, groupings: Iterable[Ints]) -> Self:
        """These numbers and those of one more release, by what each grouping puts together."""
        contents, entries, first = [self.contents], [(self.number, self.word, self.who)], list(self.first)
        for group in groupings:
            rows = np.flatnonzero(group != _NONE)
            of, where = np.unique(group[rows], return_inverse=True)
            found = _summed(told.words[measure][rows], where, len(of))
            fresh = ~np.isin(found, np.concatenate(contents))
            fresh &= np.isin(np.arange(len(found)), np.unique(found, return_index=True)[1])
            place = np.cumsum(fresh) - 1 + sum(map(len, contents))
            taken = fresh[where]
            entries.append((place[where[taken]], told.words[measure][rows[taken]], told.who[rows[taken]]))
            contents.append(found[fresh])
            first += [told.label] * int(fresh.sum())
        number, word, who = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        return type(self)(contents=np.concatenate(contents), first=tuple(first), number=number, word=word, who=who)

    def derived(self, minimum: int) -> list[Derived]:
        """What can be reckoned from them about fewer persons than the minimum."""
        left = core(self.number, self.word, self.who, minimum)
        return derived(parts_of(self.number[left], self.word[left], self.who[left]), minimum) if left.any() else []


def _summed(words: Bits, where: Ints, count: int) -> Bits:
    found = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):
        np.add.at(found, where, words)
    return found
