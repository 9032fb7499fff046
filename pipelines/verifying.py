"""What `terang verify` finds, in words or JSON; each function says whether all is as it was released."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assets.contract import Contract
from assets.errors import SettingsError, Unproven
from assets.settings import Settings, load
from assets.store import Store

if TYPE_CHECKING:
    from publish.ckan.proving import Proof
    from publish.verify import Origin

SHORT = 16


def portal(url: str, *, as_json: bool) -> bool:
    """Every file of every version that a dataset's or a portal's pages show."""
    from publish.ckan.proving import prove  # noqa: PLC0415 - only where a portal is asked

    proofs = []
    for proof in prove(url):
        proofs.append(proof)
        if not as_json:
            typer.echo("\n".join(_lines(proof)))
    if not proofs:
        raise Unproven("the portal shows no dataset with a ledger", where=url, next="check the address")
    if as_json:
        typer.echo(json.dumps([asdict(proof) for proof in proofs], indent=2))
    return all(proof.passed for proof in proofs)


def file(path: Path, url: str | None, *, as_json: bool) -> bool:
    """Which dataset and version a file is of: by a portal's ledgers, or where none is named by the office's own."""
    found = _origin(path, url)
    if found is None:
        raise Unproven("no release has this file", file=str(path), next="it was changed, or comes from somewhere else")
    state = "the current version" if found.current else "an earlier version"
    state = "a version that is no longer kept" if found.retired else state
    state = "a version that was taken down" if found.taken_down else state
    words = f"{path}: {found.file} of {found.dataset}, version {found.version} ({state}), released {found.time}"
    typer.echo(json.dumps(asdict(found), indent=2) if as_json else words)
    return True


def release(store: Store, version: str | None, *, as_json: bool) -> bool:
    """A release in the office's own store."""
    from publish.verify import verify_release  # noqa: PLC0415

    found = verify_release(store, version)
    retired = "retired: its files are no longer kept, the ledger proves copies" if found.retired else ""
    head = f"{found.dataset} {found.version}: {found.taken_down or retired or f'{found.checked} files'}"
    lines = [head, *(f"  {line}" for line in found.findings)]
    typer.echo(json.dumps(asdict(found), indent=2) if as_json else "\n".join(lines))
    return found.passed


def _origin(path: Path, url: str | None) -> "Origin | None":
    if url is not None:
        from publish.ckan.proving import origin  # noqa: PLC0415

        return origin(path, url)
    from publish.verify import verify_file  # noqa: PLC0415

    try:
        settings = load()
    except SettingsError as error:
        raise SettingsError(
            "there is no office here, and no portal is named",
            file=str(path),
            found=error.sentence,
            next=f"terang verify {path} --portal https://...",
        ) from None
    return verify_file(path, settings)


def _lines(proof: "Proof") -> list[str]:
    head = f"{proof.dataset}  {proof.url}"
    chain = f"  ledger {proof.lines} lines, unbroken; the last one is {proof.last[:SHORT]}…"
    files = [
        f"  {'✗' if file.wrong else '✓'} {file.version:<13} {file.name}{f': {file.wrong}' if file.wrong else ''}"
        for file in proof.files
    ]
    unknown = [f"  ? {name}: no part of a release, not checked" for name in proof.unknown]
    return [head, chain, *files, *unknown]


def published(contract: Contract, settings: Settings) -> None:
    """Read files, table and a sample of rows as a reader without a name; raises `PortalMismatch` on a difference."""
    from publish.ckan import verify  # noqa: PLC0415

    found = verify(contract, settings)
    typer.echo(f"  ✓ portal: {found.files} files and {found.rows:,} rows are those of {found.version}", err=True)
