"""A close look at one text."""

import re
from collections.abc import Iterable, Iterator, Sequence

from quality.detectors import DETECTORS, indonesia
from quality.detectors.reading import BARRIER, plain, readings

_DIGIT = re.compile(r"\d")


class Eye:
    """Looks at texts with the knowledge of which forms of codes and which phrases are official."""

    def __init__(self, forms: Iterable[str] = (), phrases: Iterable[str] = ()) -> None:
        country = (f"(?i:{phrase.pattern})" for phrase in indonesia.OFFICIAL)
        self._forms = _whole([*forms, *country])
        self._phrases = _whole([f"(?i:{re.escape(plain(phrase))})" for phrase in phrases])

    def suspicions(self, text: str) -> frozenset[str]:
        """The kinds of personal data that a text may hold; none clears it."""
        return frozenset(self._seen(text))

    def suspects(self, text: str) -> bool:
        """Whether it may hold any."""
        return any(True for _ in self._seen(text))

    def _seen(self, text: str) -> Iterator[str]:
        for reading in readings(text, self._without):
            for detector in DETECTORS:
                yield from detector.find(reading)

    def _without(self, words: str) -> str:
        """A plain text without its official phrases, and without its official codes: all of those hold digits."""
        words = self._phrases.sub(BARRIER, words)
        return self._forms.sub(_known, words) if _DIGIT.search(words) else words


def _whole(forms: Sequence[str]) -> re.Pattern[str]:
    """One of these, as a whole: no letter or digit goes on before or after it."""
    either = "|".join(f"(?:{form})" for form in forms) or "(?!)"
    return re.compile(rf"(?<![\w./-])(?:{either})(?![\w/-]|\.\w)", re.ASCII)


def _known(code: re.Match[str]) -> str:
    """A code in a text is known by its dots, strokes or letters; a bare number could be anything."""
    return code[0] if code[0].isdigit() else BARRIER
