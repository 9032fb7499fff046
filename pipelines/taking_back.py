"""`terang rollback` and `terang takedown`: what was published is taken back, on the portal and in the ledger."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from assets.errors import SettingsError
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


def takedown(
    dataset: Dataset,
    *,
    rows: Annotated[str | None, typer.Option(help="Ids of rows with commas between, or @FILE with one a line.")] = None,
    column: Annotated[str | None, typer.Option(help="A column.")] = None,
    version: Annotated[str | None, typer.Option(help="One version.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole dataset.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it is in the ledger and on the portal, for everyone to read.")] = "",
    basis: Annotated[str, typer.Option(help="The legal basis, such as a law or a ruling; public too.")] = "",
    lift: Annotated[
        bool, typer.Option("--lift", help="Let it be published again: what was taken down so before.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take data away from readers, everywhere and for good, prove it, and write a statement for the file.

    Without --rows, --column, --version or --all, go on with what was broken off.
    """
    from publish import takedown as room  # noqa: PLC0415

    settings, contracts = office()
    contract = chosen(contracts, [dataset])[dataset]
    scope = _scope(dataset, rows, column, version, everything=everything)
    if lift:
        entry = room.lift(contract, settings, scope, reason=reason, now=datetime.now(UTC))
        lines = [f"{dataset}: lifted", f"  ledger       {entry}", f"  next         terang run {dataset}"]
        typer.echo(json.dumps({"dataset": dataset, "lifted": entry}) if as_json else "\n".join(lines))
        return
    if scope and scope != room.begun(contract, settings):
        found = room.look(contract, settings, scope, reason=reason, basis=basis)
        typer.echo("\n".join(_preview(dataset, scope, found)), err=as_json)
        if not yes and not _agreed():
            raise SettingsError("nothing was done", dataset=dataset, next="the same command with --yes does it")
    done = room.take_down(contract, settings, scope, reason=reason, basis=basis, now=datetime.now(UTC))
    document = {**asdict(done), "order": {**done.order.scope.told(), "versions": done.order.versions}}
    typer.echo(json.dumps(document, indent=2, default=str) if as_json else "\n".join(_done(done)))


def _scope(dataset: str, rows: str | None, column: str | None, version: str | None, *, everything: bool) -> Any:
    from publish.scope import Scope, read_ids  # noqa: PLC0415

    given = [rows is not None, column is not None, version is not None, everything]
    if sum(given) > 1:
        raise SettingsError(
            "it takes one of them at a time", dataset=dataset, allowed="--rows, --column, --version or --all",
            next="one command for each",
        )  # fmt: skip
    if rows is not None:
        return Scope(kind="rows", rows=read_ids(dataset, rows))
    if column is not None:
        return Scope(kind="column", column=column)
    if version is not None:
        return Scope(kind="version", version=version)
    return Scope(kind="all") if everything else None


def _agreed() -> bool:
    return sys.stdin.isatty() and typer.confirm("Take it down?")


def _preview(dataset: str, scope: Any, found: Any) -> Iterator[str]:
    what = {"rows": f"{len(scope.rows)} rows", "column": f"the column {scope.column}"}
    what |= {"version": f"version {scope.version}", "all": "the whole dataset"}
    yield f"{dataset}: takes down {what[scope.kind]}"
    for version in found.versions:
        yield f"  withdrawn    version {version}" + (f", {found.rows[version]} of these rows" if found.rows else "")
    if not found.versions:
        yield "  withdrawn    no version holds it"
    if found.unknown:
        yield f"  unknown      {found.unknown} of {len(scope.rows)} ids stand in no release; they are blocked all the same"
    yield "  portal       table, files, earlier versions, what is kept of them, search and activity; then all is asked"


def _done(done: Any) -> Iterator[str]:
    yield f"{done.dataset}: taken down; nothing of it answers at {done.asked} public addresses"
    yield f"  withdrawn    {', '.join(done.order.versions) or 'no version'}"
    yield f"  shown now    {done.current or 'nothing, until the next run'}"
    if done.not_released:
        yield f"  not released {done.not_released}; the next run makes a release: terang run {done.dataset}"
    yield f"  ledger       {done.entry}"
    yield f"  statement    {done.statement}" + ("" if done.signed else ", not signed: set statements.key")
