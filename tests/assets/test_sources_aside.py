"""Rows that are no data: a header that comes again, titles in between, empty lines of any width. Counted, never lost."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from assets.errors import SourceChanged
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b", "integer")
CSV = {"kind": "csv", "connection": "drop", "path": "f.csv"}


def test_a_header_that_comes_again_is_set_aside(tmp_path: Path) -> None:
    """As in pages that were put one below the other; a row that only looks a little like it stays."""
    files(tmp_path, {"f.csv": "a,b\nx,1\n a ,b\ny,2\na,3\n"})
    receipt, rows, rejects = read(contract(CSV, A, B), settings(tmp_path))
    assert cells(rows, "a", "b", "_line") == [("x", 1, "f.csv:2"), ("y", 2, "f.csv:4"), ("a", 3, "f.csv:5")]
    assert (receipt.set_aside, rejects.num_rows) == ({"repeated header": 1}, 0)


def test_a_value_that_is_the_name_of_the_only_column_is_a_value(tmp_path: Path) -> None:
    """One cell is too little to tell a header by."""
    files(tmp_path, {"f.csv": "a\na\nb\n"})
    _, rows, _ = read(contract(CSV, A), settings(tmp_path))
    assert cells(rows, "a") == [("a",), ("b",)]


def test_rows_are_left_out_by_what_a_column_says(tmp_path: Path) -> None:
    """And counted; an empty row is an empty row."""
    files(tmp_path, {"f.csv": "a,b\nSummary of May,\n,\nx,1\nsummary,2\nSummary of June,\n"})
    receipt, rows, _ = read(contract({**CSV, "leave_out": {"a": "^Summary of "}}, A, B), settings(tmp_path))
    assert cells(rows, "a") == [("x",), ("summary",)]
    assert receipt.set_aside == {"empty rows": 1, "left out": 2}


def test_the_same_in_a_sheet(tmp_path: Path) -> None:
    """Before the last row is looked for, so that notes below can be left out too."""
    made = Workbook()
    assert made.active is not None
    for row in (["a", "b"], ["x", 1], ["Catatan: 1", None], ["y", 2]):
        made.active.append(row)
    made.save(tmp_path / "f.xlsx")
    source = {"kind": "xlsx", "connection": "drop", "path": "f.xlsx", "header": [1], "leave_out": {"a": "^Catatan"}}
    receipt, rows, _ = read(contract(source, A, B), settings(tmp_path))
    assert cells(rows, "a", "b") == [("x", 1), ("y", 2)]
    assert receipt.set_aside == {"left out": 1}


def test_a_column_to_leave_out_by_must_be_there(tmp_path: Path) -> None:
    """Otherwise what should be left out would be read."""
    files(tmp_path, {"f.csv": "a,b\nx,1\n"})
    with pytest.raises(SourceChanged, match="no such column to leave rows out by"):
        read(contract({**CSV, "leave_out": {"aa": "x"}}, A, B), settings(tmp_path))


def test_lines_of_marks_alone_are_empty_whatever_their_width(tmp_path: Path) -> None:
    """Too many or too few delimiters with nothing between them are no ragged line."""
    files(tmp_path, {"f.csv": 'a,b\nx,1\n,,,\n"",\n,,\ny,2\nz\n'})
    receipt, rows, rejects = read(contract(CSV, A, B), settings(tmp_path))
    assert cells(rows, "a", "_line") == [("x", "f.csv:2"), ("y", "f.csv:6")]
    assert (receipt.set_aside, rejects["_line"].to_pylist()) == ({"empty rows": 3}, ["f.csv:7"])
