"""The public files of others, read by the contracts beside this file; they lie outside the repository."""

import csv
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets import catalog, settings
from assets.contract import Contract
from assets.extract import extract
from assets.protect import Protected, protect
from assets.receipt import Receipt
from assets.settings import Settings
from assets.store import store_of
from publish.release import Release, release
from quality.findings import Screening
from quality.screening import screen
from quality.verdict import Verdict, judge

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
HERE = Path(__file__).parent
NAMES = sorted(file.stem for file in (HERE / "contracts").glob("[!_]*.yml"))
TODAY = datetime(2026, 11, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """What each step of the way from a public file to a release said."""

    receipt: Receipt
    screening: Screening
    protected: Protected
    verdict: Verdict
    release: Release


Go = Callable[[str], Way]
Read = Callable[[str], tuple[Receipt, pa.Table]]


def need_files() -> None:
    """Skip a test where the public files are not at hand; fail it where $TERANG_REAL is `required`."""
    if DATA.is_dir():
        return
    missing = "the public files are not on this machine"
    if os.environ.get("TERANG_REAL") == "required":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an office whose only system is the folder of public files."""
    need_files()
    folder = tmp_path_factory.mktemp("office")
    _village_funds(folder / "desa.db")
    file = folder / "terang.toml"
    file.write_text(
        f'contracts = ["{HERE / "contracts"}"]\nlanguages = ["id", "en"]\n[connections.data]\nurl = "{DATA}"\n'
        f'[connections.desa]\nurl = "sqlite:///{folder / "desa.db"}"\n',
        encoding="utf-8",
    )
    return settings.load(file)


def _village_funds(file: Path) -> None:
    """A database with both files of village funds, every cell as text."""
    with closing(sqlite3.connect(file)) as connection:
        for table in ("pagu", "realisasi"):
            with (DATA / f"indonesia/dana-desa-2023/{table}-dana-desa.csv").open(encoding="utf-8", newline="") as text:
                header, *rows = csv.reader(text, delimiter="\t")
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} TEXT' for name in header)})")
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
        connection.commit()


@pytest.fixture(scope="session")
def contracts(office: Settings) -> Mapping[str, Contract]:
    """The contracts of the public files."""
    return catalog.load_all(office)


@pytest.fixture(scope="session")
def read(office: Settings, contracts: Mapping[str, Contract]) -> Read:
    """Extracts a dataset; gives its receipt and its rows."""

    def extracted(name: str) -> tuple[Receipt, pa.Table]:
        receipt = extract(contracts[name], office)
        return receipt, pq.read_table(store_of(name, office).raw)

    return extracted


@pytest.fixture(scope="session")
def go(office: Settings, contracts: Mapping[str, Contract]) -> Go:
    """Takes a dataset the whole way to a release, after those whose codes it refers to; each once."""

    @cache
    def gone(name: str) -> Way:
        contract = contracts[name]
        for column in contract.columns:
            if column.references:
                gone(column.references.dataset)
        return Way(
            receipt=extract(contract, office),
            screening=screen(contract, office),
            protected=protect(contract, office),
            verdict=judge(contract, office),
            release=release(contract, office, now=TODAY),
        )

    return gone
