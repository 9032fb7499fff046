"""`terang report`: the evidence of the newest release, as a page for the privacy officer."""

from typing import Any

from assets.settings import Settings
from pipelines.chosen import AsJson, Names, each


def report(names: Names = None, *, as_json: AsJson = False) -> None:
    """Write the evidence of the newest release as a page for the privacy officer, and say where it lies: restricted."""
    each(names, _report, as_json=as_json)


def _report(contract: Any, settings: Settings) -> tuple[Any, list[str]]:
    from publish.report import officer  # noqa: PLC0415

    path = officer.write(contract, settings)
    return {"report": str(path)}, [f"report       {path}"]
