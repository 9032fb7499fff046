"""A year or month in which a source is read: which rows belong to it, said alike to a database and to the rows in store."""

from dataclasses import dataclass
from datetime import date

from assets.sql import text
from assets.types import is_number


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The rows whose cell in the source's column `by` lies in `value`, "2026" or "2026-01".

    `kind` is the column's type in the contract; its days begin in `zone`.
    """

    value: str
    by: str
    kind: str
    zone: str

    def numbered(self, cell: str) -> str:
        """The condition for a number: 2026, 202601 or 20260131."""
        digits = int(self.value.replace("-", ""))
        first = [digits * by for by in ((1, 100, 10_000) if "-" not in self.value else (1, 100))]
        ranges = (f"{cell} >= {low} AND {cell} < {low + low // digits}" for low in first)
        return " OR ".join(f"({one})" for one in ranges)

    def worded(self, cell: str) -> str:
        """The condition for a text: it begins with the year or month, with a hyphen in it or without."""
        return " OR ".join(f"{cell} LIKE {text(start + '%')}" for start in self.starts)

    def dated(self, cell: str, moment: str = "{}") -> str:
        """The condition for a day or a moment; `moment` is how a day's begin is written for it."""
        low, high = (moment.format(text(day.isoformat())) for day in self._days())
        return f"{cell} >= {low} AND {cell} < {high}"

    def stored(self, cell: str) -> str:
        """The condition for a column of a table of ours, in DuckDB."""
        if is_number(self.kind):
            return self.numbered(cell)
        if self.kind == "string":
            return self.worded(cell)
        zoned = f"timezone({text(self.zone)}, TIMESTAMP {{}})"
        return self.dated(cell, zoned if self.kind == "datetime" else "DATE {}")

    @property
    def starts(self) -> tuple[str, ...]:
        """How a text of this part begins."""
        return tuple(dict.fromkeys((self.value, self.value.replace("-", ""))))

    def _days(self) -> tuple[date, date]:
        """The first day, and the first one after."""
        year, _, month = self.value.partition("-")
        first = date(int(year), int(month or 1), 1)
        after = 12 * first.year + first.month - 1 + (1 if month else 12)
        return first, date(after // 12, after % 12 + 1, 1)
