"""The law of the quick question: what the eye suspects, RE2 was asked about. And one law for each detector."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.detectors import DETECTORS
from quality.detectors.decoders import DECODERS, Decoder
from quality.detectors.detector import Detector, hint
from quality.detectors.indonesia.words import COMMON, OFFICIAL, other_than
from quality.detectors.look import PREFILTER, Eye
from quality.detectors.reading import plain, read
from tests.quality.detectors.corpus import CASES

EYE = Eye()
_PIECES = (
    # Pieces of everything that a detector or a decoder waits for.
    "Bapak Ibu Sdr. a.n. a/n an. u.p. dr. H. Prof bin kepada oleh Nama: narasumber PPK guru S.Pd ,SH Sp.OG Budi contohwan I Made dan "
    "desa hamil RSUD Jl. NIK NIP rek BRI HP Telp WA nopol mobil B KT QZ 12 1234 7654321 0 8 + - . , / : = ( ) @ at dot [at] titik com "
    "%40 &#64; \\u0040 6.123456 106.98765 \u00b0 lat E+15 x10 l O \u041e \uff11 \u200b \u0663 \u2460 * ** xx # MzUw NzAx <b> satu dua nol "
    "tiga =33 %33 _x0033_ _ \u00e9 \u2014 \x0b \u2028 \ue000 A1234567 1.234.567.890 2026-01-05"
)
PIECES = _PIECES.split(" ")
TEXT = st.lists(st.sampled_from([*PIECES, " ", "  ", "\n", "\t", *CASES.values()]), min_size=1, max_size=6).map("".join)


@given(st.lists(TEXT, min_size=20, max_size=20))
@settings(max_examples=60, deadline=None)
def test_what_is_suspect_passes_the_quick_question(texts: list[str]) -> None:
    """DuckDB shows every text to the eye that the eye would suspect."""
    query = "SELECT list(x) FROM (SELECT unnest($1) AS x) WHERE NOT regexp_matches(x, $2)"
    (spared,) = duckdb.execute(query, [texts, PREFILTER]).fetchall()[0]
    assert [text for text in spared or () if EYE.suspects(text)] == []


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
def test_a_detector_sees_nothing_in_an_empty_text_and_something_in_the_corpus(detector: Detector) -> None:
    """It is not always silent, and not always loud."""
    assert list(detector.find(read(""))) == []
    assert any(list(detector.find(read(plain(text)))) for text in CASES.values())


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda one: one.decode.__name__)
def test_a_text_without_its_hint_is_left_as_it_is(decoder: Decoder) -> None:
    """What a decoder changes it has a hint for."""
    asked = hint(decoder.hint)
    kept = [text for text in CASES.values() if not asked.search(text)]
    assert [text for text in kept if decoder.decode(text) not in {text, text.replace("+", " ")}] == []


@given(st.from_regex(r"[a-z']{1,12}", fullmatch=True))
def test_a_word_that_is_none_of_these(word: str) -> None:
    """The expression without look-ahead means what it says."""
    assert bool(hint(other_than(COMMON)).fullmatch(word)) == (word not in COMMON)


def test_no_common_word_is_missed_by_its_own_expression() -> None:
    """Each of them is left out, and all of them are official."""
    assert not any(hint(other_than(COMMON)).fullmatch(word) for word in COMMON)
    assert set(COMMON) <= OFFICIAL


@pytest.mark.parametrize(
    "name", ["budi", "siti", "sri", "putri", "fajar", "made", "wayan", "nur", "agus", "dewi", "indah", "contohwan"]
)
def test_no_name_is_an_official_word(name: str) -> None:
    """Otherwise it would hide behind a form of address."""
    assert name not in OFFICIAL
