"""The generated world: the same each time, with its seeded defects and nothing else wrong."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from examples.kabupaten import answers, world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of one generation at scale 1."""
    folder = tmp_path_factory.mktemp("world")
    world.write(folder, 1, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def truth(made: Path) -> dict[str, Any]:
    """The answer key of that generation."""
    key: dict[str, Any] = json.loads((made / "ground_truth.json").read_text(encoding="utf-8"))
    return key


@pytest.fixture(scope="module")
def ledger(made: Path) -> duckdb.DuckDBPyConnection:
    """The CSV tables as typed views, read by something that did not write them."""
    con = duckdb.connect()
    for file in sorted((made / "tables").glob("*.csv")):
        con.execute(f"create table {file.stem} as from read_csv('{file}', all_varchar=true, nullstr='', header=true)")
    return con


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    assert row is not None
    return row[0]


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """Two generations write the same files, byte for byte, workbooks included."""
    world.write(tmp_path, 1, lambda _: None)
    assert len(_digests(made)) == 32
    assert _digests(tmp_path) == _digests(made)


def test_the_committed_expectations_are_current(truth: dict[str, Any]) -> None:
    """`examples/expected.json` says what scale 1 holds (refresh: python -m examples expected > examples/expected.json)."""
    committed = json.loads((ROOT / "examples/expected.json").read_text(encoding="utf-8"))
    assert committed == answers.expected(truth)


def test_every_row_has_one_fate(truth: dict[str, Any]) -> None:
    """Read = published + quarantined + withheld + duplicates, in each dataset."""
    for name, dataset in truth["datasets"].items():
        rows = dataset["rows"]
        parts = rows["published"] + rows["quarantined"] + rows["withheld"] + rows["duplicates"]
        assert rows["read"] == parts, name


def test_scale_one_has_about_fifty_thousand_payments(truth: dict[str, Any]) -> None:
    """The demo's size is what the documents say, and about a fifth of the payments go to persons."""
    rows = truth["datasets"]["pembayaran"]["rows"]
    assert 48_000 < rows["read"] < 55_000
    assert 0.15 < rows["withheld"] / rows["read"] < 0.25


@pytest.mark.parametrize(
    ("defect", "condition"),
    [
        ("nomor SP2D tanpa garis miring", "not regexp_matches(nomor_sp2d, '^99\\.01/04\\.0/\\d{6}/(LS|GU|TU|UP)/')"),
        ("huruf O di kode rekening", "not regexp_full_match(kode_rekening, '[0-9.]+')"),
        ("rekening tidak dikenal", "kode_rekening = '5.1.02.99.99.9999'"),
        ("SKPD tidak dikenal", "kode_skpd not in (select kode from referensi_kode where jenis = 'skpd')"),
        ("nilai kosong", "nilai_bruto is null"),
        ("nilai negatif", "nilai_bruto::decimal(20,2) < 0"),
        (
            "potongan lebih dari bruto",
            "nilai_bruto::decimal(20,2) > 0 and potongan::decimal(20,2) > nilai_bruto::decimal(20,2)",
        ),
        ("tanggal kosong", "tanggal is null"),
        ("tahun 2062", "tanggal >= '2027'"),
        ("dibatalkan", "dihapus = 'true'"),
        ("NIK di kolom NPWP badan", "jenis_penerima = 'Badan' and npwp_penerima not like '0%'"),
    ],
)
def test_seeded_defects_of_payments_are_there(
    ledger: duckdb.DuckDBPyConnection, truth: dict[str, Any], defect: str, condition: str
) -> None:
    """A plain query finds exactly as many rows with a defect as the answer key counts."""
    (seeded,) = [one for one in truth["defects"] if one["dataset"] == "pembayaran" and one["name"] == defect]
    assert seeded["count"] == len(seeded["where"])
    assert _one(ledger, f"select count(*) from pembayaran where {condition}") == seeded["count"]


def test_copies_and_conflicts_are_told_apart(ledger: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    """Sixteen rows stand twice as they are; two keys stand twice with different amounts."""
    whole = "select count(*) - (select count(*) from (select distinct * from pembayaran)) from pembayaran"
    conflicts = """select count(*) from (select 1 from (select distinct * from pembayaran)
        group by nomor_sp2d, kode_sub_kegiatan, kode_rekening having count(*) > 1)"""
    assert _one(ledger, whole) == truth["datasets"]["pembayaran"]["rows"]["duplicates"] == 16
    assert _one(ledger, conflicts) == 2


def test_twelve_lines_are_above_their_ceiling(ledger: duckdb.DuckDBPyConnection) -> None:
    """Spending above the budget in force happens on exactly the twelve seeded lines, once each."""
    query = """select count(*) from apbd_realisasi where kode_rekening like '5%'
        and realisasi_sd::decimal(20,2) > pagu::decimal(20,2) and dihapus = 'false'"""
    assert _one(ledger, query) == 12


def test_months_add_up(ledger: duckdb.DuckDBPyConnection) -> None:
    """realisasi_sd is the sum of the months so far, for every line."""
    query = """select count(*) from (select realisasi_sd::decimal(20,2) as sd, sum(realisasi_bulan::decimal(20,2)) over (
        partition by tahun, kode_skpd, kode_sub_kegiatan, kode_rekening, kode_dana order by bulan::int) as months
        from (select distinct * from apbd_realisasi where kode_rekening <> '5.1.02.99.99.9999' and kode_skpd is not null))
        where sd <> months"""
    broken_elsewhere = 24  # the months after a row whose own code is damaged stand in another group
    assert _one(ledger, query) <= broken_elsewhere


def test_every_code_has_its_parents(ledger: duckdb.DuckDBPyConnection) -> None:
    """A parent is in the list, is a prefix of its child (an office's: but for the sub unit), and one level above."""
    query = """select count(*) from referensi_kode as c left join (select distinct jenis, kode, level from referensi_kode) as p
        on p.jenis = c.jenis and p.kode = c.kode_induk where c.kode_induk is not null
        and (p.kode is null or p.level::int <> c.level::int - 1
             or not starts_with(c.kode, case c.jenis when 'skpd' then left(p.kode, 17) else p.kode end))"""
    assert _one(ledger, query) == 0
    assert _one(ledger, "select count(*) from referensi_kode where kode_induk is not null") > 800


def test_payments_are_what_was_realised_and_returned(ledger: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    """Before defects, payments add up to realisation plus returns; the seeded amounts are all that differs."""
    paid = _one(ledger, """select sum(nilai_bruto::decimal(20,2)) from (select distinct * from pembayaran)
        where dihapus = 'false'""")  # fmt: skip
    booked = sum(Decimal(one) for one in truth["datasets"]["pembayaran"]["totals"]["books"].values())
    spent = _one(ledger, """select sum(realisasi_bulan::decimal(20,2) + pengembalian::decimal(20,2))
        from (select distinct * from apbd_realisasi) where kode_rekening like '5%'""")  # fmt: skip
    assert paid == booked
    assert abs(paid - spent) < spent / 500


def test_taxes_are_booked_as_paid(ledger: duckdb.DuckDBPyConnection) -> None:
    """The ledger's months of a tax account equal the sum over taxpayers, to the cent."""
    query = """select count(*) from
        (select kode, tahun, bulan, sum(nilai::decimal(20,2)) as booked from buku_besar where buku = 'pendapatan' group by all) b
        join (select distinct kode_rekening, tahun, bulan, realisasi_bulan::decimal(20,2) as n from apbd_realisasi
              where dihapus = 'false') r on r.kode_rekening = b.kode and r.tahun = b.tahun and r.bulan = b.bulan
        where r.n <> b.booked"""
    pairs = query.replace("where r.n <> b.booked", "")
    assert _one(ledger, pairs) >= 8 * 22 - 2
    assert _one(ledger, query) == 0


def test_the_answer_key_knows_persons_and_the_expectations_do_not(truth: dict[str, Any]) -> None:
    """The key lists every person by kind of identifier; what is committed has no value of any."""
    people = truth["persons"]
    assert {"name", "nik", "nip", "npwpd", "account", "phone", "address"} < people.keys()
    assert people["count"] == len(people["nik"]) > 5000
    shown = (ROOT / "examples/expected.json").read_text(encoding="utf-8")
    assert not [one for kind in ("name", "nik", "nip", "account") for one in people[kind] if one in shown]
    assert "where" not in shown


def test_codes_have_their_official_form(ledger: duckdb.DuckDBPyConnection) -> None:
    """Every code of the lists is written as the pattern of its kind says."""
    query = r"""select count(*) from referensi_kode where not regexp_full_match(kode, case jenis
        when 'rekening' then '\d(\.\d(\.\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?)?)?'
        when 'program' then '\d(\.\d{2}(\.\d{2}(\.\d\.\d{2}(\.\d{4})?)?)?)?'
        when 'skpd' then '\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}'
        when 'dana' then '\d(\.\d{1,2})*' else '\d{2}(\.\d{2}){0,2}' end)"""
    assert _one(ledger, query) == 0
