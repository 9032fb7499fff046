"""Makes what a dataset lacks before anything is sent: the dataset itself, private, and its resources without files."""

from typing import Any

from assets.errors import Busy, PortalRefused
from publish.ckan.client import Client, Missing, Rejected
from publish.ckan.desired import Desired
from publish.ckan.resources import MARK, Resource
from publish.ckan.revise import moved


def create(client: Client, wanted: Desired, mark: str) -> str:
    """Make the dataset, private; its data carries `mark`. Returns its id."""
    resources = [without_file(resource) for resource in wanted.resources]
    resources[0][MARK] = mark
    extras = [{"key": key, "value": value} for key, value in sorted(wanted.extras.items())]
    try:
        made = client.write(
            "package_create",
            **wanted.fields,
            private=True,
            resources=resources,
            **({"extras": extras} if extras else {}),
        )
    except Rejected as error:
        if "name" not in error.fields:
            raise
        raise _taken(client, wanted) from None
    return str(made["id"])


def _taken(client: Client, wanted: Desired) -> PortalRefused | Busy:
    """Another run made it since the plan, or it is one that we cannot see."""
    try:
        client.read("package_show", id=wanted.name)
    except (Missing, PortalRefused):
        return PortalRefused(
            "the portal already has a dataset of this name, which this account may not see",
            dataset=wanted.name,
            where=client.portal.url,
            found=wanted.name,
            next="rename the contract, or have the portal's sysadmin rename or purge that dataset",
        )
    return moved(client, "it is there by now")


def without_file(resource: Resource) -> dict[str, Any]:
    """A resource before its file is sent: no checksum, so that a run that is killed here is continued."""
    return {"id": resource.id, "url": resource.path.name, "url_type": "upload", **resource.fields, "hash": ""}
