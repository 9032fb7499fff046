"""The extension's actions on the real portal: loading, switching, taking back, and who may do it."""

import hashlib
import json
import time
from typing import Any

import httpx
import pytest

from tests.portal.terang.conftest import FIELDS, TABLE, Dataset, rows, versions
from tests.portal_fixture import Portal

pytestmark = pytest.mark.portal


def test_capabilities(portal: Portal) -> None:
    """Anyone may ask what the extension can do."""
    found = portal.action("terang_capabilities", token="")
    assert found["load"] is True
    assert found["version"]
    assert portal.ask("terang_capabilities", token="").request.method == "POST"
    assert httpx.get(f"{portal.url}/api/action/terang_capabilities", trust_env=False).is_success


def test_load_shows_nothing_switch_shows_all(dataset: Dataset) -> None:
    """A loaded table is seen by nobody; the switch shows file, metadata and table, whole and right."""
    body = rows(1000)
    loaded = dataset.load(body, tag="rilis 1").json()["result"]
    assert (loaded["state"], loaded["rows"], loaded["size"]) == ("ready", 1000, len(body))
    assert loaded["sums"]["jumlah"] == "1000"
    assert loaded["sums"]["nilai"] == f"{sum(int(f'1{n:05}') * 100 + n % 100 for n in range(1000)) / 100:.2f}"
    assert dataset.portal.ask("datastore_search", token="", resource_id=dataset.resource).status_code == 404
    assert dataset.portal.action("terang_status", id=dataset.name)["loads"][dataset.resource]["tag"] == "rilis 1"
    done = dataset.switch(body, update={"version": "1"}, **{f"update__resources__{dataset.resource}": {"name": "Baru"}})
    assert done["package"]["version"] == "1"
    shown = dataset.shown()
    assert (shown["hash"], shown["size"], shown["name"]) == (hashlib.sha256(body).hexdigest(), len(body), "Baru")
    assert shown["datastore_active"] is True
    assert dataset.file() == body
    found = dataset.search(limit=1000, sort="_id")
    assert found["total"] == 1000
    assert [record["kode"] for record in found["records"]] == [f"{n:06}" for n in range(1000)]
    assert [record["uraian"] for record in found["records"][:5]] == [None, '"1", é\r\nx', "=1+1", "'-2", "'biasa"]
    assert found["records"][0] | {"_id": 1, "nilai": 100000} == found["records"][0]


def test_everything_of_a_table_is_as_ckan_makes_it(dataset: Dataset, portal: Portal) -> None:
    """Types, dictionary, indexes, key and full text are those of a table that CKAN made from the same fields."""
    asked: dict[str, Any] = {"fields": FIELDS, "primary_key": TABLE["key"], "indexes": TABLE["indexes"]}
    portal.action("datastore_create", resource_id=dataset.resource, force=True, records=[], **asked)
    before = portal.action("datastore_info", id=dataset.resource)["fields"]
    dataset.publish(rows(10), table={**TABLE, "full_text": True})
    assert portal.action("datastore_info", id=dataset.resource)["fields"] == before
    assert dataset.search(q="biasa")["total"] == 2
    portal.action("datastore_create", resource_id=dataset.resource, force=True, **asked)
    new = {"kode": "baru", "nilai": "8", "uraian": "kemudian"}
    portal.action("datastore_upsert", resource_id=dataset.resource, force=True, method="insert", records=[new])
    assert dataset.search(q="kemudian")["records"][0]["_id"] == 11
    assert portal.ask("datastore_upsert", resource_id=dataset.resource, force=True, records=[new]).is_success


def test_switch_keeps_what_belongs_to_the_table(dataset: Dataset, portal: Portal) -> None:
    """Aliases and totals follow the table, also when its columns change; the next dump is the new table."""
    dataset.publish(rows(20))
    alias = f"alias-{dataset.name}"
    portal.action("datastore_create", resource_id=dataset.resource, force=True, aliases=[alias])
    dataset.publish(rows(30, version=2))
    assert versions(dataset.search(resource_id=alias)["records"]) == {2}
    assert (dataset.search()["total"], dataset.search(resource_id=alias)["total"]) == (30, 30)
    narrow = b"kode,jumlah\r\n1,3\r\n2,3\r\n"
    dataset.publish(narrow, table={"fields": [FIELDS[0], FIELDS[2]], "key": ["kode"]})
    found = dataset.search(resource_id=alias)
    assert [field["id"] for field in found["fields"]] == ["_id", "kode", "jumlah"]
    assert versions(found["records"]) == {3}
    dump = httpx.get(f"{portal.url}/datastore/dump/{dataset.resource}", trust_env=False).content.decode("utf-8-sig")
    assert dump.splitlines() == ["_id,kode,jumlah", "1,1,3", "2,2,3"]


def test_rollback_and_back_again(dataset: Dataset, portal: Portal) -> None:
    """File, table and metadata go back together, and forward again; what others edited in between stays."""
    first, second = rows(20), rows(30, version=2)
    dataset.publish(first, update={"version": "1", "terang_release": "2026-10-05"})
    assert portal.ask("terang_rollback", id=dataset.name).status_code == 404
    dataset.publish(second, update={"version": "2", "terang_release": "2026-11-05"})
    portal.action("package_patch", id=dataset.name, notes="Sunting tangan")
    for version, body in [("1", first), ("2", second), ("1", first)]:
        package = portal.action("terang_rollback", id=dataset.name)["package"]
        assert (package["version"], package["notes"]) == (version, "Sunting tangan")
        assert dataset.file() == body
        assert dataset.shown()["hash"] == hashlib.sha256(body).hexdigest()
        found = dataset.search(limit=100)
        assert (versions(found["records"]), found["total"]) == ({int(version)}, 20 if version == "1" else 30)
    dataset.publish(rows(5, version=3), keep=False)
    assert portal.ask("terang_rollback", id=dataset.name).status_code == 404


