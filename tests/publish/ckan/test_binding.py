"""Laws of plans, over invented states of a portal: what an id binds, and that a plan carried out leaves nothing to do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.errors import Busy, Unproven
from assets.store import store_of
from publish.ckan import keep, require
from publish.ckan.planning import Plan
from publish.ckan.present import Present
from publish.ckan.written import Edit, read
from tests.publish.ckan import model, office
from tests.publish.ckan.model import applied, edited

RUNS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIELDS = ["title", "notes", "title_en", "identifier", "issued", "url", "publisher_note", "tags.APBD", "tags.tambahan"]
ENTRIES = ["label", "notes_en", "unit", "catatan"]
Planner = Callable[[Present | None], Plan]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> office.Office:
    """An office with no portal to ask."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    return office.office(tmp_path, contract, url=model.URL, token="x", organization="kabupaten")


@pytest.fixture
def plan(at: office.Office, monkeypatch: pytest.MonkeyPatch) -> Planner:
    """Plans for the office's release on a portal in some state."""
    return model.planner(at, at.released(office.rows(at.contract, [1, 2, 3])), monkeypatch)


@pytest.fixture
def published(at: office.Office, plan: Planner) -> Present:
    """A portal on which the release stands, as we left it."""
    return applied(plan(None), at)


@st.composite
def edits(draw: st.DrawFn, now: Present) -> list[tuple[str, str]]:
    """Some facts that people make something else of, each once."""
    files = [
        f"resources.{id_}.{field}" for id_ in now.resources for field in ("name", "description", "license", "hash")
    ]
    columns = [f"columns.{name}.{entry}" for name in (now.table.info if now.table else ()) for entry in ENTRIES]
    paths = draw(st.lists(st.sampled_from([*FIELDS, *files, *columns]), min_size=1, max_size=4, unique=True))
    return [(path, draw(st.sampled_from(["", "suntingan", "lain lagi"]))) for path in paths]


def made(now: Present, changes: list[tuple[str, str]]) -> Present:
    """The portal after these edits."""
    for path, text in changes:
        now = edited(now, path, text)
    return now


