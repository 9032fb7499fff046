"""Runs a dataset's own Dagster job in this process and records it like any other run; no daemon needed."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from textwrap import indent
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defs import group_of, partitions_of
from assets.settings import Settings
from assets.store import read_json, store_of
from publish.release import latest

PARTITION, RANGE_START, RANGE_END = (
    "dagster/partition",
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
)
ERROR, BLOCKED = dg.AssetCheckSeverity.ERROR, "DagsterAssetCheckFailedError"
# What went wrong is told in our own words; Dagster keeps its log and stack traces with the run.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How one run of a dataset ended; counts in source rows, `writes` in calls that changed the portal.

    `flagged` are published rows by the rule that they break, `totals` the sums that equal the source's own, by rule.
    """

    dataset: str
    success: bool
    message: str = ""
    read: int = 0
    quarantined: int = 0
    duplicates: int = 0
    withheld: int = 0
    published: int = 0
    flagged: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    writes: int = 0
    seconds: float = 0.0
    version: str = ""
    url: str = ""


def in_order(contracts: dict[str, Contract], names: Iterable[str]) -> list[Contract]:
    """The named datasets, each after those whose codes it refers to."""
    wanted = set(names)
    graph = {
        name: {c.references.dataset for c in contract.columns if c.references and c.references.dataset != name}
        for name, contract in contracts.items()
    }
    return [contracts[name] for name in TopologicalSorter(graph).static_order() if name in wanted]


def run(contract: Contract, settings: Settings, code: dg.Definitions, *, partition: str | None = None) -> Run:
    """Materialise raw, public, release and portal of one dataset, with their checks, in this process."""
    started = time.monotonic()
    job = code.resolve_job_def(group_of(contract))
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config=QUIET,
            tags=_partition_tags(contract, settings, partition),
        )
    return _summary(contract, settings, result, started)


def _partition_tags(contract: Contract, settings: Settings, partition: str | None) -> dict[str, str]:
    """One partition, or on a first run all of them in one go, or else the newest."""
    partitions = partitions_of(contract)
    if partitions is None:
        return {}
    keys = list(partitions.get_partition_keys())
    first = partition or (keys[-1] if store_of(contract.name, settings).receipt.exists() else keys[0])
    last = partition or keys[-1]
    return {PARTITION: first} if first == last else {RANGE_START: first, RANGE_END: last}


def _summary(contract: Contract, settings: Settings, result: dg.ExecuteInProcessResult, started: float) -> Run:
    failed = "\n".join(_failures(contract, settings, result))
    store = store_of(contract.name, settings)
    account, screened = read_json(store.withheld) or {}, read_json(store.screening) or {}
    shown = {
        e.asset_key.path[0]: e.materialization.metadata
        for e in result.get_asset_materialization_events()
        if e.asset_key
    }
    portal, release = shown.get("portal", {}), shown.get("release", {})
    counts = {} if failed else {name: account[name] for name in ("read", "quarantined", "duplicates", "published")}
    return Run(
        dataset=contract.name,
        success=result.success and not failed,
        message=failed,
        withheld=0 if failed else sum(part["rows"] for part in account["withheld"]),
        writes=_value(portal, "writes", 0),
        url=_value(portal, "portal", ""),
        version=_value(release, "version", ""),
        seconds=round(time.monotonic() - started, 1),
        flagged={} if failed else {rule["name"]: rule["kept"] for rule in screened["rules"] if rule["kept"]},
        totals={} if failed else {one["name"]: one["found"] for one in screened["reconcile"] if one["passed"]},
        **counts,
    )


def _failures(contract: Contract, settings: Settings, result: dg.ExecuteInProcessResult) -> Iterator[str]:
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            described = data.user_failure_data.description if data.user_failure_data else None
            if data.error and data.error.cls_name == BLOCKED:
                continue  # the checks below say it better
            yield described or (data.error.message if data.error else event.message or "")
    stopped = [c for c in result.get_asset_check_evaluations() if not c.passed and c.severity is ERROR]
    if stopped:
        public = latest(contract, settings)
        stays = f"; version {public.version} stays" if public else ""
        yield f"{contract.name}: stopped at the quality gate. Nothing was published{stays}."
    for check in stopped:
        yield indent(check.description or f"{check.check_name} did not pass", "  ")


def _value(metadata: Mapping[str, Any], name: str, default: Any) -> Any:
    return metadata[name].value if name in metadata else default
