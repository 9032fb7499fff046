"""The gates: what blocks, what passes, and that nothing but a clear pass opens them."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assets.errors import Unproven
from assets.store import sha256, store_of, write_json
from quality.gates.accounting import balance
from quality.gates.evidence import Evidence, Material
from quality.gates.known import recognise
from quality.gates.protection import protected
from quality.verdict import judge, require
from tests.quality import made
from tests.quality.office import ROWS, office, revenue


def test_a_clean_table_passes_every_gate(tmp_path: Path) -> None:
    """Long official codes, long amounts and an organisation's name are no reason to block."""
    contract, settings, _ = office(tmp_path)
    verdict = judge(contract, settings)
    assert verdict.passed, verdict.gates
    assert require(contract, settings).public_sha256 == verdict.public_sha256


SCAN, KNOWN, RULES = "nothing that looks personal", "no known person", "public rules hold"


@pytest.mark.parametrize(
    ("cells", "shut"),
    [
        ({"office": "Dinas A 3507010101900001"}, [SCAN]),
        ({"office": "hubungi budi@example.org"}, [SCAN]),
        ({"number": "SP-000000000001 0812-3456-7890"}, [SCAN, RULES]),
        ({"office": "BUDI  CONTOH"}, [KNOWN]),
        ({"office": "Rumah Ibu B\u00fcdi-Contoh, RT 3"}, [SCAN, KNOWN]),
        ({"payee": "\uff22udi Contoh"}, [KNOWN]),
    ],
)
def test_a_person_in_a_public_text_blocks(tmp_path: Path, cells: dict[str, str], shut: list[str]) -> None:
    """A number, an e-mail, a code that is no code, or the name of a withheld person: the named gates stay shut."""
    contract, settings, store = office(tmp_path, **cells)
    verdict = judge(contract, settings)
    assert [answer.name for answer in verdict.gates if not answer.passed] == shut
    assert not any(value in store.verdict.read_text(encoding="utf-8") for value in cells.values())
    with pytest.raises(Unproven):
        require(contract, settings)


@pytest.mark.parametrize("text", ["Contoh, Budi", "honor CONTOH BUDI", "Sdr. Budi Contoh (alm.)"])
@pytest.mark.parametrize(
    "known", ["Budi Contoh", "Drs. H. Budi Contoh, S.E., M.Si.", "dr BUDI CONTOH SH", "Prof. Budi Contoh S.Kom"]
)
def test_order_and_titles_hide_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str, text: str) -> None:
    """The surname first, or without the titles that the payment system writes: the same person."""
    withheld = next(row for row in ROWS if row["payee"] == "Budi Contoh")
    monkeypatch.setitem(withheld, "payee", known)
    contract, settings, _ = office(tmp_path, office=text)
    shut = [answer.name for answer in judge(contract, settings).gates if not answer.passed]
    assert KNOWN in shut


@pytest.mark.parametrize("text", ["Dinas Budi", "Contoh", "Budi Raya Contoh", "CV Contoh"])
def test_a_part_of_a_name_is_no_person(tmp_path: Path, text: str) -> None:
    """One word of a name, its words apart, or an organisation's own name."""
    contract, settings, _ = office(tmp_path, office=text)
    assert judge(contract, settings).passed


def test_an_organisation_of_unclear_kind_does_not_make_its_name_a_persons(tmp_path: Path) -> None:
    """A row without a kind is withheld as a person's, but an organisation's name elsewhere stays its own."""
    contract, settings, store = office(tmp_path)
    rows = pq.read_table(store.raw)
    kinds = pa.array(["body", None, "body"], pa.string())
    payees = pa.array(["PT Contoh", "PT. CONTOH", "CV Contoh"], pa.string())
    pq.write_table(rows.set_column(1, "kind", kinds).set_column(2, "payee", payees), store.raw)
    assert recognise(Material(contract=contract, store=store, settings=settings)).passed
    sure = pa.array(["body", "person", "body"], pa.string())
    pq.write_table(rows.set_column(1, "kind", sure).set_column(2, "payee", payees), store.raw)
    assert recognise(Material(contract=contract, store=store, settings=settings)).facts["rows by column"] == {
        "payee": 1
    }


def test_a_column_that_nobody_declared_blocks(tmp_path: Path) -> None:
    """The public columns are an allow-list."""
    contract, settings, store = office(tmp_path)
    table = pq.read_table(store.table)
    pq.write_table(table.append_column("extra", pa.array(["x"] * table.num_rows)), store.table)
    assert not judge(contract, settings).passed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told["withheld"][0]["money"].update(amount="1.00"), ("disagree", ["withheld sums"])),
        (lambda told: told["withheld"][0].update(persons=1), ("sums told of too few persons", ["PERSONAL DATA"])),
        (lambda told: told.update(read=4), ("disagree", ["read"])),
        (lambda told: told.update(published_rows=1), ("disagree", ["published rows"])),
        (lambda told: told.update(duplicates=1, published=1), ("disagree", ["duplicates"])),
        (lambda told: told.update(quarantined=1, published=1), ("disagree", ["quarantined"])),
        (lambda told: told.update(public_sha256="0" * 64), ("disagree", ["public table"])),
        (lambda told: told.update(contract="0" * 64), ("disagree", ["contract"])),
    ],
)
def test_an_account_that_does_not_add_up_blocks(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], why: tuple[str, list[str]]
) -> None:
    """Rows and money are counted anew from the files; whatever was written down must agree."""
    contract, settings, store = office(tmp_path)
    account = json.loads(store.withheld.read_text(encoding="utf-8"))
    change(account)
    write_json(store.withheld, account)
    (shut,) = [answer for answer in judge(contract, settings).gates if not answer.passed]
    assert shut.name == "every row and every amount accounted for"
    assert shut.facts[why[0]] == why[1]


