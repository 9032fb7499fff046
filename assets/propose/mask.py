"""First rows for a person to look at, masked: the shape of each cell, never what stands in it."""

import re
from collections.abc import Sequence

WIDTH = 24
_MASKS = ((re.compile(r"[^\W\d_]"), "x"), (re.compile(r"\d"), "9"))


def masked(text: str | None) -> str:
    """The text with every letter an "x" and every digit a "9", cut to the width of a column."""
    shown = " ".join((text or "").split())[: WIDTH + 1]
    for mark, mask in _MASKS:
        shown = mark.sub(mask, shown)
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 1]}…"


def masked_rows(rows: Sequence[Sequence[str | None]], *, shown: Sequence[bool]) -> list[list[str]]:
    """Rows masked but for the columns in `shown`, which hold nothing of anybody: years, words of a short list."""
    return [
        [(cell or "")[:WIDTH] if plain else masked(cell) for cell, plain in zip(row, shown, strict=True)]
        for row in rows
    ]
