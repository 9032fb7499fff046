"""The suites: what a contract becomes, that plain Great Expectations reads it, and that nothing is lost on the way."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assets.contract import Contract
from quality import suite
from tests.quality import made

ROW_RULE = {"name": "net is not above gross", "rows": "net > gross"}


def contract(**options: Any) -> Contract:
    """A contract with every constraint."""
    reference = {"dataset": "kode-akun", "column": "kode", "where": {"jenis": "a"}}
    return made.contract(
        made.column("nomor", "string", "code", pattern=r"N-\d{4}", unique=True),
        made.column("akun", "string", "code", references=reference),
        made.column("jenis", "string", "controlled_text", enum=["A", "B"], severity="warn"),
        made.column("net", "decimal(20,2)", "public_measure", maximum="90071992547409931.01"),
        made.column("gross", "decimal(20,2)", "public_measure", minimum=0),
        made.column("hari", "date", earliest="2020-01-01", latest="2030-12-31", required=False),
        made.column("saat", "datetime", earliest="2020-01-01", latest="2030-12-31", required=False),
        made.column("kota", minLength=2, maxLength=40),
        made.column("nik", "string", "direct_id", privacy={"technique": "drop"}, pattern=r"\d{16}"),
        made.column("kode", "string", "direct_id", privacy={"technique": "pseudonym"}),
        **{"key": ["nomor", "akun"], "rules": [ROW_RULE], "rows": {"min": 2, "max": 9}, **options},
    )


def rules(document: dict[str, Any]) -> list[str]:
    """The rules of a suite in words."""
    return [found["meta"]["rule"] for found in document["expectations"]]


def test_every_constraint_is_a_rule_in_words() -> None:
    """A person reads what is checked without knowing Great Expectations."""
    assert rules(suite.document(contract())) == [
        "nomor is not empty",
        "nomor is unique",
        "nomor matches its pattern",
        "akun is not empty",
        "akun stands in kode of kode-akun",
        "jenis is not empty",
        "jenis is one of A, B",
        "net is not empty",
        "net is at most 90071992547409931.01",
        "gross is not empty",
        "gross is at least 0",
        "hari is between 2020-01-01 and 2030-12-31",
        "saat is between 2020-01-01 and 2030-12-31",
        "kota is not empty",
        "kota has a length between 2 and 40",
        "nik is not empty",
        "nik matches its pattern",
        "kode is not empty",
        "key is unique",
        "net is not above gross",
        "2 to 9 rows",
    ]


@pytest.mark.parametrize("make", [suite.document, suite.public_document])
def test_plain_great_expectations_loads_what_is_saved(tmp_path: Path, make: Any) -> None:
    """What GX would save itself is what was saved, to the last key."""
    from great_expectations.core.expectation_suite import ExpectationSuite, expectationSuiteSchema  # noqa: PLC0415

    suite.save(make(contract()), tmp_path / "suite.json")
    text = (tmp_path / "suite.json").read_text(encoding="utf-8")
    theirs = ExpectationSuite(**expectationSuiteSchema.load(json.loads(text)))
    assert theirs.to_json_dict() == json.loads(text)  # read anew: loading takes its document apart


def test_bounds_stay_exact_and_warnings_are_warnings() -> None:
    """GX keeps a bound as a float; the exact one stands beside it. `severity: warn` is GX's warning."""
    found = {e["meta"]["rule"]: e for e in suite.suite_of(contract()).to_json_dict()["expectations"]}
    bound = found["net is at most 90071992547409931.01"]
    assert Decimal(bound["meta"]["maximum"]) == Decimal("90071992547409931.01")
    assert found["jenis is one of A, B"]["severity"] == "warning"
    assert found["key is unique"]["severity"] == "critical"


def test_the_public_suite_holds_what_protection_promises() -> None:
    """A dropped column has no rule, a protected one has its technique's, and `id` is unique."""
    found = rules(suite.public_document(contract()))
    assert "nik is not empty" not in found
    assert "kode is a pseudonym" in found
    assert "id is 16 letters" in found
    assert found[-1] == "key is unique"
    assert "net is not above gross" in found


def test_a_row_rule_over_a_hidden_column_is_not_asked_of_the_public_table() -> None:
    """The public table does not have what it would look at."""
    hidden = contract(rules=[{"name": "long", "rows": "length(nik) > 3 AND net > 1"}])
    assert "long" in rules(suite.document(hidden))
    assert "long" not in rules(suite.public_document(hidden))


def test_groups_are_held_to_the_smallest_group() -> None:
    """A public group of fewer persons than the minimum breaks the public suite."""
    grouped = made.contract(
        made.column("kota"),
        made.column("nilai", "decimal(20,2)", "public_measure", minimum=0, maximum=5),
        made.column("nik", "string", "direct_id", privacy={"technique": "drop"}),
        made.column("orang", "integer", "public_measure", derived=True),
        aggregate={"by": ["kota"], "sums": ["nilai"], "count": "nik", "count_as": "orang", "minimum": 5},
    )
    assert rules(suite.public_document(grouped)) == [
        "kota is not empty",
        "nilai is at least 0",
        "orang is not empty",
        "orang is at least 5",
        "key is unique",
    ]