@pytest.mark.parametrize("sums", [{"amount": "1.00"}, {}])
def test_hidden_sums_that_do_not_add_up_block(tmp_path: Path, sums: dict[str, str]) -> None:
    """What is withheld is counted to the cent also where the public is not told how much it is."""
    contract, settings, store = office(tmp_path)
    assert balance(Material(contract=contract, store=store, settings=settings)).passed
    write_json(store.hidden, {**json.loads(store.hidden.read_text(encoding="utf-8")), "sums": sums})
    found = balance(Material(contract=contract, store=store, settings=settings))
    assert not found.passed
    assert found.facts["measures that do not add up"] == ["amount"]


@pytest.mark.parametrize("spoil", ["cell", "withheld", "set aside"])
def test_money_of_groups_is_held_against_the_rows(tmp_path: Path, spoil: str) -> None:
    """Sums of shown groups, withheld groups and rows set aside are those of the raw rows, to the cent."""
    contract, settings, store = revenue(tmp_path)
    material = Material(contract=contract, store=store, settings=settings)
    good = balance(material)
    assert good.passed, good.facts
    assert good.facts["measures"] == ["amount"]
    if spoil == "cell":
        table = pq.read_table(store.table)
        more = pc.add(table.column("amount"), Decimal("0.01")).cast(table.schema.field("amount").type)
        pq.write_table(table.set_column(1, "amount", more), store.table)
    elif spoil == "withheld":
        write_json(store.hidden, {"public_sha256": sha256(store.table), "sums": {"amount": "0.01"}})
    else:
        pq.write_table(pq.read_table(store.excluded).slice(1), store.excluded)
    assert balance(material).facts["measures that do not add up"] == ["amount"]


def _protecting(folder: Path, **columns: list[str]) -> Evidence:
    """What the protection gate says of a public table with these columns."""
    people = {"column": "jenis", "organisations": ["badan"]}
    contract = made.contract(
        made.column("nomor"),
        made.column("jenis"),
        made.column("nama", "string", "org_id", privacy={"technique": "redact", "reason": "X", "rows": "persons"}),
        made.column("npwp", "string", "direct_id", privacy={"technique": "pseudonym"}),
        made.column("hari", "date", "sensitive", privacy={"technique": "generalise", "to": "month"}),
        made.column("desa", "string", "sensitive", privacy={"technique": "generalise", "parts": 2}),
        made.column("upah", "integer", "sensitive", privacy={"technique": "generalise", "bands": ["0", "10"]}),
        persons=people,
    )
    settings = made.settings(folder)
    store = store_of(contract.name, settings)
    cells = {
        "id": ["a" * 16, "b" * 16],
        "nomor": ["1", "2"],
        "jenis": ["badan", "orang"],
        "nama": ["PT Contoh", "REDACTED: X"],
        "npwp": ["a" * 20, "b" * 20],
        "hari": ["2026-01", "2026-02"],
        "desa": ["99.01", "99"],
        "upah": ["0 - < 10", ">= 10"],
        **columns,
    }
    pq.write_table(pa.table(cells), store.table)
    return protected(Material(contract=contract, store=store, settings=settings))


def test_every_technique_is_seen_to_have_worked(tmp_path: Path) -> None:
    """Cells of each technique's form pass."""
    evidence = _protecting(tmp_path)
    assert evidence.passed
    assert evidence.facts["columns"] == ["desa", "hari", "nama", "npwp", "upah"]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("nama", ["PT Contoh", "Budi Contoh"]),
        ("jenis", ["badan", "badan"]),
        ("npwp", ["a" * 20, "3507010101900001"]),
        ("hari", ["2026-01", "2026-01-02"]),
        ("desa", ["99.01", "99.01.02"]),
        ("upah", ["0 - < 10", "12"]),
    ],
)
def test_one_cell_that_is_not_protected_blocks(tmp_path: Path, column: str, cells: list[str]) -> None:
    """Whatever the contract says, the cell is what counts; a row of no known kind is about a person."""
    unclear = {"jenis": ["badan", ""], "nama": ["PT Contoh", "Budi Contoh"]} if column == "jenis" else {column: cells}
    evidence = _protecting(tmp_path, **unclear)
    assert not evidence.passed
    assert evidence.facts["unprotected cells by column"] == {"nama" if column == "jenis" else column: 1}
