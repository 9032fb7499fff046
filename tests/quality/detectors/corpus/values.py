"""Invented identifiers of the right shape. Regencies 99, birth dates of nobody, accounts and telephones that ring nowhere."""

from collections.abc import Callable
from random import Random

# Codes of the 38 provinces, as the first two digits of a NIK say them.
PROVINCES = (
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96"
)


def digits(draw: Random, count: int) -> str:
    """So many digits, the first not 0."""
    return str(draw.randint(10 ** (count - 1), 10**count - 1))


def nik(draw: Random, province: str | None = None) -> str:
    """Province, regency 99, district, birth date (women: day + 40), serial."""
    day = draw.randint(1, 28) + 40 * draw.randint(0, 1)
    place = province or draw.choice(PROVINCES.split())
    born = f"{day:02}{draw.randint(1, 12):02}{draw.randint(50, 99)}"
    return f"{place}99{draw.randint(1, 40):02}{born}{draw.randint(1, 9998):04}"


def family(draw: Random) -> str:
    """A KK: like a NIK, with the day on which it was recorded."""
    return f"{draw.choice(PROVINCES.split())}99{draw.randint(1, 40):02}{draw.randint(1, 28):02}{draw.randint(1, 12):02}0{draw.randint(1, 9)}{draw.randint(1, 9998):04}"


def npwp(draw: Random) -> str:
    """15 digits with no check digit that fits by intention."""
    return f"0{draw.randint(1, 9)}{digits(draw, 7)}999000"


def nip(draw: Random) -> str:
    """Birth, appointment, sex, serial."""
    born = f"19{draw.randint(60, 99)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    return f"{born}20{draw.randint(0, 24):02}{draw.randint(1, 12):02}{draw.randint(1, 2)}{draw.randint(1, 999):03}"


def mobile(draw: Random) -> str:
    """10 to 13 digits from 08."""
    return f"08{draw.choice('123579')}{digits(draw, draw.randint(7, 10))}"


def abroad(draw: Random) -> str:
    """The same from +62."""
    return f"+628{draw.choice('123579')}{digits(draw, draw.randint(7, 9))}"


def account(draw: Random) -> str:
    """The lengths of eight banks."""
    return digits(draw, draw.choice((10, 10, 10, 12, 13, 15, 16)))


NUMBERS: dict[str, Callable[[Random], str]] = {
    "nik": nik,
    "kk": family,
    "npwp-15": npwp,
    "npwp-16": lambda draw: f"0{npwp(draw)}",
    "nip": nip,
    "mobile": mobile,
    "mobile-62": abroad,
    "landline": lambda draw: f"0{draw.choice(('21', '22', '721', '532'))}{digits(draw, 7)}",
    "account": account,
    "bpjs-kesehatan": lambda draw: f"000{digits(draw, 10)}",
    "bpjs-ketenagakerjaan": lambda draw: digits(draw, 11),
}
"""Families whose digits alone are suspect."""


def plate(draw: Random) -> str:
    """Region, number, letters."""
    letters = "".join(draw.choice("QVWXYZ") for _ in range(draw.randint(2, 3)))
    return f"{draw.choice(('B', 'D', 'G', 'KT', 'DK', 'DR', 'BK'))} {draw.randint(100, 9999)} {letters}"


def mail(draw: Random) -> str:
    """An address at a domain that is reserved for examples."""
    return f"{draw.choice(('budi', 'siti', 'made'))}{draw.choice(('.', '_', '-', ''))}contoh{draw.randint(1, 99)}@{draw.choice(('example.org', 'mail.example.com', 'contoh.example'))}"


def home(draw: Random) -> str:
    """A point within Indonesia's box, to six places."""
    return f"{draw.uniform(-10.9, 5.9):.6f}, {draw.uniform(95.1, 140.9):.6f}"


def passport(draw: Random) -> str:
    """A letter and seven digits."""
    return f"{draw.choice('ABCXE')}{digits(draw, 7)}"


OTHERS: dict[str, Callable[[Random], str]] = {
    "plate": plate,
    "e-mail": mail,
    "coordinates": home,
    "passport": passport,
}
"""Families that are known by more than their digits."""
