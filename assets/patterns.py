"""Named patterns of official codes: a country's code formats, kept in `_patterns.yml` beside the contracts."""

import re
from collections.abc import Mapping

from pydantic_core import PydanticCustomError

from assets.contradictions import did_you_mean

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def resolve(value: str, patterns: Mapping[str, str]) -> str:
    """The regular expression that `value` names, or `value` itself when it is one."""
    if value in patterns:
        return patterns[value]
    if _NAME.fullmatch(value):
        raise PydanticCustomError(
            "pattern",
            'there is no pattern "{found}" in _patterns.yml.{hint} Known: {known}',
            {"found": value, "hint": did_you_mean(value, patterns), "known": ", ".join(sorted(patterns)) or "none"},
        )
    try:
        re.compile(value)
    except re.error as error:
        raise PydanticCustomError("regex", "not a regular expression: {why}", {"why": str(error)}) from error
    return value
