"""The eye: however a number is written it is seen, and what offices write every day is not."""

import duckdb
import pytest

from quality.detectors.look import Eye
from quality.detectors.question import worth_a_look

EYE = Eye()
NIK = "3507010101900001"  # invented
SPELLINGS = [
    NIK,
    f"NIK{NIK}x",
    "NIK 35.07.01.010190.0001",
    "350701 010190 0001",
    "350701-010190-0001",
    "3 5 0 7 0 1 0 1 0 1 9",
    "35_07_01_010190_0001",
    "35 07 01\n01 01 90",
    "35O7O1O1O19OOOO1",
    "35070l0l0l900001",
    "35\u041e7\u041e1\u041e10190",
    "\uff13\uff15\uff10\uff17\uff10\uff11\uff10\uff11\uff10",
    "\u0663\u0665\u0660\u0667\u0660\u0661\u0660\u0661\u0660",
    "\u00b3\u2075\u2070\u2077\u2070\u00b9\u2070\u00b9\u2070",
    "\u2462\u2464\u24ea\u2466\u24ea\u2460\u24ea\u2460\u24ea",
    "35\u200b07\u200b010101",
    "3\u200b\u200b\u200b\u200b\u200b\u200b507010101900001",
    "35\u00ad07\u00ad0101019",
    "3.507010101900001E+15",
    f"{NIK}.0",
    "0812-3456-7890",
    "+62 812 3456 7890",
    "12345678901 2026-01-05",
    "3201-2026-01-05-0001",
    "19660801 198803 1 001",
    "1990-01-01 0001",
    "budi @ contoh.id",
    "budi\uff20example.org",
]
HARMLESS = [
    "Belanja Modal 2026",
    "Jalan Jenderal Sudirman 12",
    "2026-03-18",
    "Rp 22,1 M",
    "RSUD dr. Soetomo",
    "2023, 2024, 2025",
    "2023-2024-2025",
    "01/01/2025 - 31/12/2025",
    "2026-11-05T02:00:04.123456+00:00",
    "pembayaran-2026-11-24.2.csv",
    "12345678 lokasi",
    "polollololoOOIl",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_number_is_suspect_however_it_is_written(text: str) -> None:
    """And the cheap filter over millions of cells lets it through to the close look."""
    assert EYE.suspects(text)
    assert duckdb.execute(f"SELECT {worth_a_look('?1')}", [text]).fetchone() == (True,)


@pytest.mark.parametrize("text", HARMLESS)
def test_official_words_years_dates_and_versions_are_not_suspect(text: str) -> None:
    """What offices write every day passes."""
    assert EYE.suspicions(text) == frozenset()
