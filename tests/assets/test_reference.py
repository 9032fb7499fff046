"""The reference is made from the model, and the committed copy is the one that the model makes."""

import json
from pathlib import Path

import jsonschema
import yaml

from assets import reference

DOCS = Path(__file__).parent.parent.parent / "docs"
CONTRACTS = DOCS.parent / "assets/contracts"


def test_the_committed_reference_is_current() -> None:
    """After a change of the model: `terang schema > docs/contract.schema.json`, `terang schema --markdown > docs/contract.md`."""
    assert json.loads((DOCS / "contract.schema.json").read_text(encoding="utf-8")) == reference.json_schema()
    assert (DOCS / "contract.md").read_text(encoding="utf-8").strip() == reference.markdown().strip()


def test_every_contract_of_the_example_is_valid_by_the_schema() -> None:
    """An editor that checks with the schema accepts what the loader accepts."""
    checker = jsonschema.Draft202012Validator(reference.json_schema())
    for file in CONTRACTS.glob("[!_]*.yml"):
        found = [
            f"{file.name} {error.json_path}: {error.message}"
            for error in checker.iter_errors(yaml.safe_load(file.read_text()))
        ]
        assert found == []


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    """An unknown option is underlined in the editor already."""
    checker = jsonschema.Draft202012Validator(reference.json_schema())
    contract = yaml.safe_load((CONTRACTS / "apbd-anggaran.yml").read_text())
    assert not checker.is_valid({**contract, "tittle": "x"})
