"""Real files on a real portal, read back as a reader without a name reads them: their rows and totals, to the rupiah."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from assets.contract import Contract
from assets.settings import FromFile, PortalSettings, Settings
from publish.ckan import Outcome, apply, plan, verify
from tests.portal_fixture import Portal
from tests.real.conftest import Go

pytestmark = [pytest.mark.real, pytest.mark.portal]

PAGE = 700  # not a divisor of any count below, so that the last page is a short one


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A dataset as the portal shows it to everybody, and what publishing it took: the first time, and again."""

    package: Mapping[str, Any]
    rows: list[dict[str, Any]]
    dumped: list[dict[str, str]]
    evidence: Mapping[str, Any]
    first: Outcome
    again: Outcome

    def total(self, column: str, **where: Any) -> Decimal:
        """The sum of a column, over the rows that have these values; both ways of reading must agree."""
        paged = sum((row[column] for row in self.rows if _has(row, where) and row[column] is not None), Decimal(0))
        dumped = sum((Decimal(row[column]) for row in self.dumped if _has(row, where) and row[column]), Decimal(0))
        assert paged == dumped
        return paged


def _has(row: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    return all(str(row[name]) == str(value) for name, value in where.items())


Publish = Callable[[str], Shown]


@pytest.fixture
def publish(portal: Portal, office: Settings, contracts: Mapping[str, Contract], go: Go) -> Iterator[Publish]:
    """Publishes a dataset with the editor's token, twice, and reads it; purged afterwards."""
    target = PortalSettings(
        url=portal.url, token=FromFile(file=str(portal.token_file)), organization=portal.organization
    )
    settings = office.model_copy(update={"portals": {"default": target}})
    names: list[str] = []

    def published(name: str) -> Shown:
        names.append(name)
        portal.purge(name)
        release = go(name).release
        first, again = (apply(plan(contracts[name], settings, release), contracts[name], settings) for _ in range(2))
        assert verify(contracts[name], settings).rows == first.rows
        return shown(portal, name, first, again)

    yield published
    for name in names:
        portal.purge(name)


def shown(portal: Portal, name: str, first: Outcome, again: Outcome) -> Shown:
    """The dataset, read without a token: its page, every row by paging through the API, its dump, its evidence."""
    package = ask(portal, "package_show", id=name)
    [table] = [resource for resource in package["resources"] if resource["datastore_active"]]
    [evidence] = [resource["url"] for resource in package["resources"] if resource["url"].endswith("evidence.json")]
    dump = httpx.get(f"{portal.url}/datastore/dump/{table['id']}", trust_env=False, timeout=60).raise_for_status()
    return Shown(
        package=package,
        rows=list(paged(portal, table["id"])),
        dumped=list(csv.DictReader(io.StringIO(dump.content.decode("utf-8-sig"), newline=""))),
        evidence=httpx.get(evidence, trust_env=False).raise_for_status().json(),
        first=first,
        again=again,
    )


def paged(portal: Portal, resource: str) -> Iterator[dict[str, Any]]:
    """Every row of a table, a page at a time."""
    read, total = 0, 1
    while read < total:
        page = ask(portal, "datastore_search", resource_id=resource, limit=PAGE, offset=read, sort="_id")
        yield from page["records"]
        read, total = read + len(page["records"]), page["total"]
        assert page["records"]


def ask(portal: Portal, action: str, **parameters: Any) -> Any:
    """The answer of an action to a GET without a token; numbers as they are written."""
    answer = httpx.get(f"{portal.url}/api/3/action/{action}", params=parameters, trust_env=False, timeout=60)
    return json.loads(answer.raise_for_status().text, parse_float=Decimal)["result"]


def check(found: Shown, rows: int) -> None:
    """What holds for every dataset: all rows are there, counted three times, and doing it again writes nothing."""
    assert len(found.rows) == len(found.dumped) == int(found.package["terang_rows"]) == rows
    assert len({row["id"] for row in found.rows}) == rows
    assert found.evidence["accounting"]["published_rows"] == rows
    assert found.first.writes > 0
    assert found.again.writes == 0
    assert found.package["private"] is False


def test_monthly_spending_of_lampung_selatan(publish: Publish) -> None:
    """192 leaf rows a month, whose sums are the workbooks' own top rows; codes keep their zeros."""
    found = publish("lra-lampung-selatan")
    check(found, 4 * 192)
    realised = {"januari": 126_091_861, "februari": 250_955_054, "maret": 637_656_722, "april": 1_142_726_955}
    for month, total in realised.items():
        assert sum(row["bulan"] == month for row in found.rows) == 192
        assert found.total("operasi_realisasi", bulan=month) == total
        assert found.total("operasi_anggaran", bulan=month) == 10_701_893_800
        assert found.total("modal_anggaran", bulan=month) == 109_048_100
    assert "5.1.02.01.001.00024" in {row["kode_rekening"] for row in found.rows}


@pytest.mark.parametrize(
    ("name", "rows", "column", "total"),
    [
        ("kab-bandung-belanja", 165, "total_belanja", 3_120_522_148_925),
        ("kab-bandung-program", 409, "pagu", 4_336_570_036_129),
        ("kab-bandung-kegiatan", 1_150, "pagu", 4_297_392_979_358),
        ("kab-bandung-sub-kegiatan", 3_949, "pagu", 4_055_178_874_019),
    ],
)
def test_budget_of_kab_bandung(publish: Publish, name: str, rows: int, column: str, total: int) -> None:
    """Each level of the budget has its rows and its total; what does not add up in it is on the portal as it is."""
    found = publish(name)
    check(found, rows)
    assert found.total(column) == total


def test_levels_of_kab_bandung_that_do_not_add_up(publish: Publish) -> None:
    """15 programmes and 62 activities are not the sum of those below them, and anybody can find that out."""
    programmes, activities, below = (
        publish(f"kab-bandung-{level}").rows for level in ("program", "kegiatan", "sub-kegiatan")
    )
    assert unequal(programmes, activities, "id_program") == 15
    assert unequal(activities, below, "id_kegiatan") == 62


def unequal(above: list[dict[str, Any]], below: list[dict[str, Any]], key: str) -> int:
    """How many ceilings are not the sum of those below; every row below has one above."""
    sums = dict.fromkeys((row[key] for row in above), Decimal(0))
    for row in below:
        sums[row[key]] += row["pagu"]
    return sum(row["pagu"] != sums[row[key]] for row in above)


def test_places_of_kab_bandung(publish: Publish) -> None:
    """The places are there without the 18 ragged lines and without what somebody typed; the evidence counts both."""
    found = publish("kab-bandung-lokasi")
    check(found, 10_685)
    assert "detail_lokasi" not in found.rows[0]
    account = found.evidence["accounting"]
    assert (account["read"], account["quarantined"], account["duplicates"]) == (10_705, 18, 2)
    assert {"name": "ragged line", "severity": "error", "failed": 18} in found.evidence["rules"]


def test_village_funds(publish: Publish) -> None:
    """Seventy trillion rupiah to the rupiah, and the 430 regions above their ceiling: shown, and said in the evidence."""
    found = publish("dana-desa")
    check(found, 869)
    assert found.total("pagu", tahun=2023) == 70_000_000_000_000
    assert found.total("pagu", tahun=2024) == 69_000_000_000_000
    assert found.total("realisasi", tahun=2023) == 69_850_854_792_317
    assert found.total("realisasi", tahun=2024) == 36_572_463_568_290
    above = [row["tahun"] for row in found.rows if row["realisasi"] is not None and row["realisasi"] > row["pagu"]]
    assert above == [2023] * 430
    assert {"name": "realisasi di atas pagu", "severity": "warn", "failed": 430} in found.evidence["rules"]
    assert "00" in {row["kode_provinsi"] for row in found.rows}
