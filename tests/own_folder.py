"""A folder that no other test process uses at the same time."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

ROOT = Path(__file__).parents[1]


@contextmanager
def own_folder(name: str) -> Generator[Path, None, None]:
    """The first that is free of `.terang/test/<name><number>`, so that the next session finds what this one made."""
    folder = ROOT / ".terang" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    for n in count():
        with suppress(Timeout), FileLock(folder / f"{name}{n}.lock", timeout=0):
            yield folder / f"{name}{n}"
            return
