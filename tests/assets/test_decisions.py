"""A contract with decisions left open does not load, and says how many are open."""

from pathlib import Path

import pytest

from assets import catalog
from assets.errors import ContractError

TEXT = """\
title: {en: Spending}
summary: {en: "?"}
publisher: {name: "?", contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [code]
columns:
  - name: code
    type: string
    class: code
    pattern: '\\d+'
    label: {en: Code}
  - name: payee
    type: string
    class: "?"
    label: {en: Payee}
  - name: amount
    type: decimal(20,2)
    class: "?"
    label: {en: Amount}
"""


def refused(folder: Path, text: str) -> ContractError:
    """What the loader says."""
    (folder / "spending.yml").write_text(text)
    with pytest.raises(ContractError) as caught:
        catalog.load(folder / "spending.yml")
    return caught.value


def test_open_classes_are_counted_and_named(tmp_path: Path) -> None:
    """One mistake for all columns without a class, with their number, names and the first line."""
    [first, *_] = refused(tmp_path, TEXT).mistakes
    assert first.path == "columns"
    assert first.line == 15
    assert first.message.startswith("2 of 3 columns have no class yet: payee, amount.")


def test_every_other_open_place_is_told_with_its_line(tmp_path: Path) -> None:
    """A summary or a publisher that nobody wrote is a decision too."""
    told = {mistake.path: mistake.line for mistake in refused(tmp_path, TEXT).mistakes[1:]}
    assert told == {"summary.en": 2, "publisher.name": 3}


def test_mistakes_are_told_beside_what_is_open(tmp_path: Path) -> None:
    """Whoever decides sees at once what else is wrong."""
    wrong = refused(tmp_path, TEXT.replace("CC-BY-4.0", "CC-BY"))
    assert [mistake.path for mistake in wrong.mistakes] == ["columns", "summary.en", "publisher.name", "license"]


def test_once_decided_it_loads(tmp_path: Path) -> None:
    """Nothing is left of the proposal but the contract."""
    (tmp_path / "spending.yml").write_text(
        TEXT.replace('"?"\n    label: {en: Amount', "public_measure\n    label: {en: Amount")
        .replace('"?"\n    label', "public\n    label")
        .replace('en: "?"', "en: Payments")
        .replace('name: "?"', "name: Office")
    )
    assert catalog.load(tmp_path / "spending.yml").column("payee").class_ == "public"
