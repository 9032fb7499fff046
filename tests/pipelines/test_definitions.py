"""The code location: loads without a secret, and both ways of starting Dagster find the same one."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.definitions import defs

ROOT = Path(__file__).parent.parent.parent


def test_the_code_location_loads_and_every_dataset_has_its_four_assets() -> None:
    """No database, no secret: the definitions are there, and each dataset has a job."""
    code = defs()
    keys = {key.to_user_string() for key in code.resolve_asset_graph().get_all_asset_keys()}
    datasets = {file.stem for file in (ROOT / "assets/contracts").glob("[!_]*.yml")}
    assert {f"{room}/{name}" for room in ("raw", "public", "release", "portal") for name in datasets} <= keys


def test_workspace_and_tool_dg_agree() -> None:
    """`dagster dev -w workspace.yaml` and `dg dev` load the same module under the same name."""
    module = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert module == {
        "module_name": project["code_location_target_module"],
        "location_name": project["code_location_name"],
    }


def test_a_dataset_read_by_year_runs_for_the_newest_on_schedule_and_for_all_in_one_backfill() -> None:
    """The schedule asks for the year in which it fires; a backfill over years is a single run."""
    code = defs()
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2027, 2, 4, 18, tzinfo=UTC), repository_def=code.get_repository_def()
    )
    answer = code.resolve_schedule_def("apbd_realisasi_schedule").evaluate_tick(context)
    assert [request.partition_key for request in answer.run_requests or []] == ["2027"]
    raw = code.resolve_assets_def(dg.AssetKey(["raw", "apbd-realisasi"]))
    assert raw.backfill_policy == dg.BackfillPolicy.single_run()


def test_one_run_of_a_dataset_at_a_time_and_a_portal_entry_that_tells_when_it_is_stale() -> None:
    """Every asset of a dataset is in the dataset's own pool; what readers see has the contract's freshness."""
    code = defs()
    graph = code.resolve_asset_graph()
    for room in ("raw", "public", "release", "portal"):
        assert code.resolve_assets_def(dg.AssetKey([room, "pembayaran"])).op.pool == "dataset_pembayaran"
    assert graph.get(dg.AssetKey(["portal", "pembayaran"])).freshness_policy is not None


@pytest.mark.systems
def test_dagster_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    """`dagster definitions validate` loads workspace.yaml in an empty home, without a system or a secret."""
    command = [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    clean = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "DAGSTER_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
