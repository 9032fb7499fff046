"""One contender: Terang's own steps on the payments, from the ledger to a release, each with its time.

`python -m benchmarks.product CONFIG OUTPUT [--codes | --extras]`; with `--codes` it reads the list of codes, and
nothing else; with `--extras` it writes the public table in the formats that a program by hand does not make.
"""

import importlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assets import catalog, settings
from assets.contract import Contract
from assets.extract import extract
from assets.protect import protect
from assets.settings import Settings
from assets.store import store_of
from benchmarks.clock import Clock
from benchmarks.systems import CODES, DATASET
from publish.formats import FORMATS
from publish.formats.format import Context, NotMade
from publish.release import release
from quality.screening import screen
from quality.verdict import judge

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SAME = ("csv", "parquet")
EXTRAS = ("jsonl", "xlsx")


def main() -> None:
    """Run the steps; say their seconds, what became of the rows, and where the files are."""
    config, output, *options = sys.argv[1:]
    office = settings.load(Path(config))
    contracts = catalog.load_all(office)
    if options == ["--codes"]:
        extract(contracts[CODES], office)
        return
    contract = contracts[DATASET].model_copy(update={"formats": SAME})
    said = extras(contract, office, Path(output)) if options else released(contract, office)
    (Path(output) / "said.json").write_text(json.dumps(said), encoding="utf-8")


def released(contract: Contract, office: Settings) -> dict[str, Any]:
    """The whole path. What the gates take is told apart, within a release too."""
    clock = Clock()
    gate = importlib.import_module("quality.gates.scan")
    scan = gate.scan_files
    gate.__dict__["scan_files"] = lambda *asked: clock.timed("scan", lambda: scan(*asked))
    clock.timed("extract", lambda: extract(contract, office))
    clock.timed("screen", lambda: screen(contract, office))
    clock.timed("protect", lambda: protect(contract, office))
    clock.timed("judge", lambda: judge(contract, office))
    made = clock.timed("release", lambda: release(contract, office, now=NOW))
    files = {format_: str(made.path / f"{DATASET}.{format_}") for format_ in SAME}
    return {"steps": clock.steps, "accounting": dict(made.accounting), "files": files}


def extras(contract: Contract, office: Settings, output: Path) -> dict[str, Any]:
    """The seconds of each further format, written and scanned; a format that cannot hold the table says why."""
    from quality.gates.scan import scan_files  # noqa: PLC0415 - as a release does

    clock = Clock()
    table = store_of(contract.name, office).table
    context = Context(contract=contract, languages=office.languages, version="benchmark")
    not_made = {}
    for format_ in EXTRAS:
        target = output / f"{DATASET}.{format_}"
        try:
            with clock.running(format_):
                FORMATS[format_].write(table, target, context)
        except NotMade as reason:
            not_made[format_] = str(reason)
            continue
        with clock.running(f"{format_} scan"):
            if not scan_files([target], contract).passed:
                raise SystemExit(f"the gates stop {target.name}")
    return {"steps": clock.steps, "not made": not_made}


if __name__ == "__main__":
    main()
