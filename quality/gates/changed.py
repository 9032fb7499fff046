"""G2 over the change file and the list of retired rows: each cell is known by the column that its line names.

No cell is let through because of the file in which it stands; one of a column that is not declared is looked at.
"""

from collections.abc import Collection

from assets.sql import name, text

CHANGE = frozenset({"kind", "column", "before", "after"})
RETIRED = "last_version"


def relations(source: str, columns: Collection[str], declared: Collection[str]) -> list[str] | None:
    """The same cells as tables whose columns are those of the data; None where it is neither of these files."""
    if set(columns) >= CHANGE:
        return [f"(SELECT * EXCLUDE (before, after) FROM {source})", _cells(source, declared)]
    return [source] if RETIRED in columns else None


def _cells(source: str, declared: Collection[str]) -> str:
    """Both cells of each line, under the name of the column that the line names."""
    both = " UNION ALL ".join(f'SELECT "column" AS named, {side} AS cell FROM {source}' for side in ("before", "after"))
    known = [f"CASE WHEN named = {text(column)} THEN cell END AS {name(column)}" for column in sorted(declared)]
    listed = ", ".join(map(text, sorted(declared)))
    other = f'CASE WHEN named IS NULL OR named NOT IN ({listed}) THEN cell END AS "another column"'
    return f"(SELECT {', '.join([*known, other])} FROM ({both}))"
