"""What anyone can prove of a portal, without an account: every file of every version that it shows, against its ledger.

Needs the portal's address and nothing else: no contract, no settings, no store.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from assets.errors import PortalError, Unproven
from assets.settings import Portal
from assets.store import sha256
from publish import ledger
from publish.changes import FILE as CHANGES
from publish.ckan import earlier
from publish.ckan.client import Client, Missing
from publish.ckan.resources import KINDS, LEDGER, resource_id
from publish.standing import RELEASED, standing
from publish.verify import Origin

PAGE: Final = 500
TIMEOUT: Final = 300.0
ADDRESS: Final = re.compile(
    r"(?P<portal>https?://[^/]+(?:/.*?)?)(?:/[a-z]{2}(?:_[A-Z]{2})?)?/dataset/(?P<dataset>[^/?#]+)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """One file that the portal shows; `wrong` says what is, in words, None where it is as it was released."""

    name: str
    version: str
    url: str
    sha256: str
    wrong: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What was found of a dataset: its ledger's lines, the hash of the last one, and each file.

    Keep that hash: a ledger in which it does not stand any more was written anew. `unknown` are files that are no part of
    a release.
    """

    dataset: str
    url: str
    lines: int
    last: str
    files: tuple[File, ...]
    unknown: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every file is as it was released."""
        return not any(file.wrong for file in self.files)


def prove(url: str) -> Iterator[Proof]:
    """Check a dataset by its address, or by a portal's address each dataset that has a ledger.

    Raises `Unproven` where there is no ledger or its chain is broken, `PortalError` where the portal does not answer.
    """
    portal, dataset = _place(url)
    with closing(_client(portal, dataset)) as client:
        for package in _packages(client, dataset):
            yield _proven(client, package)


def origin(path: Path, url: str) -> Origin | None:
    """The release that a file of any name belongs to, by the ledgers of a portal or dataset; the newest of several."""
    portal, dataset = _place(url)
    digest = sha256(path)
    with closing(_client(portal, dataset)) as client:
        packages = sorted(_packages(client, dataset), key=lambda one: not path.name.startswith(one["name"]))
        for package in packages:
            entries = _ledger(client, package)
            for entry in reversed(entries):
                name = next((name for name, known in entry.files.items() if known == digest), None)
                if name and entry.event == RELEASED:
                    return Origin(
                        dataset=package["name"],
                        version=entry.version,
                        file=name,
                        time=entry.time,
                        current=entry.version == package.get("version"),
                        taken_down=entry.version in standing(entries).withdrawn,
                        retired=entry.version in standing(entries).retired,
                    )
    return None


def _place(url: str) -> tuple[str, str | None]:
    """The portal's address and the dataset's name, from the address of a dataset, of one of its files, or of a portal."""
    found = ADDRESS.match(url)
    return (found["portal"], found["dataset"]) if found else (url.rstrip("/"), None)


def _client(portal: str, dataset: str | None) -> Client:
    reader = Portal(name="portal", url=portal, token="", organization="", timeout=TIMEOUT)
    return Client(reader, dataset=dataset or portal, anonymous=True)


def _packages(client: Client, dataset: str | None) -> Iterator[dict[str, Any]]:
    if dataset is not None:
        yield _package(client, dataset)
        return
    start, count = 0, 1
    while start < count:
        found = client.read("package_search", rows=PAGE, start=start, sort="name asc")
        start, count = start + PAGE, found["count"]
        yield from (package for package in found["results"] if _ledger_of(package))


def _package(client: Client, dataset: str) -> dict[str, Any]:
    try:
        package: dict[str, Any] = client.read("package_show", id=dataset)
    except (Missing, PortalError) as error:
        if not isinstance(error, Missing):
            raise
        raise PortalError(
            "the portal shows no such dataset", dataset=dataset, where=client.portal.url, next="check the address"
        ) from None
    if not _ledger_of(package):
        raise Unproven(
            "the portal shows no ledger of this dataset: nothing can be proven",
            dataset=package["name"],
            where=client.portal.url,
            next="it was not published by Terang, or by a version before ledgers were public",
        )
    return package


def _ledger_of(package: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wanted = resource_id(package["name"], LEDGER)
    return next((one for one in package["resources"] if one["id"] == wanted), None)


def _ledger(client: Client, package: Mapping[str, Any]) -> list[ledger.Entry]:
    """The entries of the portal's ledger, whose chain holds."""
    shown, name = _ledger_of(package), str(package["name"])
    assert shown is not None  # noqa: S101 - its callers looked
    with TemporaryDirectory() as folder:
        copy = Path(folder) / ledger.FILE
        with copy.open("wb") as file:
            client.download(_address(client, package, shown), file)
        try:
            return ledger.read(copy, name)
        except Unproven as error:
            raise Unproven(
                "the ledger that the portal shows was changed or damaged: nothing can be proven",
                dataset=name,
                file=ledger.FILE,
                where=f"{error.facts.get('where')} at {client.portal.url}",
                found=error.facts.get("found"),
                next="tell the publisher; its contact is on the dataset's page",
            ) from None


