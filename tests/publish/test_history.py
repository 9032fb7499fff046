"""The picture of a dataset's releases in Dagster."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from assets.settings import Settings
from assets.store import store_of
from publish import ledger
from publish.history import COLOURS, markdown, svg

COUNTS = {"published": 60, "withheld": 30, "quarantined": 10, "duplicates": 0}


def test_a_bar_is_as_high_as_its_rows_on_the_scale_of_the_largest() -> None:
    """Half as many rows are half as high, and the parts of a bar stand on one another."""
    rects = ET.fromstring(svg([COUNTS, {**COUNTS, "published": 10}])).findall("{*}rect")  # noqa: S314 (our own)
    heights = [float(rect.attrib["height"]) for rect in rects[: 2 * len(COLOURS)]]
    first, second = heights[: len(COLOURS)], heights[len(COLOURS) :]
    assert first == [48.0, 24.0, 8.0, 0.0]
    assert second == [8.0, 24.0, 8.0, 0.0]
    assert float(rects[1].attrib["y"]) == 80 - 48 - 24


def test_no_release_yet_is_an_empty_picture(tmp_path: Path) -> None:
    """Nothing to draw is no error."""
    store = store_of("spending", Settings(root=tmp_path))
    assert "| release |" in markdown(store)


def test_the_table_beside_the_picture_says_the_same_in_numbers(tmp_path: Path) -> None:
    """A reader who sees no picture has the table: the last twelve releases, oldest first."""
    store = store_of("spending", Settings(root=tmp_path))
    for n in range(14):
        time = datetime(2026, 1, 1 + n, tzinfo=UTC)
        version = time.date().isoformat()
        ledger.append(store, ledger.Event(event="released", time=time, version=version, accounting=COUNTS))
    lines = markdown(store).splitlines()[4:]
    assert len(lines) == 12
    assert lines[0] == "| 2026-01-03 | 60 | 30 | 10 | 0 |"
