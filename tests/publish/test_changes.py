"""The change file and the list of retired rows: right to the byte, and nothing comes back that is no longer public."""

import csv
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.contract import Contract
from assets.store import read_json, write_json
from assets.table import public_schema
from publish import changes, told
from publish.release import Release, release
from tests.publish import made
from tests.publish.ckan import office

GOLDEN = Path(__file__).parent / "golden"
PERSONS = {"column": "jenis", "organisations": ["BADAN"]}
REDACT = {"technique": "redact", "reason": "DATA PRIBADI", "rows": "persons"}
PAYEES = (
    made.column("kode", class_="code", pattern=r"\d"),
    made.column("jenis", class_="controlled_text", enum=["BADAN", "ORANG"]),
    made.column("penerima", class_="org_id", required=False, privacy=REDACT),
    made.column("uraian", required=False),
    made.column("nilai", "integer", "public_measure", required=False, unit="IDR"),
)
HIDDEN = "REDACTED: DATA PRIBADI"


@pytest.fixture(autouse=True)
def _quality_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made.trust(monkeypatch)


def payees(**options: Any) -> Contract:
    """Payments to organisations, and to persons whose names are hidden."""
    return made.contract(**({"name": "coba", "key": ["kode"], "columns": PAYEES, "persons": PERSONS} | options))


