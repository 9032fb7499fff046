"""The quick question that spares almost all of millions of texts a close look. DuckDB asks it, by RE2.

It is never wrong when it spares one: what the eye suspects it is shown.
"""

from quality.detectors import DETECTORS, indonesia
from quality.detectors.decoders import DECODERS
from quality.detectors.reading import HINT
from quality.session import text

PREFILTER = "|".join(dict.fromkeys([HINT, *(one.hint for one in DETECTORS), *(one.hint for one in DECODERS)]))
"""A text that this does not match is not suspect."""
_FORMS = "|".join(f"(?:{phrase.pattern})" for phrase in indonesia.OFFICIAL)
_CODES = rf"(?i:(^|[^0-9A-Za-z_./-])(?:{_FORMS})($|[\s,;:)]))"


def worth_a_look(cell: str) -> str:
    """SQL: whether a text matches, and still does without its official codes and the cues that name nobody."""
    without = f"regexp_replace({cell}, {text(_CODES)}, '\\1 w \\2', 'g')"
    without = f"regexp_replace({without}, {text(indonesia.SPARED)}, '\\1 w \\2', 'g')"
    return f"(regexp_matches({cell}, {text(PREFILTER)}) AND regexp_matches({without}, {text(PREFILTER)}))"
