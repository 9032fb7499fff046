"""Contracts that contradict themselves about anonymity are refused, and say where."""

from pathlib import Path

import pytest

from assets.catalog import load
from assets.errors import ContractError
from tests.assets.anonymity.test_plan import AID, MIXED

LEVELS = "privacy: {technique: anonymise, levels: [year, decade]}"
AMOUNT = """
  - name: amount
    type: "decimal(20,2)"
    class: personal_amount
    privacy: {technique: generalise, bands: ["0", "10"]}
    label: {en: Amount}
"""


def _mistakes(folder: Path, text: str) -> list[str]:
    (folder / "aid.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as error:
        load(folder / "aid.yml")
    return [f"{one.path}: {one.message}" for one in error.value.mistakes]


@pytest.mark.parametrize("text", [AID, MIXED])
def test_contracts_that_make_sense_load(tmp_path: Path, text: str) -> None:
    """With and without a section that tells persons from organisations."""
    (tmp_path / "aid.yml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "aid.yml").anonymity


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            AID.replace("anonymity: {k: 3, person: nik, suppress_at_most: 20%}\n", ""),
            "columns[2] village: anonymise needs",
        ),
        (
            AID.replace("person: nik", "person: nick"),
            'anonymity.person: there is no column "nick". Did you mean "nik"?',
        ),
        (AID.replace("k: 3", "k: 1"), "anonymity.k: "),
        (
            AID.replace("key: [number]", "key: [number, village]"),
            "columns[2] village: a column of the key cannot be anony",
        ),
        (
            AID.replace(LEVELS, "privacy: {technique: generalise, to: year}"),
            "columns[3] born: class quasi_id is measured",
        ),
        (AID + AMOUNT, "columns[5] amount: class personal_amount is measured with all others"),
        (
            AID.replace("class: sensitive,", "class: sensitive, privacy: {technique: generalise, parts: 1},"),
            "columns[4] illness: class",
        ),
        (
            AID.replace("levels: [year, decade]", "levels: [{parts: 2}]"),
            "columns[3] born: level parts 2 does not go with type date",
        ),
        (
            MIXED.replace("rows: persons, levels: [year", "levels: [year"),
            "columns[4] born: anonymise is about rows: persons",
        ),
        (
            MIXED.replace("organisations: [body]", "organisations: [body], rows: withhold"),
            "anonymity: no row about a person",
        ),
        (
            MIXED.replace("anonymity: {k: 3, person: nik, suppress_at_most: 20%}\n", "").replace(
                "anonymise, rows: persons, levels: [year, decade]", "generalise, to: year"
            ),
            "columns[4] born: class quasi_id in rows about persons: say in anonymity",
        ),
    ],
)
def test_contracts_that_do_not_are_refused(tmp_path: Path, text: str, told: str) -> None:
    """No section, an unknown column, nobody to hide among, a key, another technique, a level that does not fit."""
    assert any(mistake.startswith(told) for mistake in _mistakes(tmp_path, text)), _mistakes(tmp_path, text)


def test_too_many_combinations_are_refused(tmp_path: Path) -> None:
    """What nobody could choose from in time is a mistake of the contract."""
    column = "\n  - {name: c%s, type: integer, class: quasi_id, label: {en: C}, privacy: {technique: anonymise, levels: [%s]}}"
    levels = ", ".join(f"{{width: {2**n}}}" for n in range(1, 11))
    many = AID.rstrip("\n") + "".join(column % (n, levels) for n in range(4)) + "\n"
    assert any(mistake.startswith("anonymity: 60000 combinations") for mistake in _mistakes(tmp_path, many))


def test_nothing_to_make_coarser(tmp_path: Path) -> None:
    """An anonymity section without a column that could be made coarser hides nobody."""
    bare = AID.replace(
        "privacy: {technique: anonymise, levels: [exact, {parts: 2}, {parts: 1}]}", "privacy: {technique: drop}"
    )
    told = _mistakes(tmp_path, bare.replace(LEVELS, "privacy: {technique: drop}"))
    assert any(mistake.startswith("anonymity: no column has the technique anonymise") for mistake in told)
