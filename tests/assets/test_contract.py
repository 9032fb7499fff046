"""A contract says everything or does not load, and then it says every mistake."""

from itertools import pairwise
from pathlib import Path

import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.errors import ContractError

GOOD = """
title: {id: Belanja, en: Spending}
summary: {id: Contoh., en: An example.}
publisher: {name: BPKAD, contact: data@example.go.id}
license: CC-BY-4.0
source: {kind: sql, connection: keuangan, table: belanja}
key: [kode, bulan]
columns:
  - {name: kode, type: string, class: code, pattern: rekening, label: {id: Kode, en: Code}}
  - {name: bulan, type: integer, class: public, minimum: 1, maximum: 12, label: {id: Bulan, en: Month}}
  - {name: nilai, type: "decimal(20,2)", class: public_measure, label: {id: Nilai, en: Value}}
  - {name: nik, type: string, class: direct_id, label: {id: NIK, en: NIK}, privacy: {technique: drop}}
"""


def _written(folder: Path, text: str) -> Path:
    (folder / "_patterns.yml").write_text(r"rekening: '\d(\.\d+)*'", encoding="utf-8")
    file = folder / "belanja.yml"
    file.write_text(text, encoding="utf-8")
    return file


def _mistakes(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(ContractError) as error:
        load(_written(folder, text), languages=["id", "en"])
    return {mistake.path: mistake.message for mistake in error.value.mistakes}


def _loaded(folder: Path, text: str = GOOD) -> Contract:
    return load(_written(folder, text), languages=["id", "en"])


def test_a_good_contract_loads(tmp_path: Path) -> None:
    """The file's name is the dataset's, a named pattern is resolved, and a dropped column is not public."""
    contract = _loaded(tmp_path)
    assert contract.name == "belanja"
    assert contract.column("kode").pattern == r"\d(\.\d+)*"
    assert [column.name for column in contract.public_columns] == ["kode", "bulan", "nilai"]


def test_layout_and_comments_do_not_change_the_digest(tmp_path: Path) -> None:
    """The digest is of what the contract says; another word in it is another digest."""
    plain, commented = _loaded(tmp_path), _loaded(tmp_path, f"# a comment\n{GOOD}")
    changed = _loaded(tmp_path, GOOD.replace("An example.", "Another."))
    assert plain.digest == commented.digest != changed.digest


@pytest.mark.parametrize("deep", [False, True])
def test_a_changed_copy_has_its_own_digest_and_columns(tmp_path: Path, *, deep: bool) -> None:
    """What was worked out of a contract does not go along into a copy that says something else."""
    plain = _loaded(tmp_path)
    assert (plain.digest, len(plain.public_columns)) == (_loaded(tmp_path).digest, 3)
    assert plain.model_copy(deep=deep).digest == plain.digest
    copied = plain.model_copy(update={"columns": plain.columns[:2], "rules": ()}, deep=deep)
    assert copied.digest != plain.digest
    assert [column.name for column in copied.public_columns] == ["kode", "bulan"]


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    """Wrong class, wrong type and an unprotected identifier come in one error, in the order of the file."""
    text = GOOD.replace("public_measure", "publik_measure").replace("type: integer", "type: integr")
    text = text.replace(", privacy: {technique: drop}", "")
    with pytest.raises(ContractError) as error:
        load(_written(tmp_path, text))
    assert [(mistake.path, mistake.line) for mistake in error.value.mistakes] == [
        ("columns[1].type", 10),
        ("columns[2].class", 11),
        ("columns[3] nik", 12),
    ]
    assert 'Did you mean "public_measure"?' in str(error.value)
    assert "Allowed: drop, redact, pseudonym" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("key: [kode, bulan]", "key: [kode, buln]", "key[1]", 'Did you mean "bulan"'),
        ("table: belanja", "tabel: belanja", "source.tabel", 'Did you mean "table"'),
        ("pattern: rekening", "pattern: rekenin", "columns[0].pattern", 'Did you mean "rekening"'),
        ("type: string, class: code", "type: integer, class: code", "columns[0] kode", "a code is text"),
        ("key: [", 'schedule: "0 2 31 2 *"\nkey: [', "schedule", "never happens"),
        ("license: CC-BY-4.0", "license: CC-NC", "license", "Allowed: CC-BY-4.0"),
        ("{id: Bulan, en: Month}", "{id: Bulan}", "columns[1].label", 'no text in "en"'),
        ("class: public_measure", "class: personal_amount", "columns[2] nilai", "persons.rows: withhold"),
    ],
)
def test_a_mistake_names_its_path_and_what_is_allowed(tmp_path: Path, old: str, new: str, path: str, said: str) -> None:
    """Each kind of mistake is told where it stands, with the nearest right word or the allowed ones."""
    assert said in _mistakes(tmp_path, GOOD.replace(old, new))[path]


