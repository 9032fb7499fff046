"""Datasets read in parts, as Dagster runs them: one run of its backfill reads every part of the range, and no other."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)

from assets.settings import load
from assets.store import store_of
from pipelines.definitions import defs
from pipelines.run import PARTITION, RANGE_END, RANGE_START

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ROOMS = ("raw", "public", "release")
PARTS = {"year": ["2023", "2024", "2025", "2026"], "month": ["2025-11", "2025-12", "2026-01", "2026-02"]}


@pytest.fixture
def ledger(office: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger with two rows for each part."""
    path = office / "incoming/ledger.db"
    monkeypatch.setenv("TERANG_CONNECTIONS__LEDGER__URL", f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (kode_rekening text, bulan integer, nilai text, part text)")
        for part in (*PARTS["year"], *PARTS["month"]):
            rows = [(f"5.{n}", n, "1.50", part) for n in (1, 2)]
            connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return path


def in_parts(office: Path, every: str) -> None:
    """The contract of the new office, read from the ledger in years or in months."""
    text = (office / "contracts/example.yml").read_text(encoding="utf-8")
    of_part = "length(part) = 4" if every == "year" else "length(part) = 7"
    source = f'kind: sql, query: "SELECT * FROM t WHERE {of_part}", connection: ledger'
    text = text.replace('kind: csv, path: "spending_*.csv", connection: files', source)
    text = text.replace("key: [kode_rekening, bulan]", "key: [part, kode_rekening, bulan]")
    column = "  - {name: part, type: string, class: public, label: {id: Bagian, en: Part}}\n"
    start = PARTS[every][0]
    (office / "contracts/example.yml").write_text(
        f"{text}{column}partition: {{by: part, every: {every}, start: '{start}'}}\n", encoding="utf-8"
    )


def materialised(**tags: str) -> dg.ExecuteInProcessResult:
    """Run the dataset as far as its release, with the tags that Dagster gives to a run."""
    wanted = dg.AssetSelection.assets(*(dg.AssetKey([room, "example"]) for room in ROOMS))
    job = dg.define_asset_job("some", selection=wanted | wanted.required_multi_asset_neighbors())
    code = dg.Definitions.merge(defs(), dg.Definitions(jobs=[job]))
    return code.resolve_job_def("some").execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False, tags=tags
    )


def parts_read() -> list[Any]:
    """The part of each row that was read."""
    found: list[Any] = pq.read_table(store_of("example", load()).raw)["part"].to_pylist()
    return found


def test_the_tags_are_dagster_s_own() -> None:
    """`terang run` asks for parts in the same words as a backfill."""
    ours = (PARTITION, RANGE_START, RANGE_END)
    assert ours == (PARTITION_NAME_TAG, ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG)


@pytest.mark.parametrize("every", PARTS)
def test_a_backfill_is_one_run_that_reads_every_part_of_its_range(office: Path, ledger: Path, every: str) -> None:
    """Three of four years, or months over the turn of a year: one step reads them all, and each is recorded."""
    del ledger
    in_parts(office, every)
    wanted = PARTS[every][:3]
    result = materialised(**{RANGE_START: wanted[0], RANGE_END: wanted[-1]})
    assert result.success
    assert parts_read() == [part for part in wanted for _ in range(2)]
    raw = [
        event
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["raw", "example"])
    ]
    assert [event.partition for event in raw] == wanted
    assert len([event for event in result.all_events if event.is_step_start and event.step_key == "raw__example"]) == 1


@pytest.mark.parametrize("every", PARTS)
def test_a_part_takes_its_place_among_the_others(office: Path, ledger: Path, every: str) -> None:
    """Read again, a part loses the rows that are gone at the source; those of the others stay as they were read."""
    in_parts(office, every)
    first, second, third, fourth = PARTS[every]
    assert materialised(**{RANGE_START: first, RANGE_END: third}).success
    with sqlite3.connect(ledger) as connection:
        connection.execute("DELETE FROM t WHERE bulan = 1")
    connection.close()
    assert materialised(**{PARTITION: second}).success
    assert parts_read() == [first, first, second, third, third]
    assert materialised(**{PARTITION: fourth}).success
    assert parts_read() == [first, first, second, third, third, fourth]


@pytest.mark.systems
def test_dagster_s_own_command_reads_a_range(office: Path, ledger: Path) -> None:
    """`dagster asset materialize --partition-range` allows it, for it is one run; it is written down like any other."""
    del ledger
    in_parts(office, "year")
    first, _, last, _ = PARTS["year"]
    words = ["asset", "materialize", "--select", "key:raw/example", "--partition-range", f"{first}...{last}"]
    command = [str(Path(sys.executable).with_name("dagster")), *words, "-m", "pipelines.definitions"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert parts_read() == [part for part in PARTS["year"][:3] for _ in range(2)]
    with dg.DagsterInstance.get() as instance:
        assert instance.get_materialized_partitions(dg.AssetKey(["raw", "example"])) == set(PARTS["year"][:3])
