"""`terang rollback` and `terang takedown`: what was published is taken back, on the portal and in the ledger."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.chosen import AsJson, chosen, office

Dataset = Annotated[str, typer.Argument(help="The dataset.")]


def rollback(
    dataset: Dataset,
    version: Annotated[str | None, typer.Argument(help="Which version; else the one before the current one.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is in the ledger, for everyone to read.")],
    as_json: AsJson = False,
) -> None:
    """Show readers an earlier version again, in one step; later runs leave it so until the data changes."""
    from publish.rollback import rollback as roll_back  # noqa: PLC0415

    settings, contracts = office()
    contract = chosen(contracts, [dataset])[dataset]
    done = roll_back(contract, settings, version, reason=reason, now=datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(asdict(done), indent=2, default=str))
        return
    portal = done.shown.outcome
    how = "taken back by the portal" if done.shown.taken_back else "published again"
    same = done.version == done.instead_of
    lines = [
        f"{dataset}: version {done.version} is {'current already' if same else f'shown again instead of {done.instead_of}'}",
        *(
            ["  went on      an earlier call was broken off; to go further back, name the version"]
            if done.went_on
            else []
        ),
        f"  reason       {done.reason}",
        f"  ledger       {done.entry}",
        f"  portal       {how}, {portal.writes} writes, {portal.seconds:.1f} s, {portal.url}",
        f"  next         the same content is not released again, until it changes or: terang run {dataset} --again",
    ]
    typer.echo("\n".join(lines))
