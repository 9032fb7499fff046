"""What a portal has of a dataset now, and how that differs from what it should have. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from assets.errors import PortalRefused
from publish.ckan import earlier
from publish.ckan.capabilities import VIEW_PLUGIN, Capabilities
from publish.ckan.client import Client, Missing
from publish.ckan.desired import Desired
from publish.ckan.resources import KINDS, MARK, Resource, resource_id
from publish.ckan.table import Table

LOADING: Final = "loading"
REWRITING: Final = "loading columns"  # every row must be written again, also by the run after one that was broken off


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentTable:
    """A DataStore table as it is: columns in order, their types and dictionary, the count of rows. CKAN tells no key."""

    types: Mapping[str, str]
    info: Mapping[str, Mapping[str, Any]]
    rows: int
    viewed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """A dataset as the portal shows it to an editor. `unfinished`: a switch was broken off, and is to be carried on."""

    id: str
    package: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]
    mark: str
    table: PresentTable | None
    unfinished: bool = False

    @property
    def version(self) -> str | None:
        """The release that it holds whole."""
        return None if not self.mark or self.unsettled else self.mark.partition(" ")[0]

    @property
    def unsettled(self) -> bool:
        """Whether an earlier run was broken off, or found the portal other than it should be."""
        return self.mark.startswith(LOADING)

    @property
    def public(self) -> bool:
        """Whether readers see it."""
        return not self.package.get("private") and self.package.get("state") == "active"


def present(client: Client, wanted: Desired, portal: Capabilities) -> Present | None:
    """The dataset as it is, None where the portal has none; raises `PortalRefused` where it is somebody else's."""
    try:
        package = client.read("package_show", id=wanted.name)
    except Missing:
        return None
    except PortalRefused:
        raise _taken(client, wanted, "an organisation that this account may not see") from None
    if package.get("owner_org") != portal.organization:
        raise _taken(client, wanted, _owner(package))
    resources = {resource["id"]: resource for resource in package.get("resources", ())}
    data = resources.get(wanted.data.id, {})
    _check_open(client, wanted, package, data.get(MARK) or "")
    return Present(
        id=package["id"],
        package=package,
        resources=resources,
        mark=data.get(MARK) or "",
        table=_table(client, wanted.table, portal) if wanted.table and data.get("datastore_active") else None,
        unfinished=portal.extension is not None and client.read("terang_status", id=package["id"])["unfinished"],
    )


def _check_open(client: Client, wanted: Desired, package: Mapping[str, Any], mark: str) -> None:
    """Refuse to undo what somebody did on the portal on purpose: a dataset deleted, or hidden after it was public."""
    deleted = package.get("state") == "deleted"
    if deleted or (package.get("private") and mark and not mark.startswith(LOADING)):
        raise PortalRefused(
            f"somebody {'deleted' if deleted else 'hid'} this dataset on the portal",
            dataset=wanted.name,
            where=client.portal.url,
            next="if it should be public again, restore it there (or have it purged), then publish again",
        )


def _owner(package: Mapping[str, Any]) -> str:
    return str((package.get("organization") or {}).get("name") or "nobody")


def _taken(client: Client, wanted: Desired, owner: str) -> PortalRefused:
    return PortalRefused(
        "the portal already has a dataset of this name, which is not ours",
        dataset=wanted.name,
        where=client.portal.url,
        found=f"it belongs to {owner}",
        allowed=client.portal.organization,
        next="rename the contract, or have the portal's sysadmin rename or move that dataset",
    )


def _table(client: Client, table: Table, portal: Capabilities) -> PresentTable | None:
    try:
        found = client.read("datastore_info", id=table.resource_id, resource_id=table.resource_id)
    except Missing:
        return None
    fields = [field for field in found["fields"] if field["id"] != "_id"]
    return PresentTable(
        types={field["id"]: field["type"] for field in fields},
        info={field["id"]: field.get("info") or {} for field in fields},
        rows=int(found["meta"]["count"]),
        viewed=not portal.views or has_view(client, table.resource_id),
    )


def has_view(client: Client, resource: str) -> bool:
    """Whether the resource is shown as a table."""
    return any(view["view_type"] == VIEW_PLUGIN for view in client.read("resource_view_list", id=resource))


def changed_fields(wanted: Desired, now: Present) -> dict[str, Any]:
    """The dataset's fields that must be set, with their new values; None takes a field away."""
    package = now.package
    fields: dict[str, Any] = {
        name: value for name, value in wanted.fields.items() if not _same(value, package.get(name))
    }
    fields |= {name: None for name in sorted(wanted.absent) if package.get(name)}
    have = {entry["key"]: entry["value"] for entry in package.get("extras", ())}
    kept = {name: value for name, value in have.items() if name not in wanted.absent}
    extras = {**kept, **wanted.extras}
    if extras != have:
        fields["extras"] = [{"key": key, "value": value} for key, value in sorted(extras.items())]
    return fields


def changed_resource(wanted: Resource, now: Present) -> dict[str, Any]:
    """The resource's fields that must be set, with their new values."""
    found = now.resources.get(wanted.id, {})
    return {name: value for name, value in wanted.fields.items() if not _same(value, found.get(name))}


def changed_texts(table: Table, now: PresentTable) -> list[str]:
    """The columns whose entry in the dictionary is not what it should be."""
    return [field["id"] for field in table.fields if _stated(now.info.get(field["id"], {})) != _stated(field["info"])]


def _stated(info: Mapping[str, Any]) -> dict[str, Any]:
    """Without entries that say nothing, which CKAN's own form leaves behind."""
    return {entry: value for entry, value in info.items() if value}


def gone(wanted: Desired, now: Present | None) -> dict[str, str]:
    """Resources of ours that the release no longer has: kind to id."""
    if now is None:
        return {}
    kept = {resource.id for resource in wanted.resources}
    ours = {kind.kind: resource_id(wanted.name, kind.kind) for kind in KINDS}
    found = {kind: id_ for kind, id_ in ours.items() if id_ in now.resources and id_ not in kept}
    # an earlier version that has a table still loses that first: see `kept.py`
    versions = {kind: id_ for id_, shown in now.resources.items() if (kind := earlier.ours(wanted.name, shown))}
    return found | {kind: id_ for kind, id_ in versions.items() if id_ not in kept and not has_table(now, id_)}


def has_table(now: Present, id_: str) -> bool:
    """Whether a resource has a table in the DataStore."""
    return bool(now.resources.get(id_, {}).get("datastore_active"))


def _same(wanted: Any, found: Any) -> bool:
    """Equal as the portal shows it: lists of named things in any order, groups and tags by name, numbers as text."""
    if isinstance(wanted, list) and isinstance(found, list):
        return _comparable(wanted) == _comparable(found)
    return str(wanted) == str(found)


def _comparable(values: Iterable[Any]) -> list[str]:
    return sorted(_part(value) for value in values)


def _part(value: Any) -> str:
    """A named thing by its name; a party or period by what it says; everything else as text."""
    if not isinstance(value, dict):
        return str(value)
    if "name" in value and ("id" in value or len(value) == 1):
        return str(value["name"])
    return repr(sorted((key, text) for key, text in value.items() if text))
