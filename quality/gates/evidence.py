"""What a gate looks at, and what it gives back: counts, columns and places, never a value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assets.contract import Contract
from assets.settings import Settings
from assets.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """The public table of one dataset and all that is known of how it came about."""

    contract: Contract
    store: Store
    settings: Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The answer of one gate. Anything but `passed=True` blocks."""

    name: str
    passed: bool
    facts: dict[str, Any] = field(default_factory=dict)


Gate = Callable[[Material], Evidence]
"""Looks, and answers with evidence. One that raises, answers nothing or takes too long has not passed."""
