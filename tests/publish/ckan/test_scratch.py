"""What the portal has is compared beside the releases, for its owner only, and nothing of it stays."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from assets.contract import Contract
from assets.errors import StorageError
from publish.ckan.difference import compare, scratch
from publish.ckan.readback import check_table
from publish.ckan.table import Table
from tests.publish.ckan import office
from tests.publish.ckan.test_difference import as_table
from tests.test_full_disk import small_files


@pytest.fixture
def contract() -> Contract:
    """Payments with a row id."""
    return office.payments("sementara")


@pytest.fixture
def table(contract: Contract, tmp_path: Path) -> Table:
    """The table of a release in the dataset's folder, `tmp_path`."""
    (tmp_path / "2026-11-24").mkdir()
    return as_table(contract, office.rows(contract, [1, 2, 3]), tmp_path / "2026-11-24/sementara.parquet")


def test_it_lies_beside_the_releases(table: Table, tmp_path: Path) -> None:
    """On the same disk, and never where the process was started."""
    with scratch(table) as folder:
        assert folder.parent == tmp_path


def test_a_table_that_does_not_fit_on_the_disk_when_it_is_read_back(table: Table, tmp_path: Path) -> None:
    """It is told with the folder; no part of it stays."""
    portal: Any = SimpleNamespace(portal=SimpleNamespace(url="http://portal.invalid"), dataset="sementara")
    portal.download = lambda _, into: into.write(b"1,x\n" * 100_000)
    with pytest.raises(StorageError, match="cannot be written") as error, small_files(2000):
        check_table(portal, table)
    assert error.value.facts["where"] == str(tmp_path)
    assert error.value.facts["found"] == "File too large"
    assert "free or grant space" in error.value.facts["next"]
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-24"]


def test_comparing_sorts_beside_the_releases(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the folder where the process was started, which DuckDB would take."""
    opened: list[dict[str, str]] = []
    connect = duckdb.connect
    monkeypatch.setattr("duckdb.connect", lambda file, config: opened.append(config) or connect(file, config=config))
    with compare(table, None):
        pass
    assert [Path(config["temp_directory"]).parents[1] for config in opened] == [tmp_path]
