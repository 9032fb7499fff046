"""Takes what was taken down off a portal, where it is hidden already: removes rows, tables, files, earlier versions, traces.

Everything is found by the checksums of the withdrawn files, so each call may be made again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.settings import Settings
from publish.ckan import places
from publish.ckan.applying import apply
from publish.ckan.capabilities import Capabilities, probe
from publish.ckan.client import Client
from publish.ckan.desired import notice
from publish.ckan.hiding import Withdrawn, package_of
from publish.ckan.planning import plan
from publish.ckan.resources import KINDS, resource_id
from publish.ckan.revise import Revision, revise
from publish.ledger import Entry

if TYPE_CHECKING:
    from publish.release import Release

OF_RELEASE: Final = ("version", "issued", "modified", "temporal_coverage", "terang_release", "terang_rows",
                     "terang_quality", "terang_withheld", "terang_withheld_en")  # fmt: skip


def clean(
    contract: Contract, settings: Settings, gone: Withdrawn, current: "Release | None", notices: Sequence[Entry]
) -> bool:
    """Remove what is gone, and show `current`, or nothing; returns whether what the portal keeps of it beside went too."""
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        package = package_of(client)
        if package is None and current is None:
            return False
        able = probe(client, groups=contract.topics)
        if package is not None:
            places.mend(client, package)
            _forget(client, able, package["id"])
            _remove(client, package, _ours(contract, package["resources"], gone, current))
            if current is None:
                _say_nothing(client, able, package, notice(notices, settings.languages))
    if current is not None:
        apply(plan(contract, settings, current), contract, settings, anyway=True)
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        package = package_of(client)
        return package is not None and _forget(client, able, package["id"])


def _ours(
    contract: Contract, resources: Iterable[Mapping[str, Any]], gone: Withdrawn, current: "Release | None"
) -> Iterator[Mapping[str, Any]]:
    """The resources to remove: with nothing left to show all of ours; else those that the current release does not fill."""
    fixed = {resource_id(contract.name, kind.kind) for kind in KINDS}
    for one in resources:
        if (current is None and (one["id"] in fixed or one.get("terang_version"))) or (
            gone.holds(one) and one["id"] not in fixed
        ):
            yield one


def _remove(client: Client, package: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]) -> None:
    """Tables first, then files, then the resources themselves: CKAN leaves both behind when a resource goes alone."""
    removed = list(resources)
    for one in removed:
        if one.get("datastore_active"):
            client.write("datastore_delete", resource_id=one["id"], force=True)
    if removed:
        emptied = {one["id"]: {"clear_upload": True, "url": "", "hash": "", "size": None} for one in removed}
        revise(client, Revision(package=package["id"], resources=emptied))
        revise(client, Revision(package=package["id"], removed=[one["id"] for one in removed]))


def _say_nothing(
    client: Client, able: Capabilities, package: Mapping[str, Any], told: Mapping[str, str | None]
) -> None:
    """The dataset stays private, without the words of a release, with the notice of what was done."""
    fields: dict[str, Any]
    fields = {name: None for name in OF_RELEASE if package.get(name)} | {n: t for n, t in told.items() if able.knows(n)}
    revise(client, Revision(package=package["id"], fields=fields | {"private": True}))


def _forget(client: Client, able: Capabilities, package: str) -> bool:
    """Have ckanext-terang drop what it keeps of earlier releases, and what the activity stream tells of them."""
    can = able.extension is not None and able.extension.forgets
    if can:
        client.write("terang_forget", id=package)
    return can
