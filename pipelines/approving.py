"""`terang approve`: shows a second person what waits to become public, and takes the decision."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assets.errors import SettingsError
from pipelines.chosen import AsJson, chosen, office

if TYPE_CHECKING:
    from publish.approving import Decided, Proposal


def approve(
    dataset: Annotated[str, typer.Argument(help="The dataset.")],
    release: Annotated[
        str | None, typer.Argument(help="Its version, or the beginning of the hash of its content.")
    ] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is in the ledger, for everyone to read.")] = "",
    by: Annotated[str | None, typer.Option(help="Who; else the person whose account this is.")] = None,
    key: Annotated[Path | None, typer.Option(help="The person's own private key, as PEM, to sign with.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it instead.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the release that waits for approval, and let exactly its bytes reach readers; without --reason show it only."""
    from publish import approving as room  # noqa: PLC0415

    settings, contracts = office()
    contract = chosen(contracts, [dataset])[dataset]
    found = room.look(contract, settings, release)
    if not (as_json and reason):
        typer.echo(json.dumps(asdict(found), indent=2) if as_json else "\n".join(_shown(found)))
    if not reason:
        return
    if not yes and not _agreed(refuse=refuse):
        raise SettingsError("nothing was done", dataset=dataset, next="the same command with --yes does it")
    done = room.decide(
        contract, settings, found.version, agreed=not refuse, reason=reason, now=datetime.now(UTC), by=by,
        key=_read(key) if key else None,
    )  # fmt: skip
    typer.echo(json.dumps(asdict(done), indent=2) if as_json else "\n".join(_done(done, agreed=not refuse)))


def _agreed(*, refuse: bool) -> bool:
    return sys.stdin.isatty() and typer.confirm("Refuse it?" if refuse else "Let readers have it?")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(
            "the private key cannot be read", file=str(file), found=error.strerror, next="name a file that is there"
        ) from None


def _shown(found: "Proposal") -> Iterator[str]:
    yield f"{found.dataset}: version {found.version} waits for approval; readers get {found.current or 'nothing yet'}"
    yield f"  content      {found.content}"
    yield f"  contract     {found.contract}"
    yield f"  made by      {', '.join(found.made_by)}"
    counts = found.accounting
    yield f"  rows         {_rows(found)}"
    yield "  account      " + ", ".join(
        f"{name} {counts[name]:,}" for name in ("read", "published", "quarantined", "duplicates", "withheld")
    )
    for column, total in found.changes.get("totals", {}).items():
        yield f"  total        {column}  {total['total_before']} -> {total['total_after']}"
    for part in found.withheld:
        yield f"  withheld     {part['rows']:,} rows: {part['reason']}"
    yield from (f"  shown        {column}: {how}" for column, how in found.columns.items())
    yield from (f"  not shown    {column}: {how}" for column, how in found.hidden.items())
    passed = sum(found.gates.values())
    yield f"  gates        {passed} of {len(found.gates)} passed"
    yield f"  next         terang plan {found.dataset} shows what the portal would say; then"
    yield f"               terang approve {found.dataset} {found.version} --reason TEXT, or with --refuse"


def _rows(found: "Proposal") -> str:
    changes = found.changes
    if "added" not in changes:
        return f"{found.rows:,}"
    told = f"+ {changes['added']:,}  ~ {changes['changed']:,}  - {changes['removed']:,}"
    return f"{changes['before_rows']:,} -> {changes['after_rows']:,}   {told}"


def _done(done: "Decided", *, agreed: bool) -> Iterator[str]:
    yield f"{done.dataset}: version {done.version} is {'approved' if agreed else 'refused; its files are removed'}"
    yield f"  content      {done.content}"
    yield f"  by           {done.by}" + (", signed" if done.signed else "")
    yield f"  ledger       {done.entry}"
    if agreed:
        yield f"  until        {done.until}"
        yield f"  next         Dagster publishes it by itself within a minute; without it: terang publish {done.dataset}"
    else:
        yield f"  next         the same content is not released again, until it changes or: terang run {done.dataset} --again"