@pytest.mark.parametrize(
    ("body", "table", "found"),
    [
        (b"kode,nilai\r\na,1\r\n", TABLE, "first line names other columns"),
        (b"kode,jumlah\r\na,1\r\nb,rahasia\r\n", None, "line 3, column jumlah, InvalidTextRepresentation"),
        (b"kode,jumlah\r\nrahasia,1\r\nrahasia,2\r\n", None, "two rows have the same key (kode)"),
        (b"kode,jumlah\r\na,1,rahasia\r\n", None, "line 2, BadCopyFileFormat"),
        (b"kode,jumlah\r\na,\xff\r\n", None, "line 2, CharacterNotInRepertoire"),
    ],
)
def test_a_bad_file_is_refused(dataset: Dataset, body: bytes, table: object, found: str) -> None:
    """What is wrong is said by line and column, never by the cell; readers keep what they have."""
    dataset.publish(rows(20))
    answer = dataset.load(body, table=table or {"fields": [FIELDS[0], FIELDS[2]], "key": ["kode"]})
    assert answer.status_code == 409
    assert found in json.dumps(answer.json()["error"])
    assert "rahasia" not in answer.text
    state = dataset.portal.action("terang_status", id=dataset.name)["loads"][dataset.resource]
    assert (state["state"], "rahasia" in json.dumps(state)) == ("failed", False)
    files = {dataset.resource: hashlib.sha256(body).hexdigest()}
    assert dataset.portal.ask("terang_switch", id=dataset.name, files=files).status_code == 409
    assert (dataset.search()["total"], dataset.file()) == (20, rows(20))


def test_other_bytes_are_refused(dataset: Dataset) -> None:
    """A file that arrives otherwise than it was announced is not loaded."""
    answer = dataset.load(rows(20), sha256="0" * 64)
    assert (answer.status_code, "SHA-256" in answer.text) == (409, True)


def test_in_the_background(dataset: Dataset, portal: Portal) -> None:
    """The portal's worker loads while we ask how far it is."""
    body = rows(20_000)
    assert dataset.load(body, background=True).json()["result"]["state"] == "queued"
    deadline = time.monotonic() + 60
    while (load := portal.action("terang_status", id=dataset.name)["loads"][dataset.resource])["state"] != "ready":
        assert load["state"] in {"queued", "loading"}
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert load["rows"] == 20_000
    dataset.switch(body)
    assert dataset.search()["total"] == 20_000


def test_what_waits_can_be_loaded_at_once(dataset: Dataset, portal: Portal) -> None:
    """Where no worker runs, the file that was taken in is loaded without being sent again."""
    body = rows(20)
    dataset.load(body, table=None)
    asked = {"id": dataset.name, "resource": dataset.resource, "sha256": hashlib.sha256(body).hexdigest()}
    assert portal.action("terang_load", **asked, table=TABLE, background=False)["rows"] == 20
    wrong = {**asked, "sha256": "0" * 64}
    assert portal.ask("terang_load", **wrong, table=TABLE).status_code == 409


def test_a_file_without_a_table(dataset: Dataset) -> None:
    """A file alone is switched and taken back as well; the table stays as it is."""
    dataset.publish(rows(20))
    dataset.publish(b"lain", table=None)
    assert (dataset.file(), dataset.search()["total"], dataset.shown()["size"]) == (b"lain", 20, 4)
    dataset.portal.action("terang_rollback", id=dataset.name)
    assert (dataset.file(), dataset.search()["total"]) == (rows(20), 20)


def test_what_is_kept_can_be_forgotten(dataset: Dataset, portal: Portal) -> None:
    """The release before, loads, the file and table of a resource that is gone, old metadata: removed; readers see no difference."""
    old, new = rows(20, version=1), rows(21, version=2)
    dataset.publish(old, update={"notes": "Kata lama."})
    dataset.publish(new, update={"notes": "Kata baru."})
    dataset.load(rows(22, version=3))
    places = portal.stored(dataset.resource)
    assert len(places) == 3
    done = portal.action("terang_forget", id=dataset.name)
    assert done["removed"] == [dataset.resource]
    assert done["activities"] >= 2
    assert [path for path in places if path.exists()] == [path for path in places if "terang" not in path.name]
    assert (dataset.file(), dataset.search()["total"]) == (new, 21)
    assert portal.ask("terang_rollback", id=dataset.name).status_code == 404
    assert portal.action("terang_status", id=dataset.name)["loads"] == {}
    told = portal.action("package_activity_list", id=dataset.name)
    assert told
    assert all("notes" not in one["data"]["package"] for one in told)
    portal.action("package_patch", id=dataset.name, resources=[])
    assert portal.action("terang_forget", id=dataset.name)["removed"] == [dataset.resource]
    assert not portal.stored(dataset.resource)


def test_a_gap_between_resources_does_not_matter(dataset: Dataset, portal: Portal) -> None:
    """CKAN leaves gaps in their positions when it removes some, and then cannot take over an unchanged one beyond the last."""
    other = portal.action("resource_create", package_id=dataset.id, name="Lain", url="https://example.org/lain.csv")
    portal.leave_gap(dataset.id, 1)
    dataset.publish(rows(5))
    assert dataset.search()["total"] == 5
    shown = portal.action("package_show", id=dataset.name)["resources"]
    assert [(one["id"], one["position"]) for one in shown] == [(dataset.resource, 0), (other["id"], 1)]
