"""Column names from one or several rows of header."""

from collections.abc import Sequence

JOIN = " / "


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """One title per column: the words of its header cells from top to bottom, each once, joined by " / "."""
    width = max(map(len, rows), default=0)
    columns = ([_tidy(row[i]) if i < len(row) else "" for row in rows] for i in range(width))
    return [JOIN.join(dict.fromkeys(word for word in words if word)) for words in columns]


def unique(names: Sequence[str]) -> list[str]:
    """The same names, where a repeated one gets its count: "Kode", "Kode (2)"."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return found


def _tidy(cell: str) -> str:
    return " ".join(cell.split())
