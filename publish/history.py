"""A dataset's releases over time, as a small picture and a table in Markdown. Counts only."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from assets.store import Store
from publish import ledger

RELEASES = 12
COLOURS = {"published": "#2a9d8f", "withheld": "#7a6ff0", "quarantined": "#e76f51", "duplicates": "#9aa5b1"}
_WIDTH, _HEIGHT, _LINE = 400, 80, 20
_STEP, _BAR = 28, 20

Counts = Mapping[str, int]


def markdown(store: Store) -> str:
    """What became of the source rows in each of the last releases."""
    released = {entry.version: entry.accounting for entry in ledger.entries(store) if entry.accounting}
    shown = dict(list(released.items())[-RELEASES:])
    picture = b64encode(svg(list(shown.values())).encode()).decode()
    lines = [
        f"![rows by release](data:image/svg+xml;base64,{picture})",
        "",
        f"| release | {' | '.join(COLOURS)} |",
        f"|---|{'---:|' * len(COLOURS)}",
        *(
            f"| {version} | {' | '.join(f'{counts[part]:,}' for part in COLOURS)} |"
            for version, counts in shown.items()
        ),
    ]
    return "\n".join(lines)


def svg(releases: Sequence[Counts]) -> str:
    """One bar a release, oldest left, each part in its colour, all on the scale of the largest."""
    largest = max((sum(counts[part] for part in COLOURS) for counts in releases), default=0) or 1
    bars = "".join(_bar(n * _STEP, counts, _HEIGHT / largest) for n, counts in enumerate(releases))
    legend = "".join(
        _legend(n * _WIDTH // len(COLOURS), part, colour) for n, (part, colour) in enumerate(COLOURS.items())
    )
    size = f'width="{_WIDTH}" height="{_HEIGHT + _LINE}" viewBox="0 0 {_WIDTH} {_HEIGHT + _LINE}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{bars}{legend}</svg>'


def _bar(x: int, counts: Counts, scale: float) -> str:
    tops = accumulate((counts[part] * scale for part in COLOURS), initial=0.0)
    return "".join(
        f'<rect x="{x}" y="{_HEIGHT - high:.1f}" width="{_BAR}" height="{high - low:.1f}" fill="{colour}"/>'
        for colour, (low, high) in zip(COLOURS.values(), pairwise(tops), strict=True)
    )


def _legend(x: int, part: str, colour: str) -> str:
    middle = _HEIGHT + _LINE / 2
    words = f'<text x="{x + 14}" y="{middle + 4}" font-family="sans-serif" font-size="12" fill="#808890">{part}</text>'
    return f'<rect x="{x}" y="{middle - 5}" width="10" height="10" fill="{colour}"/>{words}'
