"""After publishing on the real portal: what the public gets is looked at by the real gates, and what they find hides it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import choices
from string import ascii_lowercase
from typing import Any

import httpx
import pytest

from assets.errors import Blocked, Leaked, PortalUnreachable, Unproven
from assets.settings import PortalSettings
from publish import ledger
from publish.ckan import apply, looking, plan
from publish.ckan.applying import Outcome
from publish.release import Release, latest
from publish.rollback import rollback
from publish.scope import Scope
from publish.standing import HIDDEN, PUBLISHED, SHOWN_AGAIN
from tests.portal_fixture import Portal
from tests.publish import made as invented
from tests.publish.ckan import whole
from tests.publish.ckan.faulty import faulty
from tests.publish.ckan.whole import FIRST, Whole

pytestmark = pytest.mark.portal
NIK, NAME = "3573014507890001", "Sulastri Wulandari"  # invented
COLUMNS = (*whole.COLUMNS, invented.column("nama", class_="direct_id", privacy={"technique": "drop"}))


class Office(Whole):
    """An office whose rows name a person, whom it does not publish."""

    def write(self, numbers: Any) -> None:
        """What the internal system gives next."""
        lines = [f"n{n:03},kata{n:03},{n}.50,ujung{n:03},{NAME}" for n in numbers]
        (self.settings.root / "data.csv").write_text("\n".join(["nomor,uraian,nilai,catatan,nama", *lines, ""]))


@pytest.fixture(params=["terang", "none of them"], ids=["extension", "plain"])
def loaders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the portal's API alone, or with ckanext-terang."""
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", request.param)


@pytest.fixture
def made(portal: Portal, tmp_path: Path) -> Iterator[Office]:
    """An office with a dataset of its own name; what people write on the portal stays."""
    name = f"uji-{''.join(choices(ascii_lowercase, k=12))}"  # noqa: S311 - a name, no secret
    contract = whole.contract(name, columns=COLUMNS, portal_edits="keep")
    office = whole.whole(
        tmp_path, contract, url=portal.url, token=portal.token, organization=portal.organization, key=None
    )
    yield Office(contract=office.contract, settings=office.settings)
    portal.purge(name)


def publish(made: Office, release: Release | None = None) -> Outcome:
    """Plan and apply."""
    found = release or latest(made.contract, made.settings)
    assert found is not None
    return apply(plan(made.contract, made.settings, found), made.contract, made.settings)


def shown(portal: Portal, made: Office) -> bool:
    """Whether a reader without a name sees anything of it."""
    package = portal.action("package_show", id=made.contract.name)
    addresses = [f"{portal.url}/dataset/{made.contract.name}", package["resources"][0]["url"]]
    addresses += [f"{portal.url}/datastore/dump/{package['resources'][0]['id']}"]
    answers = [httpx.get(address, trust_env=False).is_success for address in addresses]
    answers.append(portal.ask("package_show", token="", id=made.contract.name).is_success)
    assert len(set(answers)) == 1
    return answers[0]


def write_on_portal(portal: Portal, made: Office, words: str) -> None:
    """An editor describes a link of their own so: no gate before publishing sees it."""
    package = portal.action("package_show", id=made.contract.name)
    theirs = [one["id"] for one in package["resources"] if one["name"] == "Tautan"]
    if theirs:
        portal.action("resource_patch", id=theirs[0], description=words)
    else:
        link = {"name": "Tautan", "url": "https://contoh.example/", "description": words}
        portal.action("resource_create", package_id=package["id"], **link)


@pytest.mark.usefixtures("loaders")
def test_what_the_public_gets_is_looked_at_once(portal: Portal, made: Office) -> None:
    """Every file, the table, the metadata and two pages, after a publication that wrote something; else nothing."""
    first = publish(made, made.released(range(30)))
    assert (first.looked.pages, first.looked.identifiers, dict(first.looked.places)) == (2, 1, {})
    assert first.looked.files == len(first.resource_ids) + 1
    assert publish(made).looked == looking.Looked()
    assert shown(portal, made)


