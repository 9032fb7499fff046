"""`terang new`: from a file to a contract that only a person's decisions are missing from."""

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from assets import catalog
from assets.errors import ContractError, TerangError
from assets.extract import extract
from assets.settings import load
from pipelines.cli import app
from pipelines.office import make

CSV = """\
Laporan retribusi;;;;
;;;;
Kode;Nama WP;Kecamatan;Tanggal;Nilai (Rp)
4.1.02;Budi Contoh;Contoh Utara;31/01/2025;1.234.567,50
4.1.02;Siti Contoh;Contoh Selatan;01/02/2025;2.000,00
4.1.03;Adi Contoh;Contoh Utara;15/02/2025;-
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office of one's own, which is the current folder, with a file in its drop folder."""
    make(tmp_path)
    (tmp_path / "incoming/retribusi.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TERANG_CONFIG", raising=False)
    return tmp_path


def new(*words: str) -> Result:
    """The command."""
    return CliRunner().invoke(app, ["new", *words])


def decided(file: Path) -> None:
    """Write over every open decision."""
    text = (
        file.read_text(encoding="utf-8")
        .replace('class: "?"', "class: public")
        .replace('contact: "?"', "contact: a@b.go.id")
    )
    file.write_text(text.replace('license: "?"', "license: CC0-1.0").replace('"?"', "Contoh"), encoding="utf-8")


def test_a_proposal_does_not_load_until_it_is_decided(office: Path) -> None:
    """`terang check` counts what is open; decided, it loads and reads the file exactly."""
    done = new("retribusi", "--from", "incoming/retribusi.csv")
    assert done.exit_code == 0, done.output
    file = office / "contracts/retribusi.yml"
    with pytest.raises(ContractError, match="5 of 5 columns have no class yet"):
        catalog.load(file, languages=("id", "en"))
    decided(file)
    receipt = extract(catalog.load(file, languages=("id", "en")), load())
    assert (receipt.rows, receipt.rejects) == (3, 0)


def test_what_is_proposed_is_what_the_file_is(office: Path) -> None:
    """Where the table stands, how it is written, and what each column holds."""
    new("retribusi", "--from", "incoming/retribusi.csv")
    document = yaml.safe_load((office / "contracts/retribusi.yml").read_text(encoding="utf-8"))
    assert document["source"] == {
        "kind": "csv", "connection": "files", "path": "retribusi.csv", "delimiter": ";", "skip": 2,
        "values": {"decimal": ",", "thousands": ".", "dates": ["%d/%m/%Y"], "nulls": ["", "-"]},
    }  # fmt: skip
    columns = {column.pop("name"): column for column in document["columns"]}
    assert columns["kode"]["pattern"] == "rekening"
    assert columns["nilai_rp"] == {
        "from": "Nilai (Rp)", "type": "decimal(20,2)", "class": "?", "label": {"id": "Nilai (Rp)", "en": "Nilai (Rp)"},
        "required": False, "unit": "IDR", "minimum": 0,
    }  # fmt: skip
    assert columns["tanggal"]["type"] == "date"


def test_nobody_is_shown(office: Path) -> None:
    """Neither the terminal nor the contract has a cell of a column that may be about people."""
    shown = new("retribusi", "--from", "incoming/retribusi.csv").output
    written = (office / "contracts/retribusi.yml").read_text(encoding="utf-8")
    for name in ("Budi", "Siti", "Adi"):
        assert name not in shown + written
    assert "1 column looks like people: nama_wp" in shown
    assert re.search(r"nama_wp +string +xxxx xxxxxx", shown)
    assert "terang check retribusi" in shown


def test_a_file_elsewhere_gets_a_connection(office: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is to be added to terang.toml is said, and then the contract loads."""
    other = tmp_path_factory.mktemp("Berkas Lain") / "data [1].csv"
    other.write_text(CSV, encoding="utf-8")
    shown = new("retribusi", "--from", str(other)).output
    [addition] = re.findall(r"\[connections\.\w+\]\nurl = .*", shown)
    toml = office / "terang.toml"
    toml.write_text(f"{toml.read_text(encoding='utf-8')}\n{addition}\n", encoding="utf-8")
    decided(office / "contracts/retribusi.yml")
    assert extract(catalog.load(office / "contracts/retribusi.yml"), load()).rows == 3


@pytest.mark.parametrize(("words", "said"), [
    (("Retribusi 2025", "--from", "incoming/retribusi.csv"), "no name for a dataset"),
    (("example", "--from", "incoming/retribusi.csv"), "there is a contract of this name"),
    (("retribusi", "--from", "incoming/none.csv"), "there is no such file"),
    (("retribusi", "--from", "https://data.example.go.id/a.csv?key=secret"), "is one of an API, or holds a key"),
])  # fmt: skip
def test_what_cannot_be_proposed_is_refused(office: Path, words: tuple[str, ...], said: str) -> None:
    """With a message, and without writing anything."""
    before = sorted((office / "contracts").iterdir())
    refused = new(*words)
    assert isinstance(refused.exception, TerangError)
    assert said in str(refused.exception)
    assert "secret" not in str(refused.exception)
    assert sorted((office / "contracts").iterdir()) == before