def policy(at: office.Office, choice: str) -> office.Office:
    """The same office with another choice for edits."""
    return replace(at, contract=office.payments(at.contract.name, portal_edits=choice))


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["overwrite", "keep"])
@RUNS
@given(data=st.data())
def test_a_plan_that_was_carried_out_leaves_nothing(
    at: office.Office, published: Present, choice: str, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """Plan, apply, plan: the second is empty, whatever people had edited; only what is kept is told again."""
    mine = policy(at, choice)
    plan = model.planner(mine, mine.released(office.rows(mine.contract, [1, 2, 3])), monkeypatch)
    model.applied(plan(None), mine)
    first = plan(made(published, data.draw(edits(published))))
    second = plan(applied(first, mine))
    assert second.steps == ()
    assert second.edits == tuple(edit for edit in first.edits if edit.kept)


@pytest.mark.slow
@RUNS
@given(data=st.data())
def test_the_id_is_of_the_state(plan: Planner, published: Present, data: st.DataObject) -> None:
    """The same state gives the same id; any edit of it another one."""
    now = made(published, data.draw(edits(published)))
    assert plan(now).id == plan(now).id
    assert (plan(now).id == plan(published).id) == (plan(now).based_on == plan(published).based_on)
    assert (plan(now).based_on == plan(published).based_on) == (shown(now) == shown(published))


def shown(now: Present) -> object:
    """Everything that the invented portal says, without entries that say nothing."""
    table = now.table
    info = {name: {k: v for k, v in of.items() if v} for name, of in table.info.items()} if table else {}
    tags = sorted(one["name"] for one in now.package["tags"])
    return {**now.package, "tags": tags}, now.resources, info


@pytest.mark.parametrize(
    "change",
    [
        lambda now: replace(now, mark="2026-01-01 aa"),
        lambda now: replace(now, unfinished=True),
        lambda now: replace(now, table=None),
        lambda now: replace(now, table=replace(now.table, rows=2)),
        lambda now: replace(now, table=replace(now.table, types={**now.table.types, "lain": "text"})),
        lambda now: replace(now, resources={**now.resources, "baru": {"name": "Peta"}}),
        lambda now: replace(now, package={**now.package, "maintainer": "seseorang"}),
    ],
)
def test_the_id_binds_all_that_was_read(
    plan: Planner, published: Present, change: Callable[[Present], Present]
) -> None:
    """Also a mark, a count, a column, a resource or a field that is nobody's business of ours."""
    assert plan(change(published)).id != plan(published).id


def test_times_that_ckan_moves_by_itself_do_not_count(plan: Planner, published: Present) -> None:
    """Readers and indexing move times and counts of a dataset; a plan outlives them."""
    moved = {**published.package, "metadata_modified": "2030-01-01T00:00:00", "tracking_summary": {"total": 9}}
    assert plan(replace(published, package=moved)).id == plan(published).id


def test_a_plan_that_moved_says_what_moved(at: office.Office, plan: Planner, published: Present) -> None:
    """Held against a plan that was shown: the portal's fields by name; a plan nobody was shown is refused."""
    store = store_of(at.contract.name, at.settings)
    first = plan(published)
    keep(first, store)
    require(plan(published), first.id, store)
    with pytest.raises(Busy, match="nothing was written") as moved:
        require(plan(edited(published, "title", "Judul lain")), first.id, store)
    assert moved.value.facts["found"] == "changed on the portal: title"
    with pytest.raises(Unproven, match="no plan of this name"):
        require(first, "../../etc", store)


def test_a_newer_release_moves_a_plan(
    at: office.Office, plan: Planner, published: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own side moves too: a plan of an older release is not carried out with a newer one."""
    store = store_of(at.contract.name, at.settings)
    first = plan(published)
    keep(first, store)
    newer = model.planner(at, at.released(office.rows(at.contract, [1, 2]), day=31), monkeypatch)
    with pytest.raises(Busy) as moved:
        require(newer(published), first.id, store)
    assert moved.value.facts["found"] == "the newest release is 2026-11-05, no longer 2026-10-05"


def test_plans_do_not_pile_up(at: office.Office, plan: Planner, published: Present) -> None:
    """The newest plans are kept, no more."""
    store = store_of(at.contract.name, at.settings)
    for n in range(25):
        keep(plan(edited(published, "title", f"Judul {n}")), store)
    assert len(list((store.public / "plans").iterdir())) == 20


def test_another_choice_for_edits_is_no_other_release(at: office.Office) -> None:
    """The choice says nothing of the data, so it changes neither the contract's digest nor a release."""
    assert policy(at, "keep").contract.digest == at.contract.digest


@pytest.mark.parametrize("choice", ["overwrite", "keep", "refuse"])
def test_an_edit_is_told_and_treated_as_the_contract_says(
    at: office.Office, published: Present, choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title that people changed is put back, left as it is, or stops everything; a file is never kept."""
    mine = policy(at, choice)
    newest = mine.released(office.rows(mine.contract, [1, 2, 3]), day=1)
    planned = model.planner(mine, newest, monkeypatch)
    data = next(iter(published.resources))
    now = edited(edited(published, "title", "Judul orang"), f"resources.{data}.hash", "0" * 64)
    plan = planned(now)
    kept = choice == "keep"
    assert {edit.path: edit.kept for edit in plan.edits} == {"resources.csv.hash": False, "title": kept}
    assert plan.refused is (choice == "refuse")
    assert plan.desired.fields["title"] == ("Judul orang" if kept else "Bayaran contoh")
    assert plan.has("upload")
    told = "\n".join(plan.lines())
    fate = {"overwrite": "overwritten", "keep": "kept", "refuse": "stops the publication"}[choice]
    assert f'on the portal: title  "Bayaran contoh" -> "Judul orang"; {fate}' in told


def test_a_kept_edit_stays_until_both_say_the_same(
    at: office.Office, published: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later texts of ours are not sent over a kept one; once it says what the contract says, ours are sent again."""
    mine = policy(at, "keep")
    newest = mine.released(office.rows(mine.contract, [1, 2, 3]), day=1)
    planned = model.planner(mine, newest, monkeypatch)
    now = applied(planned(edited(published, "title", "Judul orang")), mine)
    assert [edit.path for edit in planned(now).edits] == ["title"]
    assert planned(now).steps == ()
    back = applied(planned(edited(now, "title", "Bayaran contoh")), mine)
    renamed = replace(
        mine, contract=office.payments(mine.contract.name, portal_edits="keep", title={"id": "B", "en": "B"})
    )
    again = model.planner(renamed, renamed.released(office.rows(mine.contract, [1]), day=2), monkeypatch)(back)
    assert (again.edits, again.desired.fields["title"]) == ((), "B")


def test_what_people_add_stays(plan: Planner, published: Present) -> None:
    """A tag, a group, a resource, an entry of the dictionary: no edit, no step."""
    groups = [*published.package["groups"], {"name": "kesehatan", "id": "g"}]
    now = replace(published, package={**published.package, "groups": groups})
    now = replace(now, resources={**now.resources, "peta": {"id": "peta", "name": "Peta"}})
    now = edited(edited(now, "tags.baru", "baru"), "columns.kode.type_override", "text")
    assert (plan(now).steps, plan(now).edits) == ((), ())


def test_a_release_of_another_store(at: office.Office, plan: Planner, published: Present) -> None:
    """Where the portal holds a release that we do not know, its texts accuse nobody; that it is there is said."""
    now = edited(replace(published, mark="2026-12-01 ffff"), "title", "Judul orang")
    assert plan(now).edits == (Edit(path="table.mark", written=published.mark, found="2026-12-01 ffff"),)
    assert read(store_of(at.contract.name, at.settings), "http://another.invalid") is None


def test_a_run_that_was_broken_off_before_it_noted(
    at: office.Office, published: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal holds a release of ours that was never noted: its texts are nobody's edits."""
    record = store_of(at.contract.name, at.settings).releases / "published.json"
    noted = record.read_bytes()
    second = model.planner(at, at.released(office.rows(at.contract, [1, 2]), day=1), monkeypatch)
    now = applied(second(published), at)
    record.write_bytes(noted)
    third = model.planner(at, at.released(office.rows(at.contract, [1]), day=2), monkeypatch)
    assert third(now).edits == ()


def test_a_file_that_people_removed(plan: Planner, published: Present) -> None:
    """A resource of ours that is gone is one edit, not one for each of its fields, and comes back."""
    first, *rest = published.resources.items()
    found = plan(replace(published, resources=dict([first, *rest[1:]])))
    assert found.edits == (Edit(path="resources.parquet", written="there", found=""),)
    assert [resource.kind for resource in found.uploads] == ["parquet"]


def test_rows_that_people_changed(plan: Planner, published: Present) -> None:
    """Another count than we left is an edit of the table, and its rows are compared one by one."""
    assert published.table is not None
    found = plan(replace(published, table=replace(published.table, rows=4)))
    assert found.edits == (Edit(path="table.rows", written="3", found="4"),)
    assert found.basis.kind == "portal"
