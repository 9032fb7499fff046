"""Runs a dataset's own Dagster job in this process and records it like any other run; no daemon needed."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defs import group_of, partitions_of
from assets.errors import SettingsError, TerangError
from assets.settings import Settings
from assets.store import read_json, store_of
from pipelines.failures import Failure, failure, failures, interrupted
from publish.defs import AGAIN, HELD_BACK, REASON, WAITING

PARTITION, RANGE_START, RANGE_END = (
    "dagster/partition",
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
)
# What went wrong is told in our own words; Dagster keeps its log and stack traces with the run.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How one run of a dataset ended; counts in source rows, `writes` in calls that changed the portal.

    `flagged` are published rows by the rule that they break, `totals` the sums that equal the source's own, by rule.
    `held_back` says why the run's content was not released, where it was taken back before; `waiting` what a second person is
    to approve before it is public.
    A run that was stopped has the class, exit code and facts of the first error; `message` tells of all of them.
    """

    dataset: str
    success: bool
    exit_code: int = 0
    error: str = ""
    message: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
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
    held_back: str = ""
    waiting: str = ""


def in_order(contracts: dict[str, Contract], names: Iterable[str]) -> list[Contract]:
    """The named datasets, each after those whose codes it refers to."""
    wanted = set(names)
    graph = {
        name: {c.references.dataset for c in contract.columns if c.references and c.references.dataset != name}
        for name, contract in contracts.items()
    }
    return [contracts[name] for name in TopologicalSorter(graph).static_order() if name in wanted]


def run(
    contract: Contract,
    settings: Settings,
    code: dg.Definitions,
    *,
    partition: str | None = None,
    reason: str | None = None,
    again: bool = False,
) -> Run:
    """Materialise raw, public, release and portal of one dataset, with their checks, in this process.

    `again`: release it even where the same content was taken back.
    Raises `KeyboardInterrupt` when it is told to stop meanwhile, after Dagster has written that down.
    """
    started = time.monotonic()
    job = code.resolve_job_def(group_of(contract))
    try:
        wishes = {REASON: reason} if reason else {}
        wishes |= {AGAIN: "yes"} if again else {}
        tags = _partition_tags(contract, settings, partition) | wishes
        with store_of(contract.name, settings).lock("job"), dg.DagsterInstance.get() as instance:
            result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET, tags=tags)
    except TerangError as error:
        return _stopped(contract, failure(error.about(contract.name)), started)
    if interrupted(result):
        raise KeyboardInterrupt
    stopped = failures(contract, settings, result)
    return (
        _stopped(contract, stopped[0], started, *stopped[1:]) if stopped else _done(contract, settings, result, started)
    )


def _stopped(contract: Contract, first: Failure, started: float, *others: Failure) -> Run:
    return Run(
        dataset=contract.name,
        success=False,
        exit_code=first.exit_code,
        error=first.error,
        message="\n".join(one.message for one in (first, *others)),
        facts=first.facts,
        seconds=round(time.monotonic() - started, 1),
    )


def _partition_tags(contract: Contract, settings: Settings, partition: str | None) -> dict[str, str]:
    """One partition, or on a first run all of them in one go, or else the newest."""
    partitions = partitions_of(contract, settings.timezone)
    if partitions is None:
        return {}
    keys = list(partitions.get_partition_keys())
    if partition is not None and partition not in keys:
        raise SettingsError(
            f"there is no part {partition}", dataset=contract.name, allowed=f"{keys[0]} to {keys[-1]}", next="name one"
        )
    first = partition or (keys[-1] if store_of(contract.name, settings).receipt.exists() else keys[0])
    last = partition or keys[-1]
    return {PARTITION: first} if first == last else {RANGE_START: first, RANGE_END: last}


def _done(contract: Contract, settings: Settings, result: dg.ExecuteInProcessResult, started: float) -> Run:
    store = store_of(contract.name, settings)
    account, screened = read_json(store.withheld), read_json(store.screening)
    shown = {
        e.asset_key.path[0]: e.materialization.metadata
        for e in result.get_asset_materialization_events()
        if e.asset_key
    }
    seen = [e.asset_observation_data.asset_observation for e in result.get_asset_observation_events()]
    portal, release = shown.get("portal", {}), shown.get("release", {})
    return Run(
        dataset=contract.name,
        success=True,
        withheld=sum(part["rows"] for part in account["withheld"]),
        writes=_value(portal, "writes", 0),
        url=_value(portal, "portal", ""),
        version=_value(release, "version", ""),
        held_back=_value(release, HELD_BACK, ""),
        waiting=next((_value(told.metadata, WAITING, "") for told in seen if WAITING in told.metadata), ""),
        seconds=round(time.monotonic() - started, 1),
        flagged={rule["name"]: rule["kept"] for rule in screened["rules"] if rule["kept"]},
        totals={one["name"]: one["found"] for one in screened["reconcile"] if one["passed"]},
        **{name: account[name] for name in ("read", "quarantined", "duplicates", "published")},
    )


def _value(metadata: Mapping[str, Any], name: str, default: Any) -> Any:
    return metadata[name].value if name in metadata else default
