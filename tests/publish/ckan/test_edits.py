"""What people edit on the real portal, and plans that are bound to what was seen there; with both loaders."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assets.errors import Blocked, Busy
from assets.store import store_of
from pipelines import releasing
from publish import ledger
from publish.ckan import apply, client, keep, require, verify
from publish.rollback import rollback
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_publish import package

pytestmark = pytest.mark.portal


@pytest.fixture(params=["keyed changes", "load and switch"], autouse=True)
def method(request: pytest.FixtureRequest, _loader: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs with both loaders."""
    plugin = "terang" if request.param == "load and switch" else "none of them"
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", plugin)
    chosen: str = request.param
    return chosen


def after(made: Office, *, day: int = 31, **options: Any) -> tuple[Office, Any]:
    """The office with other words in its contract, and its next release: five rows fewer."""
    other = replace(made, contract=office.payments(made.contract.name, **options))
    return other, other.released(office.rows(other.contract, FEW[5:]), day=day)


def dictionary(portal: Portal, of: Office, column: str) -> dict[str, Any]:
    """The entries of a column as readers see them."""
    table = package(portal, of)["resources"][0]["id"]
    fields = portal.action("datastore_info", token="", id=table)["fields"]
    return {field["id"]: field["info"] for field in fields if "info" in field}[column]


def edit(portal: Portal, of: Office) -> None:
    """What an editor does in CKAN's forms: a title, a tag of ours taken away and one added, a label of a column."""
    tags = [{"name": "uji"}, {"name": "tambahan"}]
    portal.action("package_patch", id=of.contract.name, title="Judul orang", tags=tags)
    table = package(portal, of)["resources"][0]["id"]
    fields = portal.action("datastore_info", id=table)["fields"]
    info = [{"id": field["id"], "type": field["type"], "info": {**field.get("info", {})}} for field in fields]
    info[2]["info"] |= {"label": "Rekening belanja", "type_override": ""}
    portal.action("datastore_create", resource_id=table, force=True, fields=info)


def tags(portal: Portal, of: Office) -> list[str]:
    """The tags that readers see."""
    return sorted(tag["name"] for tag in package(portal, of)["tags"])


def test_edits_are_told_and_overwritten(portal: Portal, make: Make, method: str) -> None:
    """The plan names each edit with both texts; what people added stays; the ledger keeps which ones were overwritten."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    edit(portal, made)
    _, release = after(made)
    plan = made.planned(release)
    assert [one.path for one in plan.edits] == ["columns.kode.label", "tags.APBD", "title"]
    assert '  "Bayaran contoh" -> "Judul orang"; overwritten' in "\n".join(plan.lines())
    assert plan.document()["method"] == method
    apply(plan, made.contract, made.settings)
    assert (package(portal, made)["title"], tags(portal, made)) == ("Bayaran contoh", ["APBD", "tambahan", "uji"])
    assert dictionary(portal, made, "kode")["label"] == "Kode"
    told = ledger.check(store_of(made.contract.name, made.settings))[-1]
    assert (told.event, told.facts["edits"]) == ("published", ["columns.kode.label", "tags.APBD", "title"])
    again = made.planned(release)
    assert (again.steps, again.edits) == ((), ())


def test_edits_are_kept(portal: Portal, make: Make) -> None:
    """Where the contract says so, our later words are not sent over them; everything else is published."""
    made = make(portal_edits="keep")
    made.publish(made.released(office.rows(made.contract, FEW)))
    edit(portal, made)
    other, release = after(made, portal_edits="keep", title={"id": "Judul baru", "en": "New title"})
    other.publish(release)
    shown = package(portal, made)
    assert (shown["title"], shown["title_en"], tags(portal, made)) == ("Judul orang", "New title", ["tambahan", "uji"])
    assert dictionary(portal, made, "kode")["label"] == "Rekening belanja"
    assert verify(other.contract, other.settings).rows == 195
    plan = other.planned(release)
    assert plan.steps == ()
    assert {one.path for one in plan.edits if one.kept} == {"columns.kode.label", "tags.APBD", "title"}
    assert any(line.endswith("kept") for line in plan.lines())
    assert other.publish(release).writes == 0


def test_edits_are_refused(portal: Portal, make: Make) -> None:
    """Where the contract says so, the plan is shown and nothing is written until the edit is undone."""
    made = make(portal_edits="refuse")
    made.publish(made.released(office.rows(made.contract, FEW)))
    portal.action("package_patch", id=made.contract.name, title="Judul orang")
    _, release = after(made, portal_edits="refuse")
    plan = made.planned(release)
    assert "stops the publication" in "\n".join(plan.lines())
    with pytest.raises(Blocked, match="nothing was written") as stopped:
        apply(plan, made.contract, made.settings)
    assert stopped.value.facts["found"] == "title"
    assert package(portal, made)["version"] == "2026-10-05"
    portal.action("package_patch", id=made.contract.name, title="Bayaran contoh")
    made.publish(release)
    assert package(portal, made)["version"] == "2026-11-05"


def test_what_is_taken_back_is_not_refused(portal: Portal, make: Make) -> None:
    """An edit on the portal does not keep readers at a version that must go."""
    made = make(portal_edits="refuse")
    made.publish(made.released(office.rows(made.contract, FEW)))
    made.publish(after(made, portal_edits="refuse")[1])
    portal.action("package_patch", id=made.contract.name, title="Judul orang")
    rollback(made.contract, made.settings, reason="salah baca", now=datetime.now(UTC))
    assert package(portal, made)["version"] == "2026-10-05"


def test_rows_that_people_changed(portal: Portal, make: Make) -> None:
    """A row that somebody added to the table is told by its count and put right, also where texts are kept."""
    made = make(portal_edits="keep")
    release = made.released(office.rows(made.contract, FEW))
    table = made.publish(release).resource_ids["csv"]
    portal.action("datastore_upsert", resource_id=table, force=True, method="insert", records=[{"id": "orang"}])
    plan = made.planned(release)
    assert [(one.path, one.written, one.found, one.kept) for one in plan.edits] == [("table.rows", "200", "201", False)]
    assert plan.changes is not None
    assert plan.changes.removed == 1
    apply(plan, made.contract, made.settings)
    assert verify(made.contract, made.settings).rows == 200


@pytest.mark.parametrize("change", ["title", "row"])
def test_a_plan_is_carried_out_as_shown_or_not_at_all(portal: Portal, make: Make, change: str) -> None:
    """What moved since a plan was shown is named; the same state has the same plan, and that one is carried out."""
    made = make()
    table = made.publish(made.released(office.rows(made.contract, FEW))).resource_ids["csv"]
    _, release = after(made)
    store = store_of(made.contract.name, made.settings)
    shown = made.planned(release)
    keep(shown, store)
    require(made.planned(release), shown.id, store)
    if change == "title":
        portal.action("package_patch", id=made.contract.name, title="Judul orang")
    else:
        portal.action("datastore_delete", resource_id=table, force=True, filters={"id": [office.row_id(9)]})
    with pytest.raises(Busy) as moved:
        require(made.planned(release), shown.id, store)
    assert {"title": "title", "row": "table.rows"}[change] in moved.value.facts["found"]


def test_the_commands_hold_a_plan(make: Make) -> None:
    """`terang plan` names a plan, `terang publish --plan` carries out that one alone."""
    made = make()
    made.released(office.rows(made.contract, FEW))
    first, _ = releasing._plan(made.contract, made.settings)
    assert releasing._publish(made.contract, made.settings, first["id"])[0]["writes"] > 0
    with pytest.raises(Busy, match="no longer") as moved:
        releasing._publish(made.contract, made.settings, first["id"])
    assert "it was published meanwhile" in moved.value.facts["found"]
    second, lines = releasing._plan(made.contract, made.settings)
    assert lines == []
    assert releasing._publish(made.contract, made.settings, second["id"])[0]["writes"] == 0


def test_an_edit_just_before_the_first_write(portal: Portal, make: Make) -> None:
    """Whoever edits between planning and writing is not overwritten by a plan that did not see it."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    _, release = after(made)
    plan = made.planned(release)
    portal.action("package_patch", id=made.contract.name, title="Judul orang")
    with pytest.raises(Busy, match="somebody changed"):
        apply(plan, made.contract, made.settings)
    assert package(portal, made)["title"] == "Judul orang"


