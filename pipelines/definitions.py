"""The Dagster code location: every room's definitions for every contract."""

import warnings

import dagster as dg

import assets.defs
import publish.defs
import quality.defs
from assets.catalog import load_all
from assets.contract import Contract
from assets.redaction import clean_logs
from assets.settings import load
from pipelines.ready import ready
from pipelines.resources import SettingsResource
from pipelines.schedules import job_of, purge_schedule, schedule_of
from pipelines.sensors import approval_sensor, drop_sensor

# Dagster calls single-run backfills beta; the pinned version has what is used of them.
warnings.filterwarnings("ignore", category=dg.BetaWarning)


@dg.definitions
def defs() -> dg.Definitions:
    """The rooms, merged; needs the configuration and the contracts, but no database and no secret."""
    clean_logs()
    settings = load()
    contracts = load_all(settings)
    rooms = [
        room
        for contract in contracts.values()
        for room in (
            assets.defs.defs(contract, settings.timezone),
            quality.defs.defs(contract),
            publish.defs.defs(contract),
        )
    ]
    return dg.Definitions.merge(*rooms, _timing(contracts, settings.timezone))


def _timing(contracts: dict[str, Contract], timezone: str) -> dg.Definitions:
    every = contracts.values()
    systems: dict[dg.AssetKey, set[str]] = {}
    for contract in every:
        if contract.source.connection:
            systems.setdefault(assets.defs.system_of(contract), set()).add(contract.source.kind)
    return dg.Definitions(
        assets=[
            dg.AssetSpec(key, group_name="systems", kinds=kinds, description=f"Internal system: {key.path[-1]}.")
            for key, kinds in sorted(systems.items())
        ],
        jobs=[job_of(contract) for contract in every],
        schedules=[
            found
            for found in (*(schedule_of(contract, timezone) for contract in every), purge_schedule(every, timezone))
            if found
        ],
        sensors=[
            sensor for contract in every for sensor in (drop_sensor(contract), approval_sensor(contract)) if sensor
        ],
        resources={
            assets.defs.SETTINGS: SettingsResource(),
            assets.defs.READY: dg.ResourceDefinition.hardcoded_resource(ready),
        },
    )
