"""After publishing: everything is downloaded again as a reader without a name gets it, and two gates look at it.

What one of them finds hides the dataset at once, in one call, and keeps it hidden until a person decides. A portal that
does not answer has shown nothing wrong: nothing is hidden, and the next run looks again, because what is owed is noted
before the first write.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.errors import Blocked, Leaked, PortalError, PortalMismatch, Unproven
from assets.scratch import scratch
from assets.settings import Settings
from assets.store import Store, store_of, write_json
from publish import ledger, reasons
from publish.ckan import hiding, readback
from publish.ckan.client import Client
from publish.ckan.desired import Desired
from publish.ckan.difference import opened
from publish.standing import HIDDEN, SHOWN_AGAIN, standing

if TYPE_CHECKING:
    from quality.afterwards import Public
    from quality.gates.evidence import Evidence

OWED: Final = ".unseen.json"
FOUND: Final = "published-found.json"
OK: Final = 200
NOT_OF_IT: Final = ("organization", "groups")  # what the portal says of others
SAID: Final = ("id", "type", "info")
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What was looked at, in counts; nothing where nothing had been written."""

    files: int = 0
    documents: int = 0
    pages: int = 0
    identifiers: int = 0
    places: Mapping[str, int] = field(default_factory=dict)


def owe(store: Store) -> None:
    """Note, before anything is written, that the public bytes are to be looked at."""
    write_json(store.releases / OWED, {"dataset": store.dataset})


def look(contract: Contract, settings: Settings, wanted: Desired) -> Looked:
    """Look at what readers get now, if something was written that nobody looked at yet.

    Raises `Leaked` where a gate finds something: the dataset is hidden then. `PortalError` where the portal does not answer.
    """
    store = store_of(contract.name, settings)
    if not (store.releases / OWED).is_file():
        return Looked()
    portal = settings.portal(contract.portal)
    with (
        scratch(store.releases, "portal") as folder,
        closing(Client(portal, dataset=contract.name, anonymous=True)) as reader,
    ):
        public = _fetched(reader, contract, wanted, folder)
        answers = _asked(public, contract, settings)
    looked = _counted(public, answers)
    if not all(answer.passed is True for answer in answers):
        raise _hidden(contract, settings, store, answers, looked)
    if len(answers) > 1:
        (store.releases / OWED).unlink()
    else:
        log.warning("%s: its extract is not at hand: names were not looked for; the next run does", contract.name)
    return looked


def require_shown(contract: Contract, settings: Settings) -> None:
    """Raise `Blocked` while the dataset is hidden because of what was found, and nobody has decided."""
    hidden = standing(ledger.entries(store_of(contract.name, settings))).hidden
    if hidden:
        raise Blocked(
            "a gate found something personal in what the public got, and the dataset is hidden until a person decides",
            dataset=contract.name,
            where=str(hidden.facts["portal"]),
            found=f"{hidden.facts['found']} values on {hidden.time[:10]} ({', '.join(hidden.facts['gates'])})",
            next=_decide(contract.name),
        )


def unhide(contract: Contract, settings: Settings, *, reason: str, now: datetime) -> str:
    """A person's decision that it may be shown again; the hash of the ledger's line. What is published then is looked at."""
    reasons.checked(contract, reason=reason)
    store = store_of(contract.name, settings)
    stands = standing(ledger.check(store))
    if stands.hidden is None:
        raise Unproven("it is not hidden", dataset=contract.name, next=f"terang publish {contract.name}")
    event = ledger.Event(event=SHOWN_AGAIN, time=now, version=stands.hidden.version, facts={"reason": reason})
    return ledger.append(store, event).hash


def _decide(name: str) -> str:
    return (
        f"the privacy officer: take it away (terang takedown {name} ...), or mend it where it stands and show it again "
        f"(terang publish {name} --unhide --reason TEXT)"
    )


def _asked(public: "Public", contract: Contract, settings: Settings) -> "tuple[Evidence, ...]":
    from quality.afterwards import look_again  # noqa: PLC0415 - only where something was published

    return look_again(public, contract, settings)


def _counted(public: "Public", answers: "Iterable[Evidence]") -> Looked:
    places: dict[str, int] = {}
    for answer in answers:
        crash = {f"{answer.name}: the gate did not answer": 1} if "crashed" in answer.facts else {}
        for place, count in (answer.facts.get("suspect values by place", crash)).items():
            places[place] = places.get(place, 0) + count
    return Looked(
        files=len(public.files), documents=len(public.documents), pages=len(public.texts),
        identifiers=sum(answer.facts.get("identifiers", 0) for answer in answers), places=places,
    )  # fmt: skip


