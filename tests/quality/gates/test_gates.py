"""The gates: what blocks, what passes, and that nothing but a clear pass opens them."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.errors import Blocked, Unproven
from assets.protect import protect
from assets.settings import Settings
from assets.store import Store, sha256, store_of, write_json
from quality import gates
from quality.gates.scan import scan_files, scan_payload
from quality.gates.suspicion import suspect
from quality.verdict import judge, require

CONTRACT = """
title: {en: Payments}
summary: {en: Payments.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: sql, connection: ledger, table: payments}
key: [number]
persons: {column: kind, organisations: [body], rows: withhold, money: amount}
columns:
  - {name: number, type: string, class: code, pattern: 'SP-\\d{12}', label: {en: Number}}
  - {name: kind, type: string, class: internal, label: {en: Kind}}
  - {name: payee, type: string, class: org_id, label: {en: Payee}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: office, type: string, class: public, label: {en: Office}}
  - {name: amount, type: "decimal(20,2)", class: public_measure, label: {en: Amount}}
"""
ROWS: list[dict[str, Any]] = [
    {"number": "SP-000000000001", "kind": "body", "payee": "PT Contoh", "tax": "0100000000000001", "office": "Dinas A"},
    {
        "number": "SP-000000000002",
        "kind": "person",
        "payee": "Budi Contoh",
        "tax": "3500000000000002",
        "office": "Dinas A",
    },
    {"number": "SP-000000000003", "kind": "body", "payee": "CV Contoh", "tax": "0100000000000003", "office": "Dinas B"},
]


def _office(folder: Path, **cells: str) -> tuple[Contract, Settings, Store]:
    """A public table made from `ROWS`; `cells` go into the first row."""
    (folder / "payments.yml").write_text(CONTRACT, encoding="utf-8")
    contract, settings = load(folder / "payments.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    rows = [{**row, "amount": Decimal(1_234_567_890_123)} for row in ROWS]
    table = pa.Table.from_pylist([{**rows[0], **cells}, *rows[1:]])
    table = table.set_column(5, "amount", table.column("amount").cast(pa.decimal128(20, 2)))
    table = table.append_column("_row", pa.array(range(3), pa.int64())).append_column("_line", pa.array([""] * 3))
    pq.write_table(table, store.raw)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 3}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    protect(contract, settings)
    return contract, settings, store


def test_a_clean_table_passes_every_gate(tmp_path: Path) -> None:
    """Long official codes, long amounts and an organisation's name are no reason to block."""
    contract, settings, _ = _office(tmp_path)
    verdict = judge(contract, settings)
    assert verdict.passed, verdict.gates
    assert require(contract, settings).public_sha256 == verdict.public_sha256


@pytest.mark.parametrize(
    ("cells", "gate"),
    [
        ({"office": "Dinas A 3507010101900001"}, "no personal numbers or e-mails"),
        ({"office": "hubungi budi@example.org"}, "no personal numbers or e-mails"),
        ({"number": "SP-000000000001 0812-3456-7890"}, "no personal numbers or e-mails"),
        ({"office": "BUDI  CONTOH"}, "no known person"),
    ],
)
def test_a_person_in_a_public_text_blocks(tmp_path: Path, cells: dict[str, str], gate: str) -> None:
    """A number, an e-mail, a code that is no code, or the name of a withheld person: the named gate stays shut."""
    contract, settings, store = _office(tmp_path, **cells)
    verdict = judge(contract, settings)
    assert [answer.name for answer in verdict.gates if not answer.passed] == [gate]
    assert not any(value in store.verdict.read_text(encoding="utf-8") for value in cells.values())
    with pytest.raises(Unproven):
        require(contract, settings)


def test_a_column_that_nobody_declared_blocks(tmp_path: Path) -> None:
    """The public columns are an allow-list."""
    contract, settings, store = _office(tmp_path)
    table = pq.read_table(store.table)
    pq.write_table(table.append_column("extra", pa.array(["x"] * table.num_rows)), store.table)
    assert not judge(contract, settings).passed