@pytest.mark.usefixtures("loaders")
@pytest.mark.parametrize(
    ("words", "gate"),
    [
        (f"Hubungi petugas, NIK {NIK}", "nothing that looks personal"),
        (f"Rincian bayaran kepada {NAME.upper()}.", "no known person"),
    ],
    ids=["a number", "a name"],
)
def test_what_an_editor_wrote_hides_it_until_a_person_decides(
    portal: Portal, made: Office, words: str, gate: str
) -> None:
    """The gates before cannot see it; the next publication is hidden by one call, told without the value, and stays so."""
    publish(made, made.released(range(30)))
    write_on_portal(portal, made, words)
    with pytest.raises(Leaked) as stopped:
        publish(made, made.released(range(31), day=31))
    told = str(stopped.value)
    for said in (gate, "package_show: description", "the dataset is hidden"):
        assert said in told
    assert NIK not in told
    assert NAME.lower() not in told.lower()
    assert not shown(portal, made)
    events = ledger.check(made.store)
    assert [entry.event for entry in events[-2:]] == [PUBLISHED, HIDDEN]
    assert gate in events[-1].facts["gates"]
    assert "description" not in json.dumps(events[-1].facts)
    for _ in range(2):
        with pytest.raises(Blocked, match="until a person decides"):
            publish(made, made.released(range(32), day=62))
    assert not shown(portal, made)

    write_on_portal(portal, made, "Berkas data.")
    looking.unhide(made.contract, made.settings, reason="Keterangan berkas sudah dibersihkan", now=FIRST)
    outcome = publish(made)
    assert (outcome.looked.pages, outcome.looked.places, shown(portal, made)) == (2, {}, True)
    assert ledger.check(made.store)[-2].event == SHOWN_AGAIN
    assert publish(made).writes == 0
    with pytest.raises(Unproven, match="not hidden"):
        looking.unhide(made.contract, made.settings, reason="Sekali lagi", now=FIRST)


def test_showing_again_what_was_not_mended_hides_it_again(portal: Portal, made: Office) -> None:
    """A decision is no exception from the gates."""
    publish(made, made.released(range(30)))
    write_on_portal(portal, made, f"NIK {NIK}")
    with pytest.raises(Leaked):
        publish(made, made.released(range(31), day=31))
    looking.unhide(made.contract, made.settings, reason="Sudah dilihat", now=FIRST)
    with pytest.raises(Leaked):
        publish(made)
    assert not shown(portal, made)


def test_what_stands_between_portal_and_reader_is_seen(portal: Portal, made: Office) -> None:
    """A proxy that puts a name into pages: the portal's own bytes are right, what readers get is not."""
    with faulty(portal.url) as proxy:
        proxy.words = f"<p>{NAME}</p>".encode()
        settings = made.settings.model_copy(
            update={
                "portals": {"default": PortalSettings(**{**dict(made.settings.portals["default"]), "url": proxy.url})}
            }
        )
        behind = replace(made, settings=settings)
        with pytest.raises(Leaked, match="no known person|hidden"):
            publish(behind, behind.released(range(30)))
    assert not shown(portal, made)


def test_a_portal_that_does_not_answer_is_looked_at_by_the_next_run(
    portal: Portal, made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing wrong was seen, so nothing is hidden; but the run has failed, and what is owed is done by the next one."""

    def down(*_: Any) -> Any:
        raise PortalUnreachable("the portal does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(looking, "_fetched", down)
        with pytest.raises(PortalUnreachable):
            publish(made, made.released(range(30)))
    assert shown(portal, made)
    again = publish(made)
    assert (again.writes, again.looked.pages) == (0, 2)


def test_a_gate_that_crashes_hides_it(portal: Portal, made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be shown to be harmless is not left public."""

    def broken(*_: Any) -> Any:
        raise RuntimeError(NAME)

    monkeypatch.setattr("quality.afterwards.scan_files", broken)
    with pytest.raises(Leaked, match="hidden") as stopped:
        publish(made, made.released(range(30)))
    assert "did not answer" in str(stopped.value)
    assert NAME not in str(stopped.value)
    assert not shown(portal, made)


def test_without_the_extract_names_are_looked_for_by_the_next_run(made: Office) -> None:
    """After raw rows were purged a release can still be published; the names are owed until they are at hand."""
    released = made.released(range(30))
    raw = made.store.raw.read_bytes()
    made.store.raw.unlink()
    assert publish(made, released).looked.identifiers == 0
    made.store.raw.write_bytes(raw)
    assert publish(made).looked.identifiers == 1
    assert publish(made).looked.files == 0


def test_taking_back_is_a_decision(portal: Portal, made: Office) -> None:
    """A takedown or a rollback of a hidden dataset shows what may stay, and is looked at like any publication."""
    publish(made, made.released(range(30)))
    write_on_portal(portal, made, f"NIK {NIK}")
    with pytest.raises(Leaked):
        publish(made, made.released(range(31), day=31))
    write_on_portal(portal, made, "Berkas data.")
    rollback(made.contract, made.settings, reason="Versi sebelumnya benar", now=FIRST)
    assert shown(portal, made)
    write_on_portal(portal, made, f"NIK {NIK}")
    with pytest.raises(Leaked):
        publish(made, made.released(range(33), day=62))
    write_on_portal(portal, made, "Berkas data.")
    made.down(Scope(kind="version", version="2026-12-06"))
    assert shown(portal, made)
