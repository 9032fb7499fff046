"""The answer key `ground_truth.json`: what a correct run must find, count and hide, worked out without Terang."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import SEED, VERSION
from examples.kabupaten.columns import Bools, Ints, cents_of, rupiah
from examples.kabupaten.defects import Damage

FATES = ("deleted", "rejected", "quarantined", "duplicate", "withheld", "published")


def fates(harm: Damage, withheld: Bools | None = None) -> Any:
    """The fate of every row as text: a seeded one, else withheld where told so, else published."""
    fate = np.full(harm.table.num_rows, "published", dtype="<U11")
    if withheld is not None:
        fate[withheld] = "withheld"
    for row, seeded in harm.fate.items():
        if seeded not in {"warned", "published"}:
            fate[row] = seeded
    return fate


def counts(fate: Any, *, set_aside: int = 0, warned: int = 0) -> dict[str, int]:
    """Rows by fate, so that read = published + quarantined + withheld + duplicates. Rejected rows are quarantined."""
    of = {name: int((fate == name).sum()) for name in FATES}
    return {
        "read": len(fate) - of["deleted"], "deleted": of["deleted"], "set_aside": set_aside, "rejected": of["rejected"],
        "quarantined": of["quarantined"] + of["rejected"], "duplicates": of["duplicate"], "withheld": of["withheld"],
        "published": of["published"], "warned": warned,
    }  # fmt: skip


def totals(fate: Any, cents: Ints, by: Any) -> dict[str, dict[str, str]]:
    """Sums by group: of all rows but copies and deleted ones (what the books say), and of the published."""
    groups, which = np.unique(np.array(by), return_inverse=True)
    found = {}
    for name, counted in (("books", ~np.isin(fate, ["duplicate", "deleted"])), ("published", fate == "published"),
                          ("withheld", fate == "withheld"), ("quarantined", fate == "quarantined")):  # fmt: skip
        sums = np.zeros(len(groups), np.int64)
        np.add.at(sums, which[counted], cents[counted])
        found[name] = {str(group): rupiah(total) for group, total in zip(groups, sums.tolist(), strict=True)}
    return found


def small_cells(harm: Damage, fate: Any, smallest: int) -> tuple[Bools, dict[str, int]]:
    """Rows of cells (month, account, district) that are hidden, and how many cells there are.

    Hidden are those with fewer taxpayers than `smallest`, and others with them: see `_joined`.
    """
    live = np.flatnonzero(fate == "published")
    table = harm.table.take(pa.array(live))
    year = table["tahun"].cast(pa.string())
    total = _coded(pc.binary_join_element_wise(year, table["kode_rekening"], "|"))
    cell = _coded(pc.binary_join_element_wise(year, table["bulan"].cast(pa.string()), table["kode_rekening"],
                                              table["kecamatan"], "|"))  # fmt: skip
    who, count = _coded(table["npwpd"]), int(cell.max()) + 1
    sums = np.zeros((2, count))
    for i, measure in enumerate(("ketetapan", "bayar")):
        np.add.at(sums[i], cell, exact(table, measure) / 100)
    met = [set() for _ in range(count)]
    for one, person in zip(cell.tolist(), who.tolist(), strict=True):
        met[one].add(person)
    few = np.array([len(persons) < smallest for persons in met])
    of = np.zeros(count, np.int64)
    of[cell] = total
    hidden = np.concatenate([_joined(np.flatnonzero(of == one), few, met, sums, smallest) for one in np.unique(of)])
    rows = np.zeros(len(fate), np.bool_)
    rows[live] = np.isin(cell, hidden)
    cells = {
        "cells": count,
        "cells_few": int(few.sum()),
        "cells_withheld": len(hidden),
        "cells_published": count - len(hidden),
    }
    return rows, cells


def _joined(cells: Ints, few: Bools, met: list[set[int]], sums: Any, smallest: int) -> Ints:
    """The hidden cells of one account and year, whose sum everybody can look up.

    The next smallest cells hide with those of few taxpayers, until there are two, of enough taxpayers together, and the
    others could hold a fifth more or less than any of few has (or than a taxpayer has on average).
    """
    mean = sums.sum(axis=1) / sum(map(len, met))
    need = 0.2 * np.maximum(sums, mean[:, None])
    hidden = [int(cell) for cell in cells if few[cell]]
    while hidden:
        secret = [cell for cell in hidden if few[cell]]
        others = sums[:, hidden].sum(axis=1, keepdims=True) - sums[:, secret]
        lacking = (need[:, secret] - others).max(axis=1, initial=0)
        if len(hidden) > 1 and len(set().union(*(met[cell] for cell in hidden))) >= smallest and (lacking <= 0).all():
            break
        shown = np.setdiff1d(cells, hidden)
        size = sums[:, shown] / sums[:, shown].max(axis=1, keepdims=True)
        enough = (sums[:, shown] >= lacking[:, None]).all(axis=0)
        hidden.append(int(shown[np.where(enough, size.sum(axis=0), 9 - size.sum(axis=0)).argmin()]))
    return np.array(hidden, np.int64)


def _coded(values: Any) -> Ints:
    return np.asarray(pc.dictionary_encode(values).combine_chunks().indices, np.int64)


def persons(*sources: tuple[Any, dict[str, str]]) -> dict[str, Any]:
    """Everything that points at a person: distinct values by kind, from tables and the columns that hold them."""
    found: dict[str, set[str]] = {}
    for table, columns in sources:
        for name, kind in columns.items():
            found.setdefault(kind, set()).update(one for one in pc.unique(table[name]).to_pylist() if one)
    return {"count": len(found["nik"]), **{kind: sorted(values) for kind, values in sorted(found.items())}}


def key(datasets: dict[str, Any], harms: list[Damage], people: dict[str, Any], scale: int) -> dict[str, Any]:
    """The whole answer key."""
    defects = [defect.document() for harm in harms for defect in harm.defects]
    return {
        "version": VERSION,
        "seed": SEED,
        "scale": scale,
        "datasets": datasets,
        "defects": defects,
        "persons": people,
    }


def expected(truth: dict[str, Any]) -> dict[str, Any]:
    """The part of the answer key without a key or a person: counts and totals."""
    return {
        **{name: truth[name] for name in ("version", "seed", "scale", "datasets")},
        "persons": truth["persons"]["count"],
        "defects": [{name: value for name, value in one.items() if name != "where"} for one in truth["defects"]],
    }


def exact(table: Any, column: str) -> Ints:
    """Cents of a column: decimals, or texts with a decimal comma."""
    values = table[column]
    if pa.types.is_decimal(values.type):
        return cents_of(values)
    return np.array([_cents(one) for one in values.to_pylist()], np.int64)


def _cents(spelt: str) -> int:
    return int(Decimal(spelt.replace(".", "").replace(",", ".")) * 100)
