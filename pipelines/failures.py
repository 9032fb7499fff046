"""What stopped a run, read from what Dagster wrote down of it: in words for people, as facts for machines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defects import short, told_of
from assets.defs import ERROR, EXIT_CODE
from assets.errors import Blocked, Defect, TerangError
from assets.settings import Settings
from publish.defs import LOOKED
from publish.release import latest

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_LOOK = "look at the run in Dagster"
_CHECK_FAILED = "DagsterAssetCheckFailedError"
_INTERRUPTED = {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One reason why a run stopped: the class of the error, its exit code, its facts and the whole message."""

    error: str
    exit_code: int
    message: str
    facts: Mapping[str, str] = field(default_factory=dict)


def failure(error: TerangError) -> Failure:
    """The reason that an error of ours is."""
    return Failure(error=type(error).__name__, exit_code=error.exit_code, message=str(error), facts=error.facts)


def interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Whether somebody stopped the run (SIGINT, SIGTERM): nothing failed, and nothing else should be begun."""
    ends = (event.event_specific_data for event in result.all_events if event.is_failure)
    return any(error.cls_name in _INTERRUPTED for end in ends if (error := getattr(end, "error", None)))


def failures(contract: Contract, settings: Settings, result: dg.ExecuteInProcessResult) -> list[Failure]:
    """Every reason, the first one first; none when the run did all it should."""
    found = [*_steps(contract, result), *_checks(contract, settings, result)]
    if found or result.success:
        return found
    ends = [event.event_specific_data for event in result.all_events if event.is_failure]
    return [_unforeseen(contract.name, getattr(ends[-1], "error", None) if ends else None)]


def _steps(contract: Contract, result: dg.ExecuteInProcessResult) -> Iterator[Failure]:
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.error and data.error.cls_name == _CHECK_FAILED:
            continue  # the checks say it better
        told = data.user_failure_data
        if told and told.description:
            yield _told(told.description, told.metadata)
        else:
            yield _unforeseen(contract.name, data.error)


def _told(description: str, metadata: Mapping[str, Any]) -> Failure:
    """What `assets.defs.step` left in Dagster's own terms."""
    facts = {name: str(entry.value) for name, entry in metadata.items() if name not in {ERROR, EXIT_CODE}}
    return Failure(
        error=str(metadata[ERROR].value) if ERROR in metadata else Defect.__name__,
        exit_code=int(str(metadata[EXIT_CODE].value)) if EXIT_CODE in metadata else Defect.exit_code,
        message=description,
        facts=facts,
    )


def _checks(contract: Contract, settings: Settings, result: dg.ExecuteInProcessResult) -> Iterator[Failure]:
    severe = dg.AssetCheckSeverity.ERROR
    found = [one for one in result.get_asset_check_evaluations() if one.check_name != LOOKED]  # its step says it better
    stopped = [one for one in found if not one.passed and one.severity is severe]
    if not stopped:
        return
    public = latest(contract, settings)
    stays = f"; version {public.version} stays" if public else ""
    head = f"{contract.name}: stopped at the quality gate. Nothing was published{stays}."
    rules = [indent(check.description or f"{check.check_name} did not pass", "  ") for check in stopped]
    facts = {"dataset": contract.name, "rule": ", ".join(check.check_name for check in stopped)}
    yield Failure(error=Blocked.__name__, exit_code=Blocked.exit_code, message="\n".join([head, *rules]), facts=facts)


def _unforeseen(dataset: str, error: Any) -> Failure:
    """An error outside our own steps, as Dagster wrote it down: its classes and places, without its words."""
    kinds, places = [], []
    while error is not None:
        kinds.append(error.cls_name or "an error")
        places += [f"{short(Path(file))}:{line}" for file, line in _FRAME.findall("".join(error.stack))]
        error = error.cause
    return failure(
        told_of(kinds, places, dataset=dataset) if kinds else Defect("the run was stopped", dataset=dataset, next=_LOOK)
    )
