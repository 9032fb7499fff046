"""Public files, damaged in thousands of ways: read right, or told; each time, in time.

TERANG_TORTURE=1 makes more than 5,000 mutants; else there are a few hundred.
"""

import os
import random
from pathlib import Path

import pytest

from assets import catalog
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.propose.write import contract_text
from assets.settings import ConnectionSettings, Settings
from tests.assets.mutations import MUTATIONS, Fuzzed, judged, rows_of
from tests.real.conftest import DATA, need_files
from tests.real.known import KNOWN
from tests.real.measure import decided

pytestmark = [pytest.mark.real, pytest.mark.slow]
LARGEST = 400_000  # bytes: of larger files there would be fewer mutants
TORTURE = bool(os.environ.get("TERANG_TORTURE"))
TIMES = 14 if TORTURE else 1  # of each mutation of each file
FILES = sorted(name for name in KNOWN if (DATA / name).is_file() and (DATA / name).stat().st_size < LARGEST)


def fuzzed(name: str, folder: Path) -> tuple[Fuzzed, Settings]:
    """The file in a folder of its own, with the contract that was proposed for it."""
    data, suffix = (DATA / name).read_bytes(), Path(name).suffix
    office = Settings(root=folder, languages=("en",), connections={"data": ConnectionSettings(url=str(folder))})
    (folder / f"f{suffix}").write_bytes(data)
    origin, place = origin_of(str(folder / f"f{suffix}"), office)
    proposal = propose(origin, place.settings, name="file", patterns={})
    (folder / "file.yml").write_text(
        decided(contract_text(proposal, office, publisher=None, license_="?")), encoding="utf-8"
    )
    contract = catalog.load(folder / "file.yml")
    rows, _, _ = rows_of(office, contract)
    lines = (
        suffix == ".csv"
        and contract.source.kind == "csv"
        and not {"row", "row_number"} & {c.name for c in contract.columns}
    )
    plain = lines and getattr(contract.source, "unpivot", None) is None
    return Fuzzed(name=f"f{suffix}", data=data, contract=contract, rows=rows, lines=plain), office


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_public_file_is_read_right_or_told(tmp_path: Path, name: str) -> None:
    """The law of tests/assets/mutations.py: a broken line changes its own row, and what else changes is told."""
    need_files()
    file, office = fuzzed(name, tmp_path)
    wrong = []
    for mutation in MUTATIONS:
        for seed in range(TIMES):
            try:
                judged(file, mutation, random.Random(f"{name} {mutation.__name__} {seed}"), tmp_path, office)  # noqa: S311 - no secret depends on it
            except AssertionError as error:
                wrong.append(f"{mutation.__name__} {seed}: {error}")
    assert wrong == []


def test_there_are_as_many_mutants_as_promised() -> None:
    """At least 5,000 in the long form."""
    need_files()
    assert len(FILES) * len(MUTATIONS) * 14 >= 5_000