CHANGES: dict[str, Callable[[Office], tuple[Office, Any]]] = {
    "rows": after,
    "words": lambda made: (made, made.released(office.rows(made.contract, FEW), day=1)),
    "columns": lambda made: after(made, columns=office.PAYMENTS[:-1]),
    "formats": lambda made: after(made, formats=["csv", "parquet"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_calls_are_those_of_the_plan(make: Make, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls that write are counted in the plan before they are made, for a first release and for later ones."""
    made = make()
    real, seen = client.Client.write_body, list[str]()

    def noted(self: client.Client, action: str, *given: Any) -> Any:
        seen.append(action)
        return real(self, action, *given)

    monkeypatch.setattr(client.Client, "write_body", noted)
    first = made.planned(made.released(office.rows(made.contract, FEW)))
    apply(first, made.contract, made.settings)
    assert Counter(seen) == first.calls
    seen.clear()
    other, release = CHANGES[change](made)
    plan = other.planned(release)
    apply(plan, other.contract, other.settings)
    assert Counter(seen) == plan.calls
    assert all(len(line) <= 98 for line in [*first.lines(), *plan.lines()])


def stamps(portal: Portal) -> dict[str, tuple[int, int]]:
    """Of each table of CKAN and the DataStore: rows, and the sum of the transactions that wrote them."""
    import adbc_driver_postgresql.dbapi as driver  # noqa: PLC0415

    ini = (portal.state / "data/ckan.ini").read_text(encoding="utf-8")
    settings = dict(line.split("=", 1) for line in ini.splitlines() if "=" in line)
    found = {}
    for name in ("sqlalchemy.url", "ckan.datastore.write_url"):
        url = {key.strip(): value.strip() for key, value in settings.items()}[name]
        with driver.connect(url) as con, con.cursor() as cursor:
            cursor.execute(
                "SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables WHERE relname <> 'api_token'"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT count(*), coalesce(sum(xmin::text::bigint), 0)::bigint FROM {table}")
                found[f"{name} {table}"] = cursor.fetchone()
    return found


def test_nothing_changed_writes_nothing_anywhere(portal: Portal, make: Make) -> None:
    """No call that writes, no row of any table of the portal's databases, no entry of the ledger, no other release."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    made.publish(release)
    store = store_of(made.contract.name, made.settings)
    before, told = stamps(portal), ledger.entries(store)
    outcome = made.publish(release)
    assert outcome.writes == 0
    assert outcome.reads == 0
    assert (stamps(portal), ledger.entries(store)) == (before, told)
