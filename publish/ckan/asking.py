"""Asks every public endpoint without a token whether anything of what was taken down still answers.

What is looked for never leaves this module: an answer is an address, a status and a count.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from assets.contract import Contract
from assets.settings import Settings
from publish.ckan.client import Client

API: Final = "/api/3/action/"
TOKEN: Final = re.compile(rb"(?<![0-9A-Za-z])(?:[a-p]{16}|[0-9a-f]{64})(?![0-9A-Za-z])")
OVERLAP: Final = 66  # bytes: a token may stand across two pieces of a body
AT_ONCE, SEARCHED = 100, 10  # ids in one question, ids that are looked for by full text
ACTIVITIES: Final = 50
OK: Final = 200

Count = Callable[[int, Iterator[bytes]], tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """Ids of rows, checksums of files, a column, or the `whole` dataset; `known` is where the portal showed it before.

    `forgets`: the portal was told to forget old metadata, so that its activity stream must not tell of it either.
    """

    ids: frozenset[str]
    digests: frozenset[str]
    column: str
    whole: bool
    known: Mapping[str, Any]
    forgets: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an endpoint answered: its HTTP status, and how much of what was sought. `ours`: an editor can mend it."""

    endpoint: str
    address: str
    status: int
    found: int
    ours: bool = True


def ask(contract: Contract, settings: Settings, sought: Sought) -> list[Answer]:
    """Ask as a reader without a name; raises `PortalUnreachable` where the portal stops answering."""
    portal = settings.portal(contract.portal)
    with closing(Client(portal, dataset=contract.name, anonymous=True)) as reader:
        shown = _read(reader, f"{API}package_show", {"id": contract.name}) or {}
        resources = {one["id"]: one for one in [*sought.known.get("resources", ()), *shown.get("resources", ())]}
        urls = [one["url"] for one in [*sought.known.get("resources", ()), *shown.get("resources", ())] if one["url"]]
        return [
            *_about(reader, contract, sought),
            *(_file(reader, url, sought) for url in dict.fromkeys(urls) if url.startswith(f"{portal.url}/")),
            *(answer for id_ in resources for answer in _resource(reader, id_, sought)),
            *_activities(reader, contract, sought),
        ]


def _about(reader: Client, contract: Contract, sought: Sought) -> Iterator[Answer]:
    """What the portal says of the dataset, in every form."""
    name = contract.name
    asked: list[tuple[str, str, dict[str, str]]] = [
        ("package_show", f"{API}package_show", {"id": name}),
        ("package_search", f"{API}package_search", {"fq": f"name:{name}"}),
        ("package_search, full text", f"{API}package_search", {"q": name}),
        ("dataset page", f"/dataset/{name}", {}),
        *((f"dataset as {form}", f"/dataset/{name}.{form}", {}) for form in ("jsonld", "ttl", "xml")),
        ("feed of datasets", "/feeds/dataset.atom", {}),
    ]
    for endpoint, path, parameters in asked:
        yield _asked(reader, endpoint, path, parameters, _mentions(sought))


def _file(reader: Client, url: str, sought: Sought) -> Answer:
    return _asked(reader, "download", urlsplit(url).path, {}, _is_withdrawn(sought))


def _resource(reader: Client, id_: str, sought: Sought) -> Iterator[Answer]:
    """The resource, its views, and its table by every way that leads into it."""
    yield _asked(reader, "resource_show", f"{API}resource_show", {"id": id_}, _mentions(sought), told=id_)
    yield _asked(reader, "resource_view_list", f"{API}resource_view_list", {"id": id_}, _mentions(sought), told=id_)
    info = {"id": id_, "resource_id": id_}
    yield _asked(reader, "datastore_info", f"{API}datastore_info", info, _fields(sought), told=id_)
    yield _asked(reader, "datastore dump", f"/datastore/dump/{id_}", {"bom": "false"}, _table(sought))
    ids = sorted(sought.ids)
    parts = [json.dumps({"id": ids[at : at + AT_ONCE]}) for at in range(0, len(ids), AT_ONCE)]
    search = f"{API}datastore_search"
    if parts or sought.whole:
        questions = [{"resource_id": id_, "filters": part} for part in parts or ["{}"]]
        yield _summed(reader, "datastore_search by id", search, questions, id_)
        questions = [{"resource_id": id_, "q": one} for one in ids[:SEARCHED] or [""]]
        yield _summed(reader, "datastore_search, full text", search, questions, id_)
        wanted = ", ".join(f"'{one}'" for one in ids[:AT_ONCE])
        where = f' WHERE "id" IN ({wanted})' if wanted else ""
        sql = {"sql": f'SELECT count(*) AS total FROM "{id_}"{where}'}
        yield _asked(reader, "datastore_search_sql", f"{API}datastore_search_sql", sql, _total, told=id_)


