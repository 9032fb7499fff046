"""Columns that come, go, or change their type: on the real portal, watched as a reader without a name watches."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from assets.contract import Contract
from assets.table import public_schema
from publish.ckan import apply, client, verify
from tests.portal_fixture import Portal
from tests.publish import made
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, PAYMENTS, SUMS, Make, Office
from tests.publish.ckan.test_killed import Killed, kill_at

pytestmark = pytest.mark.portal

NEW = made.column("catatan", required=False)
TEXT_YEAR = made.column("tahun", description=made.said("Tahun anggaran", "Fiscal year"))
CHANGES: dict[str, tuple[dict[str, Any], ...]] = {
    "one more at the end": (*PAYMENTS, NEW),
    "one more in the middle": (*PAYMENTS[:2], NEW, *PAYMENTS[2:]),
    "one less": (*PAYMENTS[:-1],),
    "another type": (TEXT_YEAR, *PAYMENTS[1:]),
    "another order": (*PAYMENTS[3:], *PAYMENTS[:3]),
    "all of it": (PAYMENTS[0], NEW, made.column("nilai"), *PAYMENTS[1:4], PAYMENTS[5]),
}


@pytest.fixture
def watched(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What a reader counts after each request that writes into a table; -1 where there is none. Eight rows a request."""
    seen: list[int] = []
    real = client.Client.write_body

    def write(self: client.Client, action: str, body: Any, headers: Any) -> Any:
        answer = real(self, action, body, headers)
        if action.startswith("datastore_"):
            table = answer["resource_id"]
            found = portal.ask("datastore_search", token="", resource_id=table, limit=0)
            seen.append(found.json()["result"]["total"] if found.is_success else -1)
        return answer

    monkeypatch.setattr(client.Client, "write_body", write)
    monkeypatch.setattr("publish.ckan.difference.ROWS", 80)
    return seen


def with_columns(before: Office, columns: tuple[dict[str, Any], ...]) -> Office:
    """The same dataset with other columns."""
    return replace(before, contract=office.payments(before.contract.name, columns=columns))


def check(portal: Portal, now: Office, columns: tuple[dict[str, Any], ...], rows: int) -> None:
    """The portal's table has these columns in this order, with their words, and every row of the release."""
    table = portal.action("package_show", token="", id=now.contract.name)["resources"][0]["id"]
    fields = portal.action("datastore_info", token="", id=table)["fields"]
    assert [field["id"] for field in fields] == ["id", *(column["name"] for column in columns)]
    assert all(field["info"]["label_en"] for field in fields)
    assert verify(now.contract, now.settings).rows == rows


@pytest.mark.parametrize("change", CHANGES)
def test_readers_find_every_row_while_columns_change(
    portal: Portal, make: Make, watched: list[int], change: str
) -> None:
    """Between any two requests all rows are there; in the end the table is what a new one would be, under its old id."""
    before = make()
    first = before.publish(before.released(office.rows(before.contract, FEW)))
    watched.clear()
    after = with_columns(before, CHANGES[change])
    release = after.released(rows(after.contract, FEW), day=1)
    plan = after.planned(release)
    assert plan.has("change columns")
    assert not plan.has("rebuild table")
    assert any("readers find every row" in line for line in plan.lines())
    outcome = apply(plan, after.contract, after.settings)
    assert outcome.resource_ids.items() >= first.resource_ids.items()
    assert set(watched) == {200}
    check(portal, after, CHANGES[change], 200)
    assert after.publish(release).writes == 0


def rows(contract: Contract, numbers: list[int]) -> pa.Table:
    """Payments in the columns of this contract, which are read from text where their type changed."""
    schema = public_schema(contract)
    given = office.rows(office.payments(contract.name), numbers)
    new = pa.array([f"catatan {n}" for n in numbers])
    columns = {name: given[name] if name in given.column_names else new for name in schema.names}
    return pa.table({name: columns[name].cast(schema.field(name).type) for name in schema.names})


