"""What `terang new` proposes for a public file reads it exactly, or says why it cannot; counted in a page of the docs.

After a change: `python -m tests.real.test_propose`, which writes docs/sources-real-files.md anew.
"""

import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.real.conftest import DATA, ROOT, need_files
from tests.real.known import KNOWN, REFUSED
from tests.real.measure import Measured, agrees, measured, page

pytestmark = pytest.mark.real

PAGE = ROOT / "docs/sources-real-files.md"
FILES = sorted([*KNOWN, *REFUSED])
AIM = 55
Measure = Callable[[str], Measured]


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """Measures a file, once."""
    need_files()
    return cache(lambda path: measured(path, DATA, tmp_path_factory.mktemp("file")))


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_read_as_proposed_or_refused_with_the_reason(measure: Measure, path: str) -> None:
    """Rows, rejected rows and sums are those that are known of it."""
    found = measure(path)
    assert agrees(path, found), found


def test_wide_sheets_read_long_equal_the_long_copies_beside_them(measure: Measure, tmp_path: Path) -> None:
    """Ministries by year: the wide sheet, its years as rows, has the rows and the sum of the author's own long copy."""
    copy = measure("indonesia/apbn/DATA FP SIM.xlsx")
    wide = measured("indonesia/apbn/DATA FP SIM.xlsx", DATA, tmp_path, sheet="5. Belanja KL", sums=["value"])
    assert (wide.rows, [*wide.totals.values()]) == (copy.rows, [*copy.totals.values()])


def test_most_files_load_untouched(measure: Measure) -> None:
    """At least 55 of 71 without an edit, classes aside."""
    assert len(FILES) == 71
    assert sum(agrees(path, measure(path)) for path in KNOWN) >= AIM


def test_the_page_of_files_is_current(measure: Measure) -> None:
    """What the documentation says of each file is what was measured."""
    assert PAGE.read_text(encoding="utf-8") == page({path: measure(path) for path in FILES})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = {}
        for number, path in enumerate(FILES):
            folder = Path(name) / str(number)
            folder.mkdir()
            found[path] = measured(path, DATA, folder)
        PAGE.write_text(page(found), encoding="utf-8")
    sys.stdout.write(f"{sum(agrees(path, found[path]) for path in KNOWN)} of {len(FILES)} files loaded untouched\n")
