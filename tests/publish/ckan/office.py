"""An invented office that publishes to the real portal: payments with a row id, and monthly sums without one."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from assets.contract import Contract
from assets.settings import FromFile, PortalSettings, Settings
from assets.table import public_schema
from publish.ckan import Outcome, Plan, apply, plan
from publish.release import Release, release
from tests.publish import made

FIRST = datetime(2026, 10, 5, tzinfo=UTC)
PAYMENTS = (
    made.column("tahun", "integer", minimum=2020),
    made.column("kode", class_="code", pattern=r"\d\.\d\d", description=made.said("Kode rekening", "Account code")),
    made.column("tanggal", "date"),
    made.column("dicatat", "datetime", required=False),
    made.column("nilai", "decimal(20,2)", "public_measure", unit="IDR"),
    made.column("lunas", "boolean", required=False),
    made.column("uraian", required=False),
)
SUMS = (
    made.column("kode", class_="code", pattern=r"\d\.\d\d"),
    made.column("wilayah", required=False),
    made.column("nilai", "decimal(20,2)", "public_measure", unit="IDR"),
    made.column("jumlah", "integer", "public_measure", derived=True),
    made.column("nik", class_="direct_id", privacy={"technique": "drop"}),
)


def payments(name: str, **options: Any) -> Contract:
    """A dataset whose rows have an id."""
    given: dict[str, Any] = {
        "name": name, "key": ["kode", "tanggal"], "columns": PAYMENTS, "persons": None, "tags": ["APBD", "uji"],
        "schedule": "0 2 5 * *",
    }  # fmt: skip
    return made.contract(**(given | options))


def monthly(name: str) -> Contract:
    """A dataset of groups, known by two columns of which one may be empty."""
    group = {"by": ["kode", "wilayah"], "sums": ["nilai"], "count": "nik", "count_as": "jumlah"}
    return made.contract(name=name, key=["nik"], columns=SUMS, persons=None, aggregate=group)


def row_id(number: int) -> str:
    """A text such as the ids of rows: letters a to p."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in f"{number:016x}")


def rows(contract: Contract, numbers: list[int], *, nilai: Callable[[int], str] = lambda n: f"{n}000.05") -> pa.Table:
    """Payments of these numbers, with all that is hard to send: long decimals, quotes, line ends, nulls, time zones."""
    values: dict[str, list[Any]] = {
        "id": [row_id(n) for n in numbers],
        "tahun": [2025 + n % 2 for n in numbers],
        "kode": [f"5.{n % 100:02}" for n in numbers],
        "tanggal": [date(2026, 1, 1) + timedelta(days=n % 365) for n in numbers],
        "dicatat": [None if n % 7 == 0 else datetime(2026, 3, 1, 1, 2, 3, n % 1000, tzinfo=UTC) for n in numbers],
        "nilai": [Decimal(nilai(n)) for n in numbers],
        "lunas": [None if n % 5 == 0 else n % 2 == 0 for n in numbers],
        "uraian": [None if n % 11 == 0 else f'baris {n}: "kutip", é\n=1+1' for n in numbers],
    }
    schema = public_schema(contract)
    return pa.table({name: pa.array(values[name], schema.field(name).type) for name in schema.names})


def groups(contract: Contract, cells: list[tuple[str, str | None, str, int]]) -> pa.Table:
    """Sums by account and area."""
    schema = public_schema(contract)
    columns = list(zip(*cells, strict=True))
    values = {
        "kode": columns[0],
        "wilayah": columns[1],
        "nilai": [Decimal(n) for n in columns[2]],
        "jumlah": columns[3],
    }
    return pa.table({name: pa.array(list(values[name]), schema.field(name).type) for name in schema.names})


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """One dataset of the office, its settings, and the days on which it releases."""

    contract: Contract
    settings: Settings

    def released(self, table: pa.Table, *, day: int = 0) -> Release:
        """A release of this table, `day` days after the first."""
        made.staged(self.settings.root, self.contract, rows=table)
        return release(self.contract, self.settings, now=FIRST + timedelta(days=day))

    def planned(self, of: Release) -> Plan:
        """What is to be done."""
        return plan(self.contract, self.settings, of)

    def publish(self, of: Release, *, at: Callable[[str], None] = lambda _: None) -> Outcome:
        """Plan and apply."""
        return apply(self.planned(of), self.contract, self.settings, at=at)


def office(root: Path, contract: Contract, *, url: str, token: str, organization: str) -> Office:
    """An office that publishes to this portal; its token lies in a file."""
    (root / "token").write_text(token, encoding="utf-8")
    portal = PortalSettings(url=url, token=FromFile(file="token"), organization=organization)
    settings = Settings(root=root, languages=made.LANGUAGES, timezone="Asia/Makassar", portals={"default": portal})
    return Office(contract=contract, settings=settings)


Make = Callable[..., Office]
FEW = list(range(1, 201))


def trust(patch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stand in for the quality room, which has its own tests; returns what the gate was shown before it was sent.

    After publishing nothing is looked at again: `tests/publish/ckan/test_looking.py` does that, with the real gates.
    """
    shown: list[dict[str, Any]] = []
    made.trust(patch)
    scan: ModuleType = sys.modules["quality.gates.scan"]
    vars(scan)["scan_payload"] = lambda document, _: shown.append(document)
    patch.setattr("publish.ckan.looking.owe", lambda _: None)
    return shown
