"""`terang run NAME --preview`: what a run would do, with nothing kept, nothing published and nobody shown."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assets.catalog import load
from assets.extract import extract
from assets.settings import load as load_settings
from assets.store import store_of
from pipelines.cli import app
from pipelines.office import make

CONTRACT = """\
title: {id: Retribusi, en: Fees}
summary: {id: Retribusi daerah., en: Local fees.}
publisher: {name: My office, contact: data@example.go.id}
license: CC-BY-4.0
source: {kind: csv, path: "fees.csv", connection: files}
key: [kode]
columns:
  - {name: kode, type: string, class: code, pattern: rekening, label: {id: Kode, en: Code}}
  - {name: jenis, type: string, class: controlled_text, enum: [Pasar, Parkir], label: {id: Jenis, en: Kind}}
  - {name: nama, type: string, class: direct_id, privacy: {technique: drop}, label: {id: Nama, en: Name}}
  - {name: nilai, type: "decimal(20,2)", class: public_measure, minimum: 0, label: {id: Nilai, en: Value}}
quarantine: {max: 50%}
"""
ROWS = "kode,jenis,nama,nilai\n4.1.01,Pasar,Budi Contoh,1000.50\n4.1.02,Parkir,Siti Contoh,2000\n4.1.03,Parkir,Adi,-5\n4.1.04,x\n"

PARTS = """\
title: {id: Retribusi, en: Fees}
summary: {id: Retribusi daerah., en: Local fees.}
publisher: {name: My office, contact: data@example.go.id}
license: CC-BY-4.0
source: {kind: sql, connection: books, table: fees}
partition: {by: tahun, every: year, start: "2025"}
key: [kode]
rows: {min: 5}
columns:
  - {name: kode, type: string, class: code, pattern: '4\\.\\d{4}\\.\\d', label: {id: Kode, en: Code}}
  - {name: tahun, type: integer, class: public, label: {id: Tahun, en: Year}}
  - {name: nilai, type: "decimal(20,2)", class: public_measure, label: {id: Nilai, en: Value}}
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office with one dataset of four lines: two good, one below its minimum, one ragged."""
    make(tmp_path)
    (tmp_path / "contracts/example.yml").unlink()
    (tmp_path / "contracts/retribusi.yml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "incoming/fees.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TERANG_CONFIG", raising=False)
    return tmp_path


def preview(*words: str) -> Result:
    """The command."""
    return CliRunner().invoke(app, ["run", "retribusi", "--preview", *words])


@pytest.mark.usefixtures("office")
def test_a_preview_tells_every_row_and_sum() -> None:
    """Read, rejected, quarantined by rule, published, totals."""
    done = preview("--json")
    assert done.exit_code == 0, done.output
    [found] = json.loads(done.stdout)
    assert (found["read"], found["rejected"], found["quarantined"], found["published"]) == (4, 1, 2, 2)
    assert found["rules"]["ragged line"] == 1
    assert sum(found["rules"].values()) == 2
    assert found["totals"] == {"nilai": "2995.50"}
    assert found["hidden"] == ["nama"]


@pytest.mark.usefixtures("office")
def test_a_preview_shows_nobody() -> None:
    """Restricted columns are named and not shown; of the others the shape, and words that the contract lists."""
    said = preview().output
    for name in ("Budi", "Siti", "Adi", "Contoh", "4.1.0"):
        assert name not in said
    assert "not shown    nama" in said
    assert "Parkir" in said
    assert "next: terang run retribusi" in said


def test_a_preview_keeps_nothing(office: Path) -> None:
    """Neither rows nor proofs nor a release: the folder of restricted rows is as empty as before."""
    preview()
    assert not [path for path in (office / "data").rglob("*") if path.is_file()]
    assert not list((office / "data/restricted").iterdir())


def test_a_preview_says_what_would_stop_the_run(office: Path) -> None:
    """Too many rows in quarantine: exit code 4, the rule, and nothing of what comes after."""
    file = office / "contracts/retribusi.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("50%", "5%"), encoding="utf-8")
    done = preview()
    assert done.exit_code == 4
    assert "stops        rule" in done.output
    assert "next: mend what stops it" in done.output


def test_a_preview_sees_the_codes_of_another_dataset(office: Path) -> None:
    """A column that refers to another dataset is held against its latest rows, which stay where they are."""
    text = CONTRACT.replace("pattern: rekening", "references: {dataset: daftar, column: kode}")
    (office / "contracts/retribusi.yml").write_text(text, encoding="utf-8")
    (office / "contracts/daftar.yml").write_text(CONTRACT.replace("fees.csv", "list.csv"), encoding="utf-8")
    (office / "incoming/list.csv").write_text(ROWS, encoding="utf-8")
    from assets import catalog, extract, settings  # noqa: PLC0415

    loaded = settings.load()
    extract.extract(catalog.load_all(loaded)["daftar"], loaded)
    before = (office / "data/restricted/daftar/raw.parquet").stat().st_mtime_ns
    [found] = json.loads(preview("--json").stdout)
    assert found["published"] == 2
    assert (office / "data/restricted/daftar/raw.parquet").stat().st_mtime_ns == before


def test_a_part_is_judged_with_the_parts_that_are_there(office: Path) -> None:
    """As a run does: the year that is read joins the one of an earlier run, and bounds hold for both together."""
    with closing(sqlite3.connect(office / "books.db")) as books, books:
        books.execute("CREATE TABLE fees (kode TEXT, tahun INTEGER, nilai TEXT)")
        books.executemany(
            "INSERT INTO fees VALUES (?, ?, ?)", [(f"4.{y}.{n}", y, "10") for y in (2025, 2026) for n in range(3)]
        )
    settings = office / "terang.toml"
    settings.write_text(f'{settings.read_text()}\n[connections.books]\nurl = "sqlite:///{office}/books.db"\n')
    (office / "contracts/retribusi.yml").write_text(PARTS, encoding="utf-8")
    contract = load(office / "contracts/retribusi.yml")
    extract(contract, load_settings(), partition="2025")
    kept = store_of("retribusi", load_settings()).raw.read_bytes()
    [found] = json.loads(preview("--partition", "2026", "--json").stdout)
    assert (found["read"], found["published"], found["stopped"]) == (6, 6, [])
    assert store_of("retribusi", load_settings()).raw.read_bytes() == kept
