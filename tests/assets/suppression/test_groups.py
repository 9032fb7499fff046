"""Groups of an aggregated dataset: what a contract calls known, what is hidden for it, and what is refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.errors import Blocked, ContractError
from assets.protect import protect
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, read_json, sha256, store_of, write_json
from assets.suppression.known import is_linked, known

REVENUE = """
title: {en: Revenue}
summary: {en: Revenue.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [tax, district, kind]
aggregate: {by: [district, kind], sums: [amount], count: tax, count_as: payers, minimum: 3, OPTIONS}
columns:
  - {name: district, type: string, class: public, label: {en: District}}
  - {name: kind, type: string, class: public, label: {en: Kind}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: amount, type: "decimal(20,2)", class: personal_amount, minimum: 0, label: {en: Amount}}
  - {name: payers, type: integer, derived: true, class: public_measure, label: {en: Payers}}
"""
RECONCILE = """
reconcile:
  - {name: as the ledger, sum: amount, by: [kind, district], against: {values: [{kind: a, district: "1", total: "1"}]}}
"""
BY_KIND = "totals: [[kind]]"
Rows = list[dict[str, Any]]


def prepared(folder: Path, options: str, rows: Rows, more: str = "") -> tuple[Contract, Settings, Store]:
    """A dataset whose rows are screened."""
    (folder / "revenue.yml").write_text(REVENUE.replace("OPTIONS", options) + more, encoding="utf-8")
    contract, settings = load(folder / "revenue.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    cells = {name: pa.array([row[name] for row in rows], pa.string()) for name in ("district", "kind", "tax")}
    money = pa.array([Decimal(row["amount"]) for row in rows], pa.decimal128(20, 2))
    table = pa.table(
        {**cells, "amount": money, "_row": pa.array(range(len(rows)), pa.int64()), "_line": [""] * len(rows)}
    )
    pq.write_table(table, store.raw)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(rows)}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    return contract, settings, store


def rows(*groups: tuple[str, str, list[int]]) -> Rows:
    """A row for each amount, each of a person of its own."""
    spread = [(district, kind, amount) for district, kind, amounts in groups for amount in amounts]
    return [{"district": d, "kind": k, "tax": f"99{n:014}", "amount": a} for n, (d, k, a) in enumerate(spread)]


def shown(store: Store) -> set[tuple[str, str]]:
    """The groups that are shown."""
    table = pq.read_table(store.table)
    return set(zip(table.column("district").to_pylist(), table.column("kind").to_pylist(), strict=True))


FOUR = rows(("1", "a", [5, 5]), ("2", "a", [9] * 6), ("3", "a", [3] * 4), ("1", "b", [8] * 5), ("2", "b", [7] * 5))


def test_a_small_group_hides_behind_another_of_each_known_total(tmp_path: Path) -> None:
    """Whoever knows the sum of a kind cannot take the shown districts from it: the next smallest is hidden with it."""
    contract, settings, store = prepared(tmp_path, BY_KIND, FOUR)
    account = protect(contract, settings)
    assert shown(store) == {("2", "a"), ("1", "b"), ("2", "b")}
    (held,) = account.withheld
    assert (held.rows, held.persons, held.money) == (6, 6, {"amount": "22.00"})
    report = read_json(store.restricted / "suppression.json")
    assert (report["small or dominated"], report["hidden"]) == (1, 2)


def test_the_proof_changes_hidden_groups_alone(tmp_path: Path) -> None:
    """What one hidden group has more, another has less, so that no known total shows it."""
    contract, settings, store = prepared(tmp_path, BY_KIND, FOUR)
    protect(contract, settings)
    proof = pq.read_table(store.witnesses)
    moved = set(zip(proof.column("district").to_pylist(), proof.column("kind").to_pylist(), strict=True))
    assert moved == {("1", "a"), ("3", "a")}
    for move in set(proof.column("move").to_pylist()):
        assert abs(sum(row["change"] for row in proof.to_pylist() if row["move"] == move)) < 1e-6


def test_totals_of_the_ledger_are_known(tmp_path: Path) -> None:
    """What reconcile compares with is known to somebody; with a total for each single group nothing can be hidden."""
    contract, settings, store = prepared(tmp_path, "reason: FEW", FOUR, RECONCILE)
    assert known(contract) == [{}, {"kind": None, "district": None}]
    with pytest.raises(Blocked, match="whatever else is hidden") as error:
        protect(contract, settings)
    assert error.value.facts["found"].startswith("1 of 1 small groups")
    assert pq.read_table(store.unprotected).to_pylist() == [{"district": "1", "kind": "a", "payers": 2}]
    assert not store.table.exists()


def test_a_total_may_be_by_a_coarser_form(tmp_path: Path) -> None:
    """Districts 1.1 and 1.2 are known together, so the group of few hides behind its neighbour."""
    groups = [("1.1", "a", [5, 5]), ("1.2", "a", [9] * 6), ("2.1", "a", [1] * 4), ("2.2", "a", [3] * 4)]
    contract, settings, store = prepared(tmp_path, "totals: [[kind, {district: {parts: 1}}]]", rows(*groups))
    protect(contract, settings)
    assert shown(store) == {("2.1", "a"), ("2.2", "a")}


def test_a_sum_that_few_dominate_is_hidden(tmp_path: Path) -> None:
    """Enough persons, but two of them have nearly all; or the second could reckon what the first has."""
    groups = [("1", "a", [90, 60, 1, 1]), ("2", "a", [9] * 6), ("3", "a", [9] * 9), ("4", "a", [200, 60, 5, 5])]
    for options, hidden in (
        ("dominance: {persons: 2, share: 97%}", {("1", "a")}),
        ("dominance: {persons: 2, share: 95%}", {("1", "a"), ("4", "a")}),
        ("p: 10%", {("1", "a"), ("4", "a")}),
        ("p: 3%", {("1", "a")}),
        ("p: 1%", set()),
    ):
        contract, settings, store = prepared(tmp_path, options, rows(*groups))
        protect(contract, settings)
        assert {(d, k) for d, k, _ in groups} - shown(store) >= hidden
        report = read_json(store.restricted / "suppression.json")
        assert report["small or dominated"] == len(hidden)


def test_persons_of_several_groups_are_counted_once(tmp_path: Path) -> None:
    """Two hidden groups of the same two persons are two persons: a third group hides with them."""
    same = [{"district": d, "kind": "a", "tax": f"99{n:014}", "amount": 50} for d in "12" for n in range(2)]
    others = rows(("3", "a", [9] * 6), ("4", "a", [8] * 6), ("5", "a", [80] * 6))
    contract, settings, store = prepared(tmp_path, BY_KIND, same + [{**row, "tax": f"8{row['tax']}"} for row in others])
    account = protect(contract, settings)
    assert ("1", "a") not in shown(store)
    assert len(shown(store)) == 2
    assert account.withheld[0].persons == 8


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("totals: [[kin]]", 'aggregate.totals[0]: there is no column "kin". Did you mean "kind"?'),
        ("totals: [[tax]]", 'aggregate.totals[0]: the groups are not by "tax"'),
        ("totals: [[{district: {width: 5}}]]", 'aggregate.totals[0]: "district" has no coarser form width 5'),
        ("totals: [[{district: {to: hidden}}]]", 'aggregate.totals[0]: "district" has no coarser form hidden'),
    ],
)
def test_totals_that_make_no_sense_are_refused(tmp_path: Path, options: str, told: str) -> None:
    """Unknown columns, columns that groups are not by, forms that a column has not."""
    with pytest.raises(ContractError) as error:
        prepared(tmp_path, options, [])
    assert any(f"{one.path}: {one.message}".startswith(told) for one in error.value.mistakes), error.value.mistakes


def test_without_totals_nothing_is_linked(tmp_path: Path) -> None:
    """A contract that knows of no totals hides small groups from the sum of everything, as before."""
    contract, settings, store = prepared(tmp_path, "reason: FEW", FOUR)
    assert not is_linked(contract)
    protect(contract, settings)
    assert not store.witnesses.exists()
