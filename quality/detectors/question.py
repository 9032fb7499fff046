"""The quick question that spares almost all of millions of texts a close look. DuckDB asks it, by RE2.

It is never wrong when it spares one: what the eye suspects it is shown.
"""

from assets.sql import text
from quality.detectors import DETECTORS, indonesia
from quality.detectors.decoders import DECODERS
from quality.detectors.detector import Detector
from quality.detectors.reading import HINT

_HINTS = [HINT, *(one.hint for one in DETECTORS), *(one.hint for one in DECODERS)]
PREFILTER = "|".join(dict.fromkeys(_HINTS))
"""A text that this does not match is not suspect. One automaton holds it: mind its speed when a hint is added."""
_SHARP = [one for one in DETECTORS if one.sharp]
_OTHERS = "|".join(dict.fromkeys(one for one in _HINTS if one not in {sharp.hint for sharp in _SHARP}))
_FORMS = "|".join(f"(?:{phrase.pattern})" for phrase in indonesia.OFFICIAL)
_CODES = rf"(?i:(^|[^0-9A-Za-z_./-])(?:{_FORMS})($|[\s,;:)]))"


def worth_a_look(cell: str) -> str:
    """SQL: whether a text matches, and still does without its official codes, and without cues that name nobody."""
    coded = f"regexp_replace({cell}, {text(_CODES)}, '\\1 w- \\2', 'g')"
    sharp = [f"regexp_matches({_without(coded, one)}, {text(one.sharp)})" for one in _SHARP]
    exactly = " OR ".join([f"regexp_matches({coded}, {text(_OTHERS)})", *sharp])
    return f"(regexp_matches({cell}, {text(PREFILTER)}) AND ({exactly}))"


def _without(cell: str, detector: Detector) -> str:
    """A cue that is taken out still counts as a word."""
    return f"regexp_replace({cell}, {text(detector.spared)}, ' ww- \\1', 'g')" if detector.spared else cell
