"""What a detector is. It raises suspicion; whether a number is valid, or a name is real, is never asked."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to read a text.

    `words` is the text, `figures` the same where letters that pass for digits are digits (empty where there is no digit
    at all), and `said` where each of its words begins, in small letters: most cues are a word, which is cheap to ask for.
    """

    words: str
    figures: str
    said: Mapping[str, Sequence[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detector:
    """One family of personal data.

    `hint` is an expression that RE2 and Python both know: a text in usual signs that it does not match cannot be
    suspect, so that millions are asked at the speed of a scan. `sharp` says the same more exactly, and is asked of those
    few that match, without what `spared` matches of them. `find` looks closely, and says what it finds.
    """

    name: str
    hint: str
    sharp: str = ""
    spared: str = ""
    find: Callable[[Reading], Iterable[str]]


def hint(pattern: str) -> re.Pattern[str]:
    """A hint as Python spells it."""
    return re.compile(re.sub(r"\\x\{(\w+)\}", lambda match: f"\\u{match[1]:0>4}", pattern))
