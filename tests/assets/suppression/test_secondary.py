"""Hidden cells stay hidden: between which values they must lie is reckoned here by another program, cell by cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from assets.suppression.secondary import Hidden, hide, reached
from assets.suppression.tables import Floats, Secret, Table, Truths, known_totals
from tests.assets.suppression.tables import table


def _interval(asked: Table, measure: int, hidden: Truths, cell: int) -> tuple[float, float]:
    """The least and the most that a reader who knows the totals must think possible."""
    cells = np.flatnonzero(hidden)
    values = asked.values[measure][cells]
    rows, numbers = np.unique(asked.totals[:, cells], return_inverse=True)
    matrix = np.zeros((len(rows), len(cells)))
    for kind in numbers.reshape(len(asked.totals), len(cells)):
        matrix[kind, np.arange(len(cells))] = 1
    scale = max(float(np.abs(values).max()), 1.0)
    lowest = asked.lowest[measure] / scale
    told = []
    for sign in (1, -1):
        wish = np.where(cells == cell, sign, 0.0)
        found = linprog(wish, A_eq=matrix, b_eq=matrix @ values / scale, bounds=(lowest, None))
        told.append(sign * found.fun * scale if found.status == 0 else -sign * np.inf)
    return told[0], told[1]


def _is_safe(asked: Table, secret: Secret, measure: int, hidden: Truths, cell: int) -> bool:
    least, most = _interval(asked, measure, hidden, cell)
    value, need = asked.values[measure][cell], secret.need[measure][cell]
    slack = 1e-6 * max(abs(value), need)
    return bool(least <= max(value - need, asked.lowest[measure]) + slack and most >= value + need - slack)


def _lonely(asked: Table, secret: Secret, hidden: Truths) -> set[int]:
    """The secret cells in a total in which what is hidden belongs to too few persons, or is one cell."""
    found: set[int] = set()
    for cells in asked.cells_of:
        here = cells[hidden[cells]]
        if len(here) and (len(here) == 1 or asked.persons(here) < secret.minimum):
            found |= set(here[secret.cells[here]].tolist())
    return found


def _check(asked: Table, secret: Secret, found: Hidden) -> None:
    assert found.cells[secret.cells].all()
    proven = ~np.isin(np.arange(asked.size), found.open) & secret.cells
    assert not _lonely(asked, secret, found.cells) & set(np.flatnonzero(proven).tolist())
    for measure in range(len(asked.values)):
        for cell in np.flatnonzero(proven):
            assert _is_safe(asked, secret, measure, found.cells, int(cell))
        moves = found.moves[measure]
        assert not moves[:, ~found.cells].any()
        rises, falls = np.zeros(asked.size, np.bool_), np.zeros(asked.size, np.bool_)
        for move in [*moves, np.zeros(asked.size)]:
            assert (asked.values[measure] + move >= asked.lowest[measure] - 1e-3).all()
            for cells in asked.cells_of:
                assert abs(move[cells].sum()) <= 1e-6 * max(np.abs(asked.values[measure]).max(), 1)
            up, down = reached(asked, secret, measure, move)
            rises, falls = rises | up, falls | down
        assert (rises & falls)[proven].all()


@pytest.mark.parametrize("shape", [(12, 8), (30, 12), (6, 5, 4), (3, 3, 3, 4)])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_hidden_cannot_be_reckoned(shape: tuple[int, ...], seed: int) -> None:
    """In tables of two, three and four dimensions, every secret cell is open both ways, and there is proof of it."""
    asked, secret = table(shape, seed)
    found = hide(asked, secret)
    assert not len(found.open)
    _check(asked, secret, found)


CELL = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 50), st.integers(-9, 90), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=14, unique_by=lambda cell: cell[:2]), st.sampled_from([0.0, -1000.0]))
def test_any_table(cells: list[tuple[int, ...]], lowest: float) -> None:
    """Gaps, zeros, negative sums, totals of one cell, two measures: a cell is proven to be open, or said not to be."""
    columns = np.array(cells, np.int64).T
    values = np.stack([columns[2], np.maximum(columns[3], 0) if lowest == 0 else columns[3]]).astype(float)
    kinds = [np.unique(columns[i], return_inverse=True)[1].astype(np.int64) for i in (0, 1)]
    persons = columns[4] + 1
    where = np.repeat(np.arange(len(cells)), persons)
    asked = Table(
        values=values,
        totals=known_totals([np.zeros(len(cells), np.int64), *kinds]),
        members=(where, np.arange(len(where)) % 20),
        lowest=np.full(2, lowest),
    )
    secret = Secret(cells=persons < 4, need=np.maximum(0.2 * np.abs(values), 1.0), minimum=4)
    _check(asked, secret, hide(asked, secret))


def test_a_total_of_one_cell_hides_nothing() -> None:
    """Whoever knows the total of a row that is one cell knows the cell; no other cell can help."""
    asked = Table(
        values=np.array([[5.0, 9.0, 9.0]]),
        totals=known_totals([np.array([0, 1, 1])]),
        members=(np.array([0, 1, 1, 1, 2, 2, 2]), np.arange(7)),
        lowest=np.zeros(1),
    )
    found = hide(asked, Secret(cells=np.array([True, False, False]), need=np.ones((1, 3)), minimum=3))
    assert found.open.tolist() == [0]


def test_nothing_secret_hides_nothing() -> None:
    """A table whose cells are all of enough persons is shown whole."""
    asked, secret = table((5, 5), 1, minimum=0)
    found = hide(asked, secret)
    assert not found.cells.any()
    assert not len(found.open)


def test_totals_that_others_add_up_to_are_left_out() -> None:
    """The sum of all is known from the sums of its parts, and the same sums twice are known once."""
    rows: Floats = np.array([0, 0, 1, 1])
    kept = known_totals([np.zeros(4, np.int64), rows.astype(np.int64), rows.astype(np.int64)])
    assert kept.tolist() == [[0, 0, 1, 1]]


def test_the_solver_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """What a command prints for machines has no line of another program in it."""
    hide(*table((12, 8), 0))
    assert capfd.readouterr() == ("", "")
