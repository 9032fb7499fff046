"""The law of the quick question: what the eye suspects, RE2 was asked about. And one law for each detector."""

from collections.abc import Callable
from random import Random

import duckdb
import pytest

from quality.detectors import DETECTORS
from quality.detectors.decoders import DECODERS, Decoder
from quality.detectors.detector import Detector, hint
from quality.detectors.indonesia.words import OFFICIAL
from quality.detectors.look import Eye
from quality.detectors.question import worth_a_look
from quality.detectors.reading import plain, read
from tests.quality.detectors.corpus import CASES
from tests.quality.detectors.corpus.official import texts

EYE = Eye()
_PIECES = (
    # Pieces of everything that a detector or a decoder waits for.
    "Bapak Ibu Sdr. a.n. a/n an. u.p. dr. H. Prof bin kepada oleh Nama: narasumber PPK guru S.Pd ,SH Sp.OG Budi contohwan I Made dan "
    "desa hamil RSUD Jl. NIK NIP rek BRI HP Telp WA nopol mobil B KT QZ 12 1234 7654321 0 8 + - . , / : = ( ) @ at dot [at] titik com "
    "%40 &#64; \\u0040 6.123456 106.98765 \u00b0 lat E+15 x10 l O \u041e \uff11 \u200b \u0663 \u2460 * ** xx # MzUw NzAx <b> satu dua nol "
    "tiga =33 %33 _x0033_ _ \u00e9 \u2014 \x0b \u2028 \ue000 A1234567 1.234.567.890 2026-01-05"
)
PIECES = _PIECES.split(" ")
WORDS, CLEAN = sorted(OFFICIAL), [text for _, text in texts(2_000, seed=3)]
CUES = ("kepada", "Bapak", "Ibu", "dr.", "RSUD", "Jl.", "RSUD dr.", "Jl. H.", "guru", "narasumber", "a.n.", "oleh")
SEEN = list(CASES.values())
MADE = 10_000


def _pieces(draw: Random) -> str:
    return "".join(draw.choice(PIECES) + draw.choice((" ", "", " ")) for _ in range(draw.randint(1, 10)))


def _inserted(draw: Random) -> str:
    """A clean text with a case of the corpus, whole or without its first signs."""
    clean, case = draw.choice(CLEAN), draw.choice(SEEN)
    place = draw.randrange(len(clean) + 1)
    return clean[:place] + case[draw.randrange(3) :] + clean[place:]


def _cue(draw: Random) -> str:
    """A cue, an official word or two, and perhaps a name or a number."""
    gap, end = draw.choice((" ", "  ", ". ", "_", "")), draw.choice((" ", ".", ", ", " dr. ", " Ibu ", ": ", "%40", ""))
    last = draw.choice(("Budi", "contohwan", draw.choice(WORDS), "3599010101900001"))
    return f"{draw.choice(CUES)}{gap}{draw.choice(WORDS)}{end}{last} {draw.choice(WORDS)}"


@pytest.mark.parametrize("make", [_pieces, _inserted, _cue], ids=lambda make: make.__name__)
def test_what_is_suspect_passes_the_quick_question(make: Callable[[Random], str]) -> None:
    """DuckDB shows every text to the eye that the eye would suspect, whatever stands around it."""
    draw = Random(42)  # noqa: S311 - invented data
    made = [make(draw) for _ in range(MADE)]
    query = f"SELECT list(x) FROM (SELECT unnest($1) AS x) WHERE NOT {worth_a_look('x')}"
    (spared,) = duckdb.execute(query, [made]).fetchall()[0]
    assert spared
    assert [text for text in spared if EYE.suspects(text)] == []


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


@pytest.mark.parametrize(
    "name", ["budi", "siti", "sri", "putri", "fajar", "made", "wayan", "nur", "agus", "dewi", "indah", "contohwan"]
)
def test_no_name_is_an_official_word(name: str) -> None:
    """Otherwise it would hide behind a form of address."""
    assert name not in OFFICIAL
