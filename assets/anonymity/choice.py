"""Levels and stars for a dataset: the least loss that leaves enough persons behind every row, or why there is none."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from assets.anonymity.alike import Need, enough
from assets.anonymity.classes import Classes
from assets.anonymity.lattice import Found, Search, losses
from assets.anonymity.shown import Shown
from assets.anonymity.stars import Stars, starred
from assets.contract import Anonymity
from assets.errors import Blocked
from assets.privacy.levels import Level

RULE = "anonymity"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was chosen, what it loses (0: nothing, 1: everything), and how many levels were looked at."""

    shown: Shown
    loss: float
    report: dict[str, Any]


def choose(
    classes: Classes,
    asked: Anonymity,
    *,
    columns: Mapping[str, Sequence[Level]],
    sensitive: Sequence[str],
    dataset: str,
    levels: Mapping[str, str] | None = None,
) -> Choice:
    """The choice with the least loss, or these `levels` where they are enough: who compares releases learns least then.

    Raises `Blocked`, and says what would work, where none is good enough.
    """
    need, search = Need(k=asked.k, l=asked.l), Search(classes, Need(k=asked.k, l=asked.l))
    _possible(classes, need, sensitive, dataset)
    most = math.floor(asked.suppress_at_most * classes.total)
    chosen = _again(search, most, columns, levels or {}) or _first(search, most)
    if chosen is None:
        raise _too_many(search, asked, columns, dataset)
    found, stars = chosen
    loss = _loss(classes, found, stars)
    if Decimal(str(round(loss, 6))) > asked.lose_at_most:
        raise _too_much(asked, loss, _said(columns, found), dataset)
    return Choice(
        shown=_shown(classes, columns, found, stars), loss=loss, report=_report(search, columns, found, stars)
    )


def _again(
    search: Search, most: int, columns: Mapping[str, Sequence[Level]], levels: Mapping[str, str]
) -> tuple[Found, Stars] | None:
    """The levels of the release before, where the contract still has them and they leave few enough rows aside."""
    said = [[level.said for level in ladder] for ladder in columns.values()]
    if any(levels.get(name) not in known for name, known in zip(columns, said, strict=True)):
        return None
    found = search.at(tuple(known.index(levels[name]) for name, known in zip(columns, said, strict=True)))
    stars = starred(search.classes, found, search.need, most=most) if found.rows <= most else None
    return (found, stars) if stars is not None else None


def _first(search: Search, most: int) -> tuple[Found, Stars] | None:
    """The best levels whose stars are few enough too."""
    for found in search.best(most):
        stars = starred(search.classes, found, search.need, most=most)
        if stars is not None:
            return found, stars
    return None


def _possible(classes: Classes, need: Need, sensitive: Sequence[str], dataset: str) -> None:
    """Raise where all rows together, with everything hidden, are of too few persons or have too few values."""
    every, one = np.arange(len(classes.rows)), np.zeros(len(classes.rows), np.int64)
    if not len(every):
        return
    if not enough(classes, one, Need(k=need.k), within=every).all():
        raise Blocked(
            "all rows together are about too few persons to hide among",
            dataset=dataset,
            rule=RULE,
            found=f"fewer than {need.k} different persons in {classes.total:,} rows",
            allowed=f"k: {need.k}",
            next="publish nothing of so few; or add years or areas, so that there are more persons",
        )
    for name, bits in zip(sensitive, classes.values, strict=True):
        if int(np.bitwise_count(np.bitwise_or.reduce(bits, axis=1)).sum()) < need.l:
            raise Blocked(
                "a sensitive column has too few different values, so whoever is in the table has one that is known",
                dataset=dataset,
                column=name,
                rule=RULE,
                allowed=f"l: {need.l}",
                next="drop the column: being in the table already tells what it says",
            )


def _too_many(search: Search, asked: Anonymity, columns: Mapping[str, Sequence[Level]], dataset: str) -> Blocked:
    """What would work if more rows might be starred."""
    total, aside = search.classes.total, search.at(search.top).rows
    chosen = _first(search, total)
    assert chosen is not None  # noqa: S101 - with every cell starred there are enough, or `_possible` said so
    found, stars = chosen
    needed = _rows(search.classes, stars)
    return Blocked(
        "too many rows would have to be starred for enough persons to stand behind every row",
        dataset=dataset,
        rule=RULE,
        found=f"even at the coarsest levels {aside:,} of {total:,} rows ({aside / total:.1%}) are too few",
        allowed=f"suppress_at_most: {asked.suppress_at_most:.1%}",
        where=", ".join(f"{name} {level}" for name, level in _said(columns, found).items()),
        next=f"the smallest loss that works is {_loss(search.classes, found, stars):.0%}, at these levels, with "
        f"suppress_at_most: {math.ceil(1000 * needed / total) / 10}%; or add coarser levels, or hidden, or lower k",
    )


def _too_much(asked: Anonymity, loss: float, said: Mapping[str, str], dataset: str) -> Blocked:
    return Blocked(
        "so much would be lost that the table is of little use",
        dataset=dataset,
        rule=RULE,
        found=f"the smallest loss that works is {loss:.0%}",
        allowed=f"lose_at_most: {asked.lose_at_most:.0%}",
        where=", ".join(f"{name} {level}" for name, level in said.items()),
        next="drop a column, add levels in between, raise lose_at_most, or lower k",
    )


def _loss(classes: Classes, found: Found, stars: Stars) -> float:
    """The loss of all that is shown in the end; a star loses all of its cell."""
    if not classes.total:
        return 0.0
    lost = losses(classes, found.node, np.arange(len(classes.rows)))
    for j, level in enumerate(found.node):
        own = classes.ladders[j].loss[level][classes.leaves[j]]
        lost += np.where(stars[:, j], 1 - own, 0.0) / len(found.node)
    return float((lost * classes.rows).sum()) / classes.total


def _rows(classes: Classes, stars: Stars) -> int:
    return int(classes.rows[stars.any(axis=1)].sum())


def _said(columns: Mapping[str, Sequence[Level]], found: Found) -> dict[str, str]:
    return {name: levels[level].said for (name, levels), level in zip(columns.items(), found.node, strict=True)}


def _shown(classes: Classes, columns: Mapping[str, Sequence[Level]], found: Found, stars: Stars) -> Shown:
    some = np.flatnonzero(stars.any(axis=1))
    some = some[np.argsort(classes.ids[some])]
    return Shown(columns=columns, node=found.node, salt=classes.salt, ids=classes.ids[some], stars=stars[some])


def _report(search: Search, columns: Mapping[str, Sequence[Level]], found: Found, stars: Stars) -> dict[str, Any]:
    classes = search.classes
    cells = (stars * classes.rows[:, None]).sum(axis=0)
    return {
        "rows": classes.total,
        "levels": _said(columns, found),
        "loss": round(_loss(classes, found, stars), 6),
        "starred rows": _rows(classes, stars),
        "starred cells": {name: int(count) for name, count in zip(columns, cells, strict=True)},
        "combinations looked at": len(search.seen),
        "combinations": math.prod(len(levels) for levels in columns.values()),
    }
