"""The example systems: every seeded defect meets its fate, every total agrees, and the public tables pass the gates."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assets import catalog
from assets.extract import extract
from assets.protect import protect
from assets.settings import ConnectionSettings, FromFile, PrivacySettings, Settings
from assets.store import read_json, store_of
from quality.screening import screen
from quality.verdict import judge, require
from tests.systems_fixture import ROOT, Systems

pytestmark = pytest.mark.systems
DATASETS = ["referensi-kode", "apbd-anggaran", "apbd-realisasi", "pembayaran", "kontrak", "proyek", "pendapatan"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, systems: Systems) -> Settings:
    """The example's settings, with the code lists read: other datasets refer to them."""

    def secret(name: str) -> FromFile:
        return FromFile(file=str(systems.secrets / name))

    api = ConnectionSettings(url=secret("procurement_url"), headers={"X-API-Key": secret("procurement_key")})
    settings = Settings(
        root=tmp_path_factory.mktemp("office"),
        contracts=(str(ROOT / "assets/contracts"),),
        transforms=str(ROOT / "assets/transforms"),
        privacy=PrivacySettings(key=secret("pseudonym_key")),
        connections={
            "keuangan": ConnectionSettings(url=secret("keuangan_url")),
            "pengadaan": api,
            "setoran": ConnectionSettings(url=secret("drop_folder")),
        },
    )
    extract(catalog.load_all(settings)["referensi-kode"], settings)
    return settings


@pytest.mark.parametrize("name", DATASETS)
def test_every_row_meets_the_fate_of_the_answer_key(office: Settings, systems: Systems, name: str) -> None:
    """Quarantined, duplicate, warned, withheld and published rows are those that were seeded; the verdict is a pass."""
    contracts = catalog.load_all(office)
    contract, expected = contracts[name], systems.rows(name)
    extract(contract, office)
    found = screen(contract, office)
    account = protect(contract, office)
    verdict = judge(contract, office)
    assert found.passed, found.failures()
    assert all(one["passed"] for one in found.reconcile)
    assert {
        "quarantined": found.quarantined,
        "rejected": found.rejects,
        "duplicates": found.duplicates,
        "warned": sum(found.warnings().values()),
        "withheld": sum(part.rows for part in account.withheld),
        "published": account.published,
    } == {what: expected[what] for what in ("quarantined", "rejected", "duplicates", "warned", "withheld", "published")}
    assert verdict.passed, [gate for gate in verdict.gates if not gate.passed]
    assert require(contract, office) == verdict


def test_nothing_personal_is_left_outside_the_restricted_rows(office: Settings, systems: Systems) -> None:
    """No name, number or account of a payee stands in a proof, a suite or a verdict."""
    store = store_of("pembayaran", office)
    columns = ["nama_penerima", "nik_penerima", "rekening_bank"]
    rows = pq.read_table(store.raw, columns=[*columns, "jenis_penerima"]).to_pylist()
    people = [row for row in rows if row["jenis_penerima"] in {"Orang Pribadi", "Pegawai"}]
    known = {str(row[column]) for row in people for column in columns if row[column]}
    assert len(known) > 1000
    proofs = [store.screening, store.verdict, store.withheld, store.restricted / "suite.json", *_public(store.public)]
    for file in proofs:
        text = file.read_text(encoding="utf-8")
        assert not any(value in text for value in known), file.name
    assert read_json(store.screening)["passed"] is True
    assert (
        systems.truth["datasets"]["pembayaran"]["persons_withheld"]
        == read_json(store.withheld)["withheld"][0]["persons"]
    )


def _public(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))
