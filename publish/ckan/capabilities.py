"""What a portal can do and what this token may do on it, asked before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from assets.errors import PortalError, PortalRefused
from publish.ckan.client import Client, Missing

TABLE_PLUGIN, VIEW_PLUGIN, FIELDS_PLUGIN = "datastore", "datatables_view", "scheming_datasets"
SWITCH_PLUGIN = "terang"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """What ckanext-terang can do there: its version, up to how many rows it advises the full-text index, whether it can
    remove what it keeps of earlier releases."""

    version: str
    full_text_rows: int
    forgets: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """A portal as this token sees it. `fields` are those of its dataset form, None without ckanext-scheming."""

    version: str
    plugins: frozenset[str]
    account: str
    organization: str
    fields: frozenset[str] | None
    resource_fields: frozenset[str] | None
    licenses: frozenset[str]
    extension: Extension | None = None

    @property
    def tables(self) -> bool:
        """Whether the portal has the DataStore."""
        return TABLE_PLUGIN in self.plugins

    @property
    def views(self) -> bool:
        """Whether the portal can show a table."""
        return VIEW_PLUGIN in self.plugins

    def knows(self, field: str) -> bool:
        """Whether the dataset form has this field; where there is no form, no field of ours is known."""
        return self.fields is not None and field in self.fields


def probe(client: Client, *, groups: Iterable[str] = ()) -> Capabilities:
    """Ask the portal; raises `PortalRefused` where the token, its rights, the organisation or a group are not there."""
    status = client.read("status_show")
    plugins = frozenset(status.get("extensions", ()))
    account = _account(client)
    organization = _organization(client, account)
    _check_groups(client, groups, account)
    fields, resource_fields = _form(client) if FIELDS_PLUGIN in plugins else (None, None)
    return Capabilities(
        version=str(status.get("ckan_version") or ""),
        plugins=plugins,
        account=account,
        organization=organization,
        fields=fields,
        resource_fields=resource_fields,
        licenses=frozenset(entry["id"] for entry in client.read("license_list")),
        extension=_extension(client) if SWITCH_PLUGIN in plugins else None,
    )


def _extension(client: Client) -> Extension | None:
    """Ask ckanext-terang, which may be there and not able: its portal's files may be kept elsewhere."""
    found = client.read("terang_capabilities")
    if not found["load"]:
        return None
    rows, forgets = int(found["full_text_rows"]), bool(found.get("forget"))
    return Extension(version=found["version"], full_text_rows=rows, forgets=forgets)


def _account(client: Client) -> str:
    """Whose token it is. CKAN takes an invalid one for a reader without a name, so ask who we are."""
    try:
        return str(client.read("user_show")["name"])
    except (Missing, PortalRefused):
        raise PortalRefused(
            "the portal does not know this token: it is wrong, revoked or expired",
            dataset=client.dataset,
            where=client.portal.url,
            next=f"an editor of {client.portal.organization} makes a new one on their profile page, API tokens",
        ) from None


def _organization(client: Client, account: str) -> str:
    """The id of the organisation, in which the account may make datasets."""
    name = client.portal.organization
    mine = client.read("organization_list_for_user", permission="create_dataset")
    found = next((entry for entry in mine if name in {entry["name"], entry["id"]}), None)
    if found is not None:
        return str(found["id"])
    try:
        client.read("organization_show", id=name, include_datasets=False)
    except Missing:
        raise PortalRefused(
            f"the portal has no organisation {name}",
            dataset=client.dataset,
            where=client.portal.url,
            next="a sysadmin of the portal creates it, and makes the token's account an editor of it",
        ) from None
    raise PortalRefused(
        f"the account {account} may not make datasets of {name}",
        dataset=client.dataset,
        where=client.portal.url,
        allowed="editor or admin of the organisation",
        next=f"an administrator of {name} makes {account} an editor",
    )


def _check_groups(client: Client, groups: Iterable[str], account: str) -> None:
    wanted = set(groups)
    if not wanted:
        return
    missing = sorted(wanted - set(client.read("group_list")))
    if missing:
        raise PortalRefused(
            f"the portal has no group {', '.join(missing)}",
            dataset=client.dataset,
            where=client.portal.url,
            next=f"a sysadmin creates it and makes {account} a member, or the contract's topics leave it out",
        )
    barred = sorted(wanted - {entry["name"] for entry in client.read("group_list_authz", am_member=True)})
    if barred:
        raise PortalRefused(
            f"the account {account} may not put datasets into the group {', '.join(barred)}",
            dataset=client.dataset,
            where=client.portal.url,
            next=f"an administrator of the group makes {account} a member",
        )


def _form(client: Client) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    try:
        form = client.read("scheming_dataset_schema_show", type="dataset")
    except PortalError:
        return None, None
    dataset, resource = form.get("dataset_fields", ()), form.get("resource_fields", ())
    return frozenset(f["field_name"] for f in dataset), frozenset(f["field_name"] for f in resource)
