"""The fixtures `office` and `terang`: a new office without a portal, and the command line in this process."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.settings import CONFIG_VARIABLE
from pipelines import logs
from pipelines.cli import main
from pipelines.office import make
from tests.pipelines.command import NOWHERE, Ended, Terang


@pytest.fixture(scope="module")
def dagster_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all runs here: making its databases takes a second."""
    return tmp_path_factory.mktemp("dagster")


@pytest.fixture
def office(tmp_path: Path, dagster_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new office as `terang init` makes it, with a token, a portal where nobody listens, and no patience."""
    make(tmp_path)
    for name, value in {
        CONFIG_VARIABLE: str(tmp_path / "terang.toml"),
        "DAGSTER_HOME": str(dagster_home),
        "TERANG_CKAN_TOKEN": "token-of-nobody",
        "TERANG_PORTALS__DEFAULT__URL": NOWHERE,
        "TERANG_RETRIES__TIMES": "1",
        "TERANG_RETRIES__WAIT": "0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    return tmp_path


@pytest.fixture
def terang(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terang]:
    """The command line, in this process; log records go where they went before, afterwards."""
    before = {room: logging.getLogger(room) for room in logs.ROOMS}
    kept = {room: (logger.handlers, logger.propagate, logger.level) for room, logger in before.items()}
    factory = logging.getLogRecordFactory()

    def run(*words: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["terang", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ended(code=int(ended.value.code or 0), out=out, err=err)

    yield run
    logging.setLogRecordFactory(factory)
    for room, (handlers, propagate, level) in kept.items():
        before[room].handlers, before[room].propagate, before[room].level = handlers, propagate, level
