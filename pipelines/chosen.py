"""What every command needs: its common options, the office that it is run in, and the datasets that were named."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.errors import SettingsError, TerangError
from assets.settings import Settings, load

Names = Annotated[list[str] | None, typer.Argument(help="Datasets; all of them when none is named.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


def office() -> tuple[Settings, dict[str, Any]]:
    """The settings in force, and every contract by its name."""
    from assets.catalog import load_all  # noqa: PLC0415

    settings = load()
    return settings, load_all(settings)


def chosen(contracts: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    """The contracts of these names, or all; raises `SettingsError` for a name that no dataset has."""
    from assets.contradictions import did_you_mean  # noqa: PLC0415

    for name in names or []:
        if name not in contracts:
            raise SettingsError(
                f'there is no dataset "{name}".{did_you_mean(name, contracts)}', next="terang check lists them"
            )
    return {name: contracts[name] for name in names or contracts}


def dagster_home(settings: Settings) -> None:
    """Dagster keeps its runs in .terang/dagster unless the office has set another place; nowhere does it call home."""
    from pipelines.instance import prepare  # noqa: PLC0415

    home = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(prepare(Path(home) if home else settings.folder(".terang/dagster")))


def each(names: list[str] | None, verb: Callable[[Any, Settings], Any], *, as_json: bool) -> None:
    """Do it for each named dataset, tell what came of it, and end with the code of the first error."""
    settings, contracts = office()
    documents, stopped = {}, []
    for name, contract in chosen(contracts, names).items():
        try:
            documents[name], lines = verb(contract, settings)
        except TerangError as error:
            stopped.append(error.about(name))
            documents[name] = error.document()
            typer.echo(str(error), err=True)
            continue
        if not as_json:
            typer.echo("\n".join([name, *(f"  {line}" for line in lines or ["nothing changed, 0 writes"])]))
    if as_json:
        typer.echo(json.dumps(documents, indent=2, default=str))
    if stopped:
        raise typer.Exit(stopped[0].exit_code)
