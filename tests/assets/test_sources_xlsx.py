"""Workbooks made for people: exact cells, merged headers, sums checked and set aside, each row with its number."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assets.errors import SourceChanged, SourceUnreadable
from tests.assets.office import cells, column, contract, files, read, settings

INDONESIAN = {"decimal": ",", "thousands": ".", "dates": ["%d/%m/%Y"]}
A, B = column("a"), column("b", "decimal(20,2)")
PUBLIC = column("b", "decimal(20,2)", "public_measure")


def book(
    file: Path, rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), at: int = 1, title: str = "Data"
) -> None:
    """Write a workbook whose rows begin in column `at`."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=at):
            sheet.cell(number, place, value)
    for area in merged:
        sheet.merge_cells(area)
    made.create_sheet("Other").append(["nothing"])
    made.save(file)


def source(**options: object) -> dict[str, object]:
    """An XLSX source in the drop folder, with one header row."""
    return {"kind": "xlsx", "connection": "drop", "path": "*.xlsx", "header": [1], **options}


def test_cells_keep_what_they_hold(tmp_path: Path) -> None:
    """Codes as text, integers without ".0", fractions as they are shown, and text cells as they were typed."""
    values = [
        "0101",
        101,
        4.1,
        1.005,
        12345678.1 + 0.2,
        10701893800,
        1e15,
        "0,00",
        True,
        " x ",
        date(2026, 3, 5),
        0.1 + 0.2,
    ]
    book(tmp_path / "f.xlsx", [["a"], *[[value] for value in values]])
    _, rows, _ = read(contract(source(), column("a")), settings(tmp_path))
    assert rows["a"].to_pylist() == [
        "0101", "101", "4.1", "1.005", "12345678.3", "10701893800", "1000000000000000", "0,00", "true", "x",
        "2026-03-05", "0.3",
    ]  # fmt: skip


def test_number_cells_and_typed_numbers_mean_what_they_say(tmp_path: Path) -> None:
    """Where offices type "1.234,56", a number cell of 123.456 is a fraction and the text "123.456" is a thousand."""
    book(
        tmp_path / "f.xlsx",
        [["a", "b"], ["k1", 1234.5], ["k2", "1.234,56"], ["k3", "123.456"], ["k4", 123.456], ["k5", 7]],
    )
    made = contract(source(values=INDONESIAN), A, column("b", "decimal(20,3)"))
    _, rows, _ = read(made, settings(tmp_path))
    amounts = ["1234.5", "1234.56", "123456", "123.456", "7"]
    assert rows["b"].to_pylist() == [Decimal(amount) for amount in amounts]


def test_money_above_ten_trillion_keeps_its_cents(tmp_path: Path) -> None:
    """16 digits in a number cell are all read."""
    book(tmp_path / "f.xlsx", [["a", "b"], ["k", 10701893800000.75]])
    _, rows, _ = read(contract(source(), A, B), settings(tmp_path))
    assert rows["b"].to_pylist() == [Decimal("10701893800000.75")]


def test_dates_are_read_from_date_cells_and_texts(tmp_path: Path) -> None:
    """A date cell is a date; a text is one in a declared form, or rejected."""
    book(tmp_path / "f.xlsx", [["a", "d"], ["k1", date(2026, 3, 5)], ["k2", "05/03/2026"], ["k3", "31/02/2026"]])
    receipt, rows, rejects = read(contract(source(values=INDONESIAN), A, column("d", "date")), settings(tmp_path))
    assert rows["d"].to_pylist() == [date(2026, 3, 5)] * 2
    assert cells(rejects, "_line", "column") == [("f.xlsx:Data:4", "d")]
    assert receipt.rejects == 1


HEADER: list[list[Any]] = [
    ["REPORT"], [],
    ["No", "Project", None, "Progress", None, None],
    [None, "ID", "Name", "Plan", "Done", "Done"],
]  # fmt: skip


