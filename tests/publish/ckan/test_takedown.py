"""Takedown on the real portal, with ckanext-terang and without: nothing of it answers afterwards, and it stays away."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import choices
from string import ascii_lowercase

import httpx
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assets.errors import Blocked, Busy, PortalMismatch, PortalRefused, SettingsError, Unproven
from assets.store import read_json
from publish import ledger, statement
from publish.ckan import asking, verify
from publish.ckan.resources import KINDS, resource_id
from publish.release import latest, release
from publish.scope import Scope
from publish.standing import PUBLISHED
from publish.takedown import BEGUN, lift, look
from publish.verify import verify_release
from tests.portal_fixture import Portal
from tests.publish.ckan import whole
from tests.publish.ckan.test_killed import Killed, kill_at
from tests.publish.ckan.whole import FIRST, WHY, Whole

pytestmark = pytest.mark.portal
PEM = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ALL = list(range(1, 31))


@pytest.fixture(autouse=True)
def _loader() -> None:
    """Both loaders are asked for by `way`."""


@pytest.fixture(params=[True, False], ids=["extension", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With the extension, and by the API alone."""
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "terang" if request.param else "none of them")
    return bool(request.param)


@pytest.fixture
def made(portal: Portal, tmp_path: Path) -> Iterator[Whole]:
    """An office with a dataset of its own name, which is purged afterwards."""
    name = f"uji-{''.join(choices(ascii_lowercase, k=12))}"  # nine digits in a row would look personal  # noqa: S311
    facts = {"url": portal.url, "token": portal.token, "organization": portal.organization}
    yield whole.whole(tmp_path, whole.contract(name), key=PEM, **facts)
    portal.purge(name)


def stays_away(portal: Portal, made: Whole, words: str, resources: list[dict[str, str]]) -> None:
    """A reader finds the words of a row neither in the table, nor in any file, old address or page."""
    for one in resources:
        search = portal.ask("datastore_search", token="", resource_id=one["id"], q=words)
        assert not search.is_success or search.json()["result"]["total"] == 0
        for address in (one["url"], f"{portal.url}/datastore/dump/{one['id']}"):
            answer = httpx.get(address, trust_env=False)
            assert words.encode() not in answer.content
    page = httpx.get(f"{portal.url}/dataset/{made.contract.name}", trust_env=False, follow_redirects=True)
    assert words.encode() not in page.content


def told(made: Whole) -> list[ledger.Entry]:
    """The ledger, without what it tells of portals."""
    return [entry for entry in ledger.check(made.store) if entry.event != PUBLISHED]


def on_disk(portal: Portal, made: Whole, words: str) -> list[Path]:
    """Files of the dataset on the portal's disk and in the release store that hold these words."""
    own = {resource_id(made.contract.name, kind.kind) for kind in KINDS}
    files = [file for id_ in own for file in portal.stored(id_)]
    files += [file for place in (made.store.releases, made.store.public) for file in place.rglob("*") if file.is_file()]
    return [file for file in files if words.encode() in file.read_bytes()]


def test_rows_are_gone_everywhere(portal: Portal, made: Whole, *, way: bool) -> None:
    """Every version that held them goes, a release without them is public at once, and everything was asked."""
    first = made.run(ALL)
    shown = portal.action("package_show", token="", id=made.contract.name)["resources"]
    made.run([*ALL, 31], day=31)
    assert on_disk(portal, made, "kata007")
    done = made.down(made.rows(first, 7, 9))
    assert done.order.versions == ("2026-10-05", "2026-11-05")
    assert (done.current, done.not_released) == ("2026-12-04", "")
    assert verify(made.contract, made.settings).rows == 29
    stays_away(portal, made, "kata007", shown)
    assert not on_disk(portal, made, "kata007")
    kept = [one["found"] for one in json.loads(done.statement.read_text())["asked"] if "activity" in one["endpoint"]]
    assert len(kept) == 2
    assert any(kept) is not way  # CKAN lets no editor remove what its activity stream tells of old files
    package = portal.action("package_show", token="", id=made.contract.name)
    assert package["terang_takedown_en"].startswith("2026-12-04: 2 rows were taken down. Reason: Permintaan")
    assert "UU 27/2022" in package["terang_takedown"]
    entry = told(made)[2]
    assert (entry.event, entry.facts["rows"], entry.hash) == ("taken down", 2, done.entry)
    assert "2026-10-05/SHA256SUMS" in entry.files
    for version in done.order.versions:
        assert verify_release(made.store, version).taken_down
        assert not (made.store.releases / version).exists()
    text = (made.store.releases / "ledger.jsonl").read_text() + done.statement.read_text()
    assert not any(id_ in text for id_ in made.ids(latest(made.contract, made.settings) or first))
    assert not any(id_ in text for id_ in done.order.scope.rows)
    withheld = read_json(made.store.withheld)["withheld"]
    assert [(part["reason"], part["rows"], part["money"]) for part in withheld] == [("takedown", 2, {})]


