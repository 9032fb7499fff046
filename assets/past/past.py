"""All that earlier releases have told, and what a reader learns about few persons when one more is added to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from assets.past.derive import Bits, Derived
from assets.past.numbers import Numbers, Told


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """What one more release gives away of one amount: `found`, from `numbers`, of which the first `before` were known.

    `totals` counts what comes out of totals that others know, whatever is published; `already` what earlier releases told.
    """

    numbers: Numbers
    before: int
    found: tuple[Derived, ...] = ()
    totals: int = 0
    already: int = 0

    def releases(self) -> set[str]:
        """Earlier releases that are needed to reckon it."""
        return {self.numbers.first[n] for one in self.found for n in one.numbers.tolist() if n < self.before}


@dataclass(slots=True)
class _Seen:
    """What earlier releases told of one amount: in all, and without the totals that others know."""

    told: Numbers = field(default_factory=Numbers)
    published: Numbers = field(default_factory=Numbers)
    held: list[Bits] = field(default_factory=list)
    already: set[int] | None = None

    def add(self, told: Told, measure: str) -> None:
        self.told = self.told.plus(told, measure, told.told())
        self.published = self.published.plus(told, measure, told.published())
        self.held.append(told.contents(measure)[~told.shown])


@dataclass(slots=True)
class Past:
    """Earlier releases, oldest first, each read anew by its function; those that tell nothing of an amount are left out."""

    releases: Sequence[Callable[[], Told]]
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def known(self, measure: str) -> Numbers:
        """The numbers that earlier releases told."""
        return self._of(measure).told

    def held(self, measure: str) -> Bits:
        """The contents of cells that an earlier release hid."""
        return np.unique(np.concatenate([np.empty(0, np.uint64), *self._of(measure).held]))

    def learnt(self, now: Told, measure: str, minimum: int) -> Learnt:
        """What the release `now` gives away together with those before it."""
        seen = self._of(measure)
        numbers = seen.told.plus(now, measure, now.told())
        before, found = len(seen.told.contents), numbers.derived(minimum)
        if not found:
            return Learnt(numbers=numbers, before=before)
        if seen.already is None:
            seen.already = _marks(seen.told, minimum)
        new = [one for one in found if one.mark not in seen.already]
        totals = _marks(seen.told.plus(now, measure, now.alone()), minimum) if new else set()
        ours = _marks(seen.published.plus(now, measure, now.published()), minimum) if totals else set()
        left = tuple(one for one in new if one.mark in ours or one.mark not in totals)
        return Learnt(
            numbers=numbers, before=before, found=left, totals=len(new) - len(left), already=len(found) - len(new)
        )

    def _of(self, measure: str) -> _Seen:
        if measure not in self._seen:
            self._seen[measure] = seen = _Seen()
            for read in self.releases:
                told = read()
                if measure in told.words:
                    seen.add(told, measure)
        return self._seen[measure]


def _marks(numbers: Numbers, minimum: int) -> set[int]:
    return {one.mark for one in numbers.derived(minimum)}
