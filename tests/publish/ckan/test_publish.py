"""Publishing to the real portal: first, again, changed, killed in the middle, refused, and found out when it differs."""

import itertools
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from assets.contract import Contract
from assets.errors import Blocked, Busy, PortalMismatch, PortalRefused, PortalUnreachable
from assets.settings import FromFile, PortalSettings, Settings
from publish.ckan import apply, client, verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import Office

pytestmark = pytest.mark.portal
FEW = list(range(1, 201))
Make = Callable[..., Office]


class Killed(BaseException):
    """What a kill is to the code that it hits: not an error that anyone handles."""


@pytest.fixture
def make(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes an office with a dataset of its own name, which is purged afterwards."""
    office.trust(monkeypatch)
    names: list[str] = []

    def new(contract: Callable[..., Contract] = office.payments, *, token: str | None = None, **options: Any) -> Office:
        names.append(f"uji-{uuid.uuid4().hex[:10]}")
        organization = options.pop("organization", portal.organization)
        made = contract(names[-1], **options)
        return office.office(
            tmp_path, made, url=portal.url, token=portal.token if token is None else token, organization=organization
        )

    yield new
    for name in names:
        portal.purge(name)


def package(portal: Portal, of: Office, token: str = "") -> dict[str, Any]:
    """The dataset as a reader without a name sees it."""
    found: dict[str, Any] = portal.action("package_show", token=token, id=of.contract.name)
    return found


def ids(portal: Portal, of: Office) -> list[str]:
    """The ids of its resources."""
    return [resource["id"] for resource in package(portal, of)["resources"]]


def test_first_publication(portal: Portal, make: Make) -> None:
    """A dataset appears whole: files with their checksums, a table with our types and dictionary, a view."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    outcome = made.publish(release)
    shown = package(portal, made)
    assert outcome.rows == 200
    assert outcome.writes <= 7
    assert shown["private"] is False
    assert shown["title"] == "Bayaran contoh"
    assert {resource["name"] for resource in shown["resources"]} >= {"Data (CSV)", "Kamus data"}
    for resource in shown["resources"]:
        body = httpx.get(resource["url"], trust_env=False).content
        assert len(body) == resource["size"]
        assert resource["terang_version"] == release.version
    table = portal.action("datastore_info", token="", id=outcome.resource_ids["csv"])
    assert {field["id"]: field["type"] for field in table["fields"]}["nilai"] == "numeric"
    assert table["fields"][2]["info"]["notes_en"] == "Account code."
    assert table["meta"]["count"] == 200
    views = portal.action("resource_view_list", token="", id=outcome.resource_ids["csv"])
    assert [view["view_type"] for view in views] == ["datatables_view"]


def test_again_is_nothing(make: Make) -> None:
    """Publishing what is already there plans nothing and writes nothing."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    made.publish(release)
    plan = made.planned(release)
    assert (plan.steps, plan.lines()) == ((), [])
    assert made.publish(release).writes == 0


def test_added_changed_removed(portal: Portal, make: Make) -> None:
    """Only rows that differ are sent; ids of resources and of rows stay."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    before = ids(portal, made)
    changed = office.rows(
        made.contract, [*FEW[5:], 301, 302], nilai=lambda n: "123456789012345678.91" if n in {20, 21} else f"{n}000.05"
    )
    release = made.released(changed, day=31)
    plan = made.planned(release)
    assert plan.basis.kind == "release"
    assert plan.changes is not None
    assert (plan.changes.added, plan.changes.changed, plan.changes.removed) == (2, 2, 5)
    assert any("+ 2   ~ 2   - 5" in line for line in plan.lines())
    assert json.loads(json.dumps(plan.document()))["to"] == "2026-11-05"
    apply(plan, made.contract, made.settings)
    assert ids(portal, made) == before
    assert package(portal, made)["issued"] == "2026-10-05"
    assert verify(made.contract, made.settings).rows == 197
    assert made.publish(release).writes == 0


def test_other_words_alone(portal: Portal, make: Make) -> None:
    """A changed label is one change of the dictionary; no row is sent."""
    made = make()
    rows = office.rows(made.contract, FEW)
    made.publish(made.released(rows))
    words = [*office.PAYMENTS]
    words[1] = {**words[1], "label": {"id": "Rekening", "en": "Account"}}
    other = replace(made, contract=office.payments(made.contract.name, columns=words, tags=["baru"]))
    release = other.released(rows, day=1)
    plan = other.planned(release)
    assert plan.has("update dictionary", "patch fields")
    assert not plan.has("change rows", "create table", "rebuild table")
    apply(plan, other.contract, other.settings)
    assert [tag["name"] for tag in package(portal, made)["tags"]] == ["baru"]
    assert other.publish(release).writes == 0


def test_other_columns_make_the_table_anew(portal: Portal, make: Make) -> None:
    """A new column makes the table anew under the same id, and the plan says what readers see meanwhile."""
    made = make()
    first = made.publish(made.released(office.rows(made.contract, FEW)))
    narrow = replace(made, contract=office.payments(made.contract.name, columns=office.PAYMENTS[:-1]))
    release = narrow.released(office.rows(narrow.contract, FEW), day=1)
    plan = narrow.planned(release)
    assert plan.has("rebuild table")
    assert any("incomplete while it is loaded" in line for line in plan.lines())
    outcome = apply(plan, narrow.contract, narrow.settings)
    assert outcome.resource_ids == first.resource_ids
    info = portal.action("datastore_info", token="", id=outcome.resource_ids["csv"])
    assert "uraian" not in {field["id"] for field in info["fields"]}


def test_groups_without_an_id(make: Make) -> None:
    """Rows known by several columns, one of them empty, change, come and go all the same."""
    made = make(office.monthly)
    first = [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6), ("5.02", "A", "3.00", 7), ("5.03", None, "4.00", 8)]
    made.publish(made.released(office.groups(made.contract, first)))
    second = [("5.01", "A", "1.50", 5), ("5.01", None, "2.50", 6), ("5.02", "A", "3.00", 7), ("5.04", "B", "9.00", 9)]
    release = made.released(office.groups(made.contract, second), day=31)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 4
    assert made.publish(release).writes == 0


