"""The adversarial corpus: named cases, each of which must be seen. Everybody in it is invented.

`CASES` are named family/spelling/carrier, such as `nik/full-width-digits/in-sentence`.
"""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from tests.quality.detectors.corpus.carriers import CARRIERS
from tests.quality.detectors.corpus.others import HIDDEN, SINGLE, WRITTEN
from tests.quality.detectors.corpus.people import AFTER, CUES, NAMES, TWO_WORDS
from tests.quality.detectors.corpus.spellings import FOR_PLAIN_NUMBERS, SPELLINGS
from tests.quality.detectors.corpus.values import NUMBERS, OTHERS, PROVINCES, nik

_ONE_WORD = frozenset({"one-word", "javanese-one-word", "initial-before", "initials-between", "with-degrees"})


def _numbers(draw: Random) -> Iterator[tuple[str, str]]:
    """Every family in every spelling, alone and in one more place."""
    places = cycle([place for place in CARRIERS if place != "alone"])
    for family, make in NUMBERS.items():
        for spelling, spell in {**SPELLINGS, **FOR_PLAIN_NUMBERS}.items():
            for place in ("alone", next(places)):
                yield f"{family}/{spelling}/{place}", CARRIERS[place](spell(make(draw)))


def _provinces(draw: Random) -> Iterator[tuple[str, str]]:
    for province in PROVINCES.split():
        yield f"nik/province-{province}/in-sentence", CARRIERS["in-sentence"](nik(draw, province))


def _others(draw: Random) -> Iterator[tuple[str, str]]:
    for family, spellings in WRITTEN.items():
        for spelling, spell in spellings.items():
            for place in ("alone", "in-sentence"):
                yield f"{family}/{spelling}/{place}", CARRIERS[place](spell(OTHERS[family](draw)))


def _hidden(draw: Random) -> Iterator[tuple[str, str]]:
    for family in ("nik", "nip", "mobile", "npwp-15"):
        for form, sentence in HIDDEN.items():
            for spelling in ("plain", "letter-O", "6 6 4", "full-width-digits"):
                yield f"{family}/hidden-{form}/{spelling}", sentence.format(SPELLINGS[spelling](NUMBERS[family](draw)))


def _people() -> Iterator[tuple[str, str]]:
    for cue, sentence in {**CUES, **AFTER, **TWO_WORDS}.items():
        for form, name in NAMES.items():
            if form not in _ONE_WORD or cue not in TWO_WORDS:
                yield f"name/{cue}/{form}", sentence.format(name)


def _cases() -> dict[str, str]:
    draw = Random(6)  # noqa: S311 - invented data
    named = [*_numbers(draw), *_provinces(draw), *_others(draw), *_hidden(draw), *_people(), *SINGLE.items()]
    return dict(named)


CASES: dict[str, str] = _cases()
