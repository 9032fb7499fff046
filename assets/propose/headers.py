"""Names and labels of columns from the words that a file has above them."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 48
RESERVED = {"id": "source_id"}  # the public table has an `id` of its own
_WORD = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def names_of(titles: Sequence[str]) -> list[str]:
    """A name for each title: lower case, words joined by "_", each once; `column_3` where no Latin letter is left."""
    seen: dict[str, int] = {}
    names = []
    for at, title in enumerate(titles, start=1):
        name = _name(title) or f"column_{at}"
        name = RESERVED.get(name, name)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def label_of(title: str) -> str:
    """The title as people read it: spaces between words, a capital first, no SHOUTING."""
    text = " ".join(_CAMEL.sub(" ", title.replace("_", " ")).split()) or "?"
    if text.isupper() and len(text) > 4:  # noqa: PLR2004 - shorter ones are abbreviations
        text = text.lower()
    return f"Kolom {text}" if text.isdigit() and len(text) < 4 else text[:1].upper() + text[1:]  # noqa: PLR2004 - no year


def _name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", title)).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(plain.replace("%", " persen "))
    name = "_".join(_within(words))
    if not name or (name.isdigit() and len(name) < 4):  # noqa: PLR2004 - a position, not a year
        return f"column_{name}" if name else ""
    return name if name[0].isalpha() else f"n{name}"


def _within(words: Sequence[str]) -> list[str]:
    """As many words as a name holds: the first and, where it is too long, the last ones, which tell columns apart."""
    if len("_".join(words)) <= LONGEST:
        return list(words)
    kept = [words[0][:LONGEST]]
    for word in reversed(words[1:]):
        if len("_".join([*kept, word])) > LONGEST:
            break
        kept.insert(1, word)
    return kept
