"""Checks as people see them: names that Dagster takes, words that say the rule."""

import re

import pytest

from assets.contract import Contract
from quality.checks import of_public, of_raw, screened
from quality.findings import Problem, Screening
from tests.quality import made


@pytest.fixture
def spending() -> Contract:
    """Two rules whose names differ in signs only, one of no letters at all."""
    rules = [{"name": name, "rows": "amount > 9", "severity": "warn"} for name in ("a > b", "a < b", "¿?")]
    return made.contract(
        made.column("id"), made.column("amount", "integer", "public_measure"), rules=rules, rows={"shrink": "5%"}
    )


def found(contract: Contract, *problems: Problem) -> Screening:
    """A screening of ten rows in which nothing broke but `problems`."""
    checks = [check.rule for check in of_raw(contract)]
    rules = [
        {"name": rule, "column": None, "severity": "error", "kind": "row", "failed": 0, "kept": 0}
        for rule in checks[1:-2]
    ]
    return Screening(
        dataset=contract.name, passed=not problems, read=10, kept=10, quarantined=0, duplicates=0, rejects=0,
        raw_sha256="", contract=contract.digest, baseline=None, rules=tuple(rules), reconcile=(), problems=problems,
    )  # fmt: skip


def test_every_check_has_a_name_of_its_own_that_dagster_takes(spending: Contract) -> None:
    """Signs become underscores; where two rules would share a name, the second gets a number."""
    names = [check.name for check in (*of_raw(spending), *of_public())]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names)
    assert {"a_b", "a_b_2", "rule"} <= set(names)


def test_the_check_of_what_stops_a_release_says_it_in_full(spending: Contract) -> None:
    """Only the check of the rule that stops the release blocks; all others keep their own answers."""
    problem = Problem(rule="rows do not shrink", found="10 rows, 90 before", allowed="at most 5 % fewer", next="look")
    red = {check.name: answer for check, answer in screened(spending, found(spending, problem)) if not answer.passed}
    assert list(red) == ["rows_do_not_shrink"]
    assert red["rows_do_not_shrink"].blocks
    assert "10 rows, 90 before" in red["rows_do_not_shrink"].words
