"""By what the changed rows of a plan are counted: the month or year that they are about, else an official code."""

from typing import Final

from assets.column import Column
from assets.contract import Contract
from assets.sql import name as quoted
from assets.types import is_number
from publish.ckan.dcat import PERIODS, YEARS

MONTHS: Final = ("bulan", "month")


def grouping(contract: Contract) -> tuple[str, str] | None:
    """What rows are counted by, in words and as SQL over a public row; None where neither a time nor a code is public.

    Only columns that are published as they are: a protected one would tell more in counts than in cells.
    """
    shown = {column.name: column for column in contract.public_columns if not column.technique}
    return _by_time(shown) or _by_code(contract, shown)


def _by_time(shown: dict[str, Column]) -> tuple[str, str] | None:
    year = next((name for name in YEARS if name in shown and is_number(shown[name].type)), None)
    month = next((name for name in MONTHS if name in shown and is_number(shown[name].type)), None)
    if year and month:
        return "month", f"printf('%04d-%02d', {quoted(year)}::INT, {quoted(month)}::INT)"
    period = next((name for name in PERIODS if name in shown and shown[name].type == "string"), None)
    if period:
        return period, quoted(period)
    date = next((column.name for column in shown.values() if column.type == "date"), None)
    if date:
        return "month", f"strftime({quoted(date)}, '%Y-%m')"
    return (year, quoted(year)) if year else None


def _by_code(contract: Contract, shown: dict[str, Column]) -> tuple[str, str] | None:
    codes = [name for name in (*contract.public_key, *shown) if name in shown and shown[name].class_ == "code"]
    return (codes[0], quoted(codes[0])) if codes else None
