"""Real files pass the whole local way: screening, protection, gates, release; what is wrong in them is counted."""

import csv
import json
import re
import zipfile
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assets.settings import Settings
from assets.store import store_of
from publish.verify import verify_release
from quality.findings import Screening
from tests.real.conftest import DATA, NAMES, Go

pytestmark = pytest.mark.real

RAGGED = [2172, 2173, *range(2175, 2191)]


def failed(screening: Screening, rule: str) -> dict[str, object]:
    """What the screening says of one rule."""
    [found] = [one for one in screening.rules if one["name"] == rule]
    return {name: found[name] for name in ("severity", "failed", "kept")}


@pytest.mark.parametrize("name", NAMES)
def test_every_file_becomes_a_release(go: Go, office: Settings, name: str) -> None:
    """No gate blocks a real file by mistake, and each row that was read has one fate."""
    way = go(name)
    assert way.screening.problems == ()
    assert [gate.name for gate in way.verdict.gates if not gate.passed] == []
    assert way.release.new
    assert way.release.omitted == {}
    account = way.release.accounting
    assert account["read"] == way.receipt.rows + way.receipt.rejects
    assert account["read"] == account["published"] + account["quarantined"] + account["duplicates"]
    assert {file["rows"] for file in way.release.files.values()} >= {account["published"]}
    assert verify_release(store_of(name, office)).findings == ()


def test_ragged_lines_lie_in_quarantine_with_their_numbers(go: Go, office: Settings) -> None:
    """Nothing but the 18 ragged lines of the places is set aside, each with its line, its rule and its text."""
    way = go("kab-bandung-lokasi")
    with (store_of("kab-bandung-lokasi", office).restricted / "quarantine.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["_line"] for row in rows] == [f"LOKASI 2.csv:{line}" for line in RAGGED]
    assert {row["_rules"] for row in rows} == {"ragged line"}
    assert all(json.loads(row["_record"])["_text"] for row in rows)
    assert way.release.accounting == {
        "read": 10_705, "published": 10_685, "published_rows": 10_685, "quarantined": 18, "duplicates": 2, "withheld": 0,
    }  # fmt: skip


def test_places_that_somebody_typed_do_not_leave(go: Go, office: Settings) -> None:
    """The free text of the places is in no public table, though the restricted one has it."""
    way = go("kab-bandung-lokasi")
    assert "detail_lokasi" in pq.read_schema(store_of("kab-bandung-lokasi", office).raw).names
    assert "detail_lokasi" not in pq.read_schema(way.release.path / "kab-bandung-lokasi.parquet").names


def test_regions_above_their_ceiling_are_warned_of_and_published(go: Go) -> None:
    """430 regions were paid more than their ceiling: counted as a warning, in the evidence too, and none is missing."""
    way = go("dana-desa")
    expected = {"severity": "warn", "failed": 430, "kept": 430}
    assert failed(way.screening, "realisasi di atas pagu") == expected
    evidence = json.loads((way.release.path / "evidence.json").read_text(encoding="utf-8"))
    assert {"name": "realisasi di atas pagu", "severity": "warn", "failed": 430} in evidence["rules"]
    table = pq.read_table(way.release.path / "dana-desa.parquet")
    assert pc.sum(pc.greater(table["realisasi"], table["pagu"])).as_py() == 430
    assert table.num_rows == 869


def test_offices_that_do_not_add_up_are_warned_of_and_published(go: Go) -> None:
    """57 of 165 offices have parts that are not their total."""
    way = go("kab-bandung-belanja")
    assert failed(way.screening, "jenis belanja sama dengan total") == {"severity": "warn", "failed": 57, "kept": 57}
    assert way.release.accounting["published"] == 165


def test_the_author_of_a_workbook_does_not_leave_with_its_numbers(go: Go) -> None:
    """Whoever the source's workbooks name as their author is named by no file of the release."""
    sources = (DATA / "indonesia/lra-lampung-selatan-2026").glob("lra_*.xlsx")
    names = {name for source in sources for name in people(source)}
    assert names
    for file in go("lra-lampung-selatan").release.path.iterdir():
        texts = parts(file)
        assert not [name for name in names for text in texts if name.encode() in text], file.name


def people(workbook: Path) -> list[str]:
    """The authors in a workbook's properties."""
    with zipfile.ZipFile(workbook) as parts:
        core = parts.read("docProps/core.xml").decode()
    return re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]+)<", core)


def parts(file: Path) -> list[bytes]:
    """The contents of a file, unpacked where it is a workbook."""
    if file.suffix != ".xlsx":
        return [file.read_bytes()]
    with zipfile.ZipFile(file) as workbook:
        return [workbook.read(name) for name in workbook.namelist()]
