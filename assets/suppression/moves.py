"""Moves: changes of hidden cells that leave every known total as it is. What a reader cannot tell apart differs by one.

A move that makes a secret cell larger, or smaller, by what it needs is the proof that the cell is open that way. Linear
programs find moves for many cells at once that use as few other cells as they can.
Source: Kelly, Golden & Assad (1992); Fischetti & Salazar (2000).
"""

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from assets.suppression.tables import Floats, Ints, Secret, Table, Truths

MORE = 1.001  # what is asked of a move, so that what is needed is reached in spite of rounding
_DUAL, _PRIMAL = 1, 4
_REWARD, _WEIGHINGS, _LEAST = 1e4, 2, 1e-3


@dataclass(slots=True)
class Moves:
    """Moves of one measure: `free` cells cost nothing, `spare` cells may be used at a cost, all others stay as they are."""

    table: Table
    secret: Secret
    measure: int
    free: Truths
    spare: Truths
    programs: int = 0
    _cells: Ints = field(init=False)
    _spare: Ints = field(init=False)
    _need: Floats = field(init=False)
    _room: Floats = field(init=False)
    _scale: float = field(init=False)
    _solver: Any = field(init=False)

    def __post_init__(self) -> None:
        self._cells = np.flatnonzero(self.free | self.spare)
        self._spare = np.flatnonzero(~self.free[self._cells])
        need = self.secret.need[self.measure][self._cells] * MORE
        self._scale = float(np.median(need[need > 0])) if (need > 0).any() else 1.0
        self._need = need / self._scale
        self._room = (self.table.values[self.measure][self._cells] - self.table.lowest[self.measure]) / self._scale
        self._solver = _solver(self._program())

    def reach(self, targets: Ints, rise: Truths, *, start: bool) -> Floats:
        """A move that takes as many of the free `targets` as far as they need, up or down; zero where a cell stays.

        `start` solves anew; otherwise the program goes on from where the last one ended, which is best for few targets.
        """
        at = np.searchsorted(self._cells, targets)
        costs = self._aimed(at, rise)
        self._solver.setOptionValue("simplex_strategy", _DUAL if start else _PRIMAL)
        if start:
            self._solver.clearSolver()
        change = self._solved(costs)
        self._solver.setOptionValue("simplex_strategy", _PRIMAL)
        for _ in range(_WEIGHINGS if np.abs(change[self._spare]).max(initial=0.0) > _LEAST else 0):
            weights = 1 / (np.abs(change[self._spare]) + _LEAST * float(np.median(self._need[at])))
            costs[self._spare] = costs[len(self._cells) :] = weights / weights.max()
            change = self._solved(costs)
        whole = np.zeros(self.table.size)
        whole[self._cells] = np.where(np.abs(change) > _LEAST * _LEAST, change, 0.0) * self._scale
        return whole

    def _aimed(self, at: Ints, rise: Truths) -> Floats:
        """Costs with which targets are worth going as far as they need, and bounds with which they go no further."""
        lower, upper = self._limits()
        upper[at[rise]] = self._need[at[rise]]
        lower[at[~rise]] = -np.minimum(self._need, self._room)[at[~rise]]
        every = np.arange(len(lower), dtype=np.int32)
        self._solver.changeColsBounds(len(lower), every, lower, upper)
        costs = np.zeros(len(lower))
        costs[self._spare] = costs[len(self._cells) :] = 1 / np.sqrt(np.maximum(self._room[self._spare], _LEAST))
        costs[at] = np.where(rise, -_REWARD, _REWARD) / np.maximum(np.where(rise, upper[at], -lower[at]), _LEAST)
        return costs

    def _limits(self) -> tuple[Floats, Floats]:
        """How far cells may go: a spare one goes up in a column of its own, and down in a second one."""
        spare = self._room[self._spare]
        lower, upper = -self._room, np.full(len(self._room), np.inf)
        lower[self._spare] = 0.0
        return np.concatenate([lower, np.zeros(len(spare))]), np.concatenate([upper, spare])

    def _solved(self, costs: Floats) -> Floats:
        self._solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self._solver.run()
        self.programs += 1
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.zeros(len(self._cells))
        found = np.asarray(self._solver.getSolution().col_value)
        change = found[: len(self._cells)].copy()
        change[self._spare] -= found[len(self._cells) :]
        return change

    def _program(self) -> highspy.HighsLp:
        """The columns are cells, and once more the spare ones; each row is a total, which does not change."""
        kinds = len(self.table.totals)
        totals, rows = np.unique(self.table.totals[:, self._cells], return_inverse=True)
        of = rows.reshape(kinds, len(self._cells)).T
        index = np.concatenate([of, of[self._spare]])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(index), len(totals)
        lp.col_cost_ = np.zeros(len(index))
        lp.col_lower_, lp.col_upper_ = self._limits()
        lp.row_lower_ = lp.row_upper_ = np.zeros(len(totals))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.arange(0, index.size + 1, kinds, dtype=np.int32)
        lp.a_matrix_.index_ = index.ravel().astype(np.int32)
        lp.a_matrix_.value_ = np.repeat(np.where(np.arange(len(index)) < len(self._cells), 1.0, -1.0), kinds)
        return lp


def _solver(program: highspy.HighsLp) -> Any:
    """The solver itself: its Python subclass prints a line of its own before it can be told not to."""
    solver: Any = highspy.Highs.__bases__[0]()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own form
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