def table(contract: Contract, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows of a number, then the public columns of the contract."""
    schema = public_schema(contract)
    values = [[office.row_id(row[0]), *map(str, row[:1]), *row[1:]] for row in rows]
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in values], schema=schema)


def released(root: Path, contract: Contract, rows: pa.Table, day: int, reason: str | None = None) -> Release:
    """A release of these rows, some days after the first."""
    made.staged(root, contract, rows=rows)
    return release(contract, made.settings(root), now=office.FIRST + timedelta(days=day), reason=reason)


def lines(of: Release, file: str = changes.FILE) -> list[dict[str, str]]:
    """The lines of a file of a release."""
    with (of.path / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def check_golden(name: str, found: bytes) -> None:
    """Compare with the golden file; TERANG_GOLDEN=1 writes it anew, to be read before it is committed."""
    file = GOLDEN / name
    if os.environ.get("TERANG_GOLDEN"):
        file.write_bytes(found)
    assert found == file.read_bytes()


def third(root: Path) -> Release:
    """Three releases: rows come, change, go, and one comes back."""
    contract = office.payments("bayaran-emas")
    released(root, contract, office.rows(contract, [*range(1, 8)]), 0)
    numbers = [*range(3, 8), 11, 30]
    released(root, contract, office.rows(contract, numbers, nilai=lambda n: "9.99" if n == 5 else f"{n}000.05"), 1)
    return released(root, contract, office.rows(contract, [2, 3, *range(5, 8), 30]), 9, "dua  salah ketik\n diperbaiki")


def test_a_first_release_has_no_change_file(tmp_path: Path) -> None:
    """There is nothing to compare with; the reason is told all the same."""
    contract = office.payments("pertama")
    found = released(tmp_path, contract, office.rows(contract, [1]), 0, "terbit pertama")
    assert found.changes == {"since": None, "reason": "terbit pertama"}
    assert not {changes.FILE, changes.RETIRED} & {path.name for path in found.path.iterdir()}


@pytest.mark.parametrize("file", ["changes.csv", "retired.csv", "changes.json"])
def test_golden(tmp_path: Path, file: str) -> None:
    """Both files and their account, byte by byte."""
    found = third(tmp_path)
    account = (json.dumps(found.changes, indent=1, sort_keys=True) + "\n").encode()
    check_golden(file, account if file.endswith(".json") else (found.path / file).read_bytes())


def test_the_same_releases_give_the_same_bytes(tmp_path: Path) -> None:
    """Made again elsewhere, no file of the release is another."""
    one, two = third(tmp_path / "one"), third(tmp_path / "two")
    assert {path.name: path.read_bytes() for path in one.path.iterdir()} == {
        path.name: path.read_bytes() for path in two.path.iterdir()
    }


def test_an_id_that_comes_back_leaves_the_list(tmp_path: Path) -> None:
    """The list holds what was published once and is not now, each with the last version that had it."""
    listed = {line["id"]: line["last_version"] for line in lines(third(tmp_path), changes.RETIRED)}
    gone = {1: "2026-10-05", 4: "2026-10-06", 11: "2026-10-06"}
    assert listed == {office.row_id(number): version for number, version in gone.items()}


def test_groups_are_known_by_their_columns(tmp_path: Path) -> None:
    """Groups have no id: what they are by tells them apart, an empty value included."""
    contract = office.monthly("kelompok")
    first = [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6), ("5.02", "A", "3.00", 7)]
    second = [("5.01", "A", "1.00", 6), ("5.01", None, "2.50", 6), ("5.03", None, "9.00", 8)]
    released(tmp_path, contract, office.groups(contract, first), 0)
    found = released(tmp_path, contract, office.groups(contract, second), 1)
    assert [tuple(line.values()) for line in lines(found)] == [
        ("added", "5.03", "", "", "", ""),
        ("changed", "5.01", "A", "jumlah", "5", "6"),
        ("changed", "5.01", "", "nilai", "2.00", "2.50"),
        ("removed", "5.02", "A", "", "", ""),
    ]
    again = released(tmp_path, contract, office.groups(contract, first), 2)
    assert [tuple(line.values()) for line in lines(again, changes.RETIRED)] == [("5.03", "", "2026-10-06")]


def test_too_many_lines_are_counted_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the file says how much came, changed and went; retired ids are all listed still."""
    monkeypatch.setattr(changes, "MOST", 5)
    contract = office.payments("banyak")
    released(tmp_path, contract, office.rows(contract, [1, 2, 3, 4]), 0)
    found = released(tmp_path, contract, office.rows(contract, [4, 5, 6, 7], nilai=lambda _: "1.00"), 1)
    assert [(line["kind"], line["column"], line["after"]) for line in lines(found)] == [
        ("not listed", "added", "3"),
        ("not listed", "changed", "1"),
        ("not listed", "removed", "3"),
    ]
    assert (found.changes["listed"], found.changes["not_listed"]) == (False, "more than 5 lines")
    assert len(lines(found, changes.RETIRED)) == 3


@pytest.mark.parametrize("how", ["no parquet", "no columns", "other key"])
def test_what_cannot_be_compared_is_said(tmp_path: Path, how: str) -> None:
    """Without a table, without a word on its protection, or with other ids, nothing of the release before is told."""
    contract = office.payments("lain", **({"formats": ["csv"]} if how == "no parquet" else {}))
    first = released(tmp_path, contract, office.rows(contract, [1, 2]), 0)
    if how == "no columns":
        file = first.path / "release.json"
        file.chmod(0o644)
        write_json(file, {key: value for key, value in read_json(file).items() if key != "columns"})
    other = office.payments("lain", **({"key": ["kode", "tahun"]} if how == "other key" else {}))
    found = released(tmp_path, other, office.rows(other, [2, 3]), 1)
    assert [line["kind"] for line in lines(found)] == ["not listed"]
    assert found.changes["since"] == first.version
    assert found.changes["listed"] is False
    assert found.changes["not_listed"]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("penerima", {"privacy": {**REDACT, "reason": "RAHASIA"}}),
        ("penerima", {"class": "quasi_id"}),
        ("penerima", {"privacy": {**REDACT, "rows": "all"}}),
        ("nilai", {"type": "decimal(9,2)"}),
        ("nilai", {"class": "public"}),
    ],
)
def test_a_column_that_is_protected_otherwise_is_not_compared(
    tmp_path: Path, column: str, other: dict[str, Any]
) -> None:
    """Of a column of another type, class or protection no cell from before is told; the account names it."""
    first = payees()
    released(tmp_path, first, table(first, [(1, "BADAN", "CV Lama", "a", 5)]), 0)
    changed = [spec | other if spec["name"] == column else spec for spec in PAYEES]
    second = payees(columns=changed)
    values = (1, "BADAN", "CV Baru", "b", 6)
    found = released(tmp_path, second, table(second, [values]), 1)
    assert column not in {line["column"] for line in lines(found)}
    assert found.changes["columns"]["other"] == [column]
    assert column not in found.changes["totals"]


