"""The one table that a person sees after a run."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from pipelines.run import Run

WIDTH = 140
COUNTS = ("read", "quarantined", "duplicates", "withheld", "published")


def print_runs(runs: Sequence[Run]) -> None:
    """Print what became of every row, and where it can be seen."""
    console = Console()
    console.width = max(console.width, WIDTH)  # a log has no width of its own, and a cut figure is no figure
    table = Table(box=None, pad_edge=False)
    table.add_column("dataset")
    for name in (*COUNTS, "writes", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("open at", no_wrap=True)
    for run in runs:
        counts = [f"{getattr(run, name):,}" for name in COUNTS] if run.success else ["✗", *[""] * (len(COUNTS) - 1)]
        table.add_row(run.dataset, *counts, str(run.writes), f"{run.seconds:.1f}", run.url)
    console.print(table)
    for line in _account(runs):
        console.print(line, highlight=False, soft_wrap=True)


def _account(runs: Sequence[Run]) -> Iterator[str]:
    """What holds for all of them, and what somebody should look at."""
    done = [run for run in runs if run.success]
    if len(done) == len(runs):
        yield "Every row is accounted for: read = published + quarantined + duplicates + withheld."
    totals = [f"{run.dataset} {Decimal(sum_):,f}" for run in done for sum_ in run.totals.values()]
    if totals:
        yield f"Totals equal the source's own: {', '.join(totals)}."
    for run in done:
        for rule, rows in run.flagged.items():
            yield f"Published and flagged: {run.dataset}, {rows:,} rows: {rule}."
    yield from (f"Waits for approval, not public: {run.dataset}: {run.waiting}" for run in done if run.waiting)
    yield from (f"Not released: {run.dataset}: {run.held_back}." for run in done if run.held_back)
    if done and not any(run.writes or run.waiting for run in runs):
        yield f"nothing changed: {len(done)} datasets, 0 writes, {sum(run.seconds for run in runs):.1f} s"
