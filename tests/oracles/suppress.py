"""Runs in the oracles' own environment: reads amounts of persons as JSON, answers with what tau-argus hides, cell by cell."""

import contextlib
import io
import json
import sys
import tempfile
from typing import Any

import pandas as pd
from pytauargus import protect


def main() -> None:
    """For each table its inner cells: where they are, their sum, their persons, and whether tau-argus hides them."""
    answers = [_suppressed(task) for task in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)


def _suppressed(task: dict[str, Any]) -> dict[str, Any]:
    dims, rule = list(task["rows"])[:-1], f"FREQ({task['minimum']},{task['percent']})"
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        made = protect(
            pd.DataFrame(task["rows"]), dims, response="amount", safety_rules=rule, suppress="OPT(1)", cost_var="-3", workdir=folder
        )  # fmt: skip
        table = made.tables[0].dataframe()
    margins = (table[dims] == "Total").any(axis=1)
    inner = table[~margins & (table.freq > 0)]
    return {
        "places": [inner[dim].tolist() for dim in dims],
        "sums": inner.amount.tolist(),
        "persons": inner.freq.astype(int).tolist(),
        "hidden": int((inner.status != "S").sum() + (table[margins].status != "S").sum()),
    }


if __name__ == "__main__":
    main()