def test_a_merged_header_gives_names(tmp_path: Path) -> None:
    """Merged cells are filled, levels joined; a name that comes again is counted, and no title means the letter."""
    rows = [*HEADER, [1, "p1", "Road", 10, 5, 4, "note"]]
    book(tmp_path / "f.xlsx", rows, merged=["A3:A4", "B3:C3", "D3:F3"], at=1)
    columns = [
        column("id", **{"from": "Project / ID"}),
        column("plan", "integer", **{"from": "Progress / Plan"}),
        column("done", "integer", **{"from": "Progress / Done (2)"}),
        column("note", **{"from": "G"}),
    ]
    options = {"header": [3, 4], "ignore": ["No", "Project / Name", "Progress / Done"]}
    _, found, _ = read(contract(source(**options), *columns), settings(tmp_path))
    assert cells(found, "id", "plan", "done", "note", "_line") == [("p1", 10, 4, "note", "f.xlsx:Data:5")]


def test_a_sheet_may_begin_in_any_column(tmp_path: Path) -> None:
    """Letters are those of the sheet, and merged cells are found, when the first columns are empty."""
    book(tmp_path / "f.xlsx", [["T", None], ["a", "b"], ["x", 1]], merged=["C1:D1"], at=3)
    by_name = [column("a", **{"from": "T / a"}), column("b", **{"from": "T / b"})]
    assert cells(read(contract(source(header=[1, 2]), *by_name), settings(tmp_path))[1], "a", "b") == [("x", "1")]
    by_letter = [column("a", **{"from": "C"}), column("b", **{"from": "D"})]
    _, rows, _ = read(contract(source(header=[], first=3), *by_letter), settings(tmp_path))
    assert cells(rows, "a", "b", "_line") == [("x", "1", "f.xlsx:Data:3")]


def test_sheets_are_found_by_name_or_pattern(tmp_path: Path) -> None:
    """A name, a regular expression, or the first; a sheet that is not there is told with those that are."""
    book(tmp_path / "f.xlsx", [["a"], ["x"]], title="Data 2026")
    for sheet in (None, "Data 2026", r"Data \d+"):
        assert cells(read(contract(source(sheet=sheet), A), settings(tmp_path))[1], "a") == [("x",)]
    with pytest.raises(SourceUnreadable) as error:
        read(contract(source(sheet="Laporan"), A), settings(tmp_path))
    assert "Data 2026, Other" in str(error.value)


def test_empty_rows_and_footers_are_set_aside(tmp_path: Path) -> None:
    """Rows without anything are counted; the footer is the last rows that hold something."""
    book(tmp_path / "f.xlsx", [["a", "b"], ["x", 1], [None, " "], ["y", 2], [None, None], ["signed"], ["by somebody"]])
    receipt, rows, _ = read(contract(source(footer=2), A, B), settings(tmp_path))
    assert cells(rows, "a", "_line") == [("x", "f.xlsx:Data:2"), ("y", "f.xlsx:Data:4")]
    assert receipt.set_aside == {"footer": 2, "empty rows": 2}


def test_values_are_filled_down(tmp_path: Path) -> None:
    """An empty cell repeats the one above, in the named columns only."""
    book(tmp_path / "f.xlsx", [["a", "o", "b"], ["k1", "office", None], ["k2", None, 2]])
    _, rows, _ = read(contract(source(fill_down=["o"]), A, column("o"), B), settings(tmp_path))
    assert cells(rows, "o", "b") == [("office", None), ("office", Decimal(2))]


BLOCKS: list[list[Any]] = [
    ["a", "b"],
    ["x", 1],
    ["y", "2,50"],
    ["JUMLAH 1", "3,50"],
    ["z", 4],
    ["JUMLAH 2", 4],
    ["JUMLAH", 7.5],
]
SUMS = {"column": "a", "pattern": "^JUMLAH", "check": ["b"]}


def test_subtotals_are_checked_and_set_aside(tmp_path: Path) -> None:
    """Each is the sum of the rows since the one before, and the last that of all."""
    book(tmp_path / "f.xlsx", BLOCKS)
    made = contract(source(values=INDONESIAN, subtotals=SUMS), A, B)
    receipt, rows, _ = read(made, settings(tmp_path))
    assert receipt.set_aside == {"sums": 3}
    assert rows["b"].to_pylist() == [Decimal(1), Decimal("2.5"), Decimal(4)]