def test_a_format_that_is_no_longer_released(portal: Portal, make: Make) -> None:
    """A file that a release no longer has leaves the portal; the other ids stay."""
    made = make()
    rows = office.rows(made.contract, FEW)
    made.publish(made.released(rows))
    before = ids(portal, made)
    fewer = replace(made, contract=office.payments(made.contract.name, formats=["csv", "parquet"]))
    fewer.publish(fewer.released(rows, day=1))
    assert ids(portal, made) == [id_ for n, id_ in enumerate(before) if n not in {2, 3}]
    made.publish(made.released(rows, day=2))
    assert set(ids(portal, made)) == set(before)


FIRST_STEPS = (
    "created",
    "table",
    "rows",
    "loaded",
    "view",
    "table read back",
    "uploaded",
    "files read back",
    "published",
)
NEXT_STEPS = ("marked", "rows", "loaded", "table read back", "uploaded", "files read back", "published")


def kill_at(name: str) -> Callable[[str], None]:
    """Stop there as a kill would."""

    def at(done: str) -> None:
        if done == name:
            raise Killed(name)

    return at


@pytest.mark.parametrize("step", FIRST_STEPS)
def test_a_first_publication_that_is_killed(portal: Portal, make: Make, step: str) -> None:
    """Killed after any step, readers see nothing or all of it, and the next run comes to the same end."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    with pytest.raises(Killed):
        made.publish(release, at=kill_at(step))
    hidden = portal.ask("package_show", token="", id=made.contract.name).status_code
    assert hidden == (200 if step == "published" else 403)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 200
    assert made.publish(release).writes == 0


@pytest.mark.parametrize("step", NEXT_STEPS)
def test_a_change_that_is_killed(make: Make, step: str) -> None:
    """Killed after any step of a change, the next run comes to the same end."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    changed = office.rows(made.contract, [*FEW[5:], 301], nilai=lambda n: f"{n}.99" if n % 50 == 0 else f"{n}000.05")
    release = made.released(changed, day=31)
    with pytest.raises(Killed):
        made.publish(release, at=kill_at(step))
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 196
    assert made.publish(release).writes == 0


