"""Many datasets published in one run: six here by each loader, a hundred with $TERANG_TORTURE (`make torture`)."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from publish.ckan import verify
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make

pytestmark = pytest.mark.portal
DATASETS = 100 if os.environ.get("TERANG_TORTURE") else 6
OPEN = Path("/dev/fd")


@pytest.mark.skipif(not OPEN.exists(), reason="counts what is open through /dev/fd")
def test_many_datasets(make: Make, loader: str, record_testsuite_property: Callable[[str, object], None]) -> None:
    """The last leaves no more open files and connections than the first, and each is whole."""
    opened: list[int] = []
    seconds: list[float] = []
    for number in range(DATASETS):
        began = time.monotonic()
        made = make(formats=["csv", "parquet"])
        made.publish(made.released(office.rows(made.contract, FEW[number % 7 :])))
        assert verify(made.contract, made.settings).rows == len(FEW) - number % 7
        seconds.append(round(time.monotonic() - began, 2))
        opened.append(len(list(OPEN.iterdir())))
    record_testsuite_property(f"seconds each, {loader}", seconds)
    assert opened[-1] <= opened[0], opened
