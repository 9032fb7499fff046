"""Which level each column gets: of all that leave few enough rows aside, the one with the least loss.

The search looks at levels in order of what they lose at least, so that its first answer is the best there is.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from assets.anonymity.alike import Need, Node, alike, enough
from assets.anonymity.classes import Classes, Floats, Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Levels, the classes that are still too small at them, their rows, and the loss if those show nothing at all."""

    node: Node
    small: Ints
    rows: int
    loss: float


@dataclass(slots=True)
class Search:
    """The search over one set of classes; it remembers what it has looked at."""

    classes: Classes
    need: Need
    seen: dict[Node, Found] = field(default_factory=dict)

    @property
    def top(self) -> Node:
        """The coarsest levels."""
        return tuple(len(ladder.sizes) - 1 for ladder in self.classes.ladders)

    def best(self, most: int) -> Iterator[Found]:
        """Levels that leave at most `most` rows aside, the least loss first; of equal ones the finer first."""
        least = [_shares(self.classes, j) for j in range(len(self.top))]
        nodes = product(*(range(level + 1) for level in self.top))
        heap = [(sum(shares[level] for shares, level in zip(least, node, strict=True)), node, False) for node in nodes]
        heapq.heapify(heap)
        hopeless: list[Node] = []
        while heap:
            loss, node, known = heapq.heappop(heap)
            if known:
                yield self.seen[node]
                continue
            if self.at(_halfway(node, self.top)).rows > most:
                hopeless.append(_halfway(node, self.top))
            if not any(_is_finer(node, bad) for bad in hopeless) and self.at(node).rows <= most:
                heapq.heappush(heap, (max(self.at(node).loss, loss), node, True))

    def at(self, node: Node) -> Found:
        """What these levels give."""
        if node not in self.seen:
            self.seen[node] = _looked(self.classes, node, self.need)
        return self.seen[node]


def losses(classes: Classes, node: Node, within: Ints) -> Floats:
    """The loss of one row of each class: the mean over its columns."""
    total = np.zeros(len(within))
    for ladder, leaves, level in zip(classes.ladders, classes.leaves, node, strict=True):
        total += ladder.loss[level][leaves[within]]
    return total / max(len(node), 1)


def _looked(classes: Classes, node: Node, need: Need) -> Found:
    every = np.arange(len(classes.rows))
    group = alike(classes, node, within=every, columns=range(len(node)))
    good = enough(classes, group, need, within=every)
    small = np.flatnonzero(~good)
    rows = int(classes.rows[small].sum())
    kept = sum(
        shares[level] for shares, level in zip((_shares(classes, j) for j in range(len(node))), node, strict=True)
    )
    aside = float((losses(classes, node, small) * classes.rows[small]).sum())
    return Found(node=node, small=small, rows=rows, loss=kept + (rows - aside) / max(classes.total, 1))


def _shares(classes: Classes, j: int) -> list[float]:
    """What each level of a column adds to the loss of all rows."""
    ladder, cells = classes.ladders[j], max(classes.total * len(classes.ladders), 1)
    weights = np.bincount(classes.leaves[j], weights=classes.rows, minlength=len(ladder.codes[0]))
    return [float((weights * loss).sum()) / cells for loss in ladder.loss]


def _halfway(node: Node, top: Node) -> Node:
    """Levels halfway to the coarsest: where they leave too many rows aside, so does everything finer."""
    return tuple((level + last + 1) // 2 for level, last in zip(node, top, strict=True))


def _is_finer(node: Node, than: Node) -> bool:
    return all(a <= b for a, b in zip(node, than, strict=True))
