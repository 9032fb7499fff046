"""Whether enough persons, and enough different values, stand behind what is shown of a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assets.anonymity.classes import Bits, Classes, Ints

Node = tuple[int, ...]
Truths = npt.NDArray[np.bool_]
_DENSE = 4  # a table of this many slots for each class is faster than sorting


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """How many persons share what is shown of them, and how many values each sensitive column has among them."""

    k: int
    l: int = 1  # noqa: E741 - its name in the field


def alike(classes: Classes, node: Node, *, within: Ints, columns: Sequence[int]) -> Ints:
    """The number of the group of each class in `within`: classes of one group show the same in these columns."""
    group, size = np.zeros(len(within), np.int64), 1
    for j in columns:
        ladder, level = classes.ladders[j], node[j]
        if size * ladder.sizes[level] > 2**62:
            group, size = _numbered(group)
        group = group * ladder.sizes[level] + ladder.codes[level][classes.leaves[j][within]]
        size *= ladder.sizes[level]
    return group if size <= _DENSE * max(len(within), 1000) else _numbered(group)[0]


def enough(classes: Classes, group: Ints, need: Need, *, within: Ints) -> Truths:
    """For each class in `within`, whether its group has enough persons and enough values of each sensitive column."""
    count = int(group.max()) + 1 if len(group) else 0
    good = _persons(classes, group, count, need.k, within) >= need.k
    for bits in classes.values:
        good &= _values(bits[:, within], group, count) >= need.l
    return good[group]


def _numbered(group: Ints) -> tuple[Ints, int]:
    found, numbers = np.unique(group, return_inverse=True)
    return numbers.astype(np.int64), len(found)


def _persons(classes: Classes, group: Ints, count: int, k: int, within: Ints) -> Ints:
    """Persons of each group, or fewer where they are `k` all the same: bits tell most groups apart, the rest is counted."""
    alone = np.bincount(group, weights=classes.persons[within], minlength=count).astype(np.int64)
    if not len(classes.movers[0]):
        return alone
    moving = _values(classes.crowd[None, within], group, count)
    doubtful = alone + moving < k
    groups, who = _moving(classes, group, doubtful, within)
    order = np.lexsort((who, groups))
    groups, who = groups[order], who[order]
    first = np.ones(len(groups), np.bool_)
    first[1:] = (groups[1:] != groups[:-1]) | (who[1:] != who[:-1])
    return alone + np.where(doubtful, np.bincount(groups[first], minlength=count), moving)


def _moving(classes: Classes, group: Ints, doubtful: Truths, within: Ints) -> tuple[Ints, Bits]:
    """The pairs of group and person for those who stand in several classes, in doubtful groups."""
    place = np.full(len(classes.rows), -1, np.int64)
    place[within[doubtful[group]]] = group[doubtful[group]]
    where, who = classes.movers
    here = place[where] >= 0
    return place[where[here]], who[here]


def _values(bits: Bits, group: Ints, count: int) -> Ints:
    found = np.zeros(count, np.int64)
    for word in bits:
        merged = np.zeros(count, np.uint64)
        np.bitwise_or.at(merged, group, word)
        found += np.bitwise_count(merged)
    return found
