"""Levels and stars: as good as looking at everything there is, and enough persons and values behind all that is shown."""

from collections import defaultdict
from itertools import product
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.anonymity.alike import Need, Node
from assets.anonymity.classes import Classes, collapse, key
from assets.anonymity.lattice import Search
from assets.anonymity.stars import Stars, starred
from assets.privacy.levels import HIDDEN, Level, level

Row = tuple[Any, ...]
DUCK = duckdb.connect(config={"threads": 1})
COLUMNS: dict[str, list[Level]] = {
    "place": [Level(to="exact"), Level(parts=1), Level(to="hidden")],
    "age": [Level(width=5), Level(width=10)],
    "job": [level("exact"), Level(groups={"x": ("a", "b"), "y": ("c",)}), level("hidden")],
}
ROW = st.tuples(
    st.one_of(st.none(), st.sampled_from(["", "1.1", "1.2", "2.1"])),
    st.one_of(st.none(), st.integers(0, 29)),
    st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d"])),
    st.one_of(st.none(), st.integers(0, 15)),
    st.one_of(st.none(), st.sampled_from(["", "u", "v"])),
)


def _table(rows: list[Row]) -> pa.Table:
    kinds = {"place": pa.string(), "age": pa.int64(), "job": pa.string(), "person": pa.int64(), "illness": pa.string()}
    cells = {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(kinds.items())}
    return pa.table(cells)


def _gathered(rows: list[Row], *, person: bool = True) -> Classes:
    DUCK.register("people", _table(rows))
    return collapse(DUCK, "people", columns=COLUMNS, person="person" if person else None, sensitive=["illness"])


def _shown(rows: list[Row]) -> list[list[tuple[Any, ...]]]:
    """What every level shows of every cell, by column and level, asked of each row alone."""
    DUCK.register("people", _table(rows))
    told = []
    for name, levels in COLUMNS.items():
        shown = ", ".join(one.sql(name) for one in levels)
        numbered = "SELECT *, row_number() OVER () AS n FROM people"
        told.append(DUCK.execute(f"SELECT {shown} FROM ({numbered}) ORDER BY n").fetchall())
    return told


def _small(rows: list[Row], keys: list[Row], need: Need, *, person: bool) -> list[int]:
    """The rows whose class has too few persons or values, by definition."""
    classes: dict[Row, list[int]] = defaultdict(list)
    for n, cells in enumerate(keys):
        classes[cells].append(n)
    bad = []
    for members in classes.values():
        persons = len({rows[n][3] for n in members} if person else members)
        if persons < need.k or len({rows[n][4] for n in members}) < need.l:
            bad += members
    return bad


def _defined(rows: list[Row], need: Need, most: int, *, person: bool) -> float | None:
    """The least loss of all levels, by definition: each cell the share of other finest values that it is alike with."""
    shown, best = _shown(rows), None
    for node in product(*(range(len(levels)) for levels in COLUMNS.values())):
        keys = [tuple(column[n][h] for column, h in zip(shown, node, strict=True)) for n in range(len(rows))]
        bad = set(_small(rows, keys, need, person=person))
        if len(bad) > most:
            continue
        lost = 0.0
        for column, h in zip(shown, node, strict=True):
            leaves = {cell[0]: cell[h] for cell in column}
            alike = {leaf: sum(1 for other in leaves.values() if other == to) - 1 for leaf, to in leaves.items()}
            lost += sum(alike[cell[0]] / max(len(leaves) - 1, 1) for n, cell in enumerate(column) if n not in bad)
        loss = (lost / len(COLUMNS) + len(bad)) / max(len(rows), 1)
        best = loss if best is None else min(best, loss)
    return best


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=40), st.integers(1, 4), st.integers(1, 2), st.integers(0, 12), st.booleans())
def test_the_loss_is_the_least_there_is(rows: list[Row], k: int, l: int, most: int, person: bool) -> None:  # noqa: E741, FBT001
    """On any small table, the first answer of the search loses as little as the best of all levels, or there is none."""
    need = Need(k=k, l=l)
    found = next(Search(_gathered(rows, person=person), need).best(most), None)
    best = _defined(rows, need, most, person=person)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert abs(found.loss - best) < 1e-9


def _cells(rows: list[Row], classes: Classes, node: Node, stars: Stars) -> list[Row]:
    """What is shown of each row in the end."""
    shown = _shown(rows)
    DUCK.register("people", _table(rows))
    finest = [tuple(column[n][0] for column in shown) for n in range(len(rows))]
    where = _where(rows, classes)
    return [
        tuple(HIDDEN if stars[where[n], j] else shown[j][n][h] for j, h in enumerate(node)) for n in range(len(finest))
    ]


def _where(rows: list[Row], classes: Classes) -> list[int]:
    DUCK.register("people", _table(rows))
    numbered = "SELECT *, row_number() OVER () AS n FROM people"
    ids = DUCK.execute(f"SELECT {key(COLUMNS, classes.salt)} FROM ({numbered}) ORDER BY n").fetchall()
    place = {int(number): i for i, number in enumerate(classes.ids)}
    return [place[row[0]] for row in ids]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=40), st.integers(2, 4), st.integers(1, 2), st.integers(0, 40), st.booleans())
def test_enough_stand_behind_every_row(rows: list[Row], k: int, l: int, most: int, person: bool) -> None:  # noqa: E741, FBT001
    """With its stars, no combination of shown cells belongs to fewer persons or values, and few enough rows have one."""
    need, classes = Need(k=k, l=l), _gathered(rows, person=person)
    for found in Search(classes, need).best(most):
        stars = starred(classes, found, need, most=most)
        if stars is not None:
            cells = _cells(rows, classes, found.node, stars)
            assert not _small(rows, cells, need, person=person)
            assert int(classes.rows[stars.any(axis=1)].sum()) <= most
            return
    assert most < len(rows) or _small(rows, [()] * len(rows), need, person=person)


def test_persons_with_many_rows_and_many_values() -> None:
    """A person who stands in several classes is one in each, and more values than bits are never counted too many."""
    rows: list[Row] = [("1.1", n % 3, "a", n % 7, f"v{n}") for n in range(600)]
    rows += [("2.1", 0, "a", 1, "u")] * 9
    classes = _gathered(rows)
    assert int(classes.persons.sum()) + len(np.unique(classes.movers[1])) == 7
    assert classes.values[0].shape[0] == 4
    found = next(Search(classes, Need(k=2, l=2)).best(9))
    assert (found.rows, found.node) == (9, (0, 0, 0))
