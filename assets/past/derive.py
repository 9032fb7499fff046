"""What a reader can reckon about few persons from numbers that are known: found by elimination, over a prime field.

A number is the sum of parts; a part is what some persons add to the same numbers. A sum, with any factors, of known
numbers in which only parts of few persons are left tells of them. Numbers of which enough persons have a part that is
in no other number can be no piece of such a sum: without them little is left to look at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
PRIME = 2**31 - 1
_ORDERS = range(4, 25)  # in so many orders few persons' parts are looked for: fewer where much hangs together
_WORK = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """What can be reckoned: from which known numbers, about how many persons; `mark` tells one such secret from others."""

    numbers: Ints
    persons: int
    mark: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Known numbers and their parts: pairs of `number` and `part`, and the persons of each part, as pairs too.

    `marks` has one word for each part, which is the same wherever the same rows are the part.
    """

    pairs: tuple[Ints, Ints]
    crowd: tuple[Ints, Bits]
    marks: Bits


def core(number: Ints, row: Bits, who: Bits, minimum: int) -> npt.NDArray[np.bool_]:
    """The entries that are left when those numbers go of which enough persons have rows that are in no other."""
    _, place = np.unique(row, return_inverse=True)
    live = np.ones(len(number), np.bool_)
    with np.errstate(over="ignore"):
        pair = _mixed(number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + _mixed(who))
    while live.any():
        own = np.flatnonzero(live)[np.bincount(place[live], minlength=1)[place[live]] == 1]
        own = own[np.unique(pair[own], return_index=True)[1]]
        enough = np.bincount(number[own], minlength=int(number.max()) + 1) >= minimum
        if not enough.any():
            break
        live &= ~enough[number]
    return live


def parts_of(number: Ints, token: Bits, who: Bits) -> Parts:
    """Gather the rows that are in the same numbers; each entry is one row in one number."""
    rows, first, row = np.unique(token, return_index=True, return_inverse=True)
    alike = np.zeros(len(rows), np.uint64)
    with np.errstate(over="ignore"):
        np.add.at(alike, row, _mixed(number.astype(np.uint64) + np.uint64(1)))
    _, part = np.unique(alike, return_inverse=True)
    marks = np.zeros(int(part.max(initial=-1)) + 1, np.uint64)
    with np.errstate(over="ignore"):
        np.add.at(marks, part, rows)
    persons, of = np.unique(who[first], return_inverse=True)
    crowd = _pairs(part, of, len(persons))
    return Parts(pairs=_pairs(number, part[row], len(marks)), crowd=(crowd[0], persons[crowd[1]]), marks=marks)


def derived(parts: Parts, minimum: int) -> list[Derived]:
    """What can be reckoned about fewer persons than the minimum, each thing once."""
    size = np.bincount(parts.crowd[0], minlength=len(parts.marks))
    number, part = _core(parts, size >= minimum)
    found: dict[int, Derived] = {}
    for label in np.unique(labels := _labels(number, part)):
        here = labels == label
        for one in _Block(parts, size, minimum, number[here], part[here]).derived():
            found.setdefault(one.mark, one)
    return list(found.values())


def _pairs(left: Ints, right: Ints, count: int) -> tuple[Ints, Ints]:
    """Each pair once, in order; `count` is more than any on the right."""
    found = np.unique(left * max(count, 1) + right)
    return found // max(count, 1), found % max(count, 1)


def _mixed(words: Bits) -> Bits:
    """Words whose sums do not coincide by their order. Source: SplitMix64, Steele et al. (2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _core(parts: Parts, large: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The pairs of numbers that are left when those go of which enough persons have a part that is in no other."""
    number, part = parts.pairs
    while len(number):
        own = large[part] & (np.bincount(part, minlength=len(large))[part] == 1)
        if not own.any():
            break
        stays = ~np.isin(number, number[own])
        number, part = number[stays], part[stays]
    return number, part


def _labels(number: Ints, part: Ints) -> Ints:
    """For each pair the least number that it hangs together with."""
    if not len(number):
        return number
    label = number.copy()
    least = np.empty(int(max(number.max(), part.max())) + 1, np.int64)
    while True:
        before = label
        for of in (part, number):
            least[of] = np.iinfo(np.int64).max
            np.minimum.at(least, of, label)
            label = least[of]
        if (label == before).all():
            return label


