"""Whether a text without delimiters is one of fixed width, and where its fields begin and end."""

from collections.abc import Mapping, Sequence
from typing import Any

from assets.propose.frame import frame_of
from assets.propose.headers import names_of

_LEAST_LINES, _LEAST_WIDTH = 3, 10


def fields_in(lines: Sequence[str]) -> Mapping[str, Any]:
    """The options `fields`, `skip` and `cut_blanks`, where all lines are blank at the same places; else none."""
    held = [line for line in lines if line.strip()]
    width = max(map(len, held), default=0)
    if len(held) < _LEAST_LINES or width < _LEAST_WIDTH or any("\t" in line for line in held):
        return {}
    taken = [any(at < len(line) and line[at] != " " for line in held) for at in range(width)]
    starts = [at for at in range(width) if taken[at] and (at == 0 or not taken[at - 1])]
    if len(starts) < 2:  # noqa: PLR2004 - one field is no table
        return {}
    spans = [(start, stop) for start, stop in zip(starts, [*starts[1:], width], strict=True)]
    rows = [[line[first:last].strip() for first, last in spans] for line in held]
    frame = frame_of(rows)
    header = frame.header if frame is not None and len(frame.header) == 1 and frame.header[0] == 0 else ()
    titles = names_of(rows[0] if header else [f"kolom {at + 1}" for at in range(len(spans))])
    cut = any(len(line.rstrip()) < width for line in held[len(header) :]) and len({len(line) for line in held}) > 1
    return {
        "fields": {name: [first + 1, last] for name, (first, last) in zip(titles, spans, strict=True)},
        **({"skip": 1} if header else {}),
        **({"cut_blanks": True} if cut else {}),
    }