@pytest.mark.parametrize("step", ["marked", "columns", "rows", "loaded"])
def test_what_stood_in_a_dropped_column_is_forgotten(portal: Portal, make: Make, step: str) -> None:
    """CKAN's word index forgets the cells of a column that went, also when the run that dropped it was killed."""
    before = make()
    table = before.publish(before.released(office.rows(before.contract, FEW))).resource_ids["csv"]
    assert portal.action("datastore_search", token="", resource_id=table, q="kutip", limit=0)["total"] > 100
    after = with_columns(before, PAYMENTS[:-1])
    release = after.released(office.rows(after.contract, FEW), day=1)
    with pytest.raises(Killed):
        after.publish(release, at=kill_at(step))
    after.publish(release)
    assert portal.action("datastore_search", token="", resource_id=table, q="kutip", limit=0)["total"] == 0
    check(portal, after, PAYMENTS[:-1], 200)
    assert after.publish(release).writes == 0


def test_killed_between_two_columns(portal: Portal, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the old columns went and before the new ones came, the next run goes on from there."""
    before = make()
    before.publish(before.released(office.rows(before.contract, FEW)))
    columns = CHANGES["another type"]
    after = with_columns(before, columns)
    release = after.released(rows(after.contract, FEW), day=1)
    real = client.Client.write

    def half(self: client.Client, action: str, **data: Any) -> Any:
        answer = real(self, action, **data)
        if data.get("delete_fields"):
            raise Killed(action)
        return answer

    monkeypatch.setattr(client.Client, "write", half)
    with pytest.raises(Killed):
        after.publish(release)
    monkeypatch.setattr(client.Client, "write", real)
    after.publish(release)
    check(portal, after, columns, 200)


def test_a_word_that_was_changed_is_forgotten(portal: Portal, make: Make) -> None:
    """CKAN's word index follows a changed cell: what was taken out of a text is found no more."""
    made = make()
    given = office.rows(made.contract, FEW)
    table = made.publish(made.released(given)).resource_ids["csv"]

    def found(word: str) -> int:
        return int(portal.action("datastore_search", token="", resource_id=table, q=word, limit=0)["total"])

    assert found("kutip") > 100
    other = given.set_column(given.schema.get_field_index("uraian"), "uraian", [["disamarkan"] * 200])
    made.publish(made.released(other, day=1))
    assert (found("kutip"), found("disamarkan")) == (0, 200)


def test_groups_are_made_anew_in_one_request(make: Make, watched: list[int]) -> None:
    """Rows without an id get a new table; it comes with its first rows, so nobody finds an empty one."""
    before = make(office.monthly)
    cells = [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6), ("5.02", "A", "3.00", 7)]
    before.publish(before.released(office.groups(before.contract, cells)))
    watched.clear()
    group = {"by": ["kode", "wilayah", "tahun"], "sums": ["nilai"], "count": "nik", "count_as": "jumlah"}
    columns = [*SUMS[:2], made.column("tahun"), *SUMS[2:]]
    contract = made.contract(
        name=before.contract.name, key=["nik"], columns=columns, persons=None, aggregate=group, topics=["belanja"]
    )
    after = replace(before, contract=contract)
    table = office.groups(before.contract, cells)
    release = after.released(table.add_column(2, "tahun", [["2025"] * 3]).select(_names(contract)), day=1)
    plan = after.planned(release)
    assert plan.has("rebuild table")
    assert any("incomplete while it is loaded" in line for line in plan.lines())
    apply(plan, after.contract, after.settings)
    assert watched == [-1, 3]  # gone, and there again with the next request
    assert verify(after.contract, after.settings).rows == 3


def _names(contract: Contract) -> list[str]:
    return [column.name for column in contract.public_columns]


def test_another_key_adds_before_it_removes(make: Make, watched: list[int]) -> None:
    """Where every row has another id, the new rows come before the old ones go."""
    before = make()
    before.publish(before.released(office.rows(before.contract, FEW)))
    watched.clear()
    release = before.released(office.rows(before.contract, [n + 1000 for n in FEW]), day=1)
    before.publish(release)
    assert min(watched) >= 200
    assert watched[-1] == 200
    assert before.publish(release).writes == 0
