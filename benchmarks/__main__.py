"""`python -m benchmarks [SCALE ...]`: both contenders in turns on the example ledger, a table, and a JSON for each scale.

Only the standard library is imported here: the kernel counts a parent's memory towards the peak of what it starts.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence

from benchmarks import measure
from benchmarks.measure import Run
from benchmarks.systems import BENCH, ROOT, Office, running

CONTENDERS = ("product", "reference")
FIGURES = ("wall", "cpu", "rss")
COUNTS = ("read", "published", "quarantined", "duplicates", "withheld")


def main() -> int:
    """Measure every scale that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scales", nargs="*", type=int, default=[4, 40], help="4: 200,000 payments; 40: 2 million")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median counts")
    arguments = parser.parse_args()
    for scale in arguments.scales or [4, 40]:
        with running(scale) as office:
            measured(office, arguments.runs)
    return 0


def measured(office: Office, runs: int) -> None:
    """Run both in turns, hold their results against each other, and write down what they took."""
    measure.started("product", office.config, office.output("codes"), "--codes")
    told: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    for i in range(runs):
        for name in CONTENDERS if i % 2 else reversed(CONTENDERS):
            told[name].append(measure.run(office, name))
    _agree(office, told["product"][-1], told["reference"][-1])
    middle = {name: {figure: _median(told[name], figure) for figure in FIGURES} for name in CONTENDERS}
    document = {
        "scale": office.scale,
        "accounting": told["product"][-1].said["accounting"],
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "median": middle,
        "ratio": {figure: round(middle["product"][figure] / middle["reference"][figure], 2) for figure in FIGURES},
        "runs": {name: [run.document() for run in told[name]] for name in CONTENDERS},
    }
    target = BENCH / f"scale-{office.scale}.json"
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    _show(office, middle, told["product"])
    print(f"written to {target.relative_to(ROOT)}\n", flush=True)


def _median(runs: Sequence[Run], figure: str) -> float:
    return round(statistics.median([float(getattr(run, figure)) for run in runs]), 2)


def _agree(office: Office, product: Run, reference: Run) -> None:
    """Stop unless both made the same table and the same account, and it is the one of the answer key."""
    files = [run.said["files"][kind] for kind in ("parquet", "csv") for run in (product, reference)]
    measure.started("compare", *files)
    ours, theirs = ([run.said["accounting"][count] for count in COUNTS] for run in (product, reference))
    truth = office.truth["rows"]
    if ours != theirs or any(truth[name] != ours[i] for i, name in enumerate(COUNTS) if name in truth):
        raise SystemExit(f"the contenders account differently: {ours}, {theirs}, answer key {truth}")


def _show(office: Office, middle: dict[str, dict[str, float]], runs: Sequence[Run]) -> None:
    account = runs[-1].said["accounting"]
    print(f"\nSCALE={office.scale}: {account['read']:,} payments read, {account['published']:,} published")
    print(f"{'':<12}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}")
    for name in CONTENDERS:
        wall, cpu, rss = (middle[name][figure] for figure in FIGURES)
        print(f"{name:<12}{wall:>9.2f}{cpu:>9.2f}{rss:>10.0f}")
    wall, cpu, rss = (middle["product"][figure] / middle["reference"][figure] for figure in FIGURES)
    print(f"{'ratio':<12}{wall:>9.2f}{cpu:>9.2f}{rss:>10.2f}")
    steps = runs[-1].said["steps"]
    print("steps: " + "   ".join(f"{name} {step['wall']:.1f} s" for name, step in steps.items()))


if __name__ == "__main__":
    sys.exit(main())
