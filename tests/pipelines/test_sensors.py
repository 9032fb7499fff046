"""The drop folder's sensor: a whole new file starts one run; anything else starts none."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from assets.defs import SETTINGS
from assets.settings import CONFIG_VARIABLE, load
from assets.store import store_of, write_json
from pipelines.definitions import defs
from pipelines.office import make

LONG_AGO = 3600


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a new office, put there an hour ago."""
    make(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "terang.toml"))
    file = tmp_path / "incoming/spending_2026.csv"
    put(file, ago=LONG_AGO)
    return file


def put(file: Path, *, ago: float) -> None:
    """Say that the file was written so many seconds ago."""
    os.utime(file, (time.time() - ago,) * 2)


def runs(cursor: str | None = None) -> tuple[int, str | None]:
    """How many runs a tick of the sensor asks for, and the cursor that it leaves."""
    code = defs()
    context = dg.build_sensor_context(
        cursor=cursor, repository_def=code.get_repository_def(), resources={SETTINGS: load()}
    )
    answer = code.resolve_sensor_def("example_files").evaluate_tick(context)
    return len(answer.run_requests or []), answer.cursor


def test_a_file_that_is_whole_starts_one_run(drop: Path) -> None:
    """It was left alone for long enough; the next tick knows it."""
    del drop
    count, cursor = runs()
    assert count == 1
    assert runs(cursor)[0] == 0


def test_a_file_still_being_written_is_left_alone(drop: Path) -> None:
    """Somebody may still be copying it."""
    put(drop, ago=1)
    assert runs()[0] == 0


def test_a_file_that_changed_starts_another_run(drop: Path) -> None:
    """Same name, other content: it is read again."""
    _, cursor = runs()
    drop.write_text(drop.read_text(encoding="utf-8") + "5.1.03,1,7.00\n", encoding="utf-8")
    put(drop, ago=LONG_AGO / 2)
    assert runs(cursor)[0] == 1


def test_what_was_read_by_hand_since_it_came_is_not_read_again(drop: Path) -> None:
    """`terang run` was there first."""
    del drop
    settings = load()
    write_json(store_of("example", settings).receipt, {})
    assert runs()[0] == 0


def test_a_drop_folder_may_be_an_address(drop: Path) -> None:
    """file:// with the whole path names the same folder."""
    office = drop.parents[1] / "terang.toml"
    text = office.read_text(encoding="utf-8")
    assert 'url = "incoming"' in text
    office.write_text(text.replace('url = "incoming"', f'url = "{drop.parent.as_uri()}"'), encoding="utf-8")
    assert runs()[0] == 1


def test_an_empty_drop_folder_is_no_error(drop: Path) -> None:
    """Nothing there, nothing to do."""
    drop.unlink()
    assert runs()[0] == 0
