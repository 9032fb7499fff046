"""What the runs say together: smallest and middle seconds, step by step, and how far Terang is from the program by hand.

"The same work" is what both do. Gates and further formats are Terang's alone: they have lines of their own.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.measure import FIGURES, Run

GATES = ("judge", "scan")
STEPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "start": (("start",), ("start",)),
    "extract": (("extract",), ("extract",)),
    "check": (("screen",), ("check",)),
    "protect, write, SHA-256": (("protect", "release"), ("publish", "sha256")),
    "  of that, protect": (("protect",), ()),
    "gates on the table": (("judge",), ()),
    "gates on each file": (("scan",), ()),
}
WORDS = {"jsonl": "JSON lines", "jsonl scan": "  its gates", "xlsx": "XLSX", "xlsx scan": "  its gates"}
Figures = dict[str, dict[str, float]]


def document(product: Sequence[Run], reference: Sequence[Run], extras: Mapping[str, Any]) -> dict[str, Any]:
    """All figures, as JSON holds them."""
    same, whole, hand = _same(product), _all(product), _all(reference)
    return {
        "the same work": same,
        "with its gates": whole,
        "by hand": hand,
        "ratio": {"the same work": _ratio(same, hand), "with its gates": _ratio(whole, hand)},
        "peak MiB": {"product": _peak(product), "reference": _peak(reference)},
        "steps": {name: [_spent(product, ours), _spent(reference, theirs)] for name, (ours, theirs) in STEPS.items()},
        "extras": dict(extras),
    }


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    peak, ratio = told["peak MiB"], told["ratio"]
    yield f"{'':<28}{'wall s':^16}{'CPU s':^16}{'peak MiB':>10}"
    yield f"{'':<28}{'min':>8}{'median':>8}{'min':>8}{'median':>8}{'median':>10}"
    yield _line("Terang, the same work", told["the same work"])
    yield _line("by hand", told["by hand"], peak["reference"])
    yield _line("  ratio", ratio["the same work"])
    yield _line("Terang with its gates", told["with its gates"], peak["product"])
    yield _line("  ratio", ratio["with its gates"], round(peak["product"] / peak["reference"], 2))
    yield ""
    yield f"{'':<28}{'Terang':^16}{'by hand':^16}"
    yield f"{'median':<28}{'wall s':>8}{'CPU s':>8}{'wall s':>8}{'CPU s':>8}"
    for name, (ours, theirs) in told["steps"].items():
        other = _cells(theirs) if any(theirs["wall"].values()) else f"{'-':>8}{'-':>8}"
        yield f"{name:<28}{_cells(ours)}{other}"
    for name, step in told["extras"]["steps"].items():
        yield f"{WORDS[name]:<28}{step['wall']:>8.2f}{step['cpu']:>8.2f}{'-':>8}{'-':>8}"
    for name, reason in told["extras"]["not made"].items():
        yield f"{WORDS[name]:<28}not made: {reason}"


def _same(runs: Sequence[Run]) -> Figures:
    return _over([{f: getattr(run, f) - run.spent(*GATES)[f] for f in FIGURES} for run in runs])


def _all(runs: Sequence[Run]) -> Figures:
    return _over([{f: getattr(run, f) for f in FIGURES} for run in runs])


def _spent(runs: Sequence[Run], steps: Sequence[str]) -> Figures:
    return _over([run.spent(*steps) for run in runs])


def _over(runs: Sequence[Mapping[str, float]]) -> Figures:
    kept = {figure: [run[figure] for run in runs] for figure in FIGURES}
    return {f: {"min": round(min(v), 2), "median": round(statistics.median(v), 2)} for f, v in kept.items()}


def _ratio(ours: Figures, theirs: Figures) -> Figures:
    return {f: {which: round(ours[f][which] / theirs[f][which], 2) for which in ("min", "median")} for f in FIGURES}


def _peak(runs: Sequence[Run]) -> float:
    return round(statistics.median([run.rss for run in runs]))


def _line(name: str, figures: Figures, peak: float | None = None) -> str:
    cells = "".join(f"{figures[f][which]:>8.2f}" for f in FIGURES for which in ("min", "median"))
    return f"{name:<28}{cells}" + (f"{peak:>10}" if peak is not None else "")


def _cells(figures: Figures) -> str:
    return "".join(f"{figures[figure]['median']:>8.2f}" for figure in FIGURES)