def _hidden(
    contract: Contract, settings: Settings, store: Store, answers: "Iterable[Evidence]", looked: Looked
) -> Leaked:
    """Hide it in one call, then tell the ledger; an error that says where, and whether it is hidden."""
    portal = settings.portal(contract.portal).url
    gates = [answer.name for answer in answers if answer.passed is not True]
    try:
        hiding.hide(contract, settings, hiding.Withdrawn(versions=frozenset(), digests=frozenset(), whole=True))
        sentence = "a gate found something personal in what the public got; the dataset is hidden"
    except PortalError as error:
        sentence = f"a gate found something personal in what the public gets, and IT IS STILL PUBLIC: {error.sentence}"
    else:
        _tell(store, portal, gates, looked)
    write_json(store.restricted / FOUND, {"gates": gates, "places": dict(looked.places)}, private=True)
    return Leaked(
        sentence,
        dataset=contract.name,
        rule=", ".join(gates),
        where=", ".join(f"{place} ({count})" for place, count in sorted(looked.places.items())),
        found=f"{sum(looked.places.values())} values",
        allowed="none",
        next=_decide(contract.name) if "hidden" in sentence else f"hide it by hand at {portal}, or run again at once",
    )


def _tell(store: Store, portal: str, gates: list[str], looked: Looked) -> None:
    """The ledger is public: it tells which gates and how many values, not where they stood."""
    stands = standing(ledger.entries(store))
    facts = {"portal": portal, "gates": gates, "found": sum(looked.places.values())}
    ledger.append(store, ledger.Event(event=HIDDEN, time=datetime.now(UTC), version=stands.current or "", facts=facts))
    (store.releases / OWED).unlink(missing_ok=True)


def _fetched(reader: Client, contract: Contract, wanted: Desired, folder: Path) -> "Public":
    """All that readers get: files, table, metadata and pages; the portal's own words are left out."""
    from quality.afterwards import Public  # noqa: PLC0415
    from quality.gates import pages  # noqa: PLC0415

    name, show = contract.name, "/api/3/action/package_show"
    package = json.loads(_body(reader, show, {"id": name}))["result"]
    documents: dict[str, Any] = {"package_show": {key: value for key, value in package.items() if key not in NOT_OF_IT}}
    files = list(_files(reader, package, wanted, folder))
    if wanted.table:
        path = f"/api/3/action/datastore_info?id={wanted.table.resource_id}"
        info = json.loads(_body(reader, path, {}))["result"]["fields"]
        documents["datastore_info"] = [{name: one.get(name) for name in SAID} for one in info]
        files.append(_as_text(readback.dump(reader, wanted.table, folder)))
    theirs: set[str] = set()
    for path in ("/about", f"/organization/about/{package['organization']['name']}"):
        theirs |= set(pages.read(_body(reader, path, {}, strict=False))[0])
    texts = {}
    for place, path in (("page", f"/dataset/{name}"), ("page of data", f"/dataset/{name}/resource/{wanted.data.id}")):
        said, inside = pages.read(_body(reader, path, {}))
        texts[place] = tuple(text for text in said if text not in theirs)
        documents |= {f"{place}, JSON-LD {n}": one for n, one in enumerate(inside, 1)}
    return Public(files=tuple(files), documents=documents, texts=texts)


def _files(reader: Client, package: Mapping[str, Any], wanted: Desired, folder: Path) -> Iterator[Path]:
    """The files of the release, under their names; those of earlier versions were looked at in their time."""
    shown = {one["id"]: one["url"] for one in package["resources"]}
    for resource in wanted.resources:
        if not resource.earlier:
            path = folder / resource.path.name
            with path.open("wb") as file:
                reader.download(shown.get(resource.id, reader.portal.url), file)
            yield path


def _as_text(path: Path) -> Path:
    """The portal's table as Parquet with cells of text: its CSV ends the first line otherwise than the others."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - only where a table is looked at

    with opened(path) as batches, pq.ParquetWriter(target := path.with_suffix(".parquet"), batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return target


def _body(reader: Client, path: str, asked: Mapping[str, str], *, strict: bool = True) -> str:
    def take(status: int, body: Iterator[bytes]) -> tuple[int, bytes]:
        return status, b"".join(body)

    status, body = reader.look(path, asked, take)
    if status != OK and strict:
        raise PortalMismatch(
            "readers do not get what was published", dataset=reader.dataset, where=f"{path} at {reader.portal.url}",
            found=f"HTTP {status}", allowed="HTTP 200", next=f"run again (terang publish {reader.dataset})",
        )  # fmt: skip
    return body.decode("utf-8", "replace") if status == OK else ""
