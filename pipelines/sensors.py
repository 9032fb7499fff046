"""What starts a run besides the clock: a file that was put, whole, into a drop folder, and a release that was approved."""

import time
from collections.abc import Iterator

import dagster as dg

from assets.contract import Contract
from assets.defs import SETTINGS, group_of
from assets.errors import TerangError
from assets.settings import Settings
from assets.sources.files import folder_of, is_mark
from assets.store import store_of
from publish.defs import APPROVAL

QUIET_SECONDS = 30


def drop_sensor(contract: Contract) -> dg.SensorDefinition | None:
    """A run whenever the files of a dataset change and have been left alone for half a minute."""
    pattern = getattr(contract.source, "path", None)
    if pattern is None or contract.source.connection is None:
        return None

    @dg.sensor(
        name=f"{group_of(contract)}_files",
        job_name=group_of(contract),
        minimum_interval_seconds=QUIET_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={SETTINGS},
        description=f"Runs {contract.name} when {pattern} changes in the drop folder.",
    )
    def files(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        try:
            seen = _state(contract, getattr(context.resources, SETTINGS), pattern)
        except TerangError as error:
            yield dg.SkipReason(str(error))
            return
        if seen is None or seen == context.cursor:
            yield dg.SkipReason("nothing new, or a file is still being written")
            return
        context.update_cursor(seen)
        yield dg.RunRequest(run_key=f"{contract.name}:{seen}")

    return files


def approval_sensor(contract: Contract) -> dg.SensorDefinition | None:
    """Publishes a release once a second person has approved it."""
    if contract.approval is None:
        return None
    portal, check = (
        dg.AssetKey(["portal", contract.name]),
        dg.AssetCheckKey(dg.AssetKey(["release", contract.name]), APPROVAL),
    )

    @dg.sensor(
        name=f"{group_of(contract)}_approved",
        target=dg.AssetSelection.assets(portal) | dg.AssetSelection.checks(check),
        minimum_interval_seconds=QUIET_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={SETTINGS},
        description=f"Publishes {contract.name} once a second person has approved its release.",
    )
    def approved(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        from publish.approval import unpublished  # noqa: PLC0415 - only where an approval is looked for

        try:
            entry = unpublished(store_of(contract.name, getattr(context.resources, SETTINGS)))
        except TerangError as error:
            yield dg.SkipReason(str(error))
            return
        if entry is None:
            yield dg.SkipReason("nothing was approved that is not public yet")
            return
        yield dg.RunRequest(run_key=f"{contract.name}:{entry.hash}")

    return approved


def _state(contract: Contract, settings: Settings, pattern: str) -> str | None:
    """Names, sizes and times of the files; None while one is still changing, or when all were read since they came."""
    folder = folder_of(settings.connection(contract.source.connection or "").url, settings.root)
    stats = [(file.name, file.stat()) for file in sorted(folder.glob(pattern)) if not is_mark(file, pattern)]
    newest = max((stat.st_mtime for _, stat in stats), default=0.0)
    receipt = store_of(contract.name, settings).receipt
    read = receipt.stat().st_mtime if receipt.exists() else 0.0
    if not stats or time.time() - newest < QUIET_SECONDS or newest < read:
        return None
    return ";".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)
