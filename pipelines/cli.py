"""`terang`: the command line. Each command reads its arguments, calls one room, and says what came out.

Exit codes: 0 done · 1 a defect of Terang · 2 contract or settings · 3 source · 4 blocked or unproven · 5 busy ·
6 storage · 7 portal · 130 interrupted.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.defects import defect
from assets.errors import ContractError, SettingsError, TerangError, Unproven
from assets.settings import CONFIG_VARIABLE, Settings, load
from assets.store import explained, store_of
from pipelines.logs import to_terminal
from pipelines.new import new

INTERRUPTED = 130

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Names = Annotated[list[str] | None, typer.Argument(help="Datasets; all of them when none is named.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


def main() -> None:
    """Run the command; an error is a message and an exit code, never a traceback: that might hold a cell or a secret."""
    try:
        with explained(None):
            app()
    except Exception as error:  # noqa: BLE001 - whatever it is, its own words stay unsaid
        told = error if isinstance(error, TerangError) else defect(error)
        if "--json" in sys.argv:
            typer.echo(json.dumps(told.document(), indent=2, ensure_ascii=False))
        typer.echo(str(told), err=True)
        sys.exit(told.exit_code)


app.command()(new)


@app.callback()
def _options(
    config: Annotated[Path | None, typer.Option(help="Another terang.toml.")] = None,
    contracts: Annotated[Path | None, typer.Option(help="Another folder of contracts.")] = None,
    portal: Annotated[str | None, typer.Option(help="Another address for the portal called default.")] = None,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say each step.")] = False,
) -> None:
    if config:
        os.environ[CONFIG_VARIABLE] = str(config)
    if contracts:
        os.environ["TERANG_CONTRACTS"] = json.dumps([str(contracts.resolve())])
    if portal:
        os.environ["TERANG_PORTALS__DEFAULT__URL"] = portal
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    to_terminal(verbose=verbose)


@app.command()
def check(names: Names = None, *, as_json: AsJson = False) -> None:
    """Read contracts and say every mistake in them."""
    from assets.catalog import files, load_all  # noqa: PLC0415
    from quality.rules import check_rules  # noqa: PLC0415

    settings = load()
    contracts = _chosen(load_all(settings), names)
    for contract in contracts.values():
        mistakes = check_rules(contract)
        if mistakes:
            raise ContractError(f"{contract.name}.yml", mistakes)
    if as_json:
        typer.echo(json.dumps({"datasets": sorted(contracts), "files": [str(file) for file in files(settings)]}))
    else:
        typer.echo(f"{len(contracts)} contracts, no mistakes: {', '.join(sorted(contracts))}")


@app.command()
def schema(*, markdown: Annotated[bool, typer.Option(help="The page for people instead.")] = False) -> None:
    """Print the JSON Schema of a contract, for editors that complete and check it."""
    from assets import reference  # noqa: PLC0415

    typer.echo(reference.markdown() if markdown else json.dumps(reference.json_schema(), indent=2))


@app.command()
def run(
    names: Names = None,
    *,
    partition: Annotated[str | None, typer.Option(help="A year or month of a dataset that is read in parts.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what a run would do; keep and publish nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read, check, protect and publish; needs no daemon and is recorded in Dagster all the same."""
    if preview:
        _previewed(names, partition, as_json=as_json)
        return
    from pipelines.definitions import defs  # noqa: PLC0415
    from pipelines.run import in_order  # noqa: PLC0415
    from pipelines.run import run as run_one  # noqa: PLC0415
    from pipelines.table import print_runs  # noqa: PLC0415

    settings, contracts = _office()
    _dagster_home(settings)
    code = defs()
    runs = []
    for contract in in_order(contracts, _chosen(contracts, names)):
        typer.echo(f"{contract.name} ...", err=True)
        try:
            runs.append(run_one(contract, settings, code, partition=partition))
        except KeyboardInterrupt:
            typer.echo(f"{contract.name}: stopped; what was public stays, and the same command goes on", err=True)
            raise typer.Exit(INTERRUPTED) from None
        if not runs[-1].success:
            typer.echo(runs[-1].message, err=True)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in runs], indent=2))
    else:
        print_runs(runs)
    stopped = [one for one in runs if not one.success]
    if stopped:
        raise typer.Exit(stopped[0].exit_code)


def _previewed(names: list[str] | None, partition: str | None, *, as_json: bool) -> None:
    from pipelines.preview import preview  # noqa: PLC0415

    settings, contracts = _office()
    chosen = _chosen(contracts, names).values()
    found = [preview(contract, settings, contracts, partition=partition) for contract in chosen]
    documents = json.dumps([one.document() for one in found], indent=2, default=str)
    typer.echo(documents if as_json else "\n".join(line for one in found for line in one.lines()))
    if any(one.stopped for one in found):
        raise typer.Exit(4)


@app.command()
def plan(names: Names = None, *, as_json: AsJson = False) -> None:
    """Show what publishing the newest release would change on the portal, and change nothing."""
    _each(names, _plan, as_json=as_json)


