"""The places of a dataset's resources. CKAN 2.12 may leave gaps in them when several programs change a dataset at once.

From then on its own calls fail (500), or take one resource for another and lose it; an answer does not tell which.
"""

from collections.abc import Mapping
from typing import Any

from publish.ckan.client import Client
from publish.ckan.revise import Revision, revise


def gap(package: Mapping[str, Any] | None) -> bool:
    """Whether the resources of a dataset, as the portal shows it, are numbered otherwise than 0, 1, 2, ..."""
    places = [one.get("position") for one in (package or {}).get("resources", ())]
    return len(places) > 1 and places != list(range(len(places)))


def mend(client: Client, package: Mapping[str, Any]) -> bool:
    """Number them without a gap, if there is one; ids, files, tables and order stay. Raises `Busy` where it changed since.

    Only another order makes CKAN number them, and only what differs is not taken over by its old place: all are
    sent without one, the last two in turn, and then put in order again.
    """
    if not gap(package):
        return False
    *first, last, end = ({name: x for name, x in one.items() if name != "position"} for one in package["resources"])
    seen = {"metadata_modified": str(package["metadata_modified"])}
    revise(client, Revision(package=package["id"], fields={"resources": [*first, end, last]}, match=seen))
    client.write("package_resource_reorder", id=package["id"], order=[one["id"] for one in package["resources"]])
    return True
