"""The worked example against its answer key: what is read, set aside, withheld and published, to the row and the cent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets import settings as settings_of
from assets.catalog import load_all
from assets.contract import Contract
from assets.extract import extract
from assets.protect import Protected, protect
from assets.settings import Settings
from assets.store import store_of
from quality.screening import Screening, screen
from tests.systems_fixture import ROOT, Systems

pytestmark = pytest.mark.systems
NAMES = ("referensi-kode", "apbd-anggaran", "apbd-realisasi", "pembayaran", "kontrak", "proyek", "pendapatan")


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """The seven datasets read, screened and protected in a folder of their own."""

    settings: Settings
    contracts: Mapping[str, Contract]
    screened: Mapping[str, Screening]
    protected: Mapping[str, Protected]

    def public(self, name: str) -> pa.Table:
        """The public table of a dataset."""
        return pq.read_table(store_of(name, self.settings).table)


@pytest.fixture(scope="module")
def office(systems: Systems, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The repository's own settings, with the test systems' secrets and a storage of its own."""
    folder = tmp_path_factory.mktemp("office")
    text = (ROOT / "terang.toml").read_text(encoding="utf-8")
    for name in ("restricted", "public", "releases"):
        text = text.replace(f".terang/{name}", f"{folder}/{name}")
    text = text.replace(".terang/secrets", str(systems.secrets))
    text = text.replace('"assets/', f'"{ROOT}/assets/')
    (folder / "terang.toml").write_text(text, encoding="utf-8")
    settings = settings_of.load(folder / "terang.toml")
    contracts = load_all(settings)
    screened, protected = {}, {}
    for name in NAMES:
        extract(contracts[name], settings)
        screened[name] = screen(contracts[name], settings)
        protected[name] = protect(contracts[name], settings)
    return Office(settings=settings, contracts=contracts, screened=screened, protected=protected)


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_what_the_key_says(office: Office, systems: Systems, name: str) -> None:
    """Read, rejected, quarantined, duplicate, withheld and published rows, each dataset exactly."""
    found, account = office.screened[name], office.protected[name]
    expected = systems.rows(name)
    assert found.passed
    assert {
        "read": found.read, "rejected": found.rejects, "quarantined": found.quarantined, "duplicates": found.duplicates,
        "withheld": sum(part.rows for part in account.withheld), "published": account.published,
    } == {key: expected[key] for key in ("read", "rejected", "quarantined", "duplicates", "withheld", "published")}  # fmt: skip


@pytest.mark.parametrize("name", ["apbd-anggaran", "apbd-realisasi", "pembayaran", "pendapatan"])
def test_what_was_read_equals_the_books(office: Office, systems: Systems, name: str) -> None:
    """The contract's control totals agree, and their sum is the answer key's."""
    books = systems.truth["datasets"][name]["totals"]["books"]
    (compared,) = office.screened[name].reconcile
    assert compared["passed"]
    assert Decimal(compared["found"]) == sum(map(Decimal, books.values())) > 0


@pytest.mark.parametrize("name", ["apbd-anggaran", "apbd-realisasi", "pembayaran", "kontrak", "pendapatan"])
def test_published_sums_are_the_keys(office: Office, systems: Systems, name: str) -> None:
    """The sum over the public table is what the answer key says is published, to the cent."""
    dataset = systems.truth["datasets"][name]
    total = sum(value for value in office.public(name)[dataset["measure"]].to_pylist() if value is not None)
    assert total == sum(map(Decimal, dataset["totals"]["published"].values()))


def test_withheld_payments_are_summed(office: Office, systems: Systems) -> None:
    """Persons' payments are no rows, but their number, their persons and their rupiah are told."""
    (held,) = office.protected["pembayaran"].withheld
    dataset = systems.truth["datasets"]["pembayaran"]
    assert Decimal(held.money["nilai_bruto"]) == sum(map(Decimal, dataset["totals"]["withheld"].values()))
    assert held.persons == dataset["persons_withheld"]


def test_no_small_group_of_taxpayers_is_shown(office: Office, systems: Systems) -> None:
    """As many cells as the key allows, each of five taxpayers or more."""
    shown = office.public("pendapatan")
    assert shown.num_rows == systems.truth["datasets"]["pendapatan"]["cells_published"]
    assert min(shown["jumlah_wajib_pajak"].to_pylist()) >= 5


def test_persons_among_suppliers_are_redacted(office: Office, systems: Systems) -> None:
    """A contract with a person stays public, without name and number."""
    shown = office.public("kontrak").to_pylist()
    redacted = [row for row in shown if row["nama_penyedia"] == "REDACTED: DATA PRIBADI"]
    assert len(redacted) == systems.truth["datasets"]["kontrak"]["rows_redacted"] > 100
    assert {row["penyedia_id"] for row in redacted} == {"REDACTED: DATA PRIBADI"}


def test_warnings_are_counted(office: Office, systems: Systems) -> None:
    """Twelve lines above their ceiling are published, each counted by the rule that warns."""
    (rule,) = [
        one for one in office.screened["apbd-realisasi"].rules if one["name"] == "realisasi belanja melebihi pagu"
    ]
    assert rule["failed"] == systems.rows("apbd-realisasi")["warned"] == 12


def _strings(table: pa.Table) -> Iterator[str]:
    for column in table.columns:
        yield from (str(value) for value in column.unique().to_pylist() if value is not None)


@pytest.mark.parametrize("name", NAMES)
def test_no_known_person_is_in_a_public_table(office: Office, systems: Systems, name: str) -> None:
    """No name, number, account, telephone or address of anybody in the systems stands in any public cell."""
    shown = "\n".join(_strings(office.public(name))).casefold()
    for kind, values in systems.truth["persons"].items():
        hits = 0 if kind == "count" else sum(1 for value in values if value.casefold() in shown)
        assert hits == 0, f"{hits} values of kind {kind}"
