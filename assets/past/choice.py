"""Which more groups are hidden, so that a release gives nothing away together with those before it.

What earlier releases showed cannot hide anything; what they hid, and what is the same still, stays hidden. For each
secret that could still be reckoned one more group of this release is hidden.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.past.derive import Derived
from assets.past.numbers import Told, Truths
from assets.past.past import Learnt, Past

ROUNDS = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What the releases before mean for the groups of this one: `known` to readers already, and `held` from them."""

    known: Truths
    held: Truths


def before(past: Past, now: Told) -> Before:
    """Groups of the same rows as one that an earlier release showed, in any amount, or hid."""
    known, held = np.zeros(len(now.shown), np.bool_), np.zeros(len(now.shown), np.bool_)
    for measure in now.words:
        contents = now.contents(measure)
        known |= np.isin(contents, past.known(measure).contents)
        held |= np.isin(contents, past.held(measure))
    return Before(known=known, held=held & ~known)


def more(past: Past, now: Told, shown: Truths, minimum: int) -> Truths:
    """Groups to hide besides those that are not `shown`; none where nothing helps, or nothing needs to."""
    asked = replace(now, shown=shown)
    chosen = np.zeros(len(shown), np.bool_)
    sizes = np.bincount(now.cell, minlength=len(shown))
    for measure in now.words:
        learnt = past.learnt(asked, measure, minimum)
        contents = now.contents(measure)
        free = shown & ~np.isin(contents, learnt.numbers.contents[: learnt.before])
        for secret in learnt.found:
            among = np.flatnonzero(_among(asked, measure, learnt, secret, free))
            if len(among) and not chosen[among].any():
                chosen[among[sizes[among].argmin()]] = True
    return chosen


def _among(now: Told, measure: str, learnt: Learnt, secret: Derived, free: Truths) -> Truths:
    """The groups of which hiding one may help: one that the secret is reckoned from; else one of the totals it is."""
    ours = learnt.numbers.contents[secret.numbers[secret.numbers >= learnt.before]]
    used = free & np.isin(now.contents(measure), ours)
    if used.any():
        return used
    beside = np.zeros(len(free), np.bool_)
    for total, rest in zip(now.kinds(), now.rests(), strict=True):
        rows = np.flatnonzero(rest >= 0)
        sums = np.zeros(int(total.max(initial=-1)) + 1, np.uint64)
        with np.errstate(over="ignore"):
            np.add.at(sums, rest[rows], now.words[measure][rows])
        hidden = np.unique(rest[rows])
        beside |= free & np.isin(total, hidden[np.isin(sums[hidden], ours)])
    return beside
