"""Texts of offices pass: made ones in the quick suite, those of real governments where they are at hand."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import pyarrow as pa
import pytest

from quality.detectors import indonesia
from quality.detectors.indonesia.official import Phrase
from quality.detectors.look import Eye
from quality.detectors.probes import PROBES, lets_through, probes
from tests.quality.detectors.corpus.official import SENTENCES, texts

EYE = Eye()
MADE = 4_000
MOST = 0.01
DATA = Path(__file__).parents[3].parent / "shared" / "data" / "indonesia"


def test_of_a_hundred_clean_texts_one_at_the_most_is_blocked() -> None:
    """4,000 texts with codes, amounts, streets, hospitals, decrees, groups and dates; a family that fails is named."""
    blocked = [family for family, text in texts(MADE) if EYE.suspects(text)]
    assert len(blocked) <= MOST * MADE, {family: blocked.count(family) for family in set(blocked)}


@pytest.mark.parametrize("family", SENTENCES)
def test_no_family_of_clean_texts_is_blocked_as_a_whole(family: str) -> None:
    """The hundredth that may be blocked is not one kind of text alone."""
    mine = [text for name, text in texts(MADE, seed=11) if name == family]
    assert sum(map(EYE.suspects, mine)) <= 0.1 * len(mine)


@pytest.mark.parametrize("phrase", indonesia.OFFICIAL, ids=lambda phrase: phrase.name)
def test_no_official_phrase_lets_a_personal_number_through(phrase: Phrase) -> None:
    """The country's own allow-list is held to what a contract's is warned of."""
    assert lets_through(f"(?i:{phrase.pattern})") == {}


@pytest.mark.parametrize("kind", PROBES)
def test_probes_are_what_they_say(kind: str) -> None:
    """Each invented value is suspect to the eye, so that an allow-list that takes it is too broad."""
    assert [one for one in probes(kind) if not EYE.suspects(one)] == []


@pytest.mark.parametrize(("form", "kinds"), [(r"\d{16}", {"NIK"}), (r"SP-\d{12}", set()), (r".*", set(PROBES))])
def test_breadth_is_told_by_kind(form: str, kinds: set[str]) -> None:
    """A code that any identity number fits is told apart from one with letters, and from one that lets all through."""
    assert set(lets_through(form)) == kinds


def _real() -> Iterator[tuple[str, str]]:
    """Texts of real budgets, tenders and contracts, by their file and column."""
    for file in sorted((DATA / "kab-bandung-2025").glob("*.csv")):
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                yield from (
                    (f"{file.stem}/{name}", str(row[name])) for name in row if str(name).startswith(("nama", "detail"))
                )
    for file in sorted((DATA / "lpse-dump").glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8"))["data"]:
            yield file.stem, str(row[1])
    for row in json.loads((DATA / "inaproc-realisasi-2026/K26.json").read_text(encoding="utf-8")):
        yield from (("K26", str(row[name])) for name in ("Nama Paket", "Nama Satuan Kerja"))
    for file in sorted((DATA / "kotawaringin-barat-2026").glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8-sig")):
            yield from (
                (file.stem, str(row[name])) for name in row if name in {"nama_paket", "nama_program", "nama_satker"}
            )
    for file in sorted((DATA / "kemnaker-inaproc").glob("*.xlsx")):
        table = pa.table(fastexcel.read_excel(file).load_sheet(0, dtypes="string").to_arrow())
        for name in {"nama_paket", "nama_program", "nama_satker"} & set(table.column_names):
            yield from ((file.stem, str(value)) for value in table[name].to_pylist())


@pytest.mark.real
def test_real_official_texts_pass() -> None:
    """Of the distinct texts of each file one in a hundred at the most is blocked, and three in a thousand of all."""
    if not DATA.is_dir():
        pytest.skip("the public files are not on this machine")
    found: dict[str, set[str]] = {}
    for place, text in _real():
        found.setdefault(place, set()).add(text)
    blocked = {place: sum(map(EYE.suspects, values)) for place, values in found.items()}
    large = {place: len(values) for place, values in found.items() if len(values) >= 100}
    assert sum(large.values()) > 15_000
    assert {place: blocked[place] for place in large if blocked[place] > MOST * large[place]} == {}
    assert sum(blocked.values()) < 0.003 * sum(map(len, found.values()))
