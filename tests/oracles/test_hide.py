"""How many cells are hidden, beside the fewest there can be, which an integer program finds in small tables."""

import highspy
import numpy as np
import pytest

from assets.suppression.secondary import hide
from assets.suppression.tables import Secret, Table
from tests.assets.suppression.tables import table

pytestmark = pytest.mark.oracles
SHAPES = [(10, 8), (14, 6), (6, 5, 4)]
SECONDS = 120.0


def _fewest(asked: Table, secret: Secret) -> int | None:
    """The least number of hidden cells, each secret one open both ways, no total telling of one cell or few persons."""
    values, scale = asked.values[0], float(np.median(asked.values[0]))
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", SECONDS)
    hidden = [solver.addBinary() for _ in range(asked.size)]
    persons = [asked.persons(np.array([cell])) for cell in range(asked.size)]
    for cells in asked.cells_of:
        for cell in cells:
            solver.addConstr(sum(hidden[i] for i in cells) >= 2 * hidden[cell])
            solver.addConstr(sum(persons[i] * hidden[i] for i in cells) >= secret.minimum * hidden[cell])
    most = 3 * float(values.max()) / scale
    for cell in np.flatnonzero(secret.cells):
        solver.addConstr(hidden[cell] == 1)
        for sign in (1, -1):
            move = [solver.addVariable(lb=-value / scale, ub=most) for value in values]
            for cells in asked.cells_of:
                solver.addConstr(sum(move[i] for i in cells) == 0)
            for i, value in enumerate(values):
                solver.addConstr(move[i] <= most * hidden[i])
                solver.addConstr(move[i] >= -value / scale * hidden[i])
            need = float(secret.need[0][cell]) / scale
            solver.addConstr(sign * move[cell] >= (need if sign > 0 else min(need, float(values[cell]) / scale)))
    solver.minimize(sum(hidden))
    best = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(solver.getInfo().objective_function_value) if best else None


def test_hardly_more_cells_are_hidden_than_must_be() -> None:
    """Over many small tables of two and three dimensions, not a tenth more than the fewest."""
    ours = fewest = tables = 0
    for seed in range(8):
        for shape in SHAPES:
            asked, secret = table(shape, seed)
            if not 1 <= secret.cells.sum() <= 10:
                continue
            found, best = hide(asked, secret), _fewest(asked, secret)
            if best is not None:
                assert not len(found.open)
                ours, fewest, tables = ours + int(found.cells.sum()), fewest + best, tables + 1
    assert tables >= 5
    assert ours <= 1.1 * fewest
