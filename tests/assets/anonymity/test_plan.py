"""From restricted rows to a public table in which nobody stands alone."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.errors import Blocked
from assets.protect import protect
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of, write_json

AID = """
title: {en: Aid}
summary: {en: Aid.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [number]
anonymity: {k: 3, person: nik, suppress_at_most: 20%}
columns:
  - {name: number, type: string, class: public, label: {en: Number}}
  - {name: nik, type: string, class: direct_id, required: false, privacy: {technique: drop}, label: {en: Identity}}
  - name: village
    type: string
    class: quasi_id
    required: false
    privacy: {technique: anonymise, levels: [exact, {parts: 2}, {parts: 1}]}
    label: {en: Village}
  - name: born
    type: date
    class: quasi_id
    required: false
    privacy: {technique: anonymise, levels: [year, decade]}
    label: {en: Born}
  - {name: illness, type: string, class: sensitive, required: false, label: {en: Illness}}
"""
MIXED = (
    AID.replace("levels: [", "rows: persons, levels: [")
    .replace("key: [number]", "key: [number]\npersons: {column: kind, organisations: [body]}")
    .replace(
        "columns:", "columns:\n  - {name: kind, type: string, class: internal, required: false, label: {en: Kind}}"
    )
)
Rows = list[dict[str, Any]]


def prepared(
    folder: Path, text: str, rows: Rows, excluded: list[int] | None = None
) -> tuple[Contract, Settings, Store]:
    """A dataset whose rows are screened."""
    (folder / "aid.yml").write_text(text, encoding="utf-8")
    contract, settings = load(folder / "aid.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    schema = pa.schema([(c.name, pa.date32() if c.type == "date" else pa.string()) for c in contract.raw_columns])
    cells = {
        name: pa.array([row.get(name) for row in rows], pa.string()).cast(schema.field(name).type)
        for name in schema.names
    }
    numbered = pa.table(cells).append_column("_row", pa.array(range(len(rows)), pa.int64()))
    pq.write_table(numbered.append_column("_line", pa.array([""] * len(rows), pa.string())), store.raw)
    out = excluded or []
    fates = {"_row": pa.array(out, pa.int64()), "fate": pa.array(["quarantined"] * len(out), pa.string())}
    pq.write_table(pa.table(fates), store.excluded)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(rows)}
    write_json(store.screening, {**proof, "quarantined": len(out), "duplicates": 0})
    return contract, settings, store


def _row(
    number: int, village: str | None, born: str | None, illness: str | None = None, nik: int | None = None
) -> dict[str, Any]:
    person = f"99{number if nik is None else nik:014}"
    ill = illness or ("a", "b")[number % 2]
    return {"number": f"{number:03}", "nik": person, "village": village, "born": born, "illness": ill}


def _rows(*groups: tuple[str | None, str | None, int]) -> Rows:
    spread = [(village, born) for village, born, count in groups for _ in range(count)]
    return [_row(number, village, born) for number, (village, born) in enumerate(spread)]


def _shown(store: Store) -> Counter[tuple[str | None, str | None]]:
    table = pq.read_table(store.table)
    return Counter(zip(table.column("village").to_pylist(), table.column("born").to_pylist(), strict=True))


def test_what_many_share_is_shown_as_it_is(tmp_path: Path) -> None:
    """Nothing is coarser than the contract's finest levels where that is enough; no star, no loss."""
    rows = _rows(("35.1.1", "1980-03-18", 4), ("35.1.2", "1991-01-01", 3), (None, None, 3))
    contract, settings, store = prepared(tmp_path, AID, rows)
    protect(contract, settings)
    assert _shown(store) == {("35.1.1", "1980"): 4, ("35.1.2", "1991"): 3, (None, None): 3}
    report = read_json(store.anonymity)
    assert (report["loss"], report["starred rows"], report["levels"]) == (0, 0, {"village": "exact", "born": "year"})


def test_levels_are_as_coarse_as_needed_and_the_few_are_starred(tmp_path: Path) -> None:
    """Two villages of one district are told as the district; whoever is still alone shows a star where it costs least."""
    rows = _rows(
        ("35.1.1", "1980-03-18", 2),
        ("35.1.2", "1980-07-01", 2),
        ("35.2.1", "1980-01-01", 3),
        ("35.2.1", "1955-01-01", 1),
        ("35.1.1", "1955-01-01", 1),
        ("35.1.2", "1955-01-01", 1),
    )
    contract, settings, store = prepared(tmp_path, AID.replace("20%", "40%"), rows)
    protect(contract, settings)
    assert _shown(store) == {("35.1", "1980"): 4, ("35.2", "1980"): 3, ("*", "1955"): 3}
    report = read_json(store.anonymity)
    assert report["starred cells"] == {"village": 3, "born": 0}
    assert pq.read_table(store.shown).column("_row").to_pylist() == list(range(10))


def test_a_person_with_many_rows_is_one(tmp_path: Path) -> None:
    """Three payments to one person are not three persons; rows without an identity are one person together."""
    alone = [_row(n, "35.1.1", "1980-01-01", nik=1) for n in range(3)]
    nameless = [{**_row(n + 3, "35.1.2", "1980-01-01"), "nik": None} for n in range(3)]
    rows = alone + nameless + [_row(n + 6, "35.1.3", "1980-01-01") for n in range(3)]
    contract, settings, store = prepared(tmp_path, AID, rows)
    protect(contract, settings)
    assert _shown(store) == {("35.1", "1980"): 9}


def test_what_all_alike_suffer_from_is_not_told(tmp_path: Path) -> None:
    """Three persons of a village with the same illness are told as of the district, where there are others."""
    rows = [_row(n, "35.1.1", "1980-01-01", illness="a") for n in range(3)]
    rows += [_row(n + 3, "35.1.2", "1980-01-01") for n in range(4)]
    contract, settings, store = prepared(tmp_path, AID, rows)
    protect(contract, settings)
    assert _shown(store) == {("35.1", "1980"): 7}


def test_rows_that_go_no_further_hide_nobody(tmp_path: Path) -> None:
    """A quarantined row is not among those who share what is shown."""
    rows = _rows(("35.1.1", "1980-03-18", 3), ("35.1.2", "1980-03-18", 4))
    contract, settings, store = prepared(tmp_path, AID, rows, excluded=[0])
    protect(contract, settings)
    assert _shown(store) == {("35.1", "1980"): 6}
    assert pq.read_table(store.shown).column("_row").to_pylist() == list(range(1, 7))


def test_organisations_hide_nobody_and_are_shown(tmp_path: Path) -> None:
    """Rows about organisations stay as they are, as text, and are not counted among the persons."""
    rows = [{**row, "kind": "person"} for row in _rows(("35.1.1", "1980-03-18", 2), ("35.1.2", "1980-03-18", 2))]
    rows += [{**_row(n + 4, "35.1.1", "1980-03-18"), "kind": "body"} for n in range(2)]
    contract, settings, store = prepared(tmp_path, MIXED, rows)
    protect(contract, settings)
    assert _shown(store) == {("35.1", "1980"): 4, ("35.1.1", "1980-03-18"): 2}


def test_an_empty_dataset_is_an_empty_table(tmp_path: Path) -> None:
    """Nothing to hide, and nothing to choose."""
    contract, settings, store = prepared(tmp_path, AID, [])
    assert protect(contract, settings).published_rows == 0
    assert read_json(store.anonymity)["rows"] == 0


def test_a_column_of_nothing_loses_nothing(tmp_path: Path) -> None:
    """A quasi-identifier that is NULL in every row tells nobody apart."""
    contract, settings, store = prepared(tmp_path, AID, _rows((None, "1980-01-01", 3), (None, "1990-01-01", 3)))
    protect(contract, settings)
    assert _shown(store) == {(None, "1980"): 3, (None, "1990"): 3}


@pytest.mark.parametrize(
    ("text", "rows", "told"),
    [
        (
            AID,
            _rows(("35.1.1", "1980-01-01", 1)),
            ("too few persons", "found", "fewer than 3 different persons in 1 rows"),
        ),
        (AID, [_row(n, "35.1.1", "1980-01-01", nik=7) for n in range(9)], ("too few persons", "allowed", "k: 3")),
        (
            AID,
            [_row(n, "35.1.1", "1980-01-01", illness="a") for n in range(9)],
            ("too few different values", "column", "illness"),
        ),
        (
            AID,
            _rows(("35.1.1", "1980-01-01", 3), ("36.1.1", "1980-01-01", 1), ("37.1.1", "1980-01-01", 1)),
            (
                "too many rows",
                "next",
                "the smallest loss that works is 50%, at these levels, with suppress_at_most: 100.0%",
            ),
        ),
        (
            AID.replace("suppress_at_most: 20%", "lose_at_most: 10%"),
            _rows(("35.1.1", "1980-01-01", 1), ("35.2.1", "1981-01-01", 1), ("35.3.1", "1982-01-01", 1)),
            ("so much would be lost", "found", "the smallest loss that works is 100%"),
        ),
    ],
)
def test_what_cannot_be_hidden_is_not_published(
    tmp_path: Path, text: str, rows: Rows, told: tuple[str, str, str]
) -> None:
    """One row, one person, one illness, too many alone, too much lost: nothing is written, and what would work is said."""
    contract, settings, store = prepared(tmp_path, text, rows)
    with pytest.raises(Blocked, match=told[0]) as error:
        protect(contract, settings)
    assert error.value.facts[told[1]].startswith(told[2])
    assert not store.table.exists()
    assert not store.shown.exists()
