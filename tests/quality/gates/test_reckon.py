"""G6 and G7: what totals give away blocks, and a proof that is none is no proof."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.protect import protect
from assets.settings import Settings
from assets.store import Store
from quality.gates.evidence import Evidence, Material
from quality.gates.reckon import reckon
from quality.verdict import judge
from tests.assets.suppression.test_groups import BY_KIND, FOUR, prepared, rows

SHOWN, STRANGE = "shown groups of few persons", "shown groups that are not those of the restricted rows"
FEW, CLOSED = "totals that tell of too few", "secret sums that can be reckoned"
OF_SHOWN, SEEN, NOT = "witnesses of what is shown", "witnesses that a known total shows", "witnesses of what cannot be"


def _made(folder: Path, options: str = BY_KIND, groups: Any = FOUR) -> tuple[Contract, Settings, Store]:
    contract, settings, store = prepared(folder, options, groups)
    protect(contract, settings)
    return contract, settings, store


def _asked(contract: Contract, settings: Settings, store: Store) -> Evidence:
    return reckon(Material(contract=contract, store=store, settings=settings))


def _wrong(evidence: Evidence) -> dict[str, int]:
    return {what: count for what, count in evidence.facts.items() if count and what not in {"asked", "known totals"}}


@pytest.mark.parametrize("options", [BY_KIND, "reason: FEW", "p: 10%", "totals: [[kind], [district]]"])
def test_a_table_that_hides_enough_passes_every_gate(tmp_path: Path, options: str) -> None:
    """With and without known totals, and with rules on who dominates a sum."""
    contract, settings, store = _made(tmp_path, options)
    verdict = judge(contract, settings)
    assert verdict.passed, verdict.gates
    assert not _wrong(_asked(contract, settings, store))


def _public(change: Callable[[pa.Table], pa.Table]) -> Callable[[Store], None]:
    return lambda store: pq.write_table(change(pq.read_table(store.table)), store.table)


def _added(table: pa.Table, district: str, kind: str, amount: str, payers: int) -> pa.Table:
    cells = {"district": [district], "kind": [kind], "amount": [amount], "payers": [payers]}
    row = pa.table({name: pa.array(of).cast(table.schema.field(name).type) for name, of in cells.items()})
    return pa.concat_tables([table, row])


def _proof(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Callable[[Store], None]:
    def changed(store: Store) -> None:
        told = pq.read_table(store.witnesses)
        kept = [new for row in told.to_pylist() if (new := change(row)) is not None]
        pq.write_table(pa.Table.from_pylist(kept, told.schema), store.witnesses)

    return changed


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (_public(lambda table: _added(table, "1", "a", "10.00", 2)), {SHOWN, OF_SHOWN}),
        (_public(lambda table: _added(table, "3", "a", "12.00", 4)), {OF_SHOWN, FEW}),
        (_public(lambda table: _added(table, "9", "a", "12.00", 4)), {STRANGE}),
        (_public(lambda table: table.set_column(3, "payers", pa.array([5] * 3, pa.int64()))), {STRANGE}),
        (_proof(lambda _: None), {CLOSED}),
        (_proof(lambda row: row if row["change"] < 0 else None), {CLOSED, SEEN}),
        (_proof(lambda row: {**row, "change": row["change"] / 2}), {CLOSED}),
        (_proof(lambda row: {**row, "change": abs(row["change"])}), {CLOSED, SEEN}),
        (_proof(lambda row: {**row, "change": row["change"] * 100}), {NOT}),
        (_proof(lambda row: {**row, "district": {"1": "2"}.get(row["district"], row["district"])}), {CLOSED, OF_SHOWN}),
        (_proof(lambda row: {**row, "kind": {"1": "b"}.get(row["district"], "a")}), {CLOSED, OF_SHOWN, SEEN}),
        (_proof(lambda row: {**row, "measure": "another"}), {CLOSED}),
    ],
)
def test_what_is_shown_or_can_be_reckoned_blocks(tmp_path: Path, change: Any, wrong: set[str]) -> None:
    """A small group, its companion, another number; a proof of nothing, of half, of the impossible, of other groups."""
    contract, settings, store = _made(tmp_path)
    change(store)
    evidence = _asked(contract, settings, store)
    assert not evidence.passed
    assert set(_wrong(evidence)) == wrong


def test_without_a_proof_nothing_passes(tmp_path: Path) -> None:
    """A missing proof is a gate that crashed."""
    contract, settings, store = _made(tmp_path)
    store.witnesses.unlink()
    assert [gate.name for gate in judge(contract, settings).gates if not gate.passed] == ["reckon"]


def test_a_dominated_group_that_is_shown_blocks(tmp_path: Path) -> None:
    """Whatever was hidden by other rules: these are asked anew."""
    groups = rows(("1", "a", [90, 60, 1, 1]), ("2", "a", [9] * 6), ("3", "a", [9] * 9))
    contract, settings, store = _made(tmp_path, "dominance: {persons: 2, share: 97%}", groups)
    assert _asked(contract, settings, store).passed
    table = pq.read_table(store.table)
    pq.write_table(_added(table, "1", "a", "152.00", 4), store.table)
    assert SHOWN in _wrong(_asked(contract, settings, store))


def test_a_row_of_quarantine_is_in_no_group(tmp_path: Path) -> None:
    """Groups are of the rows that screening let through."""
    contract, settings, store = _made(tmp_path)
    aside = pa.table({"_row": pa.array([2], pa.int64()), "fate": ["quarantined"]})
    pq.write_table(aside, store.excluded)
    assert set(_wrong(_asked(contract, settings, store))) == {STRANGE}
