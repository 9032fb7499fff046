"""Hides a dataset where readers see any of what must not be seen: one call, and the mark of every table goes with it."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from assets.contract import Contract
from assets.settings import Settings
from publish.ckan import places
from publish.ckan.client import Client, Missing
from publish.ckan.present import LOADING
from publish.ckan.resources import MARK
from publish.ckan.revise import Revision, revise

HIDDEN: Final = f"{LOADING}:takedown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """What is gone: versions, checksums of files that stand in no other release, and whether all of the dataset is."""

    versions: frozenset[str]
    digests: frozenset[str]
    whole: bool = False

    def holds(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource shows some of it."""
        return self.whole or resource.get("hash") in self.digests or resource.get("terang_version") in self.versions


def hide(contract: Contract, settings: Settings, gone: Withdrawn) -> dict[str, Any]:
    """Make the dataset private where readers see any of it; returns where it was shown, for the questions at the end."""
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        package = package_of(client)
        if package is None:
            return {}
        shown = package["resources"]
        if any(gone.holds(one) for one in shown) and not package.get("private"):
            places.mend(client, package)
            mark = {one["id"]: {MARK: HIDDEN} for one in shown if one.get(MARK)}
            revise(client, Revision(package=package["id"], fields={"private": True}, resources=mark))
        known = [
            {"id": one["id"], "url": one.get("url") or "", "table": bool(one.get("datastore_active"))} for one in shown
        ]
        return {"package": package["id"], "resources": known}


def package_of(client: Client) -> dict[str, Any] | None:
    """The dataset as an editor sees it, None where there is none."""
    try:
        found: dict[str, Any] = client.read("package_show", id=client.dataset)
    except Missing:
        return None
    return found
