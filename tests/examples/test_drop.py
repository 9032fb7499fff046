"""The drop folder: a workbook for people and a CSV of another age."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from examples.kabupaten import codes, progress, revenue, workbook, world


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drop folder of scale 1."""
    folder = tmp_path_factory.mktemp("world")
    world.write(folder, 1, lambda _: None)
    return folder / "drop"


def test_there_is_a_workbook_for_every_month(drop: Path) -> None:
    """Twelve months of 2025 and ten of 2026."""
    assert len(sorted(drop.glob("emonev_20??-??.xlsx"))) == 22


def test_the_workbook_has_its_traps(drop: Path) -> None:
    """Titles, a three-row merged header, numbers as text beside numbers, sums, a signature and an author."""
    book = openpyxl.load_workbook(drop / "emonev_2026-10.xlsx")
    sheet = book["Laporan"]
    names = [[sheet.cell(row, column).value for column in range(1, 23)] for row in (6, 7, 8)]
    body = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=10)]
    assert sheet["A3"].value == "BULAN : OKTOBER 2026"
    assert {"A6:A8", "M6:R6", "M7:O7"} <= {str(span) for span in sheet.merged_cells.ranges}
    assert names[0][12] == "Progres"
    assert names[1][12] == "Fisik (%)"
    assert names[2][12:15] == ["Rencana", "Realisasi", "Deviasi"]
    assert book.properties.creator == workbook.AUTHOR
    assert body[-1][19] == workbook.SIGNATURE[1]
    assert body[-5][4] == "JUMLAH TOTAL"
    assert {type(row[13]) for row in body[:-5] if row[3]} == {str, int}
    assert any(row[1] is None for row in body if row[3])


def test_the_sums_in_the_workbook_add_up(drop: Path) -> None:
    """Each office's sum is the sum of the rows above it, and the total that of the offices."""
    sheet = openpyxl.load_workbook(drop / "emonev_2025-07.xlsx")["Laporan"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=10)]
    amount = [Decimal(str(row[8] or "0").replace(".", "").replace(",", ".")) for row in rows]
    offices = [
        value
        for value, row in zip(amount, rows, strict=True)
        if str(row[4]).startswith("JUMLAH ") and row[4] != "JUMLAH TOTAL"
    ]
    leaves = [value for value, row in zip(amount, rows, strict=True) if row[3]]
    (total,) = [value for value, row in zip(amount, rows, strict=True) if row[4] == "JUMLAH TOTAL"]
    assert sum(leaves) == sum(offices) == total > 0


@pytest.mark.parametrize(
    ("hundredths", "written"), [(0, "0,00"), (123456789, "1.234.567,89"), (-550, "-5,50"), (7, "0,07")]
)
def test_numbers_are_written_as_people_do(hundredths: int, written: str) -> None:
    """Dots between thousands, a comma before the fraction."""
    assert progress.spelt(hundredths) == written


def test_the_csv_needs_its_encoding(drop: Path) -> None:
    """It is cp1252 (and no UTF-8), separated by semicolons, with decimal commas and DD/MM/YYYY."""
    raw = (drop / "pendapatan_2026.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    lines = raw.decode("cp1252").splitlines()
    assert lines[0].split(";") == list(revenue.HEADER)
    assert any("Café" in line and "\u2013" in line for line in lines)
    assert lines[1].split(";")[6].count("/") == 2
    assert lines[1].split(";")[8].count(",") == 1


def test_ragged_lines_are_there(drop: Path) -> None:
    """Two lines of both years have a semicolon too many."""
    lines = [line for file in sorted(drop.glob("*.csv")) for line in file.read_bytes().decode("cp1252").splitlines()]
    assert [line.count(";") for line in lines if line.count(";") != 8] == [9, 9]


def test_some_cells_have_fewer_than_five_taxpayers() -> None:
    """Month x account x district: a few cells must be withheld, most may be shown."""
    made = revenue.revenue(codes.codes())
    groups = made.table.group_by(["tahun", "bulan", "kode_rekening", "kecamatan"]).aggregate(
        [("npwpd", "count_distinct")]
    )
    few = sum(1 for count in groups["npwpd_count_distinct"].to_pylist() if count < revenue.SMALLEST)
    assert 20 < few < 100
    assert groups.num_rows > 2000
