"""What screening found, as values: rules with counts, what stops the release, and the proof that is written down."""

from dataclasses import dataclass
from typing import Any

from assets.errors import Blocked


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One reason why nothing may be published, in the words of an error's fields."""

    rule: str
    found: str
    allowed: str
    next: str
    difference: str | None = None
    narrowed: str | None = None

    def lines(self) -> str:
        """The problem, a line for each thing that is known."""
        facts = ("rule", "found", "allowed", "difference", "narrowed", "next")
        return "\n".join(f"{fact:<11} {getattr(self, fact)}" for fact in facts if getattr(self, fact) is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """The proof of one screening: read = kept + quarantined + duplicates, and every rule with its count.

    `rules`: name, column, severity, kind (row | table | reading), failed (rows that break it), kept (those of them
    that go on, because the rule only warns). `reconcile`: see `quality/reconcile.py`.
    No value of a row stands in it.
    """

    dataset: str
    passed: bool
    read: int
    kept: int
    quarantined: int
    duplicates: int
    rejects: int
    raw_sha256: str
    contract: str
    baseline: int | None
    rules: tuple[dict[str, Any], ...]
    reconcile: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]

    def failures(self) -> tuple[str, ...]:
        """What stops the release, one text for each reason; empty when it passed."""
        return tuple(problem.lines() for problem in self.problems)

    def warnings(self) -> dict[str, int]:
        """Rules that rows break which go on all the same, with how many."""
        return {rule["name"]: rule["kept"] for rule in self.rules if rule["kept"]}

    def blocked(self) -> Blocked:
        """The error that says why this screening stops the release."""
        first = self.problems[0]
        found = first.found + (f"; difference {first.difference}" if first.difference else "")
        more = len(self.problems) - 1
        return Blocked(
            "stopped at the quality gate; nothing was published" + (f" ({more} more reasons)" if more else ""),
            dataset=self.dataset,
            rule=first.rule,
            where=first.narrowed,
            found=found,
            allowed=first.allowed,
            next=first.next,
        )