def test_other_persons_are_another_protection(tmp_path: Path) -> None:
    """Where other rows are about persons than before, no name from before is told."""
    first = payees()
    released(tmp_path, first, table(first, [(1, "BADAN", "CV Lama", "a", 5)]), 0)
    second = payees(persons={**PERSONS, "ids": ["uraian"], "person_id": r"\d{16}"})
    found = released(tmp_path, second, table(second, [(1, "BADAN", "CV Baru", "a", 5)]), 1)
    assert lines(found) == []
    assert found.changes["columns"]["other"] == ["penerima"]


def test_a_name_is_told_while_the_table_shows_it(tmp_path: Path) -> None:
    """A supplier that was replaced is told, if the table names it still; not in a row that is about a person now."""
    contract = payees()
    first = [(1, "BADAN", "CV A", None, 1), (2, "BADAN", "CV A", None, 1), (3, "BADAN", "CV C", None, 1)]
    first += [(4, "BADAN", "CV A", None, 1)]
    second = [(1, "BADAN", "CV B", None, 1), (2, "BADAN", "CV A", None, 1), (3, "BADAN", "CV B", None, 1)]
    second += [(4, "ORANG", HIDDEN, None, 1)]
    released(tmp_path, contract, table(contract, first), 0)
    found = released(tmp_path, contract, table(contract, second), 1)
    assert {line["kode"]: (line["before"], line["after"]) for line in lines(found) if line["column"] == "penerima"} == {
        "1": ("CV A", "CV B"),
        "3": (told.NOT_TOLD, "CV B"),
        "4": (told.NOT_TOLD, HIDDEN),
    }


WORDS = st.sampled_from([None, "", "CV A", "CV B", "CV C", "Budi", "=1+1", 'x "y", z', "baris\nlain"])
ROWS = st.dictionaries(
    st.integers(1, 5),
    st.tuples(st.sampled_from(["BADAN", "ORANG"]), WORDS, WORDS, st.none() | st.integers(-3, 3)),
    min_size=1,
)


def _public(rows: dict[int, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As the privacy room leaves them: names in rows about a person are hidden."""
    return [
        (number, kind, HIDDEN if who is not None and kind == "ORANG" else who, *rest)
        for number, (kind, who, *rest) in sorted(rows.items())
    ]


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(old=ROWS, new=ROWS)
def test_law_nothing_comes_back(old: dict[int, Any], new: dict[int, Any]) -> None:
    """Whatever changed: each text of both files stands in the new table; of a row that went there is only its id."""
    contract = payees()
    before, after = _public(old), _public(new)
    with TemporaryDirectory() as root:
        released(Path(root), contract, table(contract, before), 0)
        found = released(Path(root), contract, table(contract, after), 1)
        if not found.new:
            assert before == after
            return
        told_lines, retired = lines(found), lines(found, changes.RETIRED)
    shown = {column: {_guarded(row[place]) for row in after} for column, place in (("penerima", 2), ("uraian", 3))}
    for line in told_lines:
        if line["column"] in shown:
            assert line["before"] in shown[line["column"]] | {"", told.NOT_TOLD}
            assert line["after"] in shown[line["column"]] | {""}
        if line["kind"] == "removed":
            assert set(line.values()) == {"removed", line["id"], ""}
        if line["column"] == "penerima" and line["after"] == HIDDEN:
            assert line["before"] in {"", told.NOT_TOLD, HIDDEN}
    by_kind = {kind: {line["id"] for line in told_lines if line["kind"] == kind} for kind in ("added", "removed")}
    assert by_kind["added"] == {office.row_id(n) for n in new.keys() - old.keys()}
    assert by_kind["removed"] == {office.row_id(n) for n in old.keys() - new.keys()} == {r["id"] for r in retired}


def _guarded(text: str | None) -> str:
    return f"'{text}" if text and text.startswith("=") else text or ""
