"""Readers who ask all the time while releases change: never an error, never two releases at once."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.portal.terang.conftest import Dataset, rows

pytestmark = pytest.mark.portal
RELEASES = 12
WINDOW_S = 0.02


class Reader(threading.Thread):
    """Asks one question again and again, and notes when it got which version."""

    def __init__(self, ask: Callable[[httpx.Client], int]) -> None:
        super().__init__(daemon=True)
        self.ask, self.seen, self.wrong, self.go = ask, list[tuple[float, float, int]](), list[str](), True
        self.start()

    def run(self) -> None:
        """Ask until told to stop."""
        with httpx.Client(trust_env=False, timeout=60) as client:
            while self.go:
                began = time.monotonic()
                try:
                    version = self.ask(client)
                except (AssertionError, KeyError, ValueError, httpx.HTTPError) as error:
                    self.wrong.append(repr(error))
                else:
                    self.seen.append((began, time.monotonic(), version))
                time.sleep(0.01)


def size(version: int) -> int:
    """Releases differ in their count of rows."""
    return 200 + 37 * (version % 5)


def table(dataset: Dataset, client: httpx.Client) -> int:
    """The version of the table: all rows of one, and as many as it has."""
    url = f"{dataset.portal.url}/api/action/datastore_search"
    answer = client.get(url, params={"resource_id": dataset.resource, "limit": 1000})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["result"]
    [version] = {record["jumlah"] for record in found["records"]}
    assert found["total"] == len(found["records"]) == size(version)
    return int(version)


def metadata(dataset: Dataset, client: httpx.Client) -> int:
    """The version of the metadata: dataset and resource say the same."""
    answer = client.get(f"{dataset.portal.url}/api/action/package_show", params={"id": dataset.name})
    assert answer.status_code == 200, answer.text
    package = answer.json()["result"]
    version = int(package["version"])
    assert package["resources"][0]["size"] == len(rows(size(version), version=version))
    return version


def file(url: str, client: httpx.Client) -> int:
    """The version of the file, whole."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    version = int(answer.content.splitlines()[1].split(b",")[2])
    assert answer.content == rows(size(version), version=version)
    return version


def test_readers_of_many_releases(dataset: Dataset) -> None:
    """During a dozen releases readers of table, metadata and file get one release or the next, whole."""
    dataset.publish(rows(size(1), version=1), update={"version": "1"})
    url = dataset.shown()["url"]
    asks = [lambda c: table(dataset, c), lambda c: metadata(dataset, c), lambda c: file(url, c)]
    readers = [Reader(ask) for ask in asks]
    windows = []
    for version in range(2, RELEASES + 2):
        windows.append(
            dataset.publish(rows(size(version), version=version), update={"version": str(version)})["window_ms"]
        )
        time.sleep(0.1)
    for reader in readers:
        reader.go = False
    for reader in readers:
        reader.join()
        assert reader.wrong == []
        assert len(reader.seen) > RELEASES
        versions = [version for _, _, version in reader.seen]
        assert versions == sorted(versions)
        assert versions[-1] == RELEASES + 1
    assert sorted(windows)[len(windows) // 2] < WINDOW_S * 1000, windows
