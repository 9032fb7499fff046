"""What a dataset says, as flat facts: path to text, the same form for what a portal shows and for what it should show.

Only public words and numbers about a dataset stand here, never a row. An empty value is no fact.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from publish.ckan.desired import LISTS, Desired
from publish.ckan.present import Present, PresentTable, gone
from publish.ckan.resources import MARK
from publish.ckan.table import Table

OF_PACKAGE: Final = frozenset(
    {"extras", "groups", "metadata_modified", "num_resources", "num_tags", "organization", "resources", "tags"}
    | {"relationships_as_object", "relationships_as_subject", "tracking_summary"}
)  # told by other facts, or moved by readers and by CKAN itself
OF_RESOURCE: Final = frozenset({"last_modified", "metadata_modified", "package_id", "position", "tracking_summary"})
OURS: Final = ("label", "notes", "unit", "class")  # entries of the dictionary; others are people's own
LINKED: Final = "a link, no file"
SHORT_ID: Final = 8

Facts = dict[str, str]


def meant(wanted: Desired) -> Facts:
    """What a portal should say."""
    found = {name: text(value) for name, value in wanted.fields.items() if name not in LISTS}
    found |= {f"{name}.{one['name']}": one["name"] for name in LISTS for one in wanted.fields.get(name, ())}
    found |= {f"extras.{name}": value for name, value in wanted.extras.items()}
    for resource in wanted.resources:
        found |= {f"resources.{resource.kind}.{name}": text(value) for name, value in resource.fields.items()}
    if wanted.table:
        found |= _of_table(wanted.table) | {"view": "table"}
    return _stated(found)


def said(now: Present | None, wanted: Desired) -> Facts:
    """What the portal says of the same things, and of those that must not be there; tags and groups of people too."""
    if now is None:
        return {}
    package = now.package
    names = {*wanted.fields, *wanted.absent} - LISTS
    found = {name: text(package.get(name)) for name in names} | dict(_named(package))
    found |= {
        f"extras.{extra['key']}": text(extra["value"])
        for extra in package.get("extras", ())
        if extra["key"] in wanted.extras or extra["key"] in wanted.absent
    }
    for resource in wanted.resources:
        shown = now.resources.get(resource.id, {})
        of = {name: text(shown.get(name)) for name in resource.fields} | {"hash": _hash(shown)}
        found |= {f"resources.{resource.kind}.{name}": value for name, value in of.items()}
    for kind, id_ in gone(wanted, now).items():
        found[f"resources.{kind}.hash"] = _hash(now.resources[id_]) or "a file"
    return _stated(found | _shown(now.table, ours=True) if wanted.table else found)


def seen(now: Present | None, kinds: Mapping[str, str]) -> Facts:
    """Everything that was read of a portal, also what is nobody's business but people's; `kinds` names our resources."""
    if now is None:
        return {}
    found = {name: text(value) for name, value in now.package.items() if name not in OF_PACKAGE}
    found |= dict(_named(now.package))
    found |= {f"extras.{extra['key']}": text(extra["value"]) for extra in now.package.get("extras", ())}
    for id_, resource in now.resources.items():
        fields = {name: text(value) for name, value in resource.items() if name not in OF_RESOURCE and name != "id"}
        of = f"resources.{kinds.get(id_, id_[:SHORT_ID])}"
        found |= {f"{of}.{name}": value for name, value in fields.items()} | {of: "there"}
    found |= {"table.mark": now.mark, "table.rows": f"{now.table.rows:,}" if now.table else ""}
    return _stated(found | _shown(now.table, ours=False) | ({"switch": "unfinished"} if now.unfinished else {}))


def text(value: Any) -> str:
    """A value as a person reads it; lists of named things in one order, parties and periods by what they say."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(sorted(_part(one) for one in value))
    return _part(value)


def is_ours(entry: str) -> bool:
    """Whether an entry of the dictionary is one that we write, in some language."""
    return entry.startswith(OURS)


def _part(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    if "name" in value and ("id" in value or len(value) == 1):
        return str(value["name"])
    return ", ".join(f"{name} {value[name]}" for name in sorted(value) if value[name])


def _named(package: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in LISTS:
        yield from ((f"{name}.{one['name']}", str(one["name"])) for one in package.get(name) or ())


def _hash(resource: Mapping[str, Any]) -> str:
    """The checksum that a resource tells of its file; a link that took the file's place has none."""
    return LINKED if resource and resource.get("url_type") != "upload" else text(resource.get("hash"))


def _of_table(table: Table) -> Facts:
    types = {field["id"]: field["type"] for field in table.fields}
    return _columns(types, {field["id"]: field["info"] for field in table.fields}, ours=True)


def _shown(table: PresentTable | None, *, ours: bool) -> Facts:
    if table is None:
        return {}
    return _columns(table.types, table.info, ours=ours) | ({"view": "table"} if table.viewed else {})


def _columns(types: Mapping[str, str], info: Mapping[str, Mapping[str, Any]], *, ours: bool) -> Facts:
    found = {f"columns.{name}.type": kind for name, kind in types.items()}
    for name, entries in info.items():
        shown = {entry: value for entry, value in entries.items() if is_ours(entry) or not ours}
        found |= {f"columns.{name}.{entry}": text(value) for entry, value in shown.items()}
    return found


def _stated(facts: Facts) -> Facts:
    return {path: value for path, value in sorted(facts.items()) if value and not path.endswith(f".{MARK}")}


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Paths of which the two say something else, in order."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def numbered(paths: Sequence[str], most: int) -> str:
    """Some paths in words, and how many more there are."""
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more
