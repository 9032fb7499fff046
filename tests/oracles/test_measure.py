"""k and l as pycanon reckons them, on tables without NULL: with NULL it leaves rows out, and so finds too much."""

import random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from quality.anonymity import measure
from tests.oracles.conftest import Reckon

pytestmark = pytest.mark.oracles
TABLES = 1000


def _task(dice: random.Random) -> dict[str, Any]:
    """A table of up to 60 rows whose columns have few values, so that classes are neither all one nor all alone."""
    rows, width = dice.randint(1, 60), dice.randint(1, 4)
    quasi = [f"q{i}" for i in range(width)]
    values = {name: dice.randint(1, 4) for name in [*quasi, "illness"]}
    table = {name: [f"v{dice.randrange(many)}" for _ in range(rows)] for name, many in values.items()}
    return {"table": table, "quasi": quasi, "sensitive": "illness"}


def test_a_thousand_tables_have_the_k_and_l_of_pycanon(reckon: Reckon) -> None:
    """Every one of them."""
    dice = random.Random(20261124)  # noqa: S311 - synthetic tables
    tasks = [_task(dice) for _ in range(TABLES)]
    answers = reckon("reckon.py", tasks)
    with duckdb.connect(config={"threads": 1}) as connection:
        for task, answer in zip(tasks, answers, strict=True):
            connection.register("people", pa.table(task["table"]))
            found = measure(connection, "people", quasi=task["quasi"], person=None, sensitive=["illness"])
            assert {"k": found.k, "l": found.l["illness"]} == answer
    assert len(answers) == TABLES
    assert len({(answer["k"], answer["l"]) for answer in answers}) > 10
