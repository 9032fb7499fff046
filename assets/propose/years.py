"""Columns that are years: they are better rows, so that a new year is no new column and a reader can sum over years."""

import re
from collections.abc import Sequence
from typing import Any

from assets.propose.proposal import Column
from assets.types import is_number

LEAST = 3  # columns that make a row of years
_YEAR = re.compile(r"(?P<before>[^\W\d]+ )?(?P<year>(?:19|20)\d\d)(?P<half>[-/]\d{2,4})?")


def years_in(columns: Sequence[Column]) -> dict[str, Any]:
    """The option `unpivot` for columns of numbers whose titles are years, each year once; else nothing."""
    numbers = [(at, column.title) for at, column in enumerate(columns) if is_number(column.type)]
    found = [(at, match) for at, title in numbers if (match := _YEAR.fullmatch(title))]
    years = [match["year"] for _, match in found]
    if len(found) < LEAST or len(set(years)) < len(years):
        return {}
    between = [title for at, title in numbers if found[0][0] < at < found[-1][0] and not _YEAR.fullmatch(title)]
    names = {column.name for column in columns}
    if between and (len(between) > 1 or any(match["before"] for _, match in found)):
        return {}
    return {
        "columns": _pattern([match for _, match in found], between),
        "name": _free("year", names),
        "value": _free("value", names),
    }


def _pattern(found: Sequence[re.Match[str]], between: Sequence[str]) -> str:
    """What all their titles fit, and one title between them such as the quarter of a change of the fiscal year."""
    half = r"[-/]\d{2,4}" if any(match["half"] for match in found) else ""
    year = rf"(?:19|20)\d\d{half}"
    if any(match["before"] for match in found):
        return rf"^(?:\w+ )?({year})$"
    return f"^(?:{year}|{re.escape(between[0])})$" if between else f"^{year}$"


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else f"{name}_kolom"
