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
    """Rows of cells (month, account, district) with fewer taxpayers than `smallest`, and how many cells there are."""
    live = pa.table({
        "cell": pc.binary_join_element_wise(harm.table["tahun"].cast(pa.string()), harm.table["bulan"].cast(pa.string()),
                                            harm.table["kode_rekening"], harm.table["kecamatan"], "|"),
        "who": harm.table["npwpd"],
    })  # fmt: skip
    kept = (
        live.filter(pa.array(fate == "published"))
        .group_by("cell", use_threads=False)
        .aggregate([("who", "count_distinct")])
    )
    few = kept.filter(pc.less(kept["who_count_distinct"], smallest))
    small = np.asarray(pc.is_in(live["cell"], few["cell"].combine_chunks())) & (fate == "published")
    return small, {
        "cells": kept.num_rows,
        "cells_withheld": few.num_rows,
        "cells_published": kept.num_rows - few.num_rows,
    }


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
