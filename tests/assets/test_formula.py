"""What a spreadsheet would run, it does not run in a file of ours; and every way of asking gives one answer."""

import csv
import re
from pathlib import Path

import pytest

from assets.formula import PATTERN, safe
from quality.screening import screen
from tests.quality import made

RUN = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "-2+3+cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", [*RUN, "x", "", "1-1", "it's", "'", " =1"])
def test_the_pattern_says_what_the_rule_does(text: str) -> None:
    """A table that is written by SQL and one that is written by hand agree."""
    assert (safe(text) != text) == bool(re.match(PATTERN, text))


@pytest.mark.parametrize(("cell", "written"), [*((one, f"'{one}") for one in RUN if one != "-1"), ("-12,5", "-12,5")])
def test_the_sheet_of_quarantined_rows_runs_nothing(tmp_path: Path, cell: str, written: str) -> None:
    """Whoever mends rows opens it in a spreadsheet; a negative amount stays one."""
    asked = made.contract(
        made.column("nomor"), made.column("nama"), made.column("jenis", enum=["A"]), quarantine={"max": "100%"}
    )
    store = made.raw(asked, where := made.settings(tmp_path), [{"nomor": "1", "nama": cell, "jenis": "B"}])
    screen(asked, where)
    with store.quarantine.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["nama"] == written
