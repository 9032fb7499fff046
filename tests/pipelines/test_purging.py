"""Retention as the office meets it: `terang purge`, `terang status`, the check and the nightly job of Dagster, and each run."""

import json
import os
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.catalog import load_all
from assets.errors import Blocked
from assets.settings import load
from assets.store import Store, store_of
from pipelines.definitions import defs
from publish import ledger
from publish.defs import RETENTION
from publish.purging import require
from tests.pipelines.command import Terang

OLD = 40 * 86400


@pytest.fixture
def store(office: Path) -> Store:
    """Of a dataset whose quarantine is ten days overdue."""
    contract = office / "contracts/example.yml"
    contract.write_text(f"{contract.read_text()}retention: {{quarantine: 30d}}\n", encoding="utf-8")
    store = store_of("example", load())
    store.quarantine.touch()
    os.utime(store.quarantine, (time.time() - OLD,) * 2)
    return store


def test_what_is_overdue_is_shown_and_purged(store: Store, terang: Terang) -> None:
    """Status says what to do; purge does it once, and says what went."""
    assert "overdue  example: quarantine since" in terang("status").out
    assert "quarantine since" in json.loads(terang("status", "--json").out)["overdue"]["example"]
    with pytest.raises(Blocked):
        require(load_all(load())["example"], load())
    ended = terang("purge", "--json")
    (gone,) = json.loads(ended.out)["example"]
    assert (ended.code, gone["kind"], gone["what"]) == (0, "quarantine", ["quarantine.parquet"])
    assert not store.quarantine.exists()
    assert "nothing is overdue" in terang("purge").out
    assert "overdue  example" not in terang("status").out


@pytest.mark.slow
def test_a_run_purges_before_it_reads(store: Store, terang: Terang) -> None:
    """Whatever becomes of the run: here the portal is down."""
    assert terang("run").code == 7
    assert [entry.event for entry in ledger.check(store)] == ["purged", "released"]


def test_dagster_shows_it_and_purges_every_night(store: Store) -> None:
    """An amber check beside the rows, and a job on a schedule that runs also when no dataset does."""
    code = defs()
    (check,) = [one for one in code.asset_checks or () if RETENTION in {key.name for key in one.check_keys}]
    job = dg.define_asset_job("look", selection=dg.AssetSelection.checks(check))
    look = dg.Definitions.merge(code, dg.Definitions(jobs=[job])).resolve_job_def("look")
    with dg.DagsterInstance.ephemeral() as instance:
        (before,) = look.execute_in_process(instance=instance).get_asset_check_evaluations()
        assert (before.passed, before.severity) == (False, dg.AssetCheckSeverity.WARN)
        schedule = code.resolve_schedule_def("retention_of_all_datasets_schedule")
        assert (schedule.cron_schedule, schedule.default_status) == ("30 3 * * *", dg.DefaultScheduleStatus.RUNNING)
        assert code.resolve_job_def("retention_of_all_datasets").execute_in_process(instance=instance).success
        assert not store.quarantine.exists()
        (after,) = look.execute_in_process(instance=instance).get_asset_check_evaluations()
        assert after.passed
