"""Which cells are starred in the rows that are too few at the chosen levels: as little as lets them hide together."""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from assets.anonymity.alike import Need, Node, alike, enough
from assets.anonymity.classes import Classes, Ints
from assets.anonymity.lattice import Found

_TRIED = 256
Mask = tuple[int, ...]
Stars = npt.NDArray[np.bool_]


def starred(classes: Classes, found: Found, need: Need, *, most: int) -> Stars | None:
    """For each class and column whether its cells are starred; None where that would take more than `most` rows.

    Columns are starred in the order of what they lose. What is left at the end hides with the next best rows,
    everything starred.
    """
    shown = [j for j, level in enumerate(found.node) if not classes.ladders[j].hidden[level]]
    stars = np.zeros((len(classes.rows), len(found.node)), np.bool_)
    left = found.small
    for mask in _masks(classes, found, shown):
        if not len(left):
            break
        group = alike(classes, found.node, within=left, columns=[j for j in shown if j not in mask])
        hides = enough(classes, group, need, within=left)
        stars[np.ix_(left[hides], np.array(mask, np.int64))] = True
        left = left[~hides]
    if len(left):
        joined = _joined(classes, found, stars, left)
        if joined is None:
            return None
        stars[np.ix_(joined, np.array(shown, np.int64))] = True
        _bared(classes, found.node, stars, joined)
    return stars if classes.rows[stars.any(axis=1)].sum() <= most else None


def shown_alike(classes: Classes, node: Node, stars: Stars, within: Ints) -> Ints:
    """The group of each class by what it shows in the end: its levels, or a star."""
    group = np.zeros(len(within), np.int64)
    for j in range(len(node)):
        code = alike(classes, node, within=within, columns=[j]) + 1
        code[stars[within, j]] = 0
        group = np.unique(group * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1].astype(np.int64)
    return group


def _joined(classes: Classes, found: Found, stars: Stars, left: Ints) -> Ints | None:
    """The classes that are left and, so that they are enough, those others that lose least by being starred whole."""
    others = np.setdiff1d(np.arange(len(classes.rows)), left)
    if not len(others):
        return None
    worth = np.zeros(len(others))
    for j, level in enumerate(found.node):
        worth += (1 - classes.ladders[j].loss[level][classes.leaves[j][others]]) * ~stars[others, j]
    group = shown_alike(classes, found.node, stars, others)
    cheapest = np.bincount(group, weights=worth * classes.rows[others]).argmin()
    return np.concatenate([left, others[group == cheapest]])


def _bared(classes: Classes, node: Node, stars: Stars, joined: Ints) -> None:
    """Show again what all that were joined have in common: it tells none of them apart."""
    for j in range(len(node)):
        codes = classes.ladders[j].codes[node[j]][classes.leaves[j][joined]]
        if (codes == codes[0]).all():
            stars[joined, j] = False


def _masks(classes: Classes, found: Found, shown: list[int]) -> list[Mask]:
    """Sets of columns to star, the least loss first; the last one is all that is shown."""
    rows = classes.rows[found.small]
    cost = {
        j: float(((1 - classes.ladders[j].loss[found.node[j]][classes.leaves[j][found.small]]) * rows).sum())
        for j in shown
    }
    sets = [mask for size in range(1, len(shown)) for mask in combinations(shown, size)]
    sets.sort(key=lambda mask: (sum(cost[j] for j in mask), mask))
    return [*sets[:_TRIED], tuple(shown)]
