"""A table without a key has its place: the number of each row as a column, in every kind of file."""

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from assets.errors import SourceChanged
from tests.assets.office import cells, column, contract, files, read, settings

PLACE = column("baris", "integer")
A = column("a")


def test_a_row_of_a_text_has_the_number_of_its_line(tmp_path: Path) -> None:
    """Ragged and empty lines before a row count, so that mending one moves no other."""
    files(tmp_path, {"f.csv": 'title\na,b\n"x\ny",1\nragged\n\nz,2\n'})
    source = {"kind": "csv", "connection": "drop", "path": "f.csv", "skip": 1, "row_number": "baris"}
    _, rows, _ = read(contract(source, PLACE, A, column("b")), settings(tmp_path))
    assert cells(rows, "baris", "a") == [(3, "x\ny"), (7, "z")]


def test_a_row_of_a_sheet_has_its_number_there(tmp_path: Path) -> None:
    """As a person sees it beside the sheet."""
    made = Workbook()
    assert made.active is not None
    for row in (["a"], ["x"], [None], ["z"]):
        made.active.append(row)
    made.save(tmp_path / "f.xlsx")
    source = {"kind": "xlsx", "connection": "drop", "path": "f.xlsx", "header": [1], "row_number": "baris"}
    _, rows, _ = read(contract(source, PLACE, A), settings(tmp_path))
    assert cells(rows, "baris", "a") == [(2, "x"), (4, "z")]


def test_a_record_has_its_number(tmp_path: Path) -> None:
    """In the order of the list."""
    files(tmp_path, {"f.json": json.dumps([{"a": "x"}, {"a": "z"}])})
    source = {"kind": "json", "connection": "drop", "path": "f.json", "row_number": "baris"}
    _, rows, _ = read(contract(source, PLACE, A), settings(tmp_path))
    assert cells(rows, "baris", "a") == [(1, "x"), (2, "z")]


def test_an_api_has_no_row_numbers() -> None:
    """The order of its records may change from one question to the next."""
    with pytest.raises(ValidationError, match="row_number goes with files"):
        contract({"kind": "json", "connection": "drop", "endpoint": "x", "row_number": "baris"}, PLACE, A)


def test_the_number_is_a_column_like_any_other(tmp_path: Path) -> None:
    """A contract that does not name it is told so."""
    files(tmp_path, {"f.csv": "a\nx\n"})
    source = {"kind": "csv", "connection": "drop", "path": "f.csv", "row_number": "baris"}
    with pytest.raises(SourceChanged, match='does not name: "baris"'):
        read(contract(source, A), settings(tmp_path))
