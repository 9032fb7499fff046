"""`terang`: the command line. Each command reads its arguments, calls one room, and says what came out.

Exit codes: 0 done · 1 a defect of Terang · 2 contract or settings · 3 source · 4 blocked or unproven · 5 busy ·
6 storage · 7 portal · 8 waits for approval · 130 interrupted.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assets.defects import defect
from assets.errors import ContractError, TerangError, Unapproved
from assets.settings import CONFIG_VARIABLE, load
from assets.store import explained
from pipelines.approving import approve
from pipelines.chosen import AsJson, Names, chosen, dagster_home, office
from pipelines.explaining import explain
from pipelines.logs import to_terminal
from pipelines.new import new
from pipelines.purging import purge
from pipelines.releasing import plan, publish, verify
from pipelines.reporting import report
from pipelines.taking_back import rollback, takedown

INTERRUPTED = 130

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


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


for command in (new, plan, publish, verify, explain, report, approve, purge, rollback, takedown):
    app.command()(command)


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
    from assets.catalog import files, load_all, together  # noqa: PLC0415
    from quality.rules import check_rules  # noqa: PLC0415

    settings = load()
    contracts = chosen(load_all(settings), names)
    wrong = [ContractError(f"{name}.yml", found) for name, one in contracts.items() if (found := check_rules(one))]
    if wrong:
        raise together(wrong)
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
    reason: Annotated[
        str | None, typer.Option(help="Why this release is made, for the public: in the ledger and on the portal.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Release it even if the same content was taken back.")] = False,
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

    settings, contracts = office()
    dagster_home(settings)
    code = defs()
    runs = []
    for contract in in_order(contracts, chosen(contracts, names)):
        typer.echo(f"{contract.name} ...", err=True)
        try:
            runs.append(run_one(contract, settings, code, partition=partition, reason=reason, again=again))
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
    if any(one.waiting for one in runs):
        raise typer.Exit(Unapproved.exit_code)


def _previewed(names: list[str] | None, partition: str | None, *, as_json: bool) -> None:
    from pipelines.preview import preview  # noqa: PLC0415

    settings, contracts = office()
    wanted = chosen(contracts, names).values()
    found = [preview(contract, settings, partition=partition) for contract in wanted]
    documents = json.dumps([one.document() for one in found], indent=2, default=str)
    typer.echo(documents if as_json else "\n".join(line for one in found for line in one.lines()))
    if any(one.stopped for one in found):
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
    dagster_home(settings)
    workspace = str(settings.root / "workspace.yaml")
    command = [sys.executable, "-m", "dagster", "dev", "-w", workspace, "-p", str(port)]
    os.execv(command[0], command)  # noqa: S606 - our own program takes this process's place


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """What is in force: settings with secrets hidden, and the newest release of each dataset."""
    from pipelines.status import print_status  # noqa: PLC0415
    from publish.purging import due, words  # noqa: PLC0415
    from publish.release import latest, newest  # noqa: PLC0415

    settings, contracts = office()
    releases = {name: found for name, c in contracts.items() if (found := latest(c, settings))}
    waiting = {n: found.version for n, c in contracts.items() if (found := newest(c, settings)) and found.waiting}
    overdue = {name: words(kept) for name, c in contracts.items() if (kept := due(c, settings))}
    document = {
        "settings": settings.shown(),
        "datasets": {name: releases[name].version if name in releases else None for name in contracts},
        "waiting": waiting,
        "overdue": overdue,
    }
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    print_status(settings, contracts, releases, waiting)
    for name, kinds in overdue.items():
        typer.echo(f"overdue  {name}: {kinds}; terang purge {name}")
