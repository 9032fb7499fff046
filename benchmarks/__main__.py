"""`python -m benchmarks [SCALE ...]`: both contenders in turns on the example ledger, a table, and a JSON for each scale.

Only the standard library is imported here: the kernel counts a parent's memory towards the peak of what it starts.
"""

import argparse
import json
import os
import platform
import sys
from typing import Any

from benchmarks import measure, report
from benchmarks.measure import Run
from benchmarks.systems import BENCH, ROOT, Office, running

CONTENDERS = ("product", "reference")
COUNTS = ("read", "published", "quarantined", "duplicates", "withheld")


def main() -> int:
    """Measure every scale that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scales", nargs="*", type=int, default=[4, 40], help="4: 200,000 payments; 40: 2 million")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender, in turns")
    arguments = parser.parse_args()
    for scale in arguments.scales or [4, 40]:
        with running(scale) as office:
            document = measured(office, arguments.runs)
        target = BENCH / f"scale-{office.scale}.json"
        target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        _show(document)
        print(f"written to {target.relative_to(ROOT)}\n", flush=True)
    return 0


def measured(office: Office, runs: int) -> dict[str, Any]:
    """Run both in turns, and hold their results against each other: what they took, and what they made of the rows."""
    measure.started("product", office.config, office.output("codes"), "--codes")
    load = os.getloadavg()[0]
    told: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    for i in range(runs):
        for name in CONTENDERS if i % 2 else reversed(CONTENDERS):
            told[name].append(measure.run(office, name))
    agree(office, *(told[name][-1].said for name in CONTENDERS))
    measure.started("product", office.config, office.output("product"), "--extras")
    extras = json.loads((office.output("product") / "said.json").read_text(encoding="utf-8"))
    return {
        "scale": office.scale,
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version(),
                    "load before": round(load, 1)},
        "accounting": told["product"][-1].said["accounting"],
        **report.document(told["product"], told["reference"], extras),
        "runs": {name: [run.document() for run in told[name]] for name in CONTENDERS},
    }  # fmt: skip


def agree(office: Office, product: dict[str, Any], reference: dict[str, Any]) -> None:
    """Stop unless both made the same table and the same account, and it is the one of the answer key."""
    files = [said["files"][kind] for kind in ("parquet", "csv") for said in (product, reference)]
    measure.started("compare", *files)
    ours, theirs = ([said["accounting"][count] for count in COUNTS] for said in (product, reference))
    truth = office.truth["rows"]
    if ours != theirs or any(truth[name] != ours[i] for i, name in enumerate(COUNTS) if name in truth):
        raise SystemExit(f"the contenders account differently: {ours}, {theirs}, answer key {truth}")


def _show(document: dict[str, Any]) -> None:
    account, runs = document["accounting"], len(document["runs"]["product"])
    print(f"\nSCALE={document['scale']}: {account['read']:,} payments read, {account['published']:,} published; "
          f"{runs} runs of each, in turns\n")  # fmt: skip
    print("\n".join(report.lines(document)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