@pytest.mark.parametrize(
    ("by", "said"),
    [("nik", "class direct_id, protected by drop"), ("umur", "class quasi_id, protected by generalise"),
     ("catatan", "class internal, protected by drop")],
)  # fmt: skip
def test_totals_are_by_what_may_be_told(tmp_path: Path, by: str, said: str) -> None:
    """The groups whose totals differ stand in messages: no protected column may name them."""
    text = f"""{GOOD}  - {{name: umur, type: integer, class: quasi_id, label: {{id: Umur, en: Age}},
     privacy: {{technique: generalise, bands: [0, 18]}}}}
  - {{name: catatan, type: string, class: internal, label: {{id: Catatan, en: Note}}}}
reconcile: [{{name: ledger, sum: nilai, by: [kode, {by}], against: {{values: [{{total: 1}}]}}}}]
"""
    assert said in _mistakes(tmp_path, text)["reconcile[0].by[1]"]


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [("string", "to: year", "level year does not go with type string"),
     ("datetime", "to: month", "Declare the column as date"),
     ("integer", "parts: 2", "level parts 2 does not go with type integer"),
     ("string", "parts: 0", "greater than or equal to 1"),
     ("integer", "bands: []", "at least 1 item"),
     ("integer", "bands: [5, 5]", "in rising order"),
     ("integer", "bands: [5], parts: 2", "say exactly one of")],
)  # fmt: skip
def test_a_coarser_value_goes_with_its_column(tmp_path: Path, kind: str, options: str, said: str) -> None:
    """What would stop a run later stops the contract: a year of a text, no part at all, a moment in nobody's zone."""
    text = f"""{GOOD}  - {{name: umur, type: {kind}, class: quasi_id, label: {{id: Umur, en: Age}},
     privacy: {{technique: generalise, {options}}}}}
"""
    assert said in " ".join(_mistakes(tmp_path, text).values())


def test_a_key_written_twice_is_a_mistake(tmp_path: Path) -> None:
    """YAML would silently keep the last of two; a contract does not load."""
    assert "more than once" in _mistakes(tmp_path, f"{GOOD}\nlicense: CC0-1.0\n")["license"]


def test_a_text_list_does_not_turn_codes_into_numbers(tmp_path: Path) -> None:
    """`enum: [01]` would be 1; the mistake says to put it in quotes."""
    text = GOOD.replace("pattern: rekening", "enum: [01]")
    assert "Put it in quotes" in _mistakes(tmp_path, text)["columns[0].enum[0]"]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [(b"# caf\xe9", "not UTF-8"), (b"# \x07", "a control character"), (b"? [a, b]\n: x", "a key is one word")],
)
def test_a_file_that_is_no_text_of_yaml_is_a_mistake_with_its_line(tmp_path: Path, spoilt: bytes, said: str) -> None:
    """Another encoding, a bell, a list for a name: told where, as any mistake of a contract."""
    file = _written(tmp_path, GOOD)
    file.write_bytes(b"title: {id: \xc3\xa9, en: x}\n" + spoilt + b"\n")
    with pytest.raises(ContractError) as error:
        load(file)
    (mistake,) = error.value.mistakes
    assert said in mistake.message
    assert mistake.line == 2


def test_empty_and_broken_files_are_mistakes(tmp_path: Path) -> None:
    """Neither an empty file nor broken YAML gives a traceback."""
    assert _mistakes(tmp_path, "") == {"(file)": "the file is empty"}
    assert "not YAML" in _mistakes(tmp_path, "a: [")["(file)"]


ALIASES = "\n".join(f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in pairwise("abcdefghij"))


@pytest.mark.parametrize(
    "text", ["title: &t\n  en: *t\n", f"a: &a [x, x]\n{ALIASES}\n"], ids=["endless", "a billion entries"]
)
def test_aliases_that_never_end_are_a_mistake(tmp_path: Path, text: str) -> None:
    """A list within itself, or one that is nine of nine of nine, is told and not followed."""
    (mistake,) = _mistakes(tmp_path, text).values()
    assert "nested more than 50 deep, or more than 100,000 entries" in mistake
