"""Columns that are years are proposed as rows, once each, with the sums that they had."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from assets.propose.book import book_origin
from assets.propose.proposal import Column
from assets.propose.propose import propose
from assets.propose.text import text_origin
from assets.propose.years import years_in
from tests.assets.office import files, settings


def columns(*titles: str) -> list[Column]:
    """Columns of amounts, after one of words."""
    words = Column(name="uraian", title="Uraian", label="Uraian", type="string")
    return [
        words,
        *(Column(name=f"n{at}", title=title, label=title, type="decimal(20,2)") for at, title in enumerate(titles)),
    ]


@pytest.mark.parametrize(("titles", "pattern"), [
    (("2018", "2019", "2020"), r"^(?:19|20)\d\d$"),
    (("2014-15", "2015-16", "2016-17"), r"^(?:19|20)\d\d[-/]\d{2,4}$"),
    (("1976", "TQ", "1977", "1978"), r"^(?:(?:19|20)\d\d|TQ)$"),
    (("LKPP 2020", "LKPP 2021", "RAPBN 2022"), r"^(?:\w+ )?((?:19|20)\d\d)$"),
])  # fmt: skip
def test_titles_that_are_years_become_rows(titles: tuple[str, ...], pattern: str) -> None:
    """Years, fiscal years, years behind a word, and one title between them."""
    assert years_in(columns(*titles)) == {"columns": pattern, "name": "year", "value": "value"}


@pytest.mark.parametrize("titles", [
    ("2018", "2019"), ("Pagu 2018", "Realisasi 2018", "Pagu 2019", "Realisasi 2019"), ("Jan", "Feb", "Mar"),
    ("1976", "A", "B", "1977", "1978"), ("Total_2010/2011", "Total_2011/2012", "Total_2012/2013"),
])  # fmt: skip
def test_others_stay_columns(titles: tuple[str, ...]) -> None:
    """Too few, two measures of each year, months, or more than one title between them."""
    assert years_in(columns(*titles)) == {}


def test_a_wide_text_is_read_long(tmp_path: Path) -> None:
    """Four titles, one of them no year: a text, whose values are told from a missing one."""
    files(tmp_path, {"f.csv": "kode,1976,TQ,1977,1978\n01,1.5,2,3,4\n02,1,1,1,1\n"})
    origin = text_origin(tmp_path / "f.csv", {"kind": "csv", "connection": "drop", "path": "f.csv"})
    found = propose(origin, settings(tmp_path), name="contoh", patterns={})
    assert (found.rows, found.key, found.totals) == (8, ("kode", "year"), {"value": "14.50"})
    assert {column.name: column.type for column in found.columns}["year"] == "string"


def test_sums_of_a_sheet_are_checked_before_its_years_become_rows(tmp_path: Path) -> None:
    """A total row below wide years is set aside once, not once a year."""
    made = Workbook()
    assert made.active is not None
    for row in (["Uraian", "2018", "2019", "2020"], ["PPh", 1.5, 2, "-"], ["PPN", 2, 3, 4], ["Total", 3.5, 5, 4]):
        made.active.append(row)
    made.save(tmp_path / "f.xlsx")
    origin = book_origin(tmp_path / "f.xlsx", {"kind": "xlsx", "connection": "drop", "path": "f.xlsx"})
    found = propose(origin, settings(tmp_path), name="contoh", patterns={})
    assert (found.rows, found.set_aside, found.totals) == (6, {"sums": 1}, {"value": "12.50"})
    assert found.key == ("uraian", "year")