@app.command()
def publish(names: Names = None, *, as_json: AsJson = False) -> None:
    """Bring the portal to the newest release; a second time there is nothing to do."""
    _each(names, _publish, as_json=as_json)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(help="A dataset, or a downloaded file.")],
    *,
    version: str | None = None,
    as_json: AsJson = False,
) -> None:
    """Check a release against its checksums and the ledger, or tell which release a downloaded file belongs to."""
    from publish.verify import verify_file, verify_release  # noqa: PLC0415

    settings, contracts = _office()
    if Path(what).is_file():
        origin = verify_file(Path(what), settings)
        if origin is None:
            raise Unproven("no release has this file", file=what, next="it was changed, or comes from somewhere else")
        words = f"{what}: {origin.file} of {origin.dataset}, version {origin.version}"
        typer.echo(json.dumps(asdict(origin), indent=2) if as_json else words)
        return
    (name,) = _chosen(contracts, [what])
    found = verify_release(store_of(name, settings), version)
    lines = [f"{name} {found.version}: {found.checked} files", *(f"  {line}" for line in found.findings)]
    typer.echo(json.dumps(asdict(found), indent=2) if as_json else "\n".join(lines))
    if not found.passed:
        raise typer.Exit(4)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder for the office's contracts and settings.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a folder of one's own: settings, an example contract, a Makefile and Dagster's workspace."""
    from pipelines.office import make  # noqa: PLC0415

    files = [str(file) for file in make(folder)]
    lines = [*(f"  {file}" for file in files), f"next: cd {folder} && terang check"]
    typer.echo(json.dumps({"files": files}, indent=2) if as_json else "\n".join(lines))


@app.command()
def dagster(*, port: Annotated[int, typer.Option(help="Where the UI is to be.")] = 3000) -> None:
    """Open Dagster on these datasets, schedules and sensors included, until Ctrl-C; runs of `terang run` are in it."""
    settings = load()
    _dagster_home(settings)
    workspace = str(settings.root / "workspace.yaml")
    command = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-p", str(port)]
    os.execv(command[0], command)  # noqa: S606 - our own program takes this process's place


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """What is in force: settings with secrets hidden, and the newest release of each dataset."""
    from pipelines.status import print_status  # noqa: PLC0415
    from publish.release import latest  # noqa: PLC0415

    settings, contracts = _office()
    releases = {name: found for name, c in contracts.items() if (found := latest(c, settings))}
    document = {
        "settings": settings.shown(),
        "datasets": {name: releases[name].version if name in releases else None for name in contracts},
    }
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    print_status(settings, contracts, releases)


def _office() -> tuple[Settings, dict[str, Any]]:
    from assets.catalog import load_all  # noqa: PLC0415

    settings = load()
    return settings, load_all(settings)


def _chosen(contracts: dict[str, Any], names: list[str] | None) -> dict[str, Any]:
    from assets.contradictions import did_you_mean  # noqa: PLC0415

    for name in names or []:
        if name not in contracts:
            raise SettingsError(
                f'there is no dataset "{name}".{did_you_mean(name, contracts)}', next="terang check lists them"
            )
    return {name: contracts[name] for name in names or contracts}


def _dagster_home(settings: Settings) -> None:
    """Dagster keeps its runs in .terang/dagster unless the office has set another place; nowhere does it call home."""
    from pipelines.instance import prepare  # noqa: PLC0415

    home = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(prepare(Path(home) if home else settings.folder(".terang/dagster")))


def _each(names: list[str] | None, verb: Callable[[Any, Settings], Any], *, as_json: bool) -> None:
    settings, contracts = _office()
    done = {name: verb(contract, settings) for name, contract in _chosen(contracts, names).items()}
    if as_json:
        typer.echo(json.dumps({name: document for name, (document, _) in done.items()}, indent=2, default=str))
        return
    for name, (_, lines) in done.items():
        typer.echo("\n".join([name, *(f"  {line}" for line in lines or ["nothing changed, 0 writes"])]))


def _released(contract: Any, settings: Settings) -> Any:
    from publish.release import latest  # noqa: PLC0415

    found = latest(contract, settings)
    if found is None:
        raise Unproven("there is no release yet", dataset=contract.name, next=f"terang run {contract.name}")
    return found


def _plan(contract: Any, settings: Settings) -> tuple[Any, list[str]]:
    from publish.ckan import plan as planned  # noqa: PLC0415

    made = planned(contract, settings, _released(contract, settings))
    return made.document(), list(made.lines())


def _publish(contract: Any, settings: Settings) -> tuple[Any, list[str]]:
    from publish.ckan import apply  # noqa: PLC0415
    from publish.ckan import plan as planned  # noqa: PLC0415

    store = store_of(contract.name, settings)
    with store.lock("job"), store.lock():  # neither beside a whole run nor beside a step that Dagster runs
        made = planned(contract, settings, _released(contract, settings))
        outcome = apply(made, contract, settings)
    return asdict(outcome), [*made.lines(), f"{outcome.writes} writes, {outcome.seconds:.1f} s, {outcome.url}"]
