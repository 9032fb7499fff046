"""The public files of others, read by the contracts beside this file; they lie outside the repository."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets import catalog, settings
from assets.contract import Contract
from assets.extract import extract
from assets.receipt import Receipt
from assets.settings import Settings
from assets.store import store_of

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
HERE = Path(__file__).parent

Read = Callable[[str], tuple[Receipt, pa.Table]]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an office whose only system is the folder of public files."""
    if not DATA.is_dir():
        pytest.skip("the public files are not on this machine")
    folder = tmp_path_factory.mktemp("office")
    file = folder / "terang.toml"
    file.write_text(
        f'contracts = ["{HERE / "contracts"}"]\nlanguages = ["id", "en"]\n[connections.data]\nurl = "{DATA}"\n',
        encoding="utf-8",
    )
    return settings.load(file)


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
