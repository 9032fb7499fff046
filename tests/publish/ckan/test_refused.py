"""What a portal or its people do not allow is said before anything is sent."""

import uuid
from dataclasses import replace

import pyarrow as pa
import pytest

from assets.errors import PortalRefused, PortalUnreachable
from assets.settings import FromFile, PortalSettings, Settings
from publish.ckan.client import Rejected
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office

pytestmark = pytest.mark.portal


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


def test_a_token_that_was_revoked(portal: Portal, make: Make) -> None:
    """At the start it is found before anything is sent; half way readers see nothing, and a new token goes on from there."""
    token = portal.new_token()
    made = make(token=token)
    release = made.released(office.rows(made.contract, FEW))
    with pytest.raises(PortalRefused) as caught:
        made.publish(release, at=lambda step: portal.revoke(token) if step == "created" else None)
    assert token not in str(caught.value)
    assert "editor of" in caught.value.facts["next"]
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    with pytest.raises(PortalRefused, match="revoked"):
        made.planned(release)
    (made.settings.root / "token").write_text(portal.token, encoding="utf-8")
    assert made.publish(release).writes > 0
    assert made.publish(release).writes == 0


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


def test_a_field_that_the_portal_does_not_take_is_named_and_not_quoted(make: Make) -> None:
    """CKAN's own words hold the value; ours the field, what is allowed and what to do."""
    made = make(tags=["Rahasia/99"])
    with pytest.raises(Rejected) as caught:
        made.publish(made.released(office.rows(made.contract, FEW)))
    told = caught.value.facts
    assert "tags" in told["found"]
    assert "Rahasia" not in str(caught.value)
    assert {"dataset", "where", "found", "allowed", "next"} <= told.keys()
