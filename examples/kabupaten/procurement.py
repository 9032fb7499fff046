"""Contracts and procurement packages as an INAPROC-like API gives them, with the defects of the real feed.

Dates come in four encodings, whole numbers as floats now and then, missing texts as "NULL". Serving: `examples/api.py`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from examples.kabupaten.budget import Lines
from examples.kabupaten.codes import Codes
from examples.kabupaten.columns import Ints, digits, glue, month_start, pick, random, text
from examples.kabupaten.people import Payees

KLPD = "D999"
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.000000Z", "%b %d, %Y, 12:00:00AM", "%Y-%m-%d")
_METHODS = (("SPSE Tender", "Tender"), ("SPSE Non Tender", "Pengadaan Langsung"), ("SPSE Non Tender", "Penunjukan Langsung"),
            ("E-Katalog", "E-Purchasing"))  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Deals:
    """The contracts: which budget line each belongs to, its supplier and its id. `start[line]` is -1 without one."""

    line: Ints
    supplier: Ints
    ids: Any
    start: Ints
    count: Ints

    def of(self, line: Ints, draw: np.random.Generator) -> Ints:
        """A contract for each payment of these lines, -1 where the line has none."""
        number = draw.integers(0, 1 << 40, len(line)) % np.maximum(1, self.count[line])
        return np.where(self.start[line] >= 0, self.start[line] + number, -1)


def deals(made: Lines, people: Payees) -> Deals:
    """One or two contracts for each line that is spent by contract; a consultant is often a single person."""
    draw = random("deals")
    kind = np.array(made.payee.to_pylist())
    chosen = np.isin(kind, ["kontrak", "konsultansi"])
    count = np.where(chosen, 1 + (draw.random(len(kind)) < 0.3), 0)  # noqa: PLR2004
    line = np.repeat(np.arange(len(kind)), count)
    single = (kind[line] == "konsultansi") & (draw.random(len(line)) < 0.5)  # noqa: PLR2004
    body = people.bodies[draw.integers(0, len(people.bodies), len(line))]
    person = people.persons[200 + draw.integers(0, 120, len(line))]
    start = np.where(chosen, np.cumsum(count) - count, -1)
    return Deals(line=line, supplier=np.where(single, person, body), start=start, count=count,
                 ids=glue(f"{KLPD}-K-", digits(np.arange(1, len(line) + 1), 6)))  # fmt: skip
