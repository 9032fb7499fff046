"""The code location: loads without a secret, and both ways of starting Dagster find the same one."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.catalog import load_all
from assets.contract import Contract
from assets.defs import partitions_of
from assets.settings import load
from pipelines.definitions import defs

ROOT = Path(__file__).parent.parent.parent


def test_the_code_location_loads_and_every_dataset_has_its_four_assets() -> None:
    """No database, no secret: the definitions are there, and each dataset has a job."""
    code = defs()
    keys = {key.to_user_string() for key in code.resolve_asset_graph().get_all_asset_keys()}
    datasets = {file.stem for file in (ROOT / "assets/contracts").glob("[!_]*.yml")}
    assert {f"{room}/{name}" for room in ("raw", "public", "release", "portal") for name in datasets} <= keys


CONTRACTS = load_all(load(ROOT / "terang.toml"))
ROOMS = ("raw", "public", "release", "portal")
KINDS = {"public": {"public", "parquet"}, "portal": {"portal", "ckan"}}


@pytest.fixture(scope="module")
def code() -> dg.Definitions:
    """The definitions, made once."""
    return defs()


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_asset_says_what_it_is_before_it_was_ever_made(code: dg.Definitions, name: str) -> None:
    """Group, owner, kinds, a description with the dataset's title, and its columns: all of raw, else the public ones."""
    contract, graph = CONTRACTS[name], code.resolve_asset_graph()
    raw, public = ([(c.name, c.type) for c in columns] for columns in (contract.raw_columns, contract.public_columns))
    kinds = {**KINDS, "raw": {"raw", contract.source.kind}, "release": {"release", *contract.formats}}
    for room in ROOMS:
        asset = graph.get(dg.AssetKey([room, name]))
        assert (asset.group_name, asset.owners) == (name.replace("-", "_"), [contract.owner])
        assert asset.kinds == kinds[room]
        assert contract.title.said_in("en") in (asset.description or "")
        columns = asset.metadata["dagster/column_schema"].columns
        assert [(column.name, column.type) for column in columns] == (raw if room == "raw" else public)
        assert all(column.description for column in columns)


@pytest.mark.parametrize("name", CONTRACTS)
def test_lineage_leads_from_the_system_to_the_portal(code: dg.Definitions, name: str) -> None:
    """Each asset follows from the one before, the first from the internal system that the contract reads."""
    contract, graph = CONTRACTS[name], code.resolve_asset_graph()
    system = dg.AssetKey(["system", contract.source.connection or ""])
    chain = [system, *(dg.AssetKey([room, name]) for room in ROOMS)]
    assert [graph.get(key).parent_keys for key in chain[1:]] == [{key} for key in chain[:-1]]
    assert contract.source.kind in graph.get(system).kinds
    assert graph.get(system).description


def test_schedules_fire_by_the_contract_in_the_office_s_time_zone(code: dg.Definitions) -> None:
    """The cron of each contract, on the clock of terang.toml."""
    settings = load(ROOT / "terang.toml")
    fires = {
        one.name: (one.cron_schedule, one.execution_timezone)
        for one in code.schedules or ()
        if isinstance(one, dg.ScheduleDefinition)
    }
    assert settings.timezone == "Asia/Makassar"
    assert fires == {
        f"{name.replace('-', '_')}_schedule": (contract.schedule, settings.timezone)
        for name, contract in CONTRACTS.items()
        if contract.schedule
    }


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


def test_a_month_begins_in_the_office_and_not_in_greenwich() -> None:
    """On the first of February, two in the night in Jakarta, February is the newest month."""
    text = {"en": "x"}
    columns = [{"name": name, "type": "string", "class": "public", "label": text} for name in ("a", "bulan")]
    contract = Contract.model_validate({
        "name": "monthly", "title": text, "summary": text, "publisher": {"name": "x", "contact": "a@example.org"},
        "license": "CC0-1.0", "schedule": "0 2 1 * *", "source": {"kind": "sql", "connection": "db", "table": "t"},
        "partition": {"by": "bulan", "every": "month", "start": "2026-01"}, "key": ["a"], "columns": columns,
    })  # fmt: skip
    at = datetime(2026, 1, 31, 19, tzinfo=UTC)
    for zone, newest in (("Asia/Jakarta", "2026-02"), ("UTC", "2026-01")):
        parts = partitions_of(contract, zone)
        assert parts is not None
        assert parts.get_partition_keys(at)[-1] == newest


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
