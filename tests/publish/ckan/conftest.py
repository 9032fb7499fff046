"""The fixture `make`: offices that publish to the real portal, purged afterwards.

By its API alone, as to any portal; a test that asks for `extended` too uses ckanext-terang.
"""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.contract import Contract
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import Make, Office


@pytest.fixture
def extended() -> bool:
    """Use the portal's extension."""
    return True


@pytest.fixture(autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "extended" not in request.fixturenames:
        monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "none of them")


@pytest.fixture(params=["keyed", "switched"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """By the portal's API alone, or with ckanext-terang."""
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "terang" if request.param == "switched" else "none")
    return str(request.param)


@pytest.fixture
def make(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes an office with a dataset of its own name, which is purged afterwards."""
    office.trust(monkeypatch)
    names: list[str] = []

    def new(contract: Callable[..., Contract] = office.payments, *, token: str | None = None, **options: Any) -> Office:
        names.append(f"uji-{uuid.uuid4().hex[:10]}")
        organization = options.pop("organization", portal.organization)
        url = options.pop("url", portal.url)
        made = contract(names[-1], **options)
        return office.office(
            tmp_path, made, url=url, token=portal.token if token is None else token, organization=organization
        )

    yield new
    for name in names:
        portal.purge(name)
