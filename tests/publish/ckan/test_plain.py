"""A portal that is not ours: CKAN as it comes, without ckanext-scheming, ckanext-dcat or our extension.

Started for these tests alone, on a state of its own; its DataStore and table view are CKAN's.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from publish.ckan import verify
from tests.portal_fixture import PYTHON, ROOT, Portal, read
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW

pytestmark = pytest.mark.portal

NAME = "uji-polos"
PLAIN = """
from portal import config
for name in [name for name in config.SETTINGS if name.startswith(("scheming.", "ckanext."))]:
    del config.SETTINGS[name]
config.SETTINGS["ckan.plugins"] = "datastore text_view image_view datatables_view"
from portal.__main__ import main
raise SystemExit(main())
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, portal: Portal) -> Iterator[Portal]:
    """The plain portal. Waits for the shared one first, which installs what both need."""
    assert portal.url
    state = tmp_path_factory.mktemp("plain")
    options = ["up", "--state", str(state), "--secrets", str(state / "secrets"), "--port", "0", "--leash"]
    with (state / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-c", PLAIN, *options], cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield _ready(state, process)
    finally:
        process.communicate(timeout=60)  # closes its standard input


def _ready(state: Path, process: "subprocess.Popen[bytes]") -> Portal:
    deadline = time.monotonic() + 180
    while not (state / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the plain portal did not start:\n{(state / 'up.log').read_text(encoding='utf-8')}")
        time.sleep(0.1)
    return read(state)


@pytest.fixture
def made(plain: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> office.Office:
    """An office that publishes to it."""
    office.trust(monkeypatch)
    plain.purge(NAME)
    contract = office.payments(NAME)
    return office.office(tmp_path, contract, url=plain.url, token=plain.token, organization=plain.organization)


def shown(plain: Portal) -> dict[str, Any]:
    """The dataset as everybody sees it."""
    package: dict[str, Any] = plain.action("package_show", token="", id=NAME)
    return package


def test_everything_is_published_and_again_is_nothing(plain: Portal, made: office.Office) -> None:
    """Files, table, dictionary and view are there; what the form lacks stands in extras; a second time writes nothing."""
    release = made.released(office.rows(made.contract, FEW))
    plan = made.planned(release)
    assert plan.capabilities.fields is None
    outcome = made.publish(release)
    assert verify(made.contract, made.settings).rows == 200
    package = shown(plain)
    extras = {extra["key"]: extra["value"] for extra in package["extras"]}
    assert extras["contact_email"] == made.contract.publisher.contact
    assert extras["title_en"] == "Sample payments"
    assert extras["temporal_start"] == "2025-01-01"
    assert package["private"] is False
    for resource in package["resources"]:
        assert len(httpx.get(resource["url"], trust_env=False).content) == resource["size"]
    fields = plain.action("datastore_info", token="", id=outcome.resource_ids["csv"])["fields"]
    assert {field["id"]: field["type"] for field in fields}["nilai"] == "numeric"
    assert plain.action("resource_view_list", token="", id=outcome.resource_ids["csv"])
    again = made.planned(release)
    assert (again.steps, again.lines()) == ((), [])
    assert made.publish(release).writes == 0


def test_a_later_release_changes_what_differs(plain: Portal, made: office.Office) -> None:
    """Rows, extras and files follow; an extra that somebody else set stays."""
    made.publish(made.released(office.rows(made.contract, FEW)))
    extras = [*shown(plain)["extras"], {"key": "catatan", "value": "milik pengelola"}]
    plain.action("package_patch", id=NAME, extras=extras)
    release = made.released(office.rows(made.contract, FEW[10:]), day=31)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 190
    found = {extra["key"]: extra["value"] for extra in shown(plain)["extras"]}
    assert found["terang_release"] == release.version
    assert found["issued"] == "2026-10-05"
    assert found["catatan"] == "milik pengelola"
    assert made.publish(release).writes == 0