def test_a_lost_answer_is_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal carries out a write and its answer is lost: we look, and go on without doing it twice."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    real, calls = client.Client.write_body, itertools.count(1)
    monkeypatch.setattr(sys.modules["publish.ckan.applying"], "PAUSE_S", 0.0)

    def lossy(self: client.Client, *given: Any) -> Any:
        answer = real(self, *given)
        if next(calls) in {1, 3}:
            raise client.Unclear("the portal does not answer", dataset="x")
        return answer

    monkeypatch.setattr(client.Client, "write_body", lossy)
    made.publish(release)
    monkeypatch.setattr(client.Client, "write_body", real)
    assert verify(made.contract, made.settings).rows == 200
    assert made.publish(release).writes == 0


def test_two_runs_at_once(make: Make) -> None:
    """A plan made before another run changed the dataset is refused, not carried out over it."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[1:]), day=1)
    stale = made.planned(release)
    made.publish(release)
    with pytest.raises(Busy, match="somebody changed"):
        apply(stale, made.contract, made.settings)


def test_somebody_changed_the_table(portal: Portal, make: Make) -> None:
    """A row removed on the portal by hand is found by the plan and put back."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    outcome = made.publish(release)
    table = outcome.resource_ids["csv"]
    portal.action("datastore_delete", resource_id=table, force=True, filters={"id": [office.row_id(7)]})
    with pytest.raises(PortalMismatch, match="other count of rows"):
        verify(made.contract, made.settings)
    plan = made.planned(release)
    assert plan.basis.reason == "somebody changed the table on the portal"
    apply(plan, made.contract, made.settings)
    assert verify(made.contract, made.settings).rows == 200


def test_a_value_that_reads_otherwise(portal: Portal, make: Make) -> None:
    """An amount changed on the portal is found by its sum, and a text by comparing rows; neither is shown."""
    made = make()
    outcome = made.publish(made.released(office.rows(made.contract, FEW)))
    table = outcome.resource_ids["csv"]
    forced = {"resource_id": table, "force": True, "method": "update"}
    portal.action("datastore_upsert", **forced, records=[{"id": office.row_id(7), "nilai": "7000.06"}])
    with pytest.raises(PortalMismatch) as caught:
        verify(made.contract, made.settings)
    assert caught.value.facts["column"] == "nilai"
    assert caught.value.facts["allowed"] == "20100010.00"
    portal.action(
        "datastore_upsert", **forced, records=[{"id": office.row_id(7), "nilai": "7000.05", "uraian": "lain"}]
    )
    with pytest.raises(PortalMismatch, match="other rows") as caught:
        verify(made.contract, made.settings)
    assert "lain" not in caught.value.facts["found"].replace("main", "")