class _Block:
    """Numbers that hang together, as a matrix: parts of many persons, parts of few, and which numbers a row is made of."""

    def __init__(self, parts: Parts, size: Ints, minimum: int, number: Ints, part: Ints) -> None:
        self._minimum = minimum
        self._numbers, row = np.unique(number, return_inverse=True)
        self._parts, column = np.unique(part, return_inverse=True)
        self._large = np.flatnonzero(size[self._parts] >= minimum)
        self._small = np.flatnonzero(size[self._parts] < minimum)
        self._width = len(self._parts)
        self._matrix = np.zeros((len(self._numbers), self._width + len(self._numbers)), np.int64)
        self._matrix[row, column] = 1
        self._matrix[np.arange(len(self._numbers)), self._width + np.arange(len(self._numbers))] = 1
        self._marks = parts.marks[self._parts]
        self._crowds = _crowds(parts, self._parts, size < minimum)
        self._sizes = size[self._parts]

    def derived(self) -> Iterator[Derived]:
        """Rows, and pairs of rows, in which parts of few persons are left alone."""
        rest = self._matrix[len(_eliminated(self._matrix, self._large)) :]
        _eliminated(rest, self._by_size(self._small))
        rest = rest[rest[:, : self._width].any(axis=1)]
        row, column = np.nonzero(rest[:, : self._width])
        label = np.unique(np.stack([row, _labels(row, column)]), axis=1)[1] if len(rest) else row
        for one in np.unique(label):
            yield from self._piece(rest[label == one])

    def _piece(self, rest: Ints) -> Iterator[Derived]:
        """The same for rows that hang together."""
        dice = np.random.default_rng(0)
        columns = np.flatnonzero(rest[:, : self._width].any(axis=0))
        turns = min(max(_WORK // len(rest), _ORDERS[0]), _ORDERS[-1]) if len(rest) > 1 else 1
        for turn in range(turns):
            order = dice.permutation(columns) if turn else self._by_size(columns)
            rows = rest.copy()
            pivots = _eliminated(rows, order)
            for row in [*rows, *self._paired(rows[: len(pivots)], pivots)]:
                if (told := self._told(row)) is not None:
                    yield told

    def _by_size(self, columns: Ints) -> Ints:
        """Parts of more persons first, so that a row leads with one and few persons' parts are left in few rows."""
        return columns[np.argsort(-self._sizes[columns], kind="stable")]

    def _paired(self, rows: Ints, pivots: Sequence[int]) -> Iterator[Ints]:
        """Differences of two rows that have a part in common, so that one part falls out, where few persons may be left."""
        for i, j in _neighbours(rows[:, : self._width] != 0):
            if len(self._crowds[pivots[i]] | self._crowds[pivots[j]]) >= self._minimum:
                continue
            both = np.flatnonzero((rows[i, : self._width] != 0) & (rows[j, : self._width] != 0))
            for factor in np.unique(rows[j, both] * _inverse(rows[i, both]) % PRIME):
                yield (rows[j] - int(factor) * rows[i]) % PRIME

    def _told(self, row: Ints) -> Derived | None:
        left = np.flatnonzero(row[: self._width])
        persons: set[int] = set()
        for column in left:
            persons |= self._crowds[column]
            if len(persons) >= self._minimum:
                return None
        if not len(left):
            return None
        with np.errstate(over="ignore"):
            mark = int(np.sum(self._marks[left], dtype=np.uint64))
        numbers = self._numbers[np.flatnonzero(row[self._width :])]
        return Derived(numbers=numbers, persons=len(persons), mark=mark)


def _crowds(parts: Parts, wanted: Ints, few: npt.NDArray[np.bool_]) -> list[set[int]]:
    """The persons of each part that has few of them."""
    of, who = parts.crowd
    starts = np.searchsorted(of, wanted), np.searchsorted(of, wanted, side="right")
    return [
        set(who[start:end].tolist()) if few[part] else set() for part, start, end in zip(wanted, *starts, strict=True)
    ]


def _neighbours(filled: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    shared = filled.astype(np.int64) @ filled.T.astype(np.int64)
    i, j = np.nonzero(np.triu(shared, 1))
    return list(zip(i.tolist(), j.tolist(), strict=True))


def _eliminated(rows: Ints, columns: Sequence[int] | Ints) -> list[int]:
    """Reduce the rows in place by these columns; the columns in which rows lead, in the order of those rows."""
    pivots: list[int] = []
    for column in columns:
        top = len(pivots)
        below = np.flatnonzero(rows[top:, column])
        if not len(below):
            continue
        lead = top + int(below[0])
        rows[[top, lead]] = rows[[lead, top]]
        rows[top] = rows[top] * int(_inverse(rows[top, [column]])[0]) % PRIME
        others = np.flatnonzero(rows[:, column])
        others = others[others != top]
        rows[others] = (rows[others] - rows[others, column][:, None] * rows[top] % PRIME) % PRIME
        pivots.append(int(column))
        if len(pivots) == len(rows):
            break
    return pivots


def _inverse(numbers: Ints) -> Ints:
    return np.array([pow(int(one), -1, PRIME) for one in numbers], np.int64)
