"""How much an allow-list lets through: invented personal data of every kind, held against an expression.

None of them is anybody's: the region 99 of the identity numbers does not exist.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

EACH = 50


def _nik(i: int) -> str:
    return f"99{i % 7 + 1:02}{i % 31 + 1:02}{i % 28 + 1 + 40 * (i % 2):02}{i % 12 + 1:02}{60 + i % 40:02}{i * 37 % 9999 + 1:04}"


def _nip(i: int) -> str:
    return f"19{60 + i % 40}{i % 12 + 1:02}{i % 28 + 1:02}20{i % 25:02}{i % 12 + 1:02}{i % 2 + 1}{i * 7 % 999 + 1:03}"


def _digits(count: int, i: int, start: str = "") -> str:
    return (start + f"{(i + 3) * 7_919_338_117_551_409 % 10**17:017}")[:count]


PROBES: dict[str, Callable[[int], str]] = {
    "NIK": _nik,
    "NPWP of 15 digits": lambda i: _digits(15, i),
    "NPWP of 15 digits with its dots": lambda i: re.sub(
        r"(..)(...)(...)(.)(...)(...)", r"\1.\2.\3.\4-\5.\6", _digits(15, i)
    ),
    "NIP": _nip,
    "mobile telephone": lambda i: _digits(10 + i % 4, i, f"08{i % 3 + 1}"),
    "mobile telephone with +62": lambda i: f"+62{_digits(9 + i % 3, i, '8')}",
    "account of 10 digits": lambda i: _digits(10, i),
    "account of 13 digits": lambda i: _digits(13, i),
    "account of 15 digits": lambda i: _digits(15, i),
    "BPJS number of 11 digits": lambda i: _digits(11, i),
    "passport": lambda i: f"{'ABCX'[i % 4]}{_digits(7, i)}",
    "number plate": lambda i: f"{('B', 'D', 'KT', 'DK')[i % 4]} {1001 + i * 173 % 8999} {'XYZ'[i % 3]}{'QVW'[i % 3]}",
    "e-mail": lambda i: f"contoh.{i}@example.org",
    "coordinates": lambda i: f"-{i % 9}.{10_000 + i}, 1{i % 40:02}.{20_000 + i}",
    "name": lambda i: (
        f"{('Bapak', 'Ibu', 'Sdr.')[i % 3]} {('Budi', 'Siti', 'Made')[i % 3]} Contoh{'wan' if i % 2 else 'wati'}"
    ),
}


@lru_cache(256)
def lets_through(form: str) -> dict[str, float]:
    """The share of each kind that an expression takes for official; kinds of which it takes none are left out."""
    known = re.compile(form, re.ASCII)
    shares = {kind: sum(bool(known.fullmatch(one)) for one in probes(kind)) / EACH for kind in PROBES}
    return {kind: share for kind, share in shares.items() if share}


def probes(kind: str) -> Iterator[str]:
    """Invented values of a kind, always the same."""
    return map(PROBES[kind], range(EACH))
