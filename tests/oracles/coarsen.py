"""Runs in the oracles' own environment: reads tables with their levels as JSON, answers with the levels anjana takes."""

import contextlib
import io
import json
import sys

import numpy as np
import pandas as pd
from anjana.anonymity import k_anonymity_inner


def main() -> None:
    """One answer for each table: the level of each column and the rows left out, or nothing where it finds none."""
    answers = []
    for task in json.load(sys.stdin):
        table, quasi = pd.DataFrame(task["table"]), list(task["levels"])
        ladders = {name: {h: np.array(of) for h, of in enumerate(levels)} for name, levels in task["levels"].items()}
        with contextlib.redirect_stdout(io.StringIO()):
            left, out, levels = k_anonymity_inner(table, [], quasi, task["k"], task["percent"], ladders)
        found = {"levels": [int(levels[name]) for name in quasi], "rows": int(out)}
        answers.append(found if len(left) else None)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
