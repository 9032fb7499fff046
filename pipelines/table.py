"""The one table that a person sees after a run."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from pipelines.run import Run

WIDTH = 140
COUNTS = ("read", "quarantined", "duplicates", "withheld", "published")


def print_runs(runs: Sequence[Run]) -> None:
    """Print what became of every row, and where it can be seen."""
    console = Console()
    console.width = max(console.width, WIDTH)  # a log has no width of its own, and a cut figure is no figure
    done = [run for run in runs if run.success]
    table = Table(box=None, pad_edge=False)
    table.add_column("dataset")
    for name in (*COUNTS, "writes", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("open at", no_wrap=True)
    for run in runs:
        counts = [f"{getattr(run, name):,}" for name in COUNTS] if run.success else ["✗", *[""] * (len(COUNTS) - 1)]
        table.add_row(run.dataset, *counts, str(run.writes), f"{run.seconds:.1f}", run.url)
    console.print(table)
    seconds = sum(run.seconds for run in runs)
    if done and not any(run.writes for run in runs):
        console.print(f"nothing changed: {len(done)} datasets, 0 writes, {seconds:.1f} s")
    elif len(done) == len(runs):
        console.print("Every row is accounted for: read = published + quarantined + duplicates + withheld.")
