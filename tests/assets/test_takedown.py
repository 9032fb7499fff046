"""The list of what was taken down: obeyed when rows become public, private, and not to be guessed from its digest."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from assets.errors import Blocked
from assets.protect import protect
from assets.store import read_json, store_of
from assets.takedown import FILE, Takedown, obey, taken_down
from tests.assets.test_protect import PAYMENTS, REVENUE, ROWS, _prepared

KEEP = PAYMENTS.replace("ROWS", "keep")


def published(folder: Path, text: str = KEEP, rows: list[dict[str, Any]] = ROWS) -> tuple[Any, ...]:
    """A public table, and its ids by the number of the row."""
    contract, settings, store = _prepared(folder, text, rows, excluded=[])
    protect(contract, settings)
    table = pq.read_table(store.table, columns=["id", "number"]).to_pylist()
    return contract, settings, store, {row["number"]: row["id"] for row in table}


def test_a_listed_row_is_withheld_and_counted(tmp_path: Path) -> None:
    """Everything else is published as before; of the row its number is told, and no sum."""
    contract, settings, store, ids = published(tmp_path)
    Takedown().with_more(rows=[ids["2"]]).keep(store)
    account = protect(contract, settings)
    assert pq.read_table(store.table).column("number").to_pylist() == ["1", "3", "4", "5"]
    assert [(part.reason, part.rows, part.money) for part in account.withheld] == [("takedown", 1, {})]
    assert (account.read, account.published, account.takedown) == (5, 4, taken_down(store).digest)
    assert read_json(store.hidden)["sums"] == {"amount": "20.01"}


def test_beside_persons_each_reason_has_its_count(tmp_path: Path) -> None:
    """Rows about persons are withheld as persons, a listed one of an organisation as taken down."""
    contract, settings, store, ids = published(tmp_path, PAYMENTS.replace("ROWS", "withhold"))
    Takedown().with_more(rows=[ids["5"]]).keep(store)
    held = {part.reason: part.rows for part in protect(contract, settings).withheld}
    assert sorted(held.values()) == [1, 3]
    assert held["takedown"] == 1


def test_a_listed_column_and_a_listed_dataset_block(tmp_path: Path) -> None:
    """Nothing is made public; the message says what to do."""
    contract, settings, store, _ = published(tmp_path)
    Takedown().with_more(columns=["payee"]).keep(store)
    with pytest.raises(Blocked, match="column that was taken down") as caught:
        protect(contract, settings)
    assert caught.value.facts["column"] == "payee"
    Takedown().with_more(whole=True).keep(store)
    with pytest.raises(Blocked, match="this dataset was taken down"):
        obey(contract, store)


def test_groups_have_no_ids_to_look_for(tmp_path: Path) -> None:
    """A list of ids changes nothing where rows are groups."""
    rows = [{"district": "A", "tax": f"{n}", "amount": Decimal(1)} for n in range(4)]
    contract, settings, store = _prepared(tmp_path, REVENUE, rows, excluded=[])
    Takedown().with_more(rows=["a" * 16]).keep(store)
    assert protect(contract, settings).published == 4


def test_the_list_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else may read it, and two lists of the same row have different digests: it cannot be tried out."""
    *_, store, ids = published(tmp_path)
    first = Takedown().with_more(rows=[ids["2"]])
    first.keep(store)
    assert (store.releases / FILE).stat().st_mode & 0o077 == 0
    assert taken_down(store) == first
    assert first.digest != Takedown().with_more(rows=[ids["2"]]).digest
    assert first.with_more(rows=[ids["3"]]).with_less(rows=[ids["3"]]) == first


def test_without_a_list_there_is_no_digest(tmp_path: Path) -> None:
    """Where nothing was ever taken down, the account says so."""
    contract, settings, store, _ = published(tmp_path)
    assert (taken_down(store), protect(contract, settings).takedown) == (Takedown(), "")
    assert store_of(contract.name, settings) == store