def test_money_that_went_missing_blocks(tmp_path: Path) -> None:
    """Shown and withheld must make up what was kept."""
    contract, settings, store = _office(tmp_path)
    account = json.loads(store.withheld.read_text(encoding="utf-8"))
    account["withheld"][0]["money"]["amount"] = "1.00"
    write_json(store.withheld, account)
    verdict = judge(contract, settings)
    assert [answer.name for answer in verdict.gates if not answer.passed] == [
        "every row and every rupiah accounted for"
    ]


def _raises(_: object) -> None:
    raise ValueError("3507010101900001")


@pytest.mark.parametrize("broken", [_raises, lambda _: None, lambda _: True])
@pytest.mark.parametrize("place", range(len(gates.GATES)))
def test_every_mutant_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, broken: Callable[[object], Any]
) -> None:
    """A gate that crashes, answers nothing, or answers yes without evidence blocks, and its error's text is not kept."""
    contract, settings, store = _office(tmp_path)
    mutants = [broken if i == place else gate for i, gate in enumerate(gates.GATES)]
    monkeypatch.setattr(gates, "GATES", tuple(mutants))
    assert not judge(contract, settings).passed
    assert "3507010101900001" not in store.verdict.read_text(encoding="utf-8")


def test_a_gate_taken_away_after_the_verdict_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict of fewer gates than there are is no proof."""
    contract, settings, _ = _office(tmp_path)
    with monkeypatch.context() as fewer:
        fewer.setattr(gates, "GATES", gates.GATES[:-1])
        judge(contract, settings)
    with pytest.raises(Unproven):
        require(contract, settings)


def test_a_verdict_is_of_these_bytes_only(tmp_path: Path) -> None:
    """A table written again after the verdict has none."""
    contract, settings, store = _office(tmp_path)
    judge(contract, settings)
    pq.write_table(pq.read_table(store.table).slice(1), store.table)
    with pytest.raises(Unproven, match="the table changed"):
        require(contract, settings)


@pytest.mark.parametrize(
    "text",
    [
        "3507010101900001",
        "NIK 35.07.01.010190.0001",
        "\uff13\uff15\uff10\uff17\uff10\uff11\uff10\uff11\uff10",
        "35O7O1O1O19OOOO1",
        "35 07 01\n01 01 90",
        "0812-3456-7890",
        "35\u200b07\u200b010101",
        "\u0663\u0665\u0660\u0667\u0660\u0661\u0660\u0661\u0660",
        "budi @ contoh.id",
    ],
)
def test_a_number_is_suspect_however_it_is_written(text: str) -> None:
    """Full-width, other scripts, look-alikes, separators, line breaks, invisible signs."""
    assert suspect(text)


@pytest.mark.parametrize(
    "text",
    [
        "Belanja Modal 2026",
        "Jalan Jenderal Sudirman 12",
        "2026-03-18",
        "Rp 22,1 M",
        "Ibu Hamil",
        "BPK RI",
        "RSUD dr. Soetomo",
    ],
)
def test_official_words_are_not_suspect(text: str) -> None:
    """What offices write every day passes."""
    assert suspect(text) is None


def test_files_are_scanned_cell_by_cell(tmp_path: Path) -> None:
    """The same rule holds in each format; a code column may hold its codes, another column may not."""
    contract, _, _ = _office(tmp_path)
    header = "id,number,payee,office,amount"
    good, bad = tmp_path / "a" / "payments.csv", tmp_path / "b" / "payments.csv"
    for file, office in ((good, "Dinas A"), (bad, "0812-3456-7890")):
        file.parent.mkdir()
        file.write_text(f"{header}\nabc,SP-000000000001,PT Contoh,{office},1234567890123.00\n", encoding="utf-8")
    assert scan_files([good], contract).passed
    assert scan_files([bad], contract).facts == {"suspect values by place": {"payments.csv: office": 1}}


def test_a_payload_that_looks_personal_is_not_sent(tmp_path: Path) -> None:
    """Metadata is scanned too; digests and the office's own address are known."""
    contract, _, _ = _office(tmp_path)
    fine = {"title": "Payments", "maintainer_email": "data@example.org", "hash": "0" * 64}
    scan_payload(fine, contract)
    with pytest.raises(Blocked, match="nothing was sent") as error:
        scan_payload({**fine, "notes": "call 0812 3456 7890"}, contract)
    assert "0812" not in str(error.value)
