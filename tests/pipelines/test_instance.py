"""Dagster's own folder: made once, calls nobody, and lets one run of a dataset at a time through."""

from pathlib import Path

import dagster as dg
import yaml
from dagster._core.instance.config import PoolGranularity

from pipelines.instance import prepare


def test_one_run_of_a_pool_at_a_time_and_no_telemetry(tmp_path: Path) -> None:
    """Dagster itself reads it so: whole runs wait for each other, not single steps."""
    with dg.DagsterInstance.from_config(str(prepare(tmp_path / "home"))) as instance:
        pools = instance.get_concurrency_config().pool_config
        assert (pools.default_pool_limit, pools.pool_granularity) == (1, PoolGranularity.RUN)
        assert not instance.telemetry_enabled


def test_what_an_office_wrote_stays(tmp_path: Path) -> None:
    """A `dagster.yaml` that is there is left as it is."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\nrun_monitoring: {enabled: true}\n")
    assert yaml.safe_load((prepare(tmp_path) / "dagster.yaml").read_text())["run_monitoring"] == {"enabled": True}
