"""`terang plan`, `publish` and `verify`: what is done with releases that are there."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.errors import SettingsError, Unproven
from assets.settings import Settings, load
from assets.store import store_of
from pipelines.chosen import AsJson, Names, chosen, each, office


def plan(names: Names = None, *, as_json: AsJson = False) -> None:
    """Show what publishing the newest release would change on the portal, and change nothing."""
    each(names, _plan, as_json=as_json)


def publish(
    names: Names = None,
    *,
    plan: Annotated[str | None, typer.Option(help="Only if exactly this plan is what would be done.")] = None,
    unhide: Annotated[
        bool, typer.Option("--unhide", help="Show it again, after a gate hid it and a person mended what was found.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why it is shown again; it is in the ledger, for everyone to read.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring the portal to the newest release; a second time there is nothing to do."""
    if (plan is not None or unhide) and len(names or ()) != 1:
        option = "--unhide --reason TEXT" if unhide else "--plan ID"
        raise SettingsError("a plan or a decision is of one dataset", next=f"terang publish DATASET {option}")
    if unhide:
        _unhide(names, reason)
    each(names, lambda contract, settings: _publish(contract, settings, plan), as_json=as_json)


def verify(
    what: Annotated[str, typer.Argument(help="The address of a dataset or portal, a downloaded file, or a dataset.")],
    *,
    portal: Annotated[str | None, typer.Option(help="The portal or dataset that a file is said to be of.")] = None,
    version: Annotated[str | None, typer.Option(help="Another version of a dataset than the newest.")] = None,
    published: Annotated[bool, typer.Option("--published", help="Of a dataset: also every row on its portal.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check what a portal shows against its ledger, or tell which release a file is of: without account or settings.

    Of a dataset's name: check its release in the office's own store. Of a statement of a takedown: check its signature.
    """
    from pipelines import verifying  # noqa: PLC0415
    from publish import statement  # noqa: PLC0415

    if what.startswith(("http://", "https://")):
        passed = verifying.portal(what, as_json=as_json)
    elif Path(what).is_file() and statement.is_statement(Path(what)):
        _check_statement(Path(what), load(), as_json=as_json)
        return
    elif Path(what).is_file():
        passed = verifying.file(Path(what), portal, as_json=as_json)
    else:
        settings, contracts = office()
        (name,) = chosen(contracts, [what])
        passed = verifying.release(store_of(name, settings), version, as_json=as_json)
        if published:
            verifying.published(contracts[name], settings)
    if not passed:
        raise typer.Exit(4)


def _check_statement(path: Path, settings: Settings, *, as_json: bool) -> None:
    from publish import statement  # noqa: PLC0415

    found = statement.check(path, settings)
    whose = (
        "this office's key"
        if found.own_key
        else "a key that is not this office's: compare it with the one it published"
    )
    lines = [
        f"{path}: statement of a takedown of {found.dataset}, {found.time}, as it was signed",
        f"  key          {found.public_key}, {whose}",
        f"  ledger       {found.entry}, {'in the ledger' if found.in_ledger else 'the ledger is not at hand'}",
    ]
    typer.echo(json.dumps(asdict(found), indent=2) if as_json else "\n".join(lines))


def _released(contract: Any, settings: Settings) -> Any:
    from publish.release import newest  # noqa: PLC0415

    found = newest(contract, settings)
    if found is None:
        raise Unproven("there is no release yet", dataset=contract.name, next=f"terang run {contract.name}")
    return found


def _plan(contract: Any, settings: Settings) -> tuple[Any, list[str]]:
    from publish.ckan import keep  # noqa: PLC0415
    from publish.ckan import plan as planned  # noqa: PLC0415

    release = _released(contract, settings)
    made = planned(contract, settings, release)
    keep(made, store_of(contract.name, settings))
    needed = f"approval    needed from a second person: terang approve {contract.name} {release.version}"
    return made.document(), [*made.lines(), *([needed] if release.waiting else [])]


def _unhide(names: Names, reason: str) -> None:
    from publish.ckan.looking import unhide  # noqa: PLC0415

    settings, contracts = office()
    for contract in chosen(contracts, names).values():
        unhide(contract, settings, reason=reason, now=datetime.now(UTC))


def _publish(contract: Any, settings: Settings, wanted: str | None) -> tuple[Any, list[str]]:
    from publish.ckan import apply, require  # noqa: PLC0415
    from publish.ckan import plan as planned  # noqa: PLC0415

    store = store_of(contract.name, settings)
    with store.lock("job"), store.lock():  # neither beside a whole run nor beside a step that Dagster runs
        made = planned(contract, settings, _released(contract, settings))
        if wanted is not None:
            require(made, wanted, store)
        outcome = apply(made, contract, settings)
    return asdict(outcome), [*made.lines(), f"{outcome.writes} writes, {outcome.seconds:.1f} s, {outcome.url}"]
