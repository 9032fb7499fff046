"""A small invented dataset and the files that the rooms before this one would leave: no test lives here."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.settings import Settings
from assets.store import Store, sha256, store_of, write_json
from assets.table import public_schema
from publish.formats.format import Context

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # already 24 November in Makassar
LANGUAGES = ("id", "en")


def said(indonesian: str, english: str) -> dict[str, str]:
    """A text in both languages."""
    return {"id": indonesian, "en": english}


def column(name: str, type_: str = "string", class_: str = "public", **options: Any) -> dict[str, Any]:
    """A column with words made of its name."""
    return {"name": name, "type": type_, "class": class_, "label": said(name.title(), f"{name.title()} (en)")} | options


COLUMNS = (
    column("nomor", "integer", minimum=1, description=said("Nomor urut bayaran", "Number of the payment")),
    column("kode", class_="code", pattern=r"\d\.\d"),
    column("uraian", required=False),
    column("tanggal", "date", earliest="2000-01-01"),
    column("dicatat", "datetime", required=False),
    column("nilai", "decimal(20,2)", "public_measure", unit="IDR", required=False, minimum="0.01", severity="warn"),
    column("lunas", "boolean", required=False),
    column(
        "penerima",
        "string",
        "org_id",
        required=False,
        privacy={"technique": "redact", "reason": "DATA PRIBADI", "rows": "persons"},
    ),
    column("nik", class_="direct_id", privacy={"technique": "drop"}),
    column("jenis", required=False),
)


def contract(**options: Any) -> Contract:
    """Payments of an invented office."""
    document = {
        "name": "bayaran-contoh",
        "title": said("Bayaran contoh", "Sample payments"),
        "summary": said("Bayaran rekaan untuk diuji.", "Invented payments for testing."),
        "publisher": {"name": "BPKAD Kabupaten Contoh", "contact": "data@contoh.example"},
        "license": "CC-BY-4.0",
        "topics": ["anggaran"],
        "source": {"kind": "csv", "path": "*.csv", "connection": "setoran"},
        "key": ["nomor"],
        "columns": COLUMNS,
        "persons": {
            "column": "jenis",
            "organisations": ["BADAN"],
            "rows": "withhold",
            "money": "nilai",
            "count": "nik",
        },
    }
    return Contract.model_validate(document | options)


def context(of: Contract | None = None) -> Context:
    """What a writer is given."""
    return Context(contract=of or contract(), languages=LANGUAGES, version="2026-11-24")


def table(of: Contract | None = None, *, nilai: str = "12345678901234567.89") -> pa.Table:
    """Four rows with what is hard to write: long decimals, quotes, line ends, formulas, NULL beside ''."""
    made = of or contract()
    nomor = [1, 2, 3, 4]
    values: dict[str, list[Any]] = {
        "id": [f"aaaaaaaaaaaaaaa{letter}" for letter in "bcde"],
        "nomor": nomor,
        "kode": ["5.1", "5.1", "5.2", "0.1"],
        "uraian": ['kata "dikutip", koma', "=1+1", None, "baris\r\nkedua é 中 😀 <b>&</b>"],
        "tanggal": [date(2026, 1, 2), date(2026, 2, 28), date(2000, 1, 1), date(2024, 2, 29)],
        "dicatat": [
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            None,
            datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
            None,
        ],
        "nilai": [Decimal(nilai), Decimal("0.10"), None, Decimal("-5.00")],
        "lunas": [True, False, None, True],
        "penerima": ["CV Contoh Jaya", "REDACTED: DATA PRIBADI", None, "PT Rekaan"],
        "jenis": ["BADAN", "BADAN", "BADAN", None],
    }
    schema = public_schema(made)
    return pa.table({name: pa.array(values[name], schema.field(name).type) for name in schema.names})


def settings(root: Path) -> Settings:
    """Settings whose folders lie below `root`."""
    return Settings(root=root, languages=LANGUAGES, timezone="Asia/Makassar")


def staged(root: Path, of: Contract | None = None, *, rows: pa.Table | None = None, quarantined: int = 2) -> Store:
    """A store with a public table, its account and its verdict, as the rooms before leave them."""
    made = of or contract()
    store = store_of(made.name, settings(root))
    public = rows if rows is not None else table(made)
    pq.write_table(public, store.table)
    hidden = {"reason": "DATA PRIBADI", "rows": 3, "persons": None, "money": {}, "fewer_than": 5}
    account = {
        "read": public.num_rows + quarantined + 1 + 3,
        "published": public.num_rows,
        "quarantined": quarantined,
        "duplicates": 1,
        "withheld": [hidden],
        "published_rows": public.num_rows,
        "raw_sha256": "0" * 64,
        "public_sha256": sha256(store.table),
        "contract": made.digest,
    }
    write_json(store.withheld, account)
    gates = [{"name": "no identifiers", "passed": True, "evidence": {"columns": 9}}]
    write_json(
        store.verdict,
        {"passed": True, "public_sha256": account["public_sha256"], "contract": made.digest, "gates": gates},
    )
    rules = [{"name": "kode: pattern", "severity": "error", "failed": 2, "lines": "restricted"}]
    write_json(store.screening, {"passed": True, "rules": rules, "reconcile": []})
    return store


def trust(patch: pytest.MonkeyPatch, scanned: list[list[str]] | None = None, *, passed: bool = True) -> None:
    """Stand in for the quality room, which has tests of its own: the verdict holds, the scan finds nothing."""
    verdict, scan = ModuleType("quality.verdict"), ModuleType("quality.gates.scan")

    def scan_files(paths: list[Path], _: Contract) -> SimpleNamespace:
        if scanned is not None:
            scanned.append([path.name for path in paths])
        return SimpleNamespace(name="scan", passed=passed, facts={})

    vars(verdict)["require"] = lambda *_: None
    vars(scan)["scan_files"] = scan_files
    patch.setitem(sys.modules, "quality.verdict", verdict)
    patch.setitem(sys.modules, "quality.gates.scan", scan)
