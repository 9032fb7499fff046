"""What may be told of a column that the contract does not know: a file without a header gives cells for titles."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assets.contradictions import did_you_mean

_LONGEST = 63  # a title is not longer, in databases as in tables for people
_VALUE = re.compile(r"\d{5}|(?:\d[ .,/-]?){9}|@|\.\w+ ")  # long numbers, addresses, keys of nested JSON with blanks
_PERSON = re.compile(
    r"(?i)(?:^|[ ,.])(?:bapak|bpk|ibu|sdri?|saudar[ai]|alm|hj?|dr|drs|dra|drg|ir|prof|mr|mrs|ms|st|sh|se|mt|mm|amd|"
    r"s\.? ?(?:pd|e|t|h|kom|sos|ip|ap|kep|km|si|ag)|m\.? ?(?:si|m|pd|kes|t|h|kom|ap|hum)|ph\.? ?d)\.?(?:$|[ ,.])"
)


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of a table as it has them, and the names that the contract `declared`, which may always be told."""

    found: Sequence[str]
    declared: Sequence[str]

    @property
    def missing(self) -> bool:
        """Whether none is declared: then they are those of another table, or no titles at all."""
        return not any(name in self.declared for name in self.found)

    def told(self, names: Iterable[str]) -> str:
        """Names in quotes, with commas between; of one that may be a person's cell only which column it is."""
        return ", ".join(f'"{name}"' if self._harmless(name) else self._number(name) for name in names)

    def all_told(self) -> str:
        """All of them; none by name where the header is missing."""
        return f"{len(self.found)} columns" if self.missing else self.told(self.found)

    def hint(self, name: str) -> str:
        """The title that `name` may stand for, as the end of a message, or nothing."""
        return "" if self.missing else did_you_mean(name, filter(self._harmless, self.found))

    def _harmless(self, name: str) -> bool:
        return name in self.declared or (name not in self.found) or (not self.missing and is_title(name))

    def _number(self, name: str) -> str:
        return f"column number {self.found.index(name) + 1}"


def is_title(name: str) -> bool:
    """Whether it is no cell of somebody: short, beginning with a letter, without a long number or the marks of a name."""
    return len(name) <= _LONGEST and name[:1].isalpha() and not _VALUE.search(name) and not _PERSON.search(name)
