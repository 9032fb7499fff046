"""Readers who ask all the time while we publish: never an error, never two releases at once, never half a table.

Five releases here, a hundred with $TERANG_TORTURE (`make torture`).
"""

import csv
import io
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
import pyarrow as pa
import pytest

from publish.ckan.resources import KINDS, resource_id
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import Make, Office
from tests.publish.ckan.test_publish import ids

pytestmark = pytest.mark.portal
RELEASES = 100 if os.environ.get("TERANG_TORTURE") else 5
PAUSE_S = 0.02  # with the answers' own time each asks 20 to 40 times a second
SIZES = (240, 90)


@dataclass(frozen=True, slots=True)
class Seen:
    """When somebody asked, when the answer was there, and what it told: versions of rows, and how many there are."""

    asked: float
    answered: float
    versions: frozenset[int]
    rows: int | None


@dataclass(slots=True)
class Reader:
    """Asks one question again and again."""

    question: Callable[[httpx.Client], tuple[set[int], int | None]]
    over: threading.Event
    seen: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Ask until it is over."""
        with httpx.Client(trust_env=False, timeout=60) as client:
            while not self.over.is_set():
                asked = time.monotonic()
                try:
                    versions, rows = self.question(client)
                except (httpx.HTTPError, KeyError, ValueError) as error:
                    self.wrong.append(repr(error))
                else:
                    self.seen.append(Seen(asked, time.monotonic(), frozenset(versions), rows))
                time.sleep(PAUSE_S)


def size(version: int) -> int:
    """Releases are large and small in turn."""
    return SIZES[version % 2]


def rows(made: Office, version: int) -> pa.Table:
    """Every row tells its version."""
    return office.rows(made.contract, list(range(1, size(version) + 1)), nilai=lambda n: f"{n * 1000 + version}.05")


def version_of(nilai: object) -> int:
    """The version that a row tells."""
    return int(float(str(nilai))) % 1000


def questions(portal: Portal, made: Office, names: dict[str, int]) -> dict[str, Callable[[httpx.Client], Any]]:
    """What readers ask, by name."""
    table = ids(portal, made)[0]
    url = portal.action("package_show", token="", id=made.contract.name)["resources"][0]["url"]

    def ask(client: httpx.Client, action: str, **params: Any) -> Any:
        return client.get(f"{portal.url}/api/action/{action}", params=params).raise_for_status().json()["result"]

    def metadata(client: httpx.Client) -> tuple[set[int], None]:
        package = ask(client, "package_show", id=made.contract.name)
        now = {resource_id(made.contract.name, kind.kind) for kind in KINDS}  # others are of earlier versions
        shown = [one for one in package["resources"] if one["id"] in now and one["hash"]]  # else its file is to come
        told = {package["version"], *(one["terang_version"] for one in shown)}
        return {names[version] for version in told}, None

    def search(client: httpx.Client, **params: Any) -> tuple[set[int], int]:
        found = ask(client, "datastore_search", resource_id=table, **params)
        return {version_of(record["nilai"]) for record in found["records"]}, found["total"]

    def sql(client: httpx.Client) -> tuple[set[int], int]:
        records = ask(client, "datastore_search_sql", sql=f'SELECT nilai FROM "{table}"')["records"]
        return {version_of(record["nilai"]) for record in records}, len(records)

    def download(client: httpx.Client) -> tuple[set[int], int]:
        body = client.get(url).raise_for_status().text
        records = list(csv.DictReader(io.StringIO(body, newline="")))
        return {version_of(record["nilai"]) for record in records}, len(records)

    return {
        "metadata": metadata,
        "count": lambda client: search(client, limit=0),
        "page": lambda client: search(client, limit=60, offset=20, sort="id"),
        "sql": sql,
        "file": download,
    }


def widest(readers: dict[str, Reader]) -> float:
    """The longest time for which somebody provably got an older release than somebody else had got before."""
    every = [one for reader in readers.values() for one in reader.seen if len(one.versions) == 1]
    gap = 0.0
    for version in range(2, RELEASES + 1):
        new = min((one.answered for one in every if min(one.versions) >= version), default=float("inf"))
        old = max((one.asked for one in every if min(one.versions) < version), default=0.0)
        gap = max(gap, old - new)
    return gap


def test_readers_of_alternating_releases(
    portal: Portal, make: Make, loader: str, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Where releases are switched every answer is of one release; by keys every file is, and the table is always full."""
    made = make(formats=["csv", "parquet"])
    released = made.released(rows(made, 1), day=1)
    names = {released.version: 1}
    made.publish(released)
    over = threading.Event()
    readers = {name: Reader(ask, over) for name, ask in questions(portal, made, names).items()}
    for version in range(2, RELEASES + 1):
        released = made.released(rows(made, version), day=version)
        names[released.version] = version
        made.publish(released)
    time.sleep(10 * PAUSE_S)
    over.set()
    for reader in readers.values():
        reader.thread.join()
    whole = (
        set(readers) if loader == "switched" else {"file"}
    )  # plain CKAN reads words and resources one after the other
    for name, reader in readers.items():
        assert reader.wrong == [], name
        assert len(reader.seen) >= RELEASES, name
        assert all(one.rows is None or one.rows >= min(SIZES) for one in reader.seen), name
        if name in whole:
            assert_whole(name, reader)
    told = {name: len(reader.seen) for name, reader in readers.items()}
    record_testsuite_property(f"answers, {loader}", told)
    record_testsuite_property(f"widest disagreement in ms, {loader}", round(1000 * widest(readers), 1))


def assert_whole(name: str, reader: Reader) -> None:
    """Each answer is of one release, with as many rows as that has, and none is older than the one before."""
    for one in reader.seen:
        assert len(one.versions) <= 1, name
        assert one.rows is None or one.rows in {size(version) for version in one.versions or {0, 1}}, name
    versions = [min(one.versions) for one in reader.seen if one.versions]
    assert all(before <= after for before, after in pairwise(versions)), name
    assert not versions or versions[-1] == RELEASES, name
