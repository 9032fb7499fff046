"""The command line: what a newcomer types, what comes back, and the exit codes machines rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TERANG = Path(sys.executable).with_name("terang")


def _terang(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TERANG_")}
    return subprocess.run([TERANG, *words], cwd=folder, env=clean, capture_output=True, text=True, check=False)


def test_a_new_office_checks_at_once(tmp_path: Path) -> None:
    """`terang init` makes a folder in which `terang check` finds no mistake."""
    assert _terang(tmp_path, "init", "office").returncode == 0
    checked = _terang(tmp_path / "office", "check")
    assert (checked.returncode, checked.stdout) == (0, "1 contracts, no mistakes: example\n")


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    """A second `init` in the same folder is refused."""
    _terang(tmp_path, "init", "office")
    again = _terang(tmp_path, "init", "office")
    assert again.returncode == 2
    assert "already has an office" in again.stderr


def test_a_mistake_is_a_message_and_an_exit_code(tmp_path: Path) -> None:
    """No traceback: the mistakes, and exit code 2."""
    _terang(tmp_path, "init", "office")
    contract = tmp_path / "office/contracts/example.yml"
    contract.write_text(
        contract.read_text(encoding="utf-8").replace("public_measure", "public_mesure"), encoding="utf-8"
    )
    checked = _terang(tmp_path / "office", "check")
    assert checked.returncode == 2
    assert 'Did you mean "public_measure"?' in checked.stderr
    assert "Traceback" not in checked.stderr


def test_without_a_configuration_it_says_what_to_do(tmp_path: Path) -> None:
    """The first thing a newcomer can do wrong has an answer."""
    checked = _terang(tmp_path, "check")
    assert checked.returncode == 2
    assert "terang init" in checked.stderr


def test_an_unknown_dataset_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    """A typo in a dataset's name costs a second, not a search."""
    _terang(tmp_path, "init", "office")
    assert 'Did you mean "example"?' in _terang(tmp_path / "office", "check", "exmple").stderr


def test_status_names_each_secret_and_says_whether_it_is_there(tmp_path: Path) -> None:
    """The token that a new office has not set yet is told by the name of its variable, in one line with the portal."""
    _terang(tmp_path, "init", "office")
    shown = _terang(tmp_path / "office", "status")
    assert shown.returncode == 0
    (portal,) = [line for line in shown.stdout.splitlines() if line.startswith("portal")]
    assert "https://data.example.go.id, organisation my-office" in portal
    assert portal.rstrip().endswith("✗ the token of portal default is not set")
    assert [line.split() for line in shown.stdout.splitlines() if line.startswith("example")] == [
        ["example", "none", "yet", "by", "hand"]
    ]


@pytest.mark.slow
def test_another_folder_of_contracts_and_another_portal(tmp_path: Path) -> None:
    """Both go over the file, for one command; a login in the address is not shown."""
    _terang(tmp_path, "init", "office")
    office = tmp_path / "office"
    (office / "contracts").rename(office / "others")
    assert _terang(office, "check").returncode == 2
    assert _terang(office, "--contracts", "others", "check").returncode == 0
    shown = _terang(office, "--contracts", "others", "--portal", "https://staff:Gembok-99@try.example.org", "status")
    assert "try.example.org" in shown.stdout
    assert "Gembok" not in shown.stdout


def test_what_machines_read_is_json(tmp_path: Path) -> None:
    """Files that were made, settings in force, mistakes: each command has a document."""
    made = json.loads(_terang(tmp_path, "init", "office", "--json").stdout)
    assert str(Path("office/terang.toml")) in made["files"]
    assert json.loads(_terang(tmp_path / "office", "status", "--json").stdout)["datasets"] == {"example": None}
    failed = json.loads(_terang(tmp_path / "office", "verify", "example", "--json").stdout)
    assert (failed["error"], failed["dataset"]) == ("Unproven", "example")


def test_mistakes_in_rules_of_several_contracts_are_told_at_once(tmp_path: Path) -> None:
    """A rule that looks into another table, in two contracts: one run tells both."""
    _terang(tmp_path, "init", "office")
    contracts = tmp_path / "office/contracts"
    text = (contracts / "example.yml").read_text(encoding="utf-8")
    for name in ("example", "second"):
        rule = "rules: [{name: looks away, rows: nilai > (SELECT 1)}]\n"
        (contracts / f"{name}.yml").write_text(text + rule, encoding="utf-8")
    told = _terang(tmp_path / "office", "check").stderr
    assert "example.yml rules[0].rows" in told
    assert "second.yml rules[0].rows" in told


@pytest.mark.slow
def test_one_dataset_that_cannot_be_published_does_not_hide_the_others(tmp_path: Path) -> None:
    """Each dataset is tried and told; the exit code is the first error's."""
    _terang(tmp_path, "init", "office")
    contracts = tmp_path / "office/contracts"
    (contracts / "second.yml").write_text((contracts / "example.yml").read_text(encoding="utf-8"), encoding="utf-8")
    tried = _terang(tmp_path / "office", "publish", "--json")
    assert tried.returncode == 4
    assert {name: one["error"] for name, one in json.loads(tried.stdout).items()} == dict.fromkeys(
        ("example", "second"), "Unproven"
    )


def test_editors_find_the_schema_of_a_contract(tmp_path: Path) -> None:
    """The first line of the example names the file that `init` wrote, which is the schema in force."""
    _terang(tmp_path, "init", "office")
    contract = tmp_path / "office/contracts/example.yml"
    named = contract.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
    assert json.loads((contract.parent / named).read_text()) == json.loads(
        _terang(tmp_path / "office", "schema").stdout
    )


def test_a_plan_is_of_one_dataset(tmp_path: Path) -> None:
    """`--plan` without the dataset that it is of is refused before anything is asked."""
    _terang(tmp_path, "init", "office")
    refused = _terang(tmp_path / "office", "publish", "--plan", "7f3a0c1d2e4f")
    assert refused.returncode == 2
    assert "terang publish DATASET --plan ID" in refused.stderr
