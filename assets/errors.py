"""Every error that Terang raises on purpose. Nothing else may be raised across a room's door.

TerangError
├── Defect                 an error that nobody foresaw: see `assets/defects.py`
├── ContractError          the contract (or a folder of them) does not say what it must
├── SettingsError          terang.toml, an environment variable or a secret file
├── Busy                   another run of the same dataset holds the lock
├── StorageError           a disk that is full or a folder that cannot be written
├── SourceError            what a source did
│   ├── SourceUnreachable  down, slow, too many requests: worth another try
│   ├── SourceRefused      wrong password, key or right: no use trying again
│   ├── SourceChanged      its columns, types or pages are not what the contract says
│   └── SourceUnreadable   a file or answer that cannot be read as declared
├── Blocked                a rule, gate or bound stopped the release
│   └── Leaked             a gate found something in what the public got already; it was hidden
├── Unproven               asked to go on without a proof that matches these bytes
│   └── Unapproved         a second person has not approved these bytes, or the approval does not hold
├── Unbalanced             rows went missing between two rooms
└── PortalError            what a portal did
    ├── PortalUnreachable  down, slow, overloaded: worth another try
    ├── PortalRefused      token or rights too weak, or the name belongs to somebody else
    └── PortalMismatch     what the public reads is not what was sent
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from assets.redaction import cleaned

FIELDS = ("dataset", "file", "column", "rule", "where", "found", "allowed", "next")


class TerangError(Exception):
    """A message a person can act on: one sentence, then what is known, field by field.

    Values never come from a person's row: counts, names of columns and places only. Secrets are blotted out.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, **facts: str | int | None) -> None:
        unknown = facts.keys() - set(FIELDS)
        if unknown:
            raise TypeError(f"unknown fields of an error: {sorted(unknown)}")
        self.sentence = cleaned(sentence)
        self.facts = {name: cleaned(str(facts[name])) for name in FIELDS if facts.get(name) is not None}
        super().__init__(self.sentence)

    def about(self, dataset: str) -> Self:
        """The same error, of this dataset where it does not name one."""
        self.facts.setdefault("dataset", dataset)
        return self

    def document(self) -> dict[str, Any]:
        """The error for machines: its class, its exit code, and all that it says."""
        return {"error": type(self).__name__, "exit_code": self.exit_code, "message": self.sentence, **self.facts}

    def __str__(self) -> str:
        dataset = self.facts.get("dataset")
        head = f"{dataset}: {self.sentence}" if dataset else self.sentence
        lines = [f"  {name:<11} {text}" for name, text in self.facts.items() if name != "dataset"]
        return "\n".join([head, *lines])

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.sentence, self.facts)


def _rebuild(kind: type[TerangError], sentence: str, facts: dict[str, str]) -> TerangError:
    return kind(sentence, **facts)


class Defect(TerangError):
    """Nobody foresaw this; it is to be reported and mended in Terang."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One thing wrong in a contract or settings file."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        at = f"line {self.line}" if self.line else ""
        return f"  {self.path:<28} {at:<9} {self.message}"


class ContractError(TerangError):
    """A contract that does not load; `mistakes` holds all of them, not only the first."""

    exit_code = 2

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        path, here = Path(file), Path.cwd()
        self.file = str(path.relative_to(here)) if path.is_relative_to(here) else file
        self.mistakes = mistakes
        count = len(mistakes)
        super().__init__(f"{self.file}: {count} mistake{'s' if count != 1 else ''}")

    def __str__(self) -> str:
        return cleaned("\n".join([self.sentence, *map(str, self.mistakes)]))

    def document(self) -> dict[str, Any]:
        """The error for machines, with every mistake in words."""
        return {**super().document(), "file": self.file, "mistakes": [str(one).strip() for one in self.mistakes]}

    def __reduce__(self) -> tuple[object, ...]:
        return ContractError, (self.file, self.mistakes)


class SettingsError(TerangError):
    """A setting or secret that is missing or wrong."""

    exit_code = 2


class Busy(TerangError):
    """Another run holds this dataset."""

    exit_code = 5


class StorageError(TerangError):
    """A disk that is full, or a folder that cannot be written."""

    exit_code = 6


class SourceError(TerangError):
    """A source could not be read."""

    exit_code = 3


class SourceUnreachable(SourceError):
    """Down, slow or overloaded; trying again later may work."""


class SourceRefused(SourceError):
    """The source does not accept these credentials or does not allow this query."""


class SourceChanged(SourceError):
    """The source no longer looks as the contract says."""


class SourceUnreadable(SourceError):
    """A file or answer cannot be read as declared."""


class Blocked(TerangError):
    """A rule, gate or bound stopped the release; nothing was published."""

    exit_code = 4


class Leaked(Blocked):
    """A gate found something personal in what the public got; the dataset was hidden, and a person must decide."""


class Unproven(TerangError):
    """A step was asked to go on without a proof that matches its input."""

    exit_code = 4


class Unapproved(Unproven):
    """A second person has not approved exactly these bytes, or the approval does not hold (any more)."""

    exit_code = 8


class Unbalanced(TerangError):
    """read = published + quarantined + withheld + duplicates does not hold."""

    exit_code = 4


class PortalError(TerangError):
    """A portal could not be written or read."""

    exit_code = 7


class PortalUnreachable(PortalError):
    """Down, slow or overloaded; trying again later may work."""


class PortalRefused(PortalError):
    """The portal does not accept the token, or the token may not do this."""


class PortalMismatch(PortalError):
    """What the public reads differs from what was sent."""
