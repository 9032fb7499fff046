"""The seeded defects: what is wrong, in which row, and what must become of it; the answer key is made from these."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from examples.kabupaten.columns import Bools, Ints, overwrite, spread

Fate = Literal["published", "warned", "withheld", "quarantined", "rejected", "duplicate", "deleted"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """One kind of defect in one dataset: `rule` is what must catch it, `where` the keys of the rows that have it."""

    name: str
    dataset: str
    system: str
    rule: str
    fate: Fate
    where: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The entry in the answer key."""
        return {"name": self.name, "dataset": self.dataset, "system": self.system, "rule": self.rule,
                "fate": self.fate, "count": len(self.where), "where": list(self.where)}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """How to make one kind of defect: the column and its new value in `count` rows ("" as rule: by hand)."""

    name: str
    rule: str
    count: int
    fate: Fate = "quarantined"
    column: str = ""
    value: Any = None


@dataclass(kw_only=True, slots=True)
class Damage:
    """A table while defects are put into it: the fate of every row, and the defects so far."""

    dataset: str
    system: str
    table: Any
    key: tuple[str, ...]
    defects: list[Defect] = field(default_factory=list)
    fate: dict[int, Fate] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def choose(self, case: Case, eligible: Bools | None = None) -> Ints:
        """Rows for a case, none of them damaged before; the defect is noted under their keys as they were."""
        free = np.ones(self.table.num_rows, bool) if eligible is None else eligible.copy()
        rows = spread(free, case.count, self.taken, f"{self.dataset}-{case.name}")
        self.note(case, rows)
        return rows

    def note(self, case: Case, rows: Ints) -> None:
        """Write down that these rows have this defect."""
        self.defects.append(Defect(name=case.name, dataset=self.dataset, system=self.system, rule=case.rule,
                                   fate=case.fate, where=self.keys(rows)))  # fmt: skip
        self.fate |= {int(row): case.fate for row in rows}

    def apply(self, case: Case, eligible: Bools | None = None) -> Ints:
        """Choose rows and set the case's column to its value, or to what the value makes of the old ones."""
        rows = self.choose(case, eligible)
        old = self.table.column(case.column).take(pa.array(rows)).combine_chunks()
        new = case.value(old) if callable(case.value) else pa.array([case.value] * len(rows), old.type)
        self.table = overwrite(self.table, case.column, rows, new)
        return rows

    def copy(self, case: Case, eligible: Bools | None = None) -> Ints:
        """Append copies of rows; the copies, not the originals, have the defect."""
        rows = self.choose(case, eligible)
        first = self.table.num_rows
        for row in rows:
            del self.fate[int(row)]
        self.table = pa.concat_tables([self.table, self.table.take(pa.array(rows))])
        copies = np.arange(first, first + len(rows))
        self.fate |= {int(row): case.fate for row in copies}
        self.taken.update(map(int, copies))
        return copies

    def keys(self, rows: Ints) -> tuple[str, ...]:
        """The keys of rows, their parts joined by " | "."""
        parts = [self.table.column(name).take(pa.array(rows)).to_pylist() for name in self.key]
        return tuple(" | ".join(map(str, row)) for row in zip(*parts, strict=True))

    def counts(self) -> Counter[str]:
        """How many rows have each fate; rows without a note are not counted."""
        return Counter(self.fate.values())

    def rows(self, *fates: Fate) -> Ints:
        """The rows that have one of these fates."""
        return np.array(sorted(row for row, fate in self.fate.items() if fate in fates), np.int64)
