"""`terang purge`: what is kept no longer than the contracts say goes now."""

from datetime import UTC, datetime
from typing import Any

from assets.settings import Settings
from assets.store import store_of
from pipelines.chosen import AsJson, Names, each


def purge(names: Names = None, *, as_json: AsJson = False) -> None:
    """Remove restricted rows, quarantine and old releases that are overdue by the contract's retention."""
    each(names, _purge, as_json=as_json)


def _purge(contract: Any, settings: Settings) -> tuple[Any, list[str]]:
    from publish import purging  # noqa: PLC0415

    store = store_of(contract.name, settings)
    with store.lock("job"), store.lock():
        found = purging.purge(contract, settings, now=datetime.now(UTC))
    lines = [f"{one.kind:<12} overdue since {one.since:%Y-%m-%d}: {', '.join(one.what)}" for one in found]
    return [{"kind": one.kind, "since": f"{one.since:%Y-%m-%d}", "what": one.what} for one in found], (
        lines or ["nothing is overdue"]
    )
