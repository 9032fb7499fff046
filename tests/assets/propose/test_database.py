"""A table of a database: its columns, its own key, and an address that nobody ever sees."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assets.errors import SettingsError, SourceError
from assets.propose.database import database_origin, is_database
from assets.propose.propose import propose
from assets.propose.write import contract_text
from assets.settings import ConnectionSettings, FromFile, Settings
from tests.systems_fixture import Systems


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A database whose key is of two columns, of which the second alone is unique by chance."""
    with closing(sqlite3.connect(tmp_path / "kas.db")) as made:
        made.execute("CREATE TABLE bayar (tahun INTEGER, nomor TEXT, nilai TEXT, PRIMARY KEY (tahun, nomor))")
        made.executemany("INSERT INTO bayar VALUES (?, ?, ?)", [(2025, f"0{at}", f"{at}.50") for at in range(9)])
        made.commit()
    return f"sqlite:///{tmp_path / 'kas.db'}:bayar"


def test_the_key_is_the_one_that_the_database_declares(address: str, tmp_path: Path) -> None:
    """Not the fewest columns that happen to be unique."""
    origin, place = database_origin(address, Settings(root=tmp_path))
    found = propose(origin, place.settings, name="bayar", patterns={})
    assert found.key == ("tahun", "nomor")
    assert found.totals == {"nilai": "40.50"}
    assert [column.type for column in found.columns] == ["integer", "string", "decimal(20,2)"]


def test_the_address_is_written_nowhere(address: str, tmp_path: Path) -> None:
    """terang.toml gets the name of an environment variable, the contract the name of the connection."""
    origin, place = database_origin(address, Settings(root=tmp_path))
    found = propose(origin, place.settings, name="bayar", patterns={})
    assert place.addition == '[connections.kas_db]\nurl = { env = "KAS_DB_URL" }'
    assert str(tmp_path) not in contract_text(found, place.settings, publisher=None, license_="?")


def test_a_connection_that_is_known_is_used(address: str, tmp_path: Path) -> None:
    """By its name, or because it has the same address."""
    url = address.rpartition(":")[0]
    office = Settings(root=tmp_path, connections={"kas": ConnectionSettings(url=url)})
    for given in ("kas:bayar", address):
        origin, place = database_origin(given, office)
        assert (origin.options["connection"], place.addition) == ("kas", None)


@pytest.mark.parametrize("text", ["postgresql://u:p@h:5432/keuangan:skema.tabel", "sqlite:////a/b.db:t", "kas:bayar"])
def test_an_address_with_a_table_is_a_database(text: str) -> None:
    """With a schema or without, or the name of a connection."""
    assert is_database(text)


@pytest.mark.parametrize("text", ["postgresql://u:p@h:5432/keuangan", "data.csv", "folder/data:2025.csv"])
def test_a_port_is_no_table(text: str) -> None:
    """Nor is what stands behind a colon in the name of a file."""
    assert not is_database(text)


def test_what_is_not_there_is_told_without_the_address(tmp_path: Path) -> None:
    """An unknown connection and an unknown table."""
    with pytest.raises(SettingsError, match="no connection has this name"):
        database_origin("kas:bayar", Settings(root=tmp_path))
    origin, place = database_origin(f"sqlite:///{tmp_path / 'none.db'}:bayar", Settings(root=tmp_path))
    with pytest.raises(SourceError) as caught:
        propose(origin, place.settings, name="bayar", patterns={})
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.systems
def test_a_table_of_postgresql_is_proposed_with_its_key_and_types(tmp_path: Path, systems: Systems) -> None:
    """The ledger of the example: every row, exact sums, days as days, and the people in it suspected."""
    office = Settings(
        root=tmp_path,
        connections={"keuangan": ConnectionSettings(url=FromFile(file=str(systems.secrets / "keuangan_url")))},
    )
    origin, place = database_origin("keuangan:pembayaran", office)
    found = propose(origin, place.settings, name="pembayaran", patterns={})
    stored = systems.rows("pembayaran")
    assert (found.rows, found.rejects) == (stored["read"] + stored["deleted"], {})
    types = {column.name: column.type for column in found.columns}
    assert types["tanggal"] == "date"
    assert types["diubah_pada"] == "datetime"
    assert types["nilai_bruto"] == "decimal(20,2)"
    assert {column.name for column in found.suspects} == {
        "nama_penerima",
        "npwp_penerima",
        "nik_penerima",
        "rekening_bank",
    }
    remarks = {column.name: " ".join(column.remarks) for column in found.columns}
    assert "source.cursor" in remarks["diubah_pada"]
    assert "source.deleted" in remarks["dihapus"]
