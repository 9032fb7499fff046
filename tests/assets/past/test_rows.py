"""Rows about persons over many releases: whoever kept all of them finds nobody among fewer than the contract asks."""

import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from assets.contract import Contract
from assets.errors import Blocked
from assets.past import records
from assets.past.rows import REASON
from assets.protect import Protected, protect
from assets.settings import Settings
from assets.store import Store, sha256
from publish import ledger
from quality.gates.evidence import Evidence, Material
from quality.gates.subtract import subtract
from tests.assets.anonymity.test_plan import AID, Rows, prepared

LOOSE = AID.replace("20%", "100%")
K, SHOWN = 3, ("village", "born")
Office = tuple[Contract, Settings, Store]
Seen = dict[str, tuple[Any, ...]]


def _person(number: int, village: str, born: int = 1980) -> dict[str, Any]:
    ill = ("a", "b")[number % 2]
    return {
        "number": f"{number:03}",
        "nik": f"99{number:014}",
        "village": village,
        "born": f"{born}-01-01",
        "illness": ill,
    }


def _asked(office: Office) -> Evidence:
    contract, settings, store = office
    return subtract(Material(contract=contract, store=store, settings=settings))


def _release(folder: Path, rows: Rows, version: str, contract: str = LOOSE) -> tuple[Office, Protected]:
    """Protect, judge, keep the record and tell the ledger."""
    office = prepared(folder, contract, rows)
    made, settings, store = office
    account = protect(made, settings)
    evidence = _asked(office)
    assert evidence.passed, evidence.facts
    records.keep(store, version, sha256(store.table))
    facts = records.fact(store, version)
    ledger.append(store, ledger.Event(event="released", time=datetime.now(UTC), version=version, facts=facts))
    return office, account


def _seen(store: Store) -> Seen:
    """What a reader has: what each row shows, by its id."""
    table = pq.read_table(store.table)
    cells = zip(*(table.column(name).to_pylist() for name in SHOWN), strict=True)
    return dict(zip(table.column("number").to_pylist(), cells, strict=True))


def _held(account: Protected) -> int:
    return sum(part.rows for part in account.withheld if part.reason == REASON)


VILLAGES = st.sampled_from(["35.1.1", "35.1.2", "35.2.1", "36.1.1"])
PEOPLE = st.tuples(VILLAGES, st.sampled_from([1955, 1980, 1985]))
MONTH = st.tuples(
    st.lists(PEOPLE, max_size=8),
    st.lists(st.tuples(st.integers(0, 30), PEOPLE), max_size=4),
    st.sets(st.integers(0, 30), max_size=3),
)


@pytest.mark.slow
@hypothesis(max_examples=25, deadline=None)
@given(st.lists(PEOPLE, min_size=9, max_size=30), st.lists(MONTH, min_size=1, max_size=4))
def test_nobody_is_found_by_following_rows(first: list[Any], months: list[Any]) -> None:
    """Rows that come, change and go: of each row that is shown so many persons have the same history, as readers see it."""
    people: dict[int, tuple[str, int]] = dict(enumerate(first))
    history: dict[str, list[Any]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for at, (new, changed, gone) in enumerate([([], [], set()), *months]):
            people |= {len(first) + at * 10 + i: one for i, one in enumerate(new)}
            people |= {n: one for n, one in changed if n in people}
            rows = [_person(n, *one) for n, one in sorted(people.items()) if n not in gone]
            try:
                office, _ = _release(Path(folder), rows, f"v{at}")
            except Blocked:  # too few persons or illnesses to hide among at all
                return
            seen = _seen(office[2])
            for number in {*seen, *history}:
                history[number] += [(None,)] * (at - len(history[number])) + [seen.get(number, (None,))]
            crowd = Counter(tuple(history[number]) for number in seen)
            assert min(crowd.values(), default=K) >= K


def test_few_new_rows_wait_for_others(tmp_path: Path) -> None:
    """Two who came this month would stand alone as those who came; with a third of the next month all three are shown."""
    rows = [_person(n, "35.1.1") for n in range(6)]
    _release(tmp_path, rows, "v1")
    rows += [_person(n, "35.1.1") for n in (6, 7)]
    (_, _, store), account = _release(tmp_path, rows, "v2")
    assert (len(_seen(store)), _held(account), account.read) == (6, 2, 8)
    rows += [_person(8, "35.1.1")]
    (_, _, store), account = _release(tmp_path, rows, "v3")
    assert (len(_seen(store)), _held(account)) == (9, 0)


def test_a_corrected_row_is_held_back(tmp_path: Path) -> None:
    """It would be the one row that was of another village before, whose person whoever knows of the correction finds."""
    rows = [_person(n, "35.1.1") for n in range(6)] + [_person(n, "36.1.1") for n in range(6, 12)]
    _release(tmp_path, rows, "v1")
    rows[0] = _person(0, "36.1.1")
    (_, _, store), account = _release(tmp_path, rows, "v2")
    assert _held(account) == 1
    assert "000" not in _seen(store)


def test_finer_levels_are_not_taken_later(tmp_path: Path) -> None:
    """More persons would allow the village; the district is shown on, so that no row tells more than all others of its past."""
    rows = [_person(n, f"35.1.{n % 4}") for n in range(8)]
    (_, _, store), _ = _release(tmp_path, rows, "v1")
    assert set(_seen(store).values()) == {("35.1", "1980")}
    rows += [_person(n, f"35.1.{n % 4}") for n in range(8, 40)]
    (_, _, store), account = _release(tmp_path, rows, "v2")
    assert set(_seen(store).values()) == {("35.1", "1980")}
    assert _held(account) == 0


def test_a_table_that_shows_them_all_the_same_blocks(tmp_path: Path) -> None:
    """The gate looks for itself: rows that protection would have held back are counted, and no record is left."""
    rows = [_person(n, "35.1.1") for n in range(6)]
    (_, _, store), _ = _release(tmp_path, rows, "v1")
    office = prepared(tmp_path, LOOSE, [*rows, _person(6, "35.1.1")])
    kept, chain = store.told_before.rename(tmp_path / "aside"), store.releases / ledger.FILE
    chain = chain.rename(tmp_path / "ledger")
    protect(office[0], office[1])
    kept.rename(store.told_before)
    chain.rename(store.releases / ledger.FILE)
    evidence = _asked(office)
    assert not evidence.passed
    assert evidence.facts["too few alike over all releases"] == 1
    assert not store.told.exists()


def test_a_record_of_rows_names_nobody(tmp_path: Path) -> None:
    """Words of the office's key alone, of which none is a reader's."""
    (_, _, store), _ = _release(tmp_path, [_person(n, "35.1.1") for n in range(6)], "v1")
    table = pq.read_table(store.told_before / "v1.parquet")
    assert {str(kind) for kind in table.schema.types} == {"uint64"}
    assert table.column_names == ["id", "who", "shape", "code number"]
