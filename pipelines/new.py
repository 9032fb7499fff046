"""`terang new`: a proposal of a contract for an unknown source, written down for a person to complete."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from assets.errors import ContractError, SettingsError
from assets.settings import Settings, load
from pipelines.office import FOR_EDITORS, SCHEMA

OPEN = '"?"'
SHOWN = 3  # rows side by side
_ASIDE = {
    "sums": "rows of sums found and set aside (they add up)",
    "levels above": "rows of sums found and set aside (they add up)",
    "footer": "lines below the table left out",
}


def new(
    name: Annotated[str, typer.Argument(help="The new dataset: letters, digits and hyphens.")],
    *,
    source: Annotated[str, typer.Option("--from", help="FILE, DSN:table, or CONNECTION:table.")],
    sheet: Annotated[
        str | None, typer.Option(help="A sheet of a workbook; else the one with the largest table.")
    ] = None,
) -> None:
    """Read an unknown source and propose a contract for it; "?" stands where a person must decide."""
    from assets.catalog import patterns  # noqa: PLC0415
    from assets.propose.origins import origin_of  # noqa: PLC0415
    from assets.propose.propose import propose  # noqa: PLC0415
    from assets.propose.write import contract_text  # noqa: PLC0415

    settings = load()
    file = _file(name, settings)
    origin, place = origin_of(source, settings, sheet=sheet)
    proposal = propose(origin, place.settings, name=name, patterns=patterns(file.parent))
    text = contract_text(proposal, settings, **_alike(file.parent))
    known = (file.parent.parent / SCHEMA).is_file()
    file.write_text(f"{FOR_EDITORS if known else ''}{text}", encoding="utf-8")
    typer.echo("\n".join(_told(proposal, file, text.count(f"class: {OPEN}"), place.addition)))


def _file(name: str, settings: Settings) -> Path:
    """Where the contract will be; raises `SettingsError` rather than write over one, or under a name that is none."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from assets.model import DatasetName  # noqa: PLC0415

    try:
        TypeAdapter(DatasetName).validate_python(name)
    except ValidationError:
        raise SettingsError(
            "this is no name for a dataset", found=name, allowed="small letters, digits and hyphens, a letter first",
            next="take another name",
        ) from None  # fmt: skip
    file = settings.folder(settings.contracts[0]) / f"{name}.yml"
    if not file.parent.is_dir():
        raise SettingsError("the folder of contracts is missing", file=str(file.parent), next="mend terang.toml")
    if file.exists():
        raise SettingsError("there is a contract of this name", file=str(file), next="take another name, or remove it")
    return file


def _alike(folder: Path) -> dict[str, Any]:
    """The publisher and licence that all contracts of the folder share; "?" where they do not."""
    from assets.decisions import OPEN as UNDECIDED  # noqa: PLC0415
    from assets.yaml import read  # noqa: PLC0415

    found = []
    for file in sorted(folder.glob("[!_]*.yml")):
        try:
            document = read(file)[0]
        except (ContractError, yaml.YAMLError):
            continue
        if isinstance(document, dict) and file.stem != "example":
            found.append((document.get("publisher"), document.get("license")))
    same = bool(found) and all(one == found[0] for one in found)
    publisher, license_ = found[0] if same else (None, None)
    return {"publisher": publisher, "license_": license_ or UNDECIDED}


def _told(proposal: Any, file: Path, classes: int, addition: str | None) -> Iterator[str]:
    aside = [f"{count:,} {_ASIDE.get(reason, reason)}" for reason, count in proposal.set_aside.items()]
    rejects = [f"{count:,} rejected ({rule})" for rule, count in proposal.rejects.items()]
    yield f"Read {', '.join([proposal.origin.told, f'{proposal.rows:,} rows', *rejects, *aside])}."
    yield from (f"  total {name} {grouped(total)}" for name, total in proposal.totals.items())
    yield from _preview(proposal)
    key = ", ".join(proposal.key)
    yield f"Proposed {file}: {len(proposal.columns)} columns, key ({key}) {proposal.key_remark or 'is unique'}."
    yield from _suspects(proposal)
    if addition:
        yield f"Add to terang.toml:\n\n{addition}\n"
    yield f'Decide {classes} times `class: {OPEN}` and what else is "?", then: terang check {proposal.name}'


def _preview(proposal: Any) -> Iterator[str]:
    shown = proposal.preview[:SHOWN]
    yield f"First {len(shown)} rows, masked:"
    widest = max(len(column.name) for column in proposal.columns)
    for at, column in enumerate(proposal.columns):
        cells = "  ".join(f"{row[at]:<24}" for row in shown)
        yield f"  {column.name:<{widest}} {column.type:<14} {cells}".rstrip()


def _suspects(proposal: Any) -> Iterator[str]:
    found = proposal.suspects
    if found:
        told = ", ".join(f"{column.name} ({column.suspicion.reason})" for column in found)
        yield f"{len(found)} column{'s look' if len(found) > 1 else ' looks'} like people: {told}."


def grouped(total: str) -> str:
    """An exact number with its thousands parted, and without a fraction that is nothing."""
    whole, _, fraction = total.partition(".")
    return f"{int(whole):,}.{fraction}" if fraction.strip("0") else f"{int(whole):,}"