def test_a_table_that_differs_is_not_made_public(portal: Portal, make: Make) -> None:
    """When what was loaded reads otherwise, a first release stays private, and the next run mends it."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))

    def spoil(done: str) -> None:
        if done == "loaded":
            table = made.planned(release).desired.data.id
            portal.action("datastore_delete", resource_id=table, force=True, filters={"id": [office.row_id(3)]})

    with pytest.raises(PortalMismatch):
        made.publish(release, at=spoil)
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 200


def test_a_file_that_differs_is_sent_again(portal: Portal, make: Make, tmp_path: Path) -> None:
    """A file replaced on the portal is found by its SHA-256."""
    made = make()
    outcome = made.publish(made.released(office.rows(made.contract, FEW)))
    other = tmp_path / "lain.csv"
    other.write_text("bukan,ini\n", encoding="utf-8")
    with other.open("rb") as file:
        answer = httpx.post(
            f"{portal.url}/api/action/resource_patch",
            data={"id": outcome.resource_ids["csv"]}, files={"upload": ("lain.csv", file)},
            headers={"Authorization": portal.token}, trust_env=False, timeout=60,
        )  # fmt: skip
    assert answer.is_success
    with pytest.raises(PortalMismatch, match="files read otherwise"):
        verify(made.contract, made.settings)


def test_a_gate_stops_everything(make: Make, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent before the gate saw all of it."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))

    def stop(document: dict[str, Any], _: Contract) -> None:
        assert document["resources"]
        assert document["dictionary"]
        raise Blocked("a gate stopped it", dataset=made.contract.name)

    monkeypatch.setattr(sys.modules["quality.gates.scan"], "scan_payload", stop)
    with pytest.raises(Blocked):
        made.publish(release)
    assert portal.ask("package_show", id=made.contract.name).status_code == 404


def outsider(portal: Portal, *, capacity: str | None) -> str:
    """The token of a new account with a right of this name in the organisation."""
    name = f"luar-{uuid.uuid4().hex[:8]}"
    admin = {"token": portal.admin_token}
    portal.action("user_create", **admin, name=name, email=f"{name}@contoh.example", password=uuid.uuid4().hex)
    if capacity:
        portal.action("organization_member_create", **admin, id=portal.organization, username=name, role=capacity)
    token: str = portal.action("api_token_create", **admin, user=name, name="uji")["token"]
    return token


def refused(made: Office, table: pa.Table) -> PortalRefused:
    """The refusal that a plan meets."""
    with pytest.raises(PortalRefused) as caught:
        made.planned(made.released(table))
    return caught.value


def test_a_wrong_token_is_found_at_the_start(make: Make) -> None:
    """CKAN takes a wrong token for a reader without a name; we don't, and its text is in no message."""
    made = make(token="bukan-token-yang-benar")
    error = refused(made, office.rows(made.contract, FEW))
    assert "does not know this token" in error.sentence
    assert "bukan-token" not in str(error)


@pytest.mark.parametrize("capacity", ["member", None])
def test_a_token_too_weak(portal: Portal, make: Make, capacity: str | None) -> None:
    """An account that may not make datasets is refused before anything is sent, with who must help."""
    made = make(token=outsider(portal, capacity=capacity), topics=[])
    error = refused(made, office.rows(made.contract, FEW))
    assert "may not make datasets" in error.sentence
    assert f"an administrator of {portal.organization}" in error.facts["next"]


def test_an_organisation_or_group_that_is_not_there(make: Make) -> None:
    """An editor can make neither, so the message says who can."""
    made = make(organization="tidak-ada")
    assert "sysadmin" in refused(made, office.rows(made.contract, FEW)).facts["next"]
    made = make(topics=["tidak-ada"])
    error = refused(made, office.rows(made.contract, FEW))
    assert "no group tidak-ada" in error.sentence
    assert "sysadmin" in error.facts["next"]


@pytest.mark.parametrize("private", [False, True])
def test_a_name_that_is_taken(portal: Portal, make: Make, *, private: bool) -> None:
    """A dataset of that name in another organisation is never touched, seen or unseen."""
    made = make()
    admin, other = {"token": portal.admin_token}, f"lain-{uuid.uuid4().hex[:8]}"
    portal.action("organization_create", **admin, name=other)
    portal.action(
        "package_create", **admin, name=made.contract.name, owner_org=other, private=private, title="T", notes="N"
    )
    error = refused(made, office.rows(made.contract, FEW))
    assert "not ours" in error.sentence
    assert "rename" in error.facts["next"]
    portal.purge(made.contract.name)
    portal.action("organization_purge", **admin, id=other)


@pytest.mark.parametrize("hide", ["package_delete", "private"])
def test_what_was_taken_down_stays_down(portal: Portal, make: Make, hide: str) -> None:
    """A dataset that somebody deleted or hid on the portal is not brought back by the next run."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    made.publish(release)
    if hide == "private":
        portal.action("package_patch", id=made.contract.name, private=True)
    else:
        portal.action("package_delete", id=made.contract.name)
    with pytest.raises(PortalRefused, match="on the portal"):
        made.planned(release)


def test_a_portal_that_is_down(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal that doesn't answer is worth another try, and that is what the error says."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    made = make()
    down = PortalSettings(url="http://127.0.0.1:9", token=FromFile(file="token"), organization="x")
    settings = Settings(root=made.settings.root, languages=("id",), portals={"default": down})
    release = made.released(office.rows(made.contract, FEW))
    with pytest.raises(PortalUnreachable, match="does not answer"):
        replace(made, settings=settings).planned(release)
