"""A disk that is full stops every step with words, keeps what was there whole, and leaves no part of a file."""

import os
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.catalog import load_all
from assets.contract import Contract
from assets.errors import StorageError
from assets.extract import extract
from assets.protect import protect
from assets.settings import Settings, load
from assets.store import explained, sha256, store_of
from pipelines.office import make
from publish.release import release
from quality.screening import screen
from quality.verdict import judge

NOW = datetime(2026, 11, 24, tzinfo=UTC)
Step = Callable[[Contract, Settings], object]
STEPS: dict[str, Step] = {
    "extract": extract,
    "screen": screen,
    "protect": protect,
    "judge": judge,
    "release": lambda contract, settings: release(contract, settings, now=NOW),
}
FILES = {
    "extract": [
        "restricted/raw.parquet",
        "restricted/rejects.parquet",
        "restricted/raw.json",
        "restricted/delivered.json",
    ],
    "screen": [
        "restricted/quarantine.parquet",
        "restricted/quarantine.csv",
        "restricted/excluded.parquet",
        "restricted/screening.json",
        "restricted/suite.json",
    ],
    "protect": ["public/public.parquet", "public/withheld.json", "restricted/hidden.json"],
    "judge": ["public/suite.json", "public/verdict.json"],
}
pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new office whose one dataset went all the way to a release."""
    root = tmp_path_factory.mktemp("office")
    make(root)
    contract, settings = _opened(root)
    for step in STEPS.values():
        step(contract, settings)
    return root


@pytest.fixture
def office(tmp_path: Path, finished: Path) -> tuple[Contract, Settings]:
    """That office, a copy for each test."""
    return _opened(Path(shutil.copytree(finished, tmp_path / "office")))


def _opened(root: Path) -> tuple[Contract, Settings]:
    settings = load(root / "terang.toml")
    return load_all(settings)["example"], settings


def _more(settings: Settings) -> None:
    """Another row at the source, so that every file becomes another."""
    with (settings.root / "incoming/spending_2026.csv").open("a", encoding="utf-8") as file:
        file.write("5.1.02,3,7.00\n")


def _held(contract: Contract, settings: Settings) -> dict[Path, str]:
    store = store_of(contract.name, settings)
    every = (file for folder in (store.restricted, store.public, store.releases) for file in folder.rglob("*"))
    return {file: sha256(file) for file in every if file.is_file() and file.suffix != ".lock"}


@pytest.mark.parametrize("step", FILES)
def test_a_file_that_does_not_fit(office: tuple[Contract, Settings], step: str) -> None:
    """Whichever it is, the step ends with `StorageError`, the old file stays whole, and the next run makes the new one."""
    contract, settings = office
    _more(settings)
    names = list(STEPS)
    for before in names[: names.index(step)]:
        STEPS[before](contract, settings)
    files = [settings.root / "data" / Path(name).parent / contract.name / Path(name).name for name in FILES[step]]
    for file in files:
        held = sha256(file)
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        part.symlink_to("/dev/full")
        with pytest.raises(StorageError, match="cannot be written") as error, explained(contract.name):
            STEPS[step](contract, settings)
        assert str(error.value).startswith(
            "example: a folder cannot be written; every file that was there stays whole\n"
        )
        assert error.value.facts == {
            "dataset": "example",
            "where": str(file.parent),
            "found": "No space left on device",
            "next": "free or grant space, then run again: what was begun is made anew",
        }
        assert sha256(file) == held
        assert not part.is_symlink()
        assert [left for left in _held(contract, settings) if left.name.endswith(".part")] == []
    began = time.time_ns()
    STEPS[step](contract, settings)
    assert all(file.stat().st_mtime_ns > began for file in files)


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes; never around a whole test, whose report may go to a file."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_release_that_does_not_fit(office: tuple[Contract, Settings]) -> None:
    """With some files written and one that does not fit, readers keep the release before, and the next run makes the new one whole."""
    contract, settings = office
    _more(settings)
    for step in ("extract", "screen", "protect", "judge"):
        STEPS[step](contract, settings)
    held = _held(contract, settings)
    with pytest.raises(StorageError) as error, explained(contract.name), small_files(2000):
        STEPS["release"](contract, settings)
    told = error.value.facts
    assert (told["dataset"], told["found"]) == ("example", "File too large")
    assert Path(told["where"]) == store_of(contract.name, settings).releases
    assert _held(contract, settings) == held
    made = release(contract, settings, now=NOW)
    assert (made.new, made.version) == (True, "2026-11-24.2")


def test_a_folder_that_may_not_be_written(office: tuple[Contract, Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is named, so that somebody can grant it."""
    contract, settings = office

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/data/restricted")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(StorageError) as error:
        extract(contract, settings)
    assert error.value.facts["where"] == "/srv/data/restricted"
    assert error.value.exit_code == 6
