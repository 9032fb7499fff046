"""Titles of columns in messages: a file without its header gives the cells of its first row for titles."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assets.errors import SourceChanged
from assets.sources.titles import is_title
from tests.assets.office import column, contract, files, read, settings

NIK, PERSON = "3201010101700001", "SITI KARANGAN"
A, B, YEAR = column("a"), column("b"), column("year")
YEARS = {"columns": "^20", "name": "year", "value": "b"}


def _csv(folder: Path, header: list[str]) -> Mapping[str, Any]:
    titles = ",".join(f'"{title}"' for title in header)
    files(folder, {"f_2026.csv": f"{titles}\n{','.join('x' for _ in header)}\n"})
    return {"kind": "csv", "connection": "drop", "path": "*.csv"}


def _xlsx(folder: Path, header: list[str]) -> Mapping[str, Any]:
    book = Workbook()
    book.active.append(header)
    book.active.append(["x" for _ in header])
    book.save(folder / "f_2026.xlsx")
    return {"kind": "xlsx", "connection": "drop", "path": "*.xlsx", "header": [1]}


def _json(folder: Path, header: list[str]) -> Mapping[str, Any]:
    files(folder, {"f_2026.json": json.dumps([dict.fromkeys(header, "x")])})
    return {"kind": "json", "connection": "drop", "path": "*.json"}


Make = Callable[[Path, list[str]], Mapping[str, Any]]
KINDS = pytest.mark.parametrize("make", [_csv, _xlsx, _json])


def _told(folder: Path, source: Mapping[str, Any], *columns: Mapping[str, Any]) -> str:
    with pytest.raises(SourceChanged) as error:
        read(contract({**source}, *columns), settings(folder))
    return json.dumps(error.value.document())


@KINDS
def test_a_file_without_its_header_names_nothing_of_its_first_row(tmp_path: Path, make: Make) -> None:
    """None of the declared columns is there: that is said, and how many columns there are."""
    told = _told(tmp_path, make(tmp_path, [NIK, PERSON]), A, B)
    assert NIK not in told
    assert "SITI" not in told
    assert "the header is missing" in told
    assert "2 columns" in told


@KINDS
@pytest.mark.parametrize(
    "title", [NIK, "0812-3456-7890", "Sdri. Siti Karangan", "SITI KARANGAN, S.H.", "s@desa.id", "x" * 64]
)
def test_an_unknown_title_that_may_be_a_cell_is_told_by_its_place(tmp_path: Path, make: Make, title: str) -> None:
    """Beside declared columns too: a number, an address, a name with its marks, a long text."""
    told = _told(tmp_path, make(tmp_path, ["a", title, "b"]), A, B)
    assert title not in told
    assert "column number 2" in told


def test_what_the_name_of_the_file_gives_is_no_header(tmp_path: Path) -> None:
    """A column from the file's name, or of columns that become rows, does not speak for the rest."""
    made = _csv(tmp_path, [NIK, PERSON])
    assert "SITI" not in _told(tmp_path, {**made, "file_fields": r"f_(?P<year>\d+)"}, A, B, YEAR)
    made = _csv(tmp_path, ["2026", PERSON])
    assert "SITI" not in _told(tmp_path, {**made, "unpivot": YEARS}, A, YEAR, B)
    made = _csv(tmp_path, [NIK, PERSON])
    assert "SITI" not in _told(tmp_path, {**made, "unpivot": YEARS}, A, YEAR, B)


@pytest.mark.parametrize("option", [{"fill_down": ["SITI KARANGA"]}, {"leave_out": {"SITI KARANGA": "x"}}])
def test_no_option_is_told_what_cell_it_may_mean(tmp_path: Path, option: dict[str, Any]) -> None:
    """An option names a column that is not there: a cell that is nearly called so is not offered."""
    assert "KARANGAN" not in _told(tmp_path, {**_xlsx(tmp_path, [NIK, PERSON]), **option}, A, B)


@pytest.mark.parametrize(
    "title", ["Nilai Pagu (Rp)", "kode_rekening", "Realisasi 2025/2026", "Éducation", "meta.total"]
)
def test_titles_of_tables_are_told(title: str) -> None:
    """What is plainly a title helps whoever mends the contract."""
    assert is_title(title)