@pytest.mark.usefixtures("way")
def test_the_next_run_does_not_bring_them_back(made: Whole) -> None:
    """The same source again is nothing new; other rows are published, those are not."""
    first = made.run(ALL)
    done = made.down(made.rows(first, 7))
    assert made.run(ALL, day=61).version == done.current
    later = made.run([*ALL, 31], day=62)
    assert pq.read_metadata(later.path / f"{made.contract.name}.parquet").num_rows == 30
    assert not made.ids(later, 7)
    assert verify(made.contract, made.settings).version == later.version


def test_the_statement_can_be_checked(made: Whole) -> None:
    """It is signed with the office's key, names the ledger's line, and one changed letter is found."""
    first = made.run(ALL)
    done = made.down(made.rows(first, 7))
    found = statement.check(done.statement, made.settings)
    assert (found.own_key, found.in_ledger, found.entry) == (True, True, done.entry)
    document = json.loads(done.statement.read_text())
    endpoints = {one["endpoint"] for one in document["asked"]}
    assert {"package_show", "resource_show", "download", "datastore_search by id", "datastore dump"} <= endpoints
    assert document["found"] == 0
    assert document["withdrawn"]["2026-10-05"]["SHA256SUMS"]
    page = done.statement.with_suffix(".html").read_text()
    assert "Pernyataan penarikan data" in page
    assert "Statement of a takedown" in page
    done.statement.write_text(done.statement.read_text().replace("pemilik", "Pemilik"))
    with pytest.raises(Unproven, match="changed after it was signed"):
        statement.check(done.statement, made.settings)


@pytest.mark.usefixtures("way")
def test_a_column_stays_blocked_until_the_contract_drops_it(portal: Portal, made: Whole) -> None:
    """All versions with it go, nothing is shown, runs say what to do; without the column it is published again."""
    made.run(ALL)
    shown = portal.action("package_show", token="", id=made.contract.name)["resources"]
    done = made.down(Scope(kind="column", column="catatan"))
    assert (done.order.versions, done.current) == (("2026-10-05",), None)
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    stays_away(portal, made, "ujung007", shown)
    assert not on_disk(portal, made, "ujung007")
    with pytest.raises(Blocked, match="column that was taken down") as caught:
        made.released(day=61)
    assert "technique: drop" in caught.value.facts["next"]
    without = made.without("catatan")
    without.run(day=62)
    assert verify(without.contract, without.settings).rows == 30
    stays_away(portal, made, "ujung007", shown)


@pytest.mark.usefixtures("way")
def test_a_version_goes_and_the_one_before_is_shown(made: Whole) -> None:
    """The current version is withdrawn; the one before is current, and the same content does not come again by itself."""
    first = made.run(ALL)
    made.run([*ALL, 31], day=31)
    done = made.down(Scope(kind="version", version="2026-11-05"))
    assert done.current == first.version
    assert verify(made.contract, made.settings).rows == 30
    held = made.run(day=61)
    assert (held.version, bool(held.held_back)) == (first.version, True)


