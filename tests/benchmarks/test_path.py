"""The benchmark itself: both contenders make the same table, a difference is noticed, and figures are told apart rightly."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from benchmarks import measure, report
from benchmarks.__main__ import agree
from benchmarks.clock import Clock
from benchmarks.compare import apart
from benchmarks.measure import Run
from benchmarks.systems import Office, office
from tests.systems_fixture import Systems

ROWS = {"id": ["a", "b", "c"], "nilai": ["1.00", None, "3.00"]}


@pytest.mark.systems
def test_both_contenders_make_the_same_table(
    tmp_path: Path, systems: Systems, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Same rows, same order, same account, as the answer key says; and Terang loads only what the path needs."""
    shutil.copytree(systems.secrets, tmp_path / "secrets")
    small = office(1, tmp_path, systems.truth["datasets"]["pembayaran"])
    small.output("codes").mkdir()
    measure.started("product", small.config, small.output("codes"), "--codes")
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    product = measure.run(small, "product")
    loaded = {line.rpartition("|")[2].strip() for line in capfd.readouterr().err.splitlines()}
    monkeypatch.delenv("PYTHONPROFILEIMPORTTIME")
    reference = measure.run(small, "reference")
    agree(small, product.said, reference.said)
    assert "publish.formats.csv" in loaded
    assert loaded.isdisjoint({"great_expectations", "ckanapi", "xlsxwriter", "frictionless", "dagster", "fastexcel"})
    assert {"extract", "screen", "protect", "judge", "release", "scan"} == set(product.said["steps"])


def test_another_account_stops_the_benchmark(tmp_path: Path) -> None:
    """Equal tables are not enough: both must have counted the same rows."""
    files = written(tmp_path, "one", ROWS)
    told = {"read": 3, "published": 3, "quarantined": 0, "duplicates": 0, "withheld": 0}
    said = {"files": files, "accounting": told}
    place = Office(scale=1, folder=tmp_path, truth={"rows": told})
    agree(place, said, said)
    with pytest.raises(SystemExit, match="account differently"):
        agree(place, said, {**said, "accounting": {**told, "withheld": 1}})


@pytest.mark.parametrize(
    "change",
    [
        {"nilai": ["1.00", None, "3.01"]},
        {"nilai": ["1.00", "", "3.00"]},
        {"id": ["a", "c", "b"]},
        {"id": ["a", "b"], "nilai": ["1.00", None]},
    ],
)
def test_a_difference_of_one_cell_or_row_is_noticed(tmp_path: Path, change: dict[str, Any]) -> None:
    """Another value, an empty text for NULL, another order, a missing row."""
    ours, theirs = written(tmp_path, "ours", ROWS), written(tmp_path, "theirs", {**ROWS, **change})
    assert apart(ours["parquet"], ours["parquet"], ours["csv"], ours["csv"]) == (0, 0)
    assert apart(ours["parquet"], theirs["parquet"], ours["csv"], ours["csv"])[0] > 0
    if change.get("nilai") != ["1.00", "", "3.00"]:
        assert apart(ours["parquet"], ours["parquet"], ours["csv"], theirs["csv"])[1] > 0


def written(folder: Path, name: str, cells: dict[str, Any]) -> dict[str, str]:
    """A table as both kinds of file."""
    table = pa.table({key: pa.array(values, pa.string()) for key, values in cells.items()})
    files = {kind: str(folder / f"{name}.{kind}") for kind in ("parquet", "csv")}
    pq.write_table(table, files["parquet"])
    pyarrow.csv.write_csv(table, files["csv"])
    return files


def ran(wall: float, **steps: float) -> Run:
    """A run of so many seconds; CPU seconds are half of them."""
    told = {name: {"wall": spent, "cpu": spent / 2} for name, spent in steps.items()}
    return Run(wall=wall, cpu=wall / 2, rss=100, said={"steps": told})


def test_gates_are_told_apart_and_never_left_out() -> None:
    """The same work is the whole run without the gates; the whole run stands below it."""
    ours = [ran(n + 10, extract=4, screen=2, protect=1, judge=2, release=1, scan=n) for n in (1, 2, 9)]
    theirs = [ran(4, extract=2, check=1, publish=0.5, sha256=0) for _ in range(3)]
    told = report.document(ours, theirs, {"steps": {}, "not made": {"xlsx": "too long"}})
    assert told["the same work"]["wall"] == {"min": 8, "median": 8}
    assert told["with its gates"]["wall"] == {"min": 11, "median": 12}
    assert told["ratio"]["the same work"]["cpu"] == {"min": 2, "median": 2}
    assert told["steps"]["start"][1]["wall"] == {"min": 0.5, "median": 0.5}
    shown = "\n".join(report.lines(told))
    assert "gates on each file" in shown
    assert "not made: too long" in shown


def test_a_step_within_another_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds of all steps add up to those that passed."""
    moments = iter([0.0, 1.0, 3.0, 7.0])
    hand = SimpleNamespace(monotonic=lambda: next(moments), process_time=lambda: 0.0)
    monkeypatch.setattr("benchmarks.clock.time", hand)
    clock = Clock()
    clock.timed("outer", lambda: clock.timed("inner", lambda: None))
    assert {name: step["wall"] for name, step in clock.steps.items()} == {"inner": 2.0, "outer": 5.0}
