"""Work that overlaps: the next batch is made by a thread while this one is used. Arrow and DuckDB let threads run."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each drawn while the one before is worked on; what goes wrong is raised where it would have been."""
    source, end = iter(items), object()
    with ThreadPoolExecutor(1) as pool:
        following: Any = pool.submit(next, source, end)
        while (item := following.result()) is not end:
            following = pool.submit(next, source, end)
            yield item
