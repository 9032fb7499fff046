"""Real files give the rows and totals that their publishers state, to the rupiah."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.settings import Settings
from assets.store import store_of
from tests.real.conftest import Read

pytestmark = pytest.mark.real

MASTERS = [
    ("kab-bandung-program", 409, "pagu", 4_336_570_036_129),
    ("kab-bandung-kegiatan", 1_150, "pagu", 4_297_392_979_358),
    ("kab-bandung-sub-kegiatan", 3_949, "pagu", 4_055_178_874_019),
    ("kab-bandung-belanja", 165, "total_belanja", 3_120_522_148_925),
]


def by(table: pa.Table, group: str, column: str) -> dict[object, Decimal]:
    """Sums of a column by another."""
    sums = table.group_by(group).aggregate([(column, "sum")])
    return dict(zip(sums.column(group).to_pylist(), sums.column(f"{column}_sum").to_pylist(), strict=True))


@pytest.mark.parametrize(("name", "rows", "column", "total"), MASTERS)
def test_csv_files_of_kab_bandung_read_to_the_published_total(
    read: Read, name: str, rows: int, column: str, total: int
) -> None:
    """The four CSV files have their rows and their totals, and nothing is rejected."""
    receipt, table = read(name)
    assert (receipt.rows, receipt.rejects, table.num_rows) == (rows, 0, rows)
    assert receipt.totals[column] == f"{total}.00"


def test_rows_of_belanja_that_do_not_add_up_are_read_as_they_are(read: Read) -> None:
    """57 offices have parts that are not their total: reading changes nothing about it."""
    _, table = read("kab-bandung-belanja")
    parts = pc.add(pc.add(table["belanja_operasi"], table["belanja_modal"]), table["belanja_btt"])
    assert pc.sum(pc.not_equal(parts, table["total_belanja"])).as_py() == 57


def test_ragged_lines_are_rejected_with_their_numbers(read: Read, office: Settings) -> None:
    """The 18 ragged lines of the places are rejected, each with its line and its text, and no other row is lost."""
    receipt, table = read("kab-bandung-lokasi")
    rejects = pq.read_table(store_of("kab-bandung-lokasi", office).rejects)
    expected = [f"LOKASI 2.csv:{line}" for line in (2172, 2173, *range(2175, 2191))]
    assert (receipt.rows, receipt.rejects) == (10_687, 18)
    assert rejects["_line"].to_pylist() == expected
    assert set(rejects["rule"].to_pylist()) == {"ragged line"}
    assert all(json.loads(record)["_text"] for record in rejects["record"].to_pylist())
    assert table["_line"][-1].as_py() == "LOKASI 2.csv:10706"


def test_workbooks_of_lampung_selatan_give_leaves_only(read: Read) -> None:
    """Each of the four workbooks has 192 leaf rows; the sums of the levels above are set aside and agree."""
    receipt, table = read("lra-lampung-selatan")
    counts = table.group_by("bulan").aggregate([("bulan", "count")])
    assert counts["bulan_count"].to_pylist() == [192] * 4
    assert receipt.set_aside == {"levels above": 4 * (490 - 9 - 192)}
    assert by(table, "bulan", "operasi_realisasi") == {
        "januari": 126_091_861, "februari": 250_955_054, "maret": 637_656_722, "april": 1_142_726_955,
    }  # fmt: skip
    assert set(by(table, "bulan", "operasi_anggaran").values()) == {Decimal(10_701_893_800)}
    assert set(by(table, "bulan", "modal_anggaran").values()) == {Decimal(109_048_100)}
    assert "5.1.02.01.001.00024" in table["kode_rekening"].to_pylist()
    assert table["_line"][0].as_py() == "lra_april.xlsx:Sheet1:19"


def test_village_funds_are_exact_to_the_rupiah(read: Read) -> None:
    """Ceilings and realisation of both years, with codes that keep their zeros."""
    pagu, ceilings = read("dana-desa-pagu")
    realisasi, paid = read("dana-desa-realisasi")
    assert (pagu.rows, realisasi.rows, pagu.rejects, realisasi.rejects) == (869, 859, 0, 0)
    assert by(ceilings, "tahun", "nilai") == {2023: 70_000_000_000_000, 2024: 69_000_000_000_000}
    assert by(paid, "tahun", "nilai") == {2023: 69_850_854_792_317, 2024: 36_572_463_568_290}
    assert {"00", "01"} <= set(ceilings["kode_provinsi"].to_pylist())


def test_regions_above_their_ceiling_are_kept(read: Read) -> None:
    """In 2023, 430 regions were paid more than their ceiling: real data breaks rules, and reading keeps it."""
    keys = ["tahun", "kode_provinsi", "kode_pemda"]
    both = read("dana-desa-realisasi")[1].join(
        read("dana-desa-pagu")[1].select([*keys, "nilai"]), keys=keys, right_suffix="_pagu", join_type="inner"
    )
    above = both.filter(pc.greater(both["nilai"], both["nilai_pagu"]))
    assert above["tahun"].to_pylist() == [2023] * 430


def test_a_database_joins_ceilings_and_realisation(read: Read) -> None:
    """Through SQLite: both totals exactly, the 430 rows that the contract's rule is about, and gaps left empty."""
    receipt, table = read("dana-desa")
    assert (receipt.rows, receipt.rejects) == (869, 0)
    assert receipt.totals == {
        "pagu": "139000000000000.00",
        "realisasi": f"{69_850_854_792_317 + 36_572_463_568_290}.00",
    }
    assert pc.sum(pc.greater(table["realisasi"], table["pagu"])).as_py() == 430
    assert table["realisasi"].null_count == 10


def test_reading_again_gives_the_same_bytes(read: Read, contracts: Mapping[str, Contract]) -> None:
    """Every file read twice gives the same raw.parquet."""
    for name in contracts:
        assert read(name)[0].sha256 == read(name)[0].sha256