def test_a_sum_of_what_may_be_one_persons_is_not_told(tmp_path: Path) -> None:
    """Only an amount of public money stands in a message; of any other where it is."""
    pay = column("b", "decimal(20,2)", "personal_amount", privacy={"technique": "generalise", "bands": [0]})
    book(tmp_path / "f.xlsx", [*BLOCKS[:2], ["JUMLAH 1", "4,50"]])
    with pytest.raises(SourceUnreadable, match="sum") as error:
        read(contract(source(values=INDONESIAN, subtotals=SUMS), A, pay), settings(tmp_path))
    assert error.value.facts["where"] == "f.xlsx:Data:3"
    assert "4.5" not in str(error.value)
    assert "allowed" not in error.value.facts


def test_a_sum_that_is_not_that_of_its_rows_stops_the_run(tmp_path: Path) -> None:
    """With both figures and the row; a row that cannot be read leaves its sum unchecked."""
    made = contract(source(values=INDONESIAN, subtotals=SUMS), A, PUBLIC)
    book(tmp_path / "f.xlsx", [*BLOCKS[:3], ["JUMLAH 1", "4,50"]])
    with pytest.raises(SourceUnreadable, match="sum") as error:
        read(made, settings(tmp_path))
    assert (error.value.facts["found"], error.value.facts["allowed"]) == ("4.5", "3.5")
    assert error.value.facts["where"] == "f.xlsx:Data:4"
    book(tmp_path / "f.xlsx", [["a", "b"], ["x", "Rp 1"], ["y", "2,50"], ["JUMLAH 1", "4,50"]])
    assert read(made, settings(tmp_path))[0].rejects == 1


TREE = {"column": "a", "leaf": r"^\d\.\d\.\d$", "check": ["b"]}


@pytest.mark.parametrize(("top", "sound"), [(30, True), (31, False)])
def test_the_leaves_of_a_tree_add_up_to_its_top(tmp_path: Path, top: int, *, sound: bool) -> None:
    """Only leaves are kept; when they are not the top row's amount, the run stops with both figures."""
    book(
        tmp_path / "f.xlsx",
        [["a", "b"], ["1", top], ["1.1", 10], ["1.1.1", 10], ["1.2", 20], ["1.2.1", 20], [None, top]],
    )
    made = contract(source(tree=TREE), A, PUBLIC)
    if sound:
        receipt, rows, _ = read(made, settings(tmp_path))
        assert cells(rows, "a", "_line") == [("1.1.1", "f.xlsx:Data:4"), ("1.2.1", "f.xlsx:Data:6")]
        assert receipt.set_aside == {"levels above": 4}
    else:
        with pytest.raises(SourceUnreadable) as error:
            read(made, settings(tmp_path))
        assert (error.value.facts["found"], error.value.facts["allowed"]) == ("31", "30")


def test_a_tree_without_leaves_is_a_changed_source(tmp_path: Path) -> None:
    """When codes change their form, the run stops instead of reading nothing."""
    book(tmp_path / "f.xlsx", [["a", "b"], ["1", 1]])
    with pytest.raises(SourceChanged, match="leaf"):
        read(contract(source(tree=TREE), A, B), settings(tmp_path))


def test_changed_columns_stop_the_run(tmp_path: Path) -> None:
    """A renamed column is told with its new name; so is a column of the source's options that is gone."""
    book(tmp_path / "f.xlsx", [["a", "bb"], ["x", 1]])
    with pytest.raises(SourceChanged, match='"b" looks renamed to "bb"'):
        read(contract(source(), A, B), settings(tmp_path))
    with pytest.raises(SourceChanged, match="no such column"):
        read(contract(source(fill_down=["office"]), A), settings(tmp_path))


def _text(file: Path) -> None:
    files(file.parent, {file.name: "this is no workbook"})


def _empty(file: Path) -> None:
    files(file.parent, {file.name: b""})


def _too_short(file: Path) -> None:
    book(file, [["a", "b"]])


@pytest.mark.parametrize("make", [_text, _empty, _too_short])
def test_what_is_no_workbook_is_unreadable(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Another format, an empty file, and a sheet that ends before its header."""
    make(tmp_path / "f.xlsx")
    with pytest.raises(SourceUnreadable):
        read(contract(source(header=[3]), A, B), settings(tmp_path))
