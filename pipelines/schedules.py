"""When each dataset runs: one job a dataset, on the cron of its contract, in the office's time zone."""

from collections.abc import Iterable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.contract import Contract
from assets.defs import SETTINGS, group_of, partitions_of, step

NIGHTLY = "30 3 * * *"


def job_of(contract: Contract) -> UnresolvedAssetJobDefinition:
    """Everything of one dataset, from the source to the portal."""
    return dg.define_asset_job(group_of(contract), selection=dg.AssetSelection.groups(group_of(contract)))


def schedule_of(contract: Contract, timezone: str) -> dg.ScheduleDefinition | None:
    """The contract's schedule; a dataset read in parts runs for the newest part."""
    if contract.schedule is None:
        return None
    partitions = partitions_of(contract, timezone)

    def newest(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        if partitions is None:
            return dg.RunRequest()
        return dg.RunRequest(partition_key=partitions.get_partition_keys(context.scheduled_execution_time)[-1])

    return dg.ScheduleDefinition(
        name=f"{group_of(contract)}_schedule",
        job_name=group_of(contract),
        cron_schedule=contract.schedule,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        execution_fn=newest,
        description=f"{contract.title.said_in('en')}: {contract.schedule} ({timezone})",
    )


def purge_schedule(contracts: Iterable[Contract], timezone: str) -> dg.ScheduleDefinition | None:
    """Every night, what any dataset keeps too long goes, also of those that are not run any more."""
    kept = [one for one in contracts if one.retention]
    if not kept:
        return None

    @dg.op(required_resource_keys={SETTINGS}, description="Purges what the contracts allow to be kept no longer.")
    def purge_all(context: dg.OpExecutionContext) -> None:
        from publish.purging import purge, words  # noqa: PLC0415 - only where something is purged

        stopped = []
        for contract in kept:
            try:
                with step(context, contract) as settings:
                    context.log.info("%s: %s", contract.name, words(purge(contract, settings)) or "nothing is overdue")
            except dg.Failure as failure:
                stopped.append(failure)
        if stopped:
            raise stopped[0]

    @dg.job(name="retention_of_all_datasets", description="Purges what the contracts allow to be kept no longer.")
    def retention() -> None:
        purge_all()

    return dg.ScheduleDefinition(
        job=retention,
        cron_schedule=NIGHTLY,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
