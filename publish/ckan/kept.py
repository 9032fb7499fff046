"""Tables of earlier versions: loaded once, from the version's own files, and taken away when it is too old for one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from publish.ckan import earlier
from publish.ckan.desired import Desired
from publish.ckan.present import Present, has_table
from publish.ckan.resources import MARK
from publish.ckan.revise import Revision, revise
from publish.ckan.table import Table

if TYPE_CHECKING:
    from publish.ckan.client import Client


def due(wanted: Desired, now: Present | None) -> list[Table]:
    """The tables that the portal does not have whole."""
    return [table for table in wanted.kept if now is None or not _holds(now, table)]


def surplus(wanted: Desired, now: Present | None) -> dict[str, str]:
    """Tables that the portal should not have any more: kind of the version's file to id of its resource."""
    if now is None:
        return {}
    stay = {table.resource_id for table in wanted.kept}
    ours = {kind: id_ for id_, shown in now.resources.items() if (kind := earlier.ours(wanted.name, shown))}
    return {kind: id_ for kind, id_ in ours.items() if id_ not in stay and has_table(now, id_)}


def marks(tables: list[Table]) -> dict[str, dict[str, str]]:
    """What the resources of these tables say once they hold them whole."""
    return {table.resource_id: {MARK: table.mark} for table in tables}


def load(client: "Client", wanted: Desired, now: Present | None, *, at: Callable[[str], None] = lambda _: None) -> None:
    """Load and read back, by the API alone, what the portal does not have whole."""
    from publish.ckan import load as loader  # noqa: PLC0415 - it imports the steps, which ask what is due
    from publish.ckan import readback  # noqa: PLC0415

    for table in due(wanted, now):
        loader.create(client, table, careful=True, at=at)
        readback.check_table(client, table)
        at("version loaded")


def clear(client: "Client", package: str, wanted: Desired, now: Present | None) -> None:
    """Take tables away, and the versions that are no longer kept with them."""
    going = surplus(wanted, now)
    for id_ in going.values():
        client.write("datastore_delete", resource_id=id_, force=True)
    files = {resource.id for resource in wanted.resources}
    gone = [id_ for id_ in going.values() if id_ not in files]
    if gone:
        revise(client, Revision(package=package, removed=gone))


def _holds(now: Present, table: Table) -> bool:
    return has_table(now, table.resource_id) and now.resources[table.resource_id].get(MARK) == table.mark
