"""Who may call the extension's actions: editors of the dataset's organisation, for its own resources."""

import uuid
from collections.abc import Iterator

import pytest

from tests.portal.terang.conftest import TABLE, Dataset, rows
from tests.portal_fixture import Portal

pytestmark = pytest.mark.portal
CHANGING = ("terang_load", "terang_status", "terang_switch", "terang_rollback", "terang_forget")


@pytest.fixture
def stranger(portal: Portal) -> Iterator[str]:
    """The token of an editor of another organisation."""
    name = f"lain-{uuid.uuid4().hex[:8]}"
    admin = {"token": portal.admin_token}
    portal.action("user_create", **admin, name=name, email=f"{name}@kabupaten-lain.example", password=uuid.uuid4().hex)
    portal.action("organization_create", **admin, name=name, users=[{"name": name, "capacity": "editor"}])
    yield portal.action("api_token_create", **admin, user=name, name="uji")["token"]
    portal.action("organization_purge", **admin, id=name)
    portal.action("user_delete", **admin, id=name)


@pytest.mark.parametrize("action", CHANGING)
def test_not_of_another_organisation(dataset: Dataset, stranger: str, action: str) -> None:
    """An editor of another organisation, and a reader without a name, may do nothing."""
    for token in (stranger, ""):
        answer = dataset.portal.ask(action, token=token, id=dataset.name, resource=dataset.resource, sha256="0" * 64)
        assert answer.status_code == 403


def test_not_another_datasets_resource(dataset: Dataset, stranger: str) -> None:
    """A resource of another dataset can't be loaded through one's own."""
    dataset.publish(rows(20))
    portal = dataset.portal
    own = portal.action("organization_list_for_user", token=stranger)[0]["name"]
    name = f"uji-{uuid.uuid4().hex[:8]}"
    fields = {"title": "Lain", "notes": "Lain", "license_id": "cc-by", "owner_org": own}
    portal.action(
        "package_create", token=stranger, name=name, **fields, contact=[{"name": "L", "email": "l@lain.example"}]
    )
    answer = dataset.load(rows(30), token=stranger, id=name)
    assert (answer.status_code, "resource" in answer.json()["error"]) == (409, True)
    for resource in ("_table_metadata", "terang_new.notes", "../../x", dataset.resource.upper()):
        assert dataset.load(rows(30), token=stranger, id=name, resource=resource).status_code == 409
    files = {dataset.resource: "0" * 64}
    assert portal.ask("terang_switch", token=stranger, id=name, files=files).status_code == 409
    assert dataset.search()["total"] == 20
    portal.purge(name)


@pytest.mark.parametrize(
    "table",
    [
        {**TABLE, "fields": [{"id": "_id", "type": "text"}]},
        {**TABLE, "fields": [{"id": 'a"b', "type": "text"}]},
        {**TABLE, "fields": [{"id": "a", "type": "int8); DROP TABLE x"}]},
        {**TABLE, "key": ["tidak"]},
        {**TABLE, "indexes": ["tidak"]},
        {**TABLE, "lain": 1},
        {"fields": "x", "key": []},
        "[",
    ],
)
def test_a_table_that_is_none(dataset: Dataset, table: object) -> None:
    """Names, types and indexes are checked before anything is done."""
    answer = dataset.load(rows(1), table=table)
    assert (answer.status_code, set(answer.json()["error"])) == (409, {"__type", "table"}), answer.text


def test_what_makes_no_sense(dataset: Dataset) -> None:
    """Wrong parameters are the caller's mistake, and said to be."""
    asked = {"id": dataset.name, "resource": dataset.resource, "sha256": "0" * 64}
    more: list[dict[str, str]] = [{}, {"upload": "x"}, {"sha256": "x"}, {"resource": ""}]
    for wrong in more:
        answer = dataset.portal.ask("terang_load", **(asked | wrong))
        assert answer.status_code == 409, answer.text
    for files in ("x", ["x"], {dataset.resource: "0" * 64}):
        assert dataset.portal.ask("terang_switch", id=dataset.name, files=files).status_code == 409
    assert dataset.portal.ask("terang_switch", id="tidak-ada").status_code == 404


def test_what_is_loaded_is_hidden(dataset: Dataset) -> None:
    """Neither what was loaded nor what can be taken back is reached through the API."""
    dataset.publish(rows(20))
    dataset.load(rows(30, version=2))
    for name in (f"new_{dataset.resource}", f"terang_new.new_{dataset.resource}", f"previous_{dataset.resource}"):
        assert dataset.portal.ask("datastore_search", token="", resource_id=name).status_code == 404
