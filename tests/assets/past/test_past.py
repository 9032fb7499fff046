"""Secrets that come out by comparing releases: each is found, and hidden; held against an attacker of other make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.past.choice import ROUNDS, before, more
from assets.past.derive import derived, parts_of
from assets.past.numbers import Told
from assets.past.past import Past

MINIMUM = 3
Row = tuple[int, int]  # who it is about, and a word for the amount
Cells = dict[str, list[Row]]


def told(label: str, cells: Cells, hidden: Iterable[str] = (), total: Sequence[Iterable[str]] = ()) -> Told:
    """A release of these cells; others know a total of each list of cells, or none."""
    rows = [(i, *row) for i, name in enumerate(cells) for row in cells[name]]
    of = {name: i for i, part in enumerate(total) for name in part}
    return Told(
        label=label,
        cell=np.array([row[0] for row in rows], np.int64),
        who=np.array([row[1] for row in rows], np.uint64),
        words={"amount": np.array([row[2] for row in rows], np.uint64)},
        shown=np.array([name not in set(hidden) for name in cells], np.bool_),
        totals=np.array([[of[name] for name in cells]] if total else [], np.int64).reshape(-1, len(cells)),
        whole=False,
    )


def numbers(releases: Iterable[Told]) -> list[frozenset[Row]]:
    """What readers know, as the rows behind each number; written anew, from the releases alone."""
    found = []
    for one in releases:
        rows = list(zip(one.cell.tolist(), one.who.tolist(), one.words["amount"].tolist(), strict=True))
        groupings = [(one.cell.tolist(), np.flatnonzero(one.shown).tolist())]
        groupings += [(kind[one.cell].tolist(), sorted(set(kind.tolist()))) for kind in one.kinds()]
        for where, sums in groupings:
            behind = [{row[1:] for row, place in zip(rows, where, strict=True) if place == one_sum} for one_sum in sums]
            found += map(frozenset, behind)
    return found


def comes_out(known: Sequence[frozenset[Row]], minimum: int = MINIMUM) -> bool:
    """Whether some sum of known numbers is about few persons alone: their rows left out, the numbers depend on each other."""
    rows = sorted(set().union(*known))
    matrix = np.array([[row in one for row in rows] for one in known], float)
    persons = sorted({who for who, _ in rows})
    sets = [few for size in range(1, minimum) for few in combinations(persons, size)]
    left = np.stack([matrix * [who not in few for who, _ in rows] for few in sets])
    return bool((np.linalg.matrix_rank(left) < np.linalg.matrix_rank(matrix)).any())


@dataclass(frozen=True, slots=True)
class Seed:
    """Releases of which the last one gives a secret away if it is published as it is."""

    before: list[Told]
    now: Told


def _cumulative(rows: list[Row], cells: Cells, name: str, few: int) -> Seed:
    return Seed([told("v1", cells)], told("v2", cells | {name: cells[name] + rows[24 : 24 + few]}))


def _corrected(_: list[Row], cells: Cells, name: str, few: int) -> Seed:
    mended = [(who, word + 1) for who, word in cells[name][:few]] + cells[name][few:]
    return Seed([told("v1", cells), told("v2", cells)], told("v3", cells | {name: mended}))


def _gone(_: list[Row], cells: Cells, name: str, few: int) -> Seed:
    return Seed([told("v1", cells)], told("v2", cells | {name: cells[name][few:]}))


def _bands(rows: list[Row], cells: Cells, name: str, few: int) -> Seed:
    at = len(cells[name]) + 6
    bands = {"below": rows[:at], "above": rows[at:]}
    return Seed([told("v1", bands)], told("v2", {"below": rows[: at + few], "above": rows[at + few :]}))


def _finer(_: list[Row], cells: Cells, name: str, few: int) -> Seed:
    fine = {name: cells[name], "rest": cells["d"][:few]}
    return Seed([told("v1", {"all": [*fine[name], *fine["rest"]]})], told("v2", fine, ["rest"]))


def _coarser(_: list[Row], cells: Cells, name: str, few: int) -> Seed:
    fine = {name: cells[name], "rest": cells["d"][:few]}
    return Seed([told("v1", fine, ["rest"])], told("v2", {"all": [*fine[name], *fine["rest"]], "a": cells["d"]}))


def _total(rows: list[Row], cells: Cells, name: str, few: int) -> Seed:
    """The small group hides behind one neighbour, then behind another."""
    small, every = {"small": rows[24 : 24 + few], **cells}, ["small", *cells]
    return Seed([told("v1", small, ["small", name], [every])], told("v2", small, ["small", "d"], [every]))


def _sibling(_: list[Row], cells: Cells, __: str, few: int) -> Seed:
    """Another dataset of the source, whose groups lie across: it takes four numbers of both."""
    a, b, c, d = cells.values()
    other = told("other v1", {"x": a + b, "y": c + d[:few]})
    return Seed([other], told("v1", {"p": a + c, "q": b, "s": d}))


KINDS = {
    "a cumulative month": _cumulative,
    "a corrected row": _corrected,
    "a row that is gone": _gone,
    "changed bands": _bands,
    "finer places": _finer,
    "coarser places": _coarser,
    "a total minus cells": _total,
    "another dataset": _sibling,
}


def seeded(kind: str, seed: int) -> Seed:
    """A secret of one or two persons."""
    dice = np.random.default_rng([seed, len(kind)])
    rows = [(who, int(dice.integers(1, 2**62))) for who in range(26)]
    cells = {"a": rows[:6], "b": rows[6:11], "c": rows[11:18], "d": rows[18:24]}
    return KINDS[kind](rows, cells, "abc"[int(dice.integers(0, 3))], int(dice.integers(1, MINIMUM)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_of_200_seeded_secrets_is_found_and_then_hidden(kind: str) -> None:
    """25 of each kind. The attacker finds it too; of what is left when more is hidden, he finds nothing."""
    for number in range(25):
        seed = seeded(kind, number)
        past = Past([lambda one=one: one for one in seed.before])
        assert comes_out(numbers([*seed.before, seed.now]))
        found = past.learnt(seed.now, "amount", MINIMUM)
        assert found.found
        now = settled(past, seed.now)
        assert not past.learnt(now, "amount", MINIMUM).found
        assert not comes_out(numbers([*seed.before, now]))


def settled(past: Past, now: Told) -> Told:
    """The release with as much hidden as it takes."""
    now = replace(now, shown=now.shown & ~before(past, now).held)
    for _ in range(ROUNDS):
        now = replace(now, shown=now.shown & ~more(past, now, now.shown, MINIMUM))
    return now


def test_changes_of_enough_persons_are_shown() -> None:
    """Nothing is hidden for differences of the minimum and more, nor for a release that is the same."""
    cells = {"a": [(who, 100 + who) for who in range(6)], "b": [(who, 100 + who) for who in range(6, 12)]}
    past = Past([lambda: told("v1", cells)])
    more_rows = {"a": cells["a"] + [(who, 100 + who) for who in range(20, 20 + MINIMUM)], "b": cells["b"]}
    for now in (told("v2", cells), told("v2", more_rows)):
        assert not past.learnt(now, "amount", MINIMUM).found
        assert settled(past, now).shown.all()


def test_what_totals_tell_by_themselves_is_counted_apart() -> None:
    """A total that others know at both times tells the correction in it, whatever is hidden; the group is hidden all the same."""
    cells = {"a": [(who, 100 + who) for who in range(6)], "b": [(who, 100 + who) for who in range(6, 12)]}
    mended = {"a": [(0, 7), *cells["a"][1:]], "b": cells["b"]}
    past = Past([lambda: told("v1", cells, total=[["a", "b"]])])
    assert past.learnt(told("v2", mended, total=[["a", "b"]]), "amount", MINIMUM).found
    now = settled(past, told("v2", mended, total=[["a", "b"]]))
    assert now.shown.tolist() == [False, True]
    learnt = past.learnt(now, "amount", MINIMUM)
    assert (learnt.found, learnt.totals) == ((), 1)


NUMBERS = st.lists(st.frozensets(st.integers(0, 8), min_size=1), min_size=1, max_size=6, unique=True)


@settings(max_examples=150, deadline=None)
@given(NUMBERS, st.lists(st.integers(0, 5), min_size=9, max_size=9), st.integers(2, 4))
def test_any_numbers(known: list[frozenset[int]], who: list[int], minimum: int) -> None:
    """Of any numbers, whoever is behind the rows: a secret comes out by elimination just where the attacker finds one."""
    entries = [(i, row) for i, one in enumerate(known) for row in sorted(one)]
    parts = parts_of(
        np.array([i for i, _ in entries], np.int64),
        np.array([1000 + row**3 for _, row in entries], np.uint64),
        np.array([who[row] for _, row in entries], np.uint64),
    )
    rows = [frozenset((who[row], row) for row in one) for one in known]
    assert bool(derived(parts, minimum)) == comes_out(rows, minimum)
