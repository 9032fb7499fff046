"""Which sheet, which rows are its header, and which repeat sums: found in workbooks made for people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assets.errors import SourceUnreadable
from assets.propose.book import book_origin
from assets.propose.proposal import Proposal
from assets.propose.propose import propose
from tests.assets.office import settings

REPORT: list[list[Any]] = [
    ["KAB. CONTOH"], ["TAHUN ANGGARAN 2026"], [],
    ["Kode", None, "Uraian", "Belanja", None], [None, None, None, "Anggaran", "Realisasi"], [1, None, 2, 3, 4],
    ["2", None, "Urusan", 300, 5.5], ["2", "5.1", "Operasi", 300, 5.5],
    ["2", "5.1.02", "Barang", 100, "0,00"], ["2", "5.1.03", "Jasa", 200, 5.5], [None, None, "Jumlah", 300, 5.5],
]  # fmt: skip
MERGED = ("A1:E1", "A2:E2", "A4:B5", "C4:C5", "D4:E4", "A6:B6")


def book(file: Path, sheets: dict[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()) -> None:
    """A workbook with these sheets; `merged` cells are in the first."""
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for area in merged:
        made.worksheets[0].merge_cells(area)
    made.save(file)


def proposed(folder: Path, sheet: str | None = None) -> Proposal:
    """The proposal for `f.xlsx`."""
    place = {"kind": "xlsx", "connection": "drop", "path": "f.xlsx"}
    return propose(book_origin(folder / "f.xlsx", place, sheet=sheet), settings(folder), name="contoh", patterns={})


def test_a_report_gives_its_leaves_and_its_levels_are_set_aside(tmp_path: Path) -> None:
    """Merged header rows, a row of column numbers, text amounts beside number cells; the levels add up."""
    book(tmp_path / "f.xlsx", {"Sheet1": REPORT}, MERGED)
    found = proposed(tmp_path)
    assert found.origin.options["header"] == [4, 5]
    assert found.origin.options["first"] == 7
    assert found.origin.options["tree"]["leaf"] == r"^\d+(\.\d+){2}$"
    assert (found.rows, found.rejects, found.set_aside) == (2, {}, {"levels above": 3})
    assert found.totals == {"belanja_anggaran": "300.00", "belanja_realisasi": "5.50"}
    assert [column.title for column in found.columns] == [
        "Kode", "Kode (2)", "Uraian", "Belanja / Anggaran", "Belanja / Realisasi",
    ]  # fmt: skip


def test_totals_that_add_up_are_set_aside_and_others_stay(tmp_path: Path) -> None:
    """A row called Total is a sum only where it is that of its rows."""
    rows = [["Uraian", "2018", "2019"], ["PPh", 1.5, 2], ["PPN", 2, 3], ["Total", 3.5, 5]]
    book(tmp_path / "f.xlsx", {"Pajak": rows})
    found = proposed(tmp_path)
    assert (found.rows, found.set_aside) == (2, {"sums": 1})
    assert found.origin.options["subtotals"]["check"] == ["2018", "2019"]
    book(tmp_path / "f.xlsx", {"Pajak": [*rows[:3], ["Total", 9, 9]]})
    assert (proposed(tmp_path).rows, proposed(tmp_path).set_aside) == (3, {})


def test_the_largest_table_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    """Covers and notes are passed over; a sheet can be asked for by name."""
    table = [["a", "b"], *([f"x{at}", at] for at in range(9))]
    book(tmp_path / "f.xlsx", {"Cover": [["hello"]], "Small": table[:3], "Data (1)": table})
    found = proposed(tmp_path)
    assert found.origin.told == 'f.xlsx: sheet "Data (1)" of 3, header in row 1'
    assert found.rows == 9
    assert found.origin.remarks["sheet"] == "the largest table; others are in Small"
    assert proposed(tmp_path, "Small").rows == 2


def test_a_header_in_merged_cells_above_words_ends_where_they_end(tmp_path: Path) -> None:
    """Where no column holds numbers, the merged cells tell how high the header is."""
    rows = [["Region", "Caloric", "Impact", None], [], [None, None, "quarter", "baseline"], ["A", "B", "C", "D"]]
    book(tmp_path / "f.xlsx", {"Sheet1": rows}, ("A1:A3", "B1:B3", "C1:D2"))
    found = proposed(tmp_path)
    assert found.origin.options["header"] == [1, 2, 3]
    assert [column.title for column in found.columns] == ["Region", "Caloric", "Impact / quarter", "Impact / baseline"]
    assert found.rows == 1


def test_a_table_without_a_key_gets_the_place_of_its_rows(tmp_path: Path) -> None:
    """Rows that are wholly alike are kept apart by their number in the sheet."""
    book(tmp_path / "f.xlsx", {"Sheet1": [["kode", "nilai"], ["a", 1], ["a", 1], ["b", 2]]})
    found = proposed(tmp_path)
    assert (found.key, found.origin.options["row_number"], found.rows) == (("row",), "row", 3)
    assert found.key_remark is not None
    assert "1 rows are wholly alike" in found.key_remark


@pytest.mark.parametrize("rows", [[], [["data"]], [["a", "b"]]])
def test_a_workbook_without_a_table_is_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    """Empty, one cell, or a header alone."""
    book(tmp_path / "f.xlsx", {"Sheet1": rows})
    with pytest.raises(SourceUnreadable, match="no table"):
        book_origin(tmp_path / "f.xlsx", {})


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    """A typo costs a second."""
    book(tmp_path / "f.xlsx", {"Data": [["a"], ["x"]], "Notes": []})
    with pytest.raises(SourceUnreadable) as caught:
        book_origin(tmp_path / "f.xlsx", {}, sheet="Dta")
    assert caught.value.facts["allowed"] == "Data, Notes"


def test_notes_below_a_table_are_left_out(tmp_path: Path) -> None:
    """With the empty rows between them; the empty ones above them are empty rows."""
    rows: list[list[Any]] = [["kode", "uraian", "nilai"], *([f"a{at}", "x", at] for at in range(9)), [], ["Catatan: 1"], [],
                             ["Sumber: dinas"]]  # fmt: skip
    book(tmp_path / "f.xlsx", {"Sheet1": rows})
    found = proposed(tmp_path)
    assert (found.rows, found.set_aside) == (9, {"footer": 3, "empty rows": 1})
