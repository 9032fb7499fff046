"""Runs in the oracles' own environment: reads tables as JSON, answers with what pycanon reckons of each."""

import json
import sys

import pandas as pd
from pycanon.anonymity import k_anonymity, l_diversity


def main() -> None:
    """One answer for each table: k, and distinct l of the sensitive column."""
    answers = []
    for task in json.load(sys.stdin):
        table, quasi = pd.DataFrame(task["table"]), task["quasi"]
        answers.append({"k": int(k_anonymity(table, quasi)), "l": int(l_diversity(table, quasi, [task["sensitive"]]))})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