@pytest.mark.usefixtures("way")
def test_the_whole_dataset_until_it_is_lifted(portal: Portal, made: Whole) -> None:
    """Nothing of it answers, runs are blocked, and once lifted it is published again."""
    made.run(ALL)
    shown = portal.action("package_show", token="", id=made.contract.name)["resources"]
    assert made.down(Scope(kind="all")).current is None
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    stays_away(portal, made, "kata007", shown)
    assert not on_disk(portal, made, "kata007")
    with pytest.raises(Blocked, match="was taken down"):
        made.released(day=61)
    lift(made.contract, made.settings, None, reason="Putusan dibatalkan", now=WHY["now"])
    again = made.run(day=62)
    assert again.version == "2026-12-06"
    assert verify(made.contract, made.settings).rows == 30


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("step", ["begun", "told", "released", "cleaned"])
def test_killed_anywhere_it_goes_on(portal: Portal, made: Whole, step: str) -> None:
    """The same command, or one without a scope, comes to the same end with one line in the ledger."""
    first = made.run(ALL)
    scope = made.rows(first, 7)
    with pytest.raises(Killed):
        made.down(scope, at=kill_at(step))
    if step != "begun":
        search = portal.ask("datastore_search", token="", resource_id=_table(made), filters={"id": list(scope.rows)})
        assert not search.is_success or search.json()["result"]["total"] == 0
    if step in {"begun", "told"}:
        with pytest.raises(Unproven):
            release(made.contract, made.settings, now=FIRST)
    made.down(None if step == "told" else scope)
    assert verify(made.contract, made.settings).rows == 29
    assert [entry.event for entry in told(made)] == ["released", "taken down", "released"]
    assert not (made.store.releases / BEGUN).exists()


def _table(made: Whole) -> str:
    return resource_id(made.contract.name, "csv")


@pytest.mark.usefixtures("way")
def test_a_portal_that_is_down_delays_its_own_part(made: Whole) -> None:
    """Store and ledger are done; the same command ends the portal's part when its token is good again."""
    first = made.run(ALL)
    scope = made.rows(first, 7)
    token = made.settings.root / "token"
    good = token.read_text()
    token.write_text("a token that nobody has")
    with pytest.raises(PortalRefused):
        made.down(scope)
    assert not first.path.exists()
    assert told(made)[1].event == "taken down"
    token.write_text(good)
    made.down(scope)
    assert verify(made.contract, made.settings).rows == 29


def test_what_still_answers_is_no_success(made: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an endpoint still answers, the statement says so, the command fails, and may be run again."""
    first = made.run(ALL)
    scope = made.rows(first, 7)
    answer = asking.Answer(endpoint="download", address="/x", status=200, found=1)
    with monkeypatch.context() as patch:
        patch.setattr(asking, "ask", lambda *_: [answer])
        with pytest.raises(PortalMismatch, match="still answers"):
            made.down(scope)
    assert made.down(scope).asked > 20


def test_bad_input_changes_nothing(made: Whole) -> None:
    """No reason, no basis, an unknown version or column, another run, another takedown begun: said before anything."""
    first = made.run(ALL)
    good = {"reason": "a", "basis": "b"}
    for scope, words, error in (
        (Scope(kind="version", version="2020-01-01"), good, Unproven),
        (Scope(kind="column", column="catatn"), good, SettingsError),
        (made.rows(first, 7), {"reason": " ", "basis": "b"}, SettingsError),
        (made.rows(first, 7), {"reason": "a", "basis": ""}, SettingsError),
        (made.rows(first, 7), {"reason": "NIK 3573012345678901", "basis": "b"}, Blocked),
    ):
        with pytest.raises(error):
            look(made.contract, made.settings, scope, **words)
    unknown = Scope(kind="rows", rows=frozenset({"a" * 16}) | made.ids(first, 7))
    assert look(made.contract, made.settings, unknown, **good).unknown == 1
    with made.store.lock(), pytest.raises(Busy):
        made.down(made.rows(first, 7))
    with pytest.raises(Unproven, match="no takedown was broken off"):
        made.down(None)
    with pytest.raises(Killed):
        made.down(made.rows(first, 7), at=kill_at("begun"))
    with pytest.raises(Unproven, match="another takedown"):
        made.down(Scope(kind="all"))
    assert len(told(made)) == 1