def _proven(client: Client, package: Mapping[str, Any]) -> Proof:
    name, entries = str(package["name"]), _ledger(client, package)
    told = {entry.version: entry.files for entry in entries if entry.event == RELEASED}
    known = {one["id"]: file for one in package["resources"] if (file := _file(name, one))}
    return Proof(
        dataset=name,
        url=f"{client.portal.url}/dataset/{name}",
        lines=len(entries),
        last=entries[-1].hash if entries else "",
        files=tuple(
            _checked(client, package, one, known[one["id"]], told)
            for one in package["resources"]
            if one["id"] in known and known[one["id"]] != ledger.FILE
        ),
        unknown=tuple(str(one.get("name") or one["id"]) for one in package["resources"] if one["id"] not in known),
    )


def _file(dataset: str, resource: Mapping[str, Any]) -> str | None:
    """What a file is called in its release; None for one that is no part of any."""
    kinds = {resource_id(dataset, kind.kind): kind.suffix for kind in KINDS}
    suffix = kinds.get(resource["id"])
    if suffix is None:
        kind = earlier.ours(dataset, resource)
        return None if kind is None else f"{dataset}.csv" if kind.startswith(earlier.CSV) else CHANGES
    return f"{dataset}{suffix}" if suffix.startswith(".") else suffix


def _checked(
    client: Client,
    package: Mapping[str, Any],
    resource: Mapping[str, Any],
    name: str,
    told: Mapping[str, Mapping[str, str]],
) -> File:
    version, url = str(resource.get("terang_version") or ""), _address(client, package, resource)
    try:
        found = client.download(url)
    except PortalError as error:
        return File(name=name, version=version, url=url, sha256="", wrong=f"cannot be downloaded: {error.sentence}")
    return File(name=name, version=version, url=url, sha256=found, wrong=_wrong(found, name, version, resource, told))


def _wrong(
    found: str, name: str, version: str, resource: Mapping[str, Any], told: Mapping[str, Mapping[str, str]]
) -> str | None:
    if version not in told:
        return "the ledger tells of no such version"
    if name not in told[version]:
        return "the ledger tells of no such file in this version"
    if found != told[version][name]:
        return "it is not the file that was released"
    stated = str(resource.get("hash") or "")
    return None if stated == found else "it is the file that was released, but its page states another checksum"


def _address(client: Client, package: Mapping[str, Any], resource: Mapping[str, Any]) -> str:
    """Where a file is downloaded, on this portal whatever its page says."""
    name = str(resource["url"]).rpartition("/")[2]
    return f"{client.portal.url}/dataset/{package['id']}/resource/{resource['id']}/download/{name}"
