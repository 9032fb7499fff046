"""Years as columns become rows: every cell once, with the year of its column and the place of its row."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from assets.errors import SourceChanged
from tests.assets.office import cells, column, contract, files, read, settings

CSV = {"kind": "csv", "connection": "drop", "path": "f.csv"}
YEARS = {"columns": r"^\d{4}$", "name": "tahun", "value": "nilai"}
COLUMNS = (column("kode"), column("tahun", "integer"), column("nilai", "decimal(20,2)"))


def test_every_cell_becomes_a_row(tmp_path: Path) -> None:
    """In the order of rows, then of columns; an empty cell is a row without a value."""
    files(tmp_path, {"f.csv": "kode,2024,2025\na,1.5,\nb,3,4\n"})
    _, rows, rejects = read(contract({**CSV, "unpivot": YEARS}, *COLUMNS), settings(tmp_path))
    assert cells(rows, "kode", "tahun", "nilai", "_line") == [
        ("a", 2024, 1.5, "f.csv:2:2024"), ("a", 2025, None, "f.csv:2:2025"),
        ("b", 2024, 3, "f.csv:3:2024"), ("b", 2025, 4, "f.csv:3:2025"),
    ]  # fmt: skip
    assert rejects.num_rows == 0


def test_a_new_year_needs_no_new_contract(tmp_path: Path) -> None:
    """And one row more of each: nothing has to be named."""
    made = contract({**CSV, "unpivot": YEARS}, *COLUMNS)
    for header, expected in (("kode,2024", 1), ("kode,2024,2025,2026", 3)):
        files(tmp_path, {"f.csv": f"{header}\na{',1' * expected}\n"})
        assert read(made, settings(tmp_path))[1].num_rows == expected


def test_one_cell_that_cannot_be_read_rejects_one_row_of_many(tmp_path: Path) -> None:
    """The other years of the line stay."""
    files(tmp_path, {"f.csv": "kode,2024,2025\na,x,2\n"})
    _, rows, rejects = read(contract({**CSV, "unpivot": YEARS}, *COLUMNS), settings(tmp_path))
    assert cells(rows, "tahun", "nilai") == [(2025, 2)]
    assert rejects["_line"].to_pylist() == ["f.csv:2:2024"]


def test_a_group_says_what_of_the_title_is_kept(tmp_path: Path) -> None:
    """Years stand behind words too, in a sheet as in a text, with decimal commas and number cells."""
    made = Workbook()
    assert made.active is not None
    for row in (["kode", "LKPP\n 2024", "RAPBN\n 2025"], ["a", 1234.5, "1.000,25"]):
        made.active.append(row)
    made.save(tmp_path / "f.xlsx")
    source = {
        "kind": "xlsx", "connection": "drop", "path": "f.xlsx", "header": [1],
        "unpivot": {**YEARS, "columns": r"^\w+ (\d{4})$"}, "values": {"decimal": ",", "thousands": "."},
    }  # fmt: skip
    _, rows, _ = read(contract(source, *COLUMNS), settings(tmp_path))
    assert cells(rows, "tahun", "nilai") == [(2024, 1234.5), (2025, 1000.25)]
    assert rows["_line"][0].as_py() == "f.xlsx:Sheet:2:LKPP 2024"


def test_when_no_column_is_left_to_become_rows_the_run_stops(tmp_path: Path) -> None:
    """The titles changed: nothing would be read."""
    files(tmp_path, {"f.csv": "kode,y2024\na,1\n"})
    with pytest.raises(SourceChanged, match="no column of the source becomes rows"):
        read(contract({**CSV, "unpivot": YEARS}, *COLUMNS), settings(tmp_path))


def test_a_column_beside_the_years_must_be_named(tmp_path: Path) -> None:
    """What the pattern does not match is a column like any other."""
    files(tmp_path, {"f.csv": "kode,catatan,2024\na,x,1\n"})
    with pytest.raises(SourceChanged, match='does not name: "catatan"'):
        read(contract({**CSV, "unpivot": YEARS}, *COLUMNS), settings(tmp_path))
