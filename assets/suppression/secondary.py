"""Which other cells are hidden, so that the secret ones cannot be reckoned from the totals: few, and proven to be enough.

Each total is seen to by itself first. Then moves are sought for every secret cell, up and down, over the cells that were
chosen so; where there is none, over all cells. A cell that no move needs is shown again.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from assets.suppression.moves import Moves
from assets.suppression.tables import Floats, Ints, Secret, Table, Truths

_ROUNDS, _WORTH = 40, 0.05  # rounds over many cells end once one settles fewer than this share of what is open
_FRESH = 3  # rounds in which so much changes that starting anew is faster
_ALL = 1 - 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """The cells that are hidden, the moves that prove it by measure, and the secret cells that nothing can hide."""

    cells: Truths
    moves: tuple[Floats, ...]
    open: Ints
    programs: int


def hide(table: Table, secret: Secret) -> Hidden:
    """Choose the cells; those in `open` can be reckoned by whoever knows the totals, whatever else is hidden."""
    chosen = Choice(table, secret, secret.begin)
    chosen.see_to(np.arange(table.count))
    proofs: list[Proof] = []
    used = secret.begin
    for measure in range(len(table.values)):
        proof = Proof(table, secret, measure, used)
        proof.seek(chosen.hidden)
        proof.seek(secret.spare)
        proofs.append(proof)
        used = proof.free
    last = Choice(table, secret, used)
    last.see_to(np.arange(table.count))
    return Hidden(
        cells=last.hidden,
        moves=tuple(np.stack(proof.moves) if proof.moves else np.zeros((0, table.size)) for proof in proofs),
        open=np.unique(np.concatenate([last.lacking(), *(proof.open() for proof in proofs)])),
        programs=sum(proof.programs for proof in proofs),
    )


@dataclass(slots=True)
class Proof:
    """Moves of one measure for every secret cell, as far as there are any; the cells that they use become free."""

    table: Table
    secret: Secret
    measure: int
    free: Truths
    moves: list[Floats] = field(default_factory=list)
    programs: int = 0
    _rises: Truths = field(init=False)
    _falls: Truths = field(init=False)
    _program: Moves | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.free = self.free.copy()
        self._rises, self._falls = ~self.secret.cells, ~self.secret.cells
        self._look(np.zeros(self.table.size))

    def open(self) -> Ints:
        """The secret cells that may be reckoned."""
        return np.flatnonzero(~(self._rises & self._falls))

    def seek(self, spare: Truths) -> None:
        """Look for moves over the free cells and, where need be, over spare ones: for many cells at once, then singly."""
        self._program = None
        dice = np.random.default_rng(0)
        for turn in range(_ROUNDS):
            before, targets = self._left(), self.open()
            if not before:
                return
            both = ~self._rises[targets] & ~self._falls[targets]
            rise = np.where(both, dice.random(len(targets)) < 0.5, ~self._rises[targets])  # noqa: PLR2004 - a coin
            self._reach(targets, rise, spare, start=turn < _FRESH)
            if before - self._left() < max(_WORTH * before, 1):
                break
        for cell in self.open():
            for up, done in ((True, self._rises), (False, self._falls)):
                if not done[cell]:
                    self._reach(np.array([cell]), np.array([up]), spare, start=False)

    def _reach(self, targets: Ints, rise: Truths, spare: Truths, *, start: bool) -> None:
        """Look at one more move; a cell that it uses costs nothing from then on."""
        if self._program is None or (self._program.free != self.free).any():
            self._program = Moves(self.table, self.secret, self.measure, self.free, spare | self.free)
        before = self._program.programs
        move = self._program.reach(targets, rise, start=start)
        self.programs += self._program.programs - before
        self._look(move)

    def _left(self) -> int:
        return int((~self._rises).sum() + (~self._falls).sum())

    def _look(self, move: Floats) -> None:
        """Keep a move that opens a secret cell in a way in which none did before."""
        rises, falls = reached(self.table, self.secret, self.measure, move)
        if (rises & ~self._rises).any() or (falls & ~self._falls).any():
            self._rises |= rises
            self._falls |= falls
            self.free |= move != 0
            self.moves.append(move)


def reached(table: Table, secret: Secret, measure: int, move: Floats) -> tuple[Truths, Truths]:
    """The cells that a move makes larger by what they need, and those that it makes smaller by that or all they have."""
    need, room = secret.need[measure], table.values[measure] - table.lowest[measure]
    return move >= need, move <= -np.minimum(need, room * _ALL)


@dataclass(slots=True)
class Choice:
    """The cells that are hidden, beginning with some, as each total by itself asks for it."""

    table: Table
    secret: Secret
    begin: Truths
    hidden: Truths = field(init=False)
    _count: Ints = field(init=False)
    _sums: Floats = field(init=False)
    _spare: Truths = field(init=False)

    def __post_init__(self) -> None:
        self._spare = self.secret.spare
        self.hidden = np.zeros(self.table.size, np.bool_)
        self._count = np.zeros(self.table.count, np.int64)
        self._sums = np.zeros((len(self.table.values), self.table.count))
        self._hide(np.flatnonzero(self.begin))

    def lacking(self) -> Ints:
        """The secret cells in totals that tell something all the same."""
        totals = [total for total in range(self.table.count) if self._lacks(total) is not None]
        cells = np.concatenate([np.empty(0, np.int64), *(self.table.cells_of[total] for total in totals)])
        return np.unique(cells[self.secret.cells[cells]])

    def see_to(self, totals: Sequence[int] | Ints) -> None:
        """Hide the cheapest cells until each total by itself tells nothing; what cannot be helped stays as it is."""
        queue, waiting = deque(map(int, totals)), np.zeros(self.table.count, np.bool_)
        waiting[totals] = True
        while queue:
            total = queue.popleft()
            waiting[total] = False
            while (cell := self._helper(total)) is not None:
                self._hide(np.array([cell]))
                for other in self.table.totals[:, cell]:
                    if other != total and not waiting[other]:
                        queue.append(int(other))
                        waiting[other] = True

    def _hide(self, cells: Ints) -> None:
        self.hidden[cells] = True
        for kind in self.table.totals:
            np.add.at(self._count, kind[cells], 1)
            for measure, values in enumerate(self.table.values):
                np.add.at(self._sums[measure], kind[cells], values[cells] - self.table.lowest[measure])

    def _lacks(self, total: int) -> Floats | None:
        """How much more, by measure, must be hidden in a total; None where it tells nothing of what is hidden."""
        if not self._count[total]:
            return None
        cells = self.table.cells_of[total]
        hidden = cells[self.hidden[cells]]
        if len(hidden) == 1 or self.table.persons(hidden) < self.secret.minimum:
            return np.zeros(len(self.table.values))
        secret = hidden[self.secret.cells[hidden]]
        others = self._sums[:, [total]] - self.table.values[:, secret] + self.table.lowest[:, None]
        lacking: Floats = (self.secret.need[:, secret] - others).max(axis=1, initial=0.0)
        return lacking if (lacking > 0).any() else None

    def _helper(self, total: int) -> int | None:
        """The cell to hide next in a total: what is lost by it, and by those that it would need in other totals."""
        lacking = self._lacks(total)
        cells = self.table.cells_of[total]
        shown = cells[~self.hidden[cells] & self._spare[cells]]
        if lacking is None or not len(shown):
            return None
        others = self._count[self.table.totals[:, shown]]
        room = self.table.values[:, shown] - self.table.lowest[:, None]
        size = room / np.maximum(room.max(axis=1, keepdims=True), 1e-9)
        enough = (room >= lacking[:, None]).all(axis=0)
        score = (others == 0).sum(axis=0) - 0.5 * (others == 1).sum(axis=0)
        score = score + np.where(enough, 0.1 * size.mean(axis=0), 1.0 - 0.5 * size.mean(axis=0))
        return int(shown[score.argmin()])
