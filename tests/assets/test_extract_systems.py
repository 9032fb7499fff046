"""The example systems, read by the example contracts, give what their answer key says."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from assets import catalog
from assets.extract import extract
from assets.settings import ConnectionSettings, FromFile, Settings
from assets.store import store_of
from tests.systems_fixture import ROOT, Systems

pytestmark = pytest.mark.systems

DATASETS = ["referensi-kode", "apbd-anggaran", "apbd-realisasi", "pembayaran", "kontrak", "proyek", "pendapatan"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, systems: Systems) -> Settings:
    """The example's settings, with the secrets of the systems that this session started."""

    def secret(name: str) -> FromFile:
        return FromFile(file=str(systems.secrets / name))

    return Settings(
        root=tmp_path_factory.mktemp("office"),
        contracts=(str(ROOT / "assets/contracts"),),
        transforms=str(ROOT / "assets/transforms"),
        connections={
            "keuangan": ConnectionSettings(url=secret("keuangan_url")),
            "pengadaan": ConnectionSettings(
                url=secret("procurement_url"), headers={"X-API-Key": secret("procurement_key")}
            ),
            "setoran": ConnectionSettings(url=secret("drop_folder")),
        },
    )


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_reads_as_the_answer_key_says(office: Settings, systems: Systems, name: str) -> None:
    """Rows read, rejected, deleted at the source and set aside, again in a second run, which gives the same bytes."""
    contract = catalog.load_all(office)[name]
    expected = systems.rows(name)
    receipts = [extract(contract, office) for _ in range(2)]
    for receipt in receipts:
        assert receipt.read == expected["read"]
        assert receipt.rejects == expected["rejected"]
        assert receipt.deleted == expected["deleted"]
        assert receipt.set_aside.get("sums", 0) == expected["set_aside"]
    assert receipts[0].sha256 == receipts[1].sha256


def test_no_secret_and_no_credential_is_left_behind(office: Settings, systems: Systems) -> None:
    """Neither receipts nor rows hold the password, the key or the address."""
    extract(catalog.load_all(office)["kontrak"], office)
    extract(catalog.load_all(office)["apbd-anggaran"], office)
    hidden = [systems.secret(name).strip().encode() for name in ("keuangan_url", "procurement_key", "procurement_url")]
    for file in Path(office.root).rglob("*"):
        if file.is_file():
            assert not any(text in file.read_bytes() for text in hidden), file.name


def test_budget_without_its_doubled_rows_is_that_of_the_books(office: Settings, systems: Systems) -> None:
    """The ceilings of the year without other defects, each row once, are those of the books to the rupiah."""
    extract(catalog.load_all(office)["apbd-anggaran"], office)
    rows = pq.read_table(store_of("apbd-anggaran", office).raw).drop_columns(["_row"])
    books = systems.truth["datasets"]["apbd-anggaran"]["totals"]["books"]
    chosen = rows.filter(pc.and_(pc.equal(rows["tahun"], 2025), pc.equal(rows["tahap"], "murni")))
    once = chosen.group_by(chosen.schema.names).aggregate([])
    assert pc.sum(once["pagu"].cast(pa.decimal128(38, 2))).as_py() == Decimal(books["2025 murni"])
