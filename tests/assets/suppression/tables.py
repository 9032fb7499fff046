"""Tables of invented sums for the tests of this room."""

from collections.abc import Sequence

import numpy as np

from assets.suppression.tables import Secret, Table, known_totals


def table(shape: Sequence[int], seed: int, *, minimum: int = 12, within: float = 0.2) -> tuple[Table, Secret]:
    """A table of these dimensions whose sums over each dimension are known, and so is the sum of all.

    Cells are of very different size; every person stands in one cell.
    """
    dice = np.random.default_rng(seed)
    places = np.indices(shape).reshape(len(shape), -1)
    weights = np.ones(places.shape[1])
    for place, size in zip(places, shape, strict=True):
        weights *= (1 / np.arange(1, size + 1) ** 0.8)[place]
    persons = dice.poisson(weights / weights.mean() * 40)
    places, persons = places[:, persons > 0], persons[persons > 0]
    values = np.array([dice.lognormal(13, 1.2, count).round().sum() for count in persons])
    kinds = [np.zeros(len(persons), np.int64)]
    for along in range(len(shape)):
        left = [place for i, place in enumerate(places) if i != along]
        kinds.append(np.unique(np.stack(left), axis=1, return_inverse=True)[1].ravel().astype(np.int64))
    where = np.repeat(np.arange(len(persons)), persons)
    made = Table(
        values=values[None, :],
        totals=known_totals(kinds),
        members=(where, np.arange(len(where))),
        lowest=np.zeros(1),
    )
    need = np.maximum(within * values, within * values.sum() / persons.sum())
    return made, Secret(cells=persons < minimum, need=need[None, :], minimum=minimum)
