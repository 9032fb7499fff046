"""G9: two datasets that are each safe, and show the same person together."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.past import records
from assets.protect import protect
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, sha256, store_of, write_json
from publish import ledger
from quality.gates.evidence import Evidence, Material
from quality.gates.link import link
from quality.gates.subtract import subtract
from quality.verdict import judge

CONTRACT = """
title: {en: Payments}
summary: {en: Payments.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [number]
persons: {column: kind, organisations: [body], count: nik}
columns:
  - {name: kind, type: string, class: internal, label: {en: Kind}}
  - {name: number, type: string, class: public, label: {en: Number}}
  - {name: nik, type: string, class: direct_id, required: false, privacy: {technique: drop}, label: {en: Identity}}
  - {name: amount, type: "decimal(20,2)", class: public, label: {en: Amount}}
  - {name: paid, type: date, class: public, label: {en: Paid}}
"""
DAYLESS = CONTRACT.replace("type: date, class: public,", "type: date, class: internal,")
Rows = list[dict[str, Any]]
JOINED = "persons found again"


def _rows(prefix: str, *, many: int = 4) -> Rows:
    return [
        {
            "kind": "person", "number": f"{prefix}{n}", "nik": f"99{n:014}", "amount": Decimal(f"{1000 + n}.50"),
            "paid": date(2026, 3, 1 + n),
        }
        for n in range(many)
    ]  # fmt: skip


def _office(folder: Path, dataset: str, rows: Rows, text: str = CONTRACT) -> tuple[Contract, Settings, Store]:
    (folder / f"{dataset}.yml").write_text(text, encoding="utf-8")
    contract = load(folder / f"{dataset}.yml")
    settings = Settings.model_validate({"root": folder, "privacy": {"key": {"env": "LINK_TEST_KEY"}}})
    store = store_of(dataset, settings)
    table = pa.Table.from_pylist(rows).set_column(
        3, "amount", pa.array([row["amount"] for row in rows], pa.decimal128(20, 2))
    )
    table = table.append_column("_row", pa.array(range(len(rows)), pa.int64()))
    pq.write_table(table.append_column("_line", pa.array([""] * len(rows))), store.raw)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(rows)}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    protect(contract, settings)
    return contract, settings, store


def _asked(office: tuple[Contract, Settings, Store]) -> Evidence:
    contract, settings, store = office
    material = Material(contract=contract, store=store, settings=settings)
    assert subtract(material).passed
    return link(material)


def _release(office: tuple[Contract, Settings, Store]) -> None:
    store = office[2]
    assert _asked(office).passed
    records.keep(store, "v1", sha256(store.table))
    facts = records.fact(store, "v1")
    ledger.append(store, ledger.Event(event="released", time=datetime.now(UTC), version="v1", facts=facts))


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_TEST_KEY", "0123456789abcdef" * 4)


def test_one_amount_on_one_day_joins(tmp_path: Path) -> None:
    """Two datasets show one payment each of the same four persons: who knows one row has the other."""
    _release(_office(tmp_path, "aid", _rows("A")))
    evidence = _asked(_office(tmp_path, "payments", _rows("B")))
    assert not evidence.passed
    assert evidence.facts[JOINED] == {"aid v1, by amount, paid": 4}
    assert "day" in evidence.facts["what helps"]


def test_to_leave_the_day_away_in_one_of_them_helps(tmp_path: Path) -> None:
    """There is nothing left to join by."""
    _release(_office(tmp_path, "aid", _rows("A")))
    assert _asked(_office(tmp_path, "payments", _rows("B"), DAYLESS)).passed


def test_other_persons_with_the_same_amounts_are_nobodys_link(tmp_path: Path) -> None:
    """A reader who joins them joins the wrong ones; what one person shares with others in a dataset joins nobody either."""
    _release(_office(tmp_path, "aid", _rows("A")))
    others = [{**row, "nik": f"98{n:014}"} for n, row in enumerate(_rows("B"))]
    assert _asked(_office(tmp_path, "payments", others)).passed
    alike = [{**row, "amount": Decimal("1.00"), "paid": date(2026, 1, 1)} for row in _rows("C")]
    _release(_office(tmp_path, "third", alike))
    assert _asked(_office(tmp_path, "fourth", [{**row, "number": f"D{row['number']}"} for row in alike])).passed


def test_a_shared_code_joins(tmp_path: Path) -> None:
    """The number of a payment stands in both, without a day; a number written with points is the same person."""
    _release(
        _office(tmp_path, "aid", [{**row, "nik": f"{row['nik'][:6]}.{row['nik'][6:]}"} for row in _rows("A")], DAYLESS)
    )
    evidence = _asked(_office(tmp_path, "payments", _rows("A"), DAYLESS))
    assert evidence.facts[JOINED] == {"aid v1, by number": 4}


def test_pseudonyms_of_two_datasets_join_nobody(tmp_path: Path) -> None:
    """The same persons have other codes in each."""
    coded = DAYLESS.replace("privacy: {technique: drop}", "privacy: {technique: pseudonym}")
    _release(_office(tmp_path, "aid", _rows("A"), coded))
    assert _asked(_office(tmp_path, "payments", _rows("B"), coded)).passed


def test_without_a_record_of_this_table_it_does_not_pass(tmp_path: Path) -> None:
    """Nobody could tell who is behind its rows, and the verdict is no."""
    contract, settings, store = _office(tmp_path, "payments", _rows("B"))
    assert judge(contract, settings).passed
    store.told.unlink()
    assert "why" in link(Material(contract=contract, store=store, settings=settings)).facts