def _activities(reader: Client, contract: Contract, sought: Sought) -> Iterator[Answer]:
    """What the activity stream keeps of earlier metadata; without ckanext-terang no editor can remove it."""
    path, asked = f"{API}package_activity_list", {"id": contract.name, "limit": str(ACTIVITIES)}
    yield replace(_asked(reader, "package_activity_list", path, asked, _mentions(sought)), ours=sought.forgets)
    found = _read(reader, path, asked) or []
    counts = [_look(reader, f"{API}activity_data_show", {"id": one["id"]}, _mentions(sought)) for one in found]
    if counts:
        status, total = max(status for status, _ in counts), sum(count for _, count in counts)
        yield Answer(
            endpoint=f"activity_data_show of {len(counts)}",
            address=path,
            status=status,
            found=total,
            ours=sought.forgets,
        )


def _asked(
    reader: Client, endpoint: str, path: str, asked: Mapping[str, str], count: Count, *, told: str = ""
) -> Answer:
    status, found = _look(reader, path, asked, count)
    return Answer(endpoint=endpoint, address=f"{path} {told}".rstrip(), status=status, found=found)


def _summed(reader: Client, endpoint: str, path: str, questions: Iterable[Mapping[str, str]], told: str) -> Answer:
    answers = [_look(reader, path, question, _total) for question in questions]
    worst = min(status for status, _ in answers)
    return Answer(endpoint=endpoint, address=f"{path} {told}", status=worst, found=sum(n for _, n in answers))


def _look(reader: Client, path: str, asked: Mapping[str, str], count: Count) -> tuple[int, int]:
    status, found = reader.look(path, asked, count)
    return int(status), int(found)


def _read(reader: Client, path: str, asked: Mapping[str, str]) -> Any:
    """The result of an action, None where it does not answer."""
    return reader.look(path, asked, lambda status, body: _json(body).get("result") if status == OK else None)


def _json(body: Iterator[bytes]) -> dict[str, Any]:
    try:
        found = json.loads(b"".join(body))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _mentions(sought: Sought) -> Count:
    """Count the ids and checksums that stand anywhere in a body."""
    needles = {one.encode() for one in sought.ids | sought.digests}

    def count(status: int, body: Iterator[bytes]) -> tuple[int, int]:
        found, rest = set[bytes](), b""
        for piece in body:
            text = rest + piece
            found |= needles.intersection(TOKEN.findall(text))
            rest = text[-OVERLAP:]
        return status, len(found)

    return count


def _is_withdrawn(sought: Sought) -> Count:
    def count(status: int, body: Iterator[bytes]) -> tuple[int, int]:
        digest = hashlib.sha256()
        for piece in body:
            digest.update(piece)
        return status, int(status == OK and (sought.whole or digest.hexdigest() in sought.digests))

    return count


def _fields(sought: Sought) -> Count:
    def count(status: int, body: Iterator[bytes]) -> tuple[int, int]:
        fields = (_json(body).get("result") or {}).get("fields", ()) if status == OK else ()
        return status, sum(sought.whole or field.get("id") == sought.column for field in fields)

    return count


def _table(sought: Sought) -> Count:
    """Ids anywhere in the whole table, and the column in its first line."""
    ids = _mentions(sought)

    def count(status: int, body: Iterator[bytes]) -> tuple[int, int]:
        first = next(body, b"")
        header = first.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip().split(",")
        _, found = ids(status, _chain(first, body))
        return status, found + (status == OK and (sought.whole or sought.column in header))

    return count


def _chain(first: bytes, body: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from body


def _total(status: int, body: Iterator[bytes]) -> tuple[int, int]:
    """The rows that a question is answered with."""
    if status != OK:
        return status, 0
    result = _json(body).get("result") or {}
    records = result.get("records") or [{}]
    return status, int(result.get("total") or records[0].get("total") or 0)
