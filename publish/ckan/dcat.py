"""The words of DCAT for a dataset: EU authority URIs, how often, which time. No portal here.

Sources: https://op.europa.eu/en/web/eu-vocabularies/authority-tables, DCAT-AP 3.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cronsim import CronSim

from assets.contract import Contract
from assets.sql import name, parquet
from assets.types import is_number

EU: Final = "http://publications.europa.eu/resource/authority"
PUBLIC: Final = f"{EU}/access-right/PUBLIC"
THEMES: Final = (f"{EU}/data-theme/GOVE", f"{EU}/data-theme/ECON")
SHA256: Final = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
LANGUAGES: Final = {
    "id": "IND", "en": "ENG", "ms": "MSA", "de": "DEU", "fr": "FRA", "es": "SPA", "pt": "POR", "nl": "NLD",
    "it": "ITA", "ar": "ARA", "zh": "ZHO", "hi": "HIN", "ja": "JPN", "ru": "RUS", "sw": "SWA", "tl": "TGL",
}  # fmt: skip
# times a year: the code of the frequency authority table
FREQUENCIES: Final = (
    (1, "ANNUAL"), (2, "ANNUAL_2"), (3, "ANNUAL_3"), (4, "QUARTERLY"), (6, "BIMONTHLY"), (12, "MONTHLY"),
    (24, "MONTHLY_2"), (26, "BIWEEKLY"), (52, "WEEKLY"), (104, "WEEKLY_2"), (156, "WEEKLY_3"), (365, "DAILY"),
    (730, "DAILY_2"), (8760, "HOURLY"),
)  # fmt: skip
CLOSE: Final = 0.06  # 53 Mondays in a year are still weekly
YEARS: Final = ("tahun", "year", "tahun_anggaran", "fiscal_year")
PERIODS: Final = ("periode", "period", "bulan", "month")
_PERIOD: Final = re.compile(r"(\d{4})(?:-(\d{2}))?")


def languages(codes: Sequence[str]) -> list[str]:
    """Languages as EU authority URIs; a language that is not in our list is left out."""
    return [f"{EU}/language/{LANGUAGES[code]}" for code in codes if code in LANGUAGES]


def frequency(cron: str) -> str:
    """How often a schedule fires, as an EU authority URI."""
    begin, fires = datetime(2025, 1, 1, tzinfo=UTC) - timedelta(seconds=1), 0
    for moment in CronSim(cron, begin):
        if moment.year > 2025 or fires > FREQUENCIES[-1][0] * 2:  # noqa: PLR2004 - one whole year
            break
        fires += 1
    found = [code for times, code in FREQUENCIES if abs(fires - times) <= times * CLOSE]
    return f"{EU}/frequency/{found[0] if found else 'OTHER' if fires else 'IRREG'}"


def time_covered(contract: Contract, table: Path) -> dict[str, str] | None:
    """First and last day that the rows are about, from a column of years, of months or of dates; None without one."""
    shown = {column.name: column for column in contract.public_columns if not column.technique}
    for period in (*PERIODS, *YEARS):
        if period in shown and (shown[period].type == "string" or (period in YEARS and is_number(shown[period].type))):
            first, last = _bounds(table, period)
            start, end = _day(first, last=False), _day(last, last=True)
            if start and end:
                return {"start": start, "end": end}
    dates = [column.name for column in shown.values() if column.type == "date"]
    if len(dates) != 1:
        return None
    first, last = _bounds(table, dates[0])
    return {"start": str(first), "end": str(last)} if first else None


def _bounds(table: Path, column: str) -> tuple[Any, Any]:
    from assets.duck import duck  # noqa: PLC0415

    with duck() as con:
        query = f"SELECT min({name(column)}), max({name(column)}) FROM {parquet(table)}"
        found = con.execute(query).fetchone()
    return (found[0], found[1]) if found else (None, None)


def _day(value: Any, *, last: bool) -> str | None:
    match = _PERIOD.fullmatch(str(value))
    if not match:
        return None
    year, month = int(match[1]), int(match[2] or (12 if last else 1))
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        return None
    if not last:
        return f"{year:04}-{month:02}-01"
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).date().isoformat()
