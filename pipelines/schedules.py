"""When each dataset runs: one job a dataset, on the cron of its contract, in the office's time zone."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.contract import Contract
from assets.defs import group_of, partitions_of


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
