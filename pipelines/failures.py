"""What stopped a run, read from what Dagster wrote down of it: in words for people, as facts for machines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defs import ERROR, EXIT_CODE
from assets.errors import Blocked, Defect, TerangError
from assets.redaction import cleaned
from assets.settings import Settings
from publish.release import latest

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
    found = [*_steps(result), *_checks(contract, settings, result)]
    if found or result.success:
        return found
    ended = [event.message or "" for event in result.all_events if event.is_failure]
    return [_unforeseen(contract, ended[-1] if ended else "the run was stopped")]


def _steps(result: dg.ExecuteInProcessResult) -> Iterator[Failure]:
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
            words = cleaned(data.error.message if data.error else event.message or "")
            yield Failure(error=Defect.__name__, exit_code=Defect.exit_code, message=words)


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
    stopped = [one for one in result.get_asset_check_evaluations() if not one.passed and one.severity is severe]
    if not stopped:
        return
    public = latest(contract, settings)
    stays = f"; version {public.version} stays" if public else ""
    head = f"{contract.name}: stopped at the quality gate. Nothing was published{stays}."
    rules = [indent(check.description or f"{check.check_name} did not pass", "  ") for check in stopped]
    facts = {"dataset": contract.name, "rule": ", ".join(check.check_name for check in stopped)}
    yield Failure(error=Blocked.__name__, exit_code=Blocked.exit_code, message="\n".join([head, *rules]), facts=facts)


def _unforeseen(contract: Contract, words: str) -> Failure:
    return failure(Defect(cleaned(words), dataset=contract.name, next="look at the run in Dagster"))
