"""What anonymising loses, beside anjana, which takes the column with the most values one level up at a time."""

import random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from assets.anonymity.alike import Need
from assets.anonymity.classes import collapse
from assets.anonymity.lattice import Search
from assets.privacy.levels import Level, level
from tests.oracles.conftest import Reckon

pytestmark = pytest.mark.oracles
TABLES = 150
COLUMNS = {
    "place": [level("exact"), Level(parts=2), Level(parts=1), level("hidden")],
    "job": [level("exact"), Level(groups={"x": ("a", "b", "c"), "y": ("d", "e")}), level("hidden")],
    "sex": [level("exact"), level("hidden")],
}


def _table(dice: random.Random) -> dict[str, list[str]]:
    rows = dice.randint(20, 150)
    places = [f"{a}.{b}.{c}" for a in "12" for b in "12" for c in "123"]
    return {
        "place": [places[int(len(places) * dice.random() ** 2)] for _ in range(rows)],
        "job": [dice.choice("aaabbcde") for _ in range(rows)],
        "sex": [dice.choice("mf") for _ in range(rows)],
    }


def _levels(connection: duckdb.DuckDBPyConnection) -> dict[str, list[list[Any]]]:
    """What each level shows of each value, row by row, as anjana wants it."""
    told = {}
    for name, ladder in COLUMNS.items():
        shown = ", ".join(one.sql(name) for one in ladder)
        rows = connection.execute(f"SELECT {shown} FROM people").fetchall()
        told[name] = [list(column) for column in zip(*rows, strict=True)]
    return told


def test_the_loss_is_never_above_that_of_anjana(reckon: Reckon) -> None:
    """On every table that anjana can anonymise we lose no more, and on some we lose less."""
    dice, searches, tasks = random.Random(20261124), [], []  # noqa: S311 - synthetic tables
    with duckdb.connect(config={"threads": 1}) as connection:
        for _ in range(TABLES):
            table, k, percent = _table(dice), dice.randint(2, 5), dice.choice([0, 5, 10])
            connection.register("people", pa.table(table))
            tasks.append({"table": table, "levels": _levels(connection), "k": k, "percent": percent})
            classes = collapse(connection, "people", columns=COLUMNS, person=None)
            searches.append((Search(classes, Need(k=k)), classes.total * percent // 100))
    better = compared = 0
    for (search, most), theirs in zip(searches, reckon("coarsen.py", tasks), strict=True):
        ours = next(search.best(most), None)
        if theirs is None:
            continue
        assert ours is not None
        node = search.at(tuple(theirs["levels"]))
        assert node.rows == theirs["rows"]
        assert ours.loss <= node.loss + 1e-9
        better, compared = better + (ours.loss < node.loss - 1e-9), compared + 1
    assert compared > TABLES / 2
    assert better > 0
