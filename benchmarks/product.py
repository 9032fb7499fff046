"""One contender: Terang's own steps on the payments, from the ledger to a release, each with its time.

`python -m benchmarks.product CONFIG OUTPUT [--codes]`; with `--codes` it reads the list of codes, and nothing else.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGAN = time.monotonic()

from assets import catalog, settings  # noqa: E402 - importing is part of what is measured
from assets.extract import extract  # noqa: E402
from assets.protect import protect  # noqa: E402
from benchmarks.systems import CODES, DATASET  # noqa: E402
from publish.release import release  # noqa: E402
from quality.screening import screen  # noqa: E402
from quality.verdict import judge  # noqa: E402

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FORMATS = ("csv", "parquet")


def main() -> None:
    """Run the steps; say their seconds, what became of the rows, and where the files are."""
    config, output, *options = sys.argv[1:]
    office = settings.load(Path(config))
    contracts = catalog.load_all(office)
    if options == ["--codes"]:
        extract(contracts[CODES], office)
        return
    contract = contracts[DATASET].model_copy(update={"formats": FORMATS})
    steps: dict[str, dict[str, float]] = {"start": _spent(BEGAN, 0.0)}
    _timed(steps, "extract", lambda: extract(contract, office))
    _timed(steps, "screen", lambda: screen(contract, office, contracts))
    _timed(steps, "protect", lambda: protect(contract, office))
    _timed(steps, "judge", lambda: judge(contract, office))
    made = _timed(steps, "release", lambda: release(contract, office, now=NOW))
    files = {format_: str(made.path / f"{DATASET}.{format_}") for format_ in FORMATS}
    said = {"steps": steps, "accounting": dict(made.accounting), "files": files}
    (Path(output) / "said.json").write_text(json.dumps(said), encoding="utf-8")


def _timed(steps: dict[str, dict[str, float]], name: str, step: Callable[[], Any]) -> Any:
    began, cpu = time.monotonic(), time.process_time()
    done = step()
    steps[name] = _spent(began, cpu)
    return done


def _spent(began: float, cpu: float) -> dict[str, float]:
    return {"wall": round(time.monotonic() - began, 3), "cpu": round(time.process_time() - cpu, 3)}


if __name__ == "__main__":
    main()
