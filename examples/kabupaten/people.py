"""Who gets paid: invented persons and organisations with identifiers of the right shape, and no real one.

The first six digits of every identity number name a district that does not exist (99.01.xx).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten.codes import Codes
from examples.kabupaten.columns import Ints, digits, glue, pick, random, text, words

BODY, STATE, TREASURER, PERSON, EMPLOYEE, TRADER = (
    "Badan", "Instansi", "Bendahara", "Orang Pribadi", "Pegawai", "Usaha Perorangan",
)  # fmt: skip
PUBLIC_KINDS = (BODY, STATE, TREASURER)
_GROUP = {"bodies": 0, "foundations": 1, "villages": 2, "treasurers": 3, "named-treasurers": 4}
BANKS = ("Bank Pembangunan Teladan", "Bank Umum Contoh", "Bank Rakyat Misal", "Bank Syariah Umpama")
_ACTIVITY = ("Karya", "Sumber", "Bangun", "Cipta", "Mitra", "Bina", "Graha", "Sarana", "Tunas", "Wira")
_OBJECT = ("Sejahtera", "Makmur", "Teladan", "Utama", "Perkasa", "Lestari", "Abadi", "Nusa", "Mandala", "Prima",
           "Sentosa", "Raya", "Jaya", "Bersama")  # fmt: skip
_FIELD = ("Konstruksi", "Persada", "Medika", "Niaga", "Konsultan", "Teknik")


@dataclass(frozen=True, kw_only=True, slots=True)
class Payees:
    """One table of everybody, and the row numbers of each kind in it.

    Columns: jenis, nama, npwp, nik, nip, rekening, bank, telepon, alamat.
    """

    table: Any
    bodies: Ints
    foundations: Ints
    villages: Ints
    treasurers: Ints
    named_treasurers: Ints
    persons: Ints
    employees: Ints
    traders: Ints

    def column(self, name: str, index: Ints) -> Any:
        """One column of the payees at `index`."""
        return pick(self.table.column(name), index)


def payees(codes: Codes, scale: int) -> Payees:
    """Everybody, enough for `scale`."""
    persons = _persons(3000 + 1500 * (scale - 1))
    employees = _employees()
    offices = text(codes.office_names)
    parts = [
        _organisations(BODY, _companies(), "bodies"),
        _organisations(BODY, _foundations(), "foundations"),
        _organisations(STATE, glue("Pemerintah Desa ", _numbered("Teladan", 60)), "villages"),
        _organisations(TREASURER, glue("Bendahara Pengeluaran ", offices), "treasurers"),
        _organisations(TREASURER, glue("Bendahara Pengeluaran ", offices, " a.n. ", employees["nama"][: len(offices)]),
                       "named-treasurers"),
        persons,
        employees,
        _traders(persons),
    ]  # fmt: skip
    ends = np.cumsum([0, *(part.num_rows for part in parts)])
    spans = [np.arange(a, b, dtype=np.int64) for a, b in pairwise(ends)]
    return Payees(
        table=pa.concat_tables([pa.Table.from_batches([part]) for part in parts]).combine_chunks(),
        **dict(zip(_SPANS, spans, strict=True)),
    )


_SPANS = ("bodies", "foundations", "villages", "treasurers", "named_treasurers", "persons", "employees", "traders")


def identity_numbers(count: int, name: str) -> Any:
    """NIK-shaped numbers: district 9901xx, birth date (women: day + 40), serial."""
    draw = random(f"nik-{name}")
    born = np.datetime64("1955-01-01") + draw.integers(0, 17_500, count)
    months = born.astype("datetime64[M]")
    day = (born - months.astype("datetime64[D]")).astype(np.int64) + 1 + 40 * draw.integers(0, 2, count)
    month = months.astype(np.int64) % 12 + 1
    year = (born.astype("datetime64[Y]").astype(np.int64) + 1970) % 100
    district = 990_101 + draw.integers(0, 12, count)
    serial = np.arange(count) % 9999 + 1
    number = ((district * 100 + day) * 100 + month) * 1_000_000 + year * 10_000 + serial
    return digits(number.astype(np.int64), 16)


def company_numbers(count: int, name: str) -> Any:
    """NPWP of organisations: "0" and 15 digits, the ninth of these a Luhn check digit."""
    draw = random(f"npwp-{name}")
    stem = 19_000_000 + _GROUP.get(name, 9) * 1_000_000 + draw.permutation(1_000_000)[:count]
    figures = stem[:, None] // 10 ** np.arange(7, -1, -1) % 10
    doubled = figures * np.where(np.arange(8) % 2, 2, 1)
    check = (10 - (doubled // 10 + doubled % 10).sum(axis=1) % 10) % 10
    return glue("0", digits(stem, 8), digits(check, 1), "990000")


def names(count: int, name: str) -> Any:
    """Names of persons: a given name, often a second, and an invented family name; all different while they last."""
    given, invented = words("given"), words("invented")
    total = len(given) * len(given) * len(invented)
    number = random(f"names-{name}").permutation(total)[:count]
    first, second = pick(given, number % len(given)), pick(given, number // len(given) % len(given))
    last = pick(invented, number // len(given) ** 2)
    short = pa.array(number % 5 == 0)
    return pc.if_else(short, glue(second, last, between=" "), glue(first, second, last, between=" "))


def accounts(count: int, name: str) -> Any:
    """Bank account numbers of 10 digits, no two alike."""
    start = {"persons": 1, "employees": 2, "traders": 3}.get(name, 5)
    return digits(start * 1_000_000_000 + 700_000_000 + random(f"bank-{name}").permutation(200_000)[:count] * 37, 10)


def _persons(count: int) -> Any:
    numbers = identity_numbers(count, "persons")
    return _batch(PERSON, names(count, "persons"), "persons", npwp=numbers, nik=numbers)


def _employees() -> Any:
    count = 900
    numbers = identity_numbers(count, "employees")
    nip = glue("19", pc.utf8_slice_codeunits(numbers, 10, 12), "0101200901",
               digits(1 + np.arange(count) % 2, 1), digits(np.arange(count) % 999 + 1, 3))  # fmt: skip
    return _batch(EMPLOYEE, names(count, "employees"), "employees", npwp=numbers, nik=numbers, nip=nip)


def _traders(persons: Any) -> Any:
    owners = persons.slice(0, 70)
    shops = glue(pick(["UD ", "Toko ", "Rumah Makan "], np.arange(70) % 3), owners["nama"])
    return _batch(TRADER, shops, "traders", npwp=owners["npwp"], nik=owners["nik"])


def _organisations(kind: str, titles: Any, name: str) -> Any:
    return _batch(kind, titles, name, npwp=company_numbers(len(titles), name))


def _batch(kind: str, titles: Any, name: str, *, npwp: Any, nik: Any = None, nip: Any = None) -> Any:
    count, draw = len(titles), random(f"rest-{name}")
    none = pa.nulls(count, pa.string())
    phone = glue("08", digits(1_200_000_000 + draw.permutation(900_000)[:count] * 11, 10))
    street = glue("Jalan Teladan No. ", digits(draw.integers(1, 400, count), 1))
    return pa.RecordBatch.from_pydict({
        "jenis": pa.array([kind] * count, pa.string()), "nama": titles, "npwp": npwp, "nik": none if nik is None else nik,
        "nip": none if nip is None else nip, "rekening": accounts(count, name), "bank": pick(BANKS, draw.integers(0, len(BANKS), count)),
        "telepon": phone, "alamat": street,
    })  # fmt: skip


def _numbered(stem: str, count: int) -> Any:
    return glue(stem, " ", digits(np.arange(1, count + 1), 1))


def _companies() -> Any:
    number = np.sort(random("companies").permutation(len(_ACTIVITY) * len(_OBJECT) * len(_FIELD))[:420])
    form = pick(["CV ", "CV ", "PT ", "Koperasi "], number % 4)
    field = pick(_FIELD, number // (len(_ACTIVITY) * len(_OBJECT)))
    return glue(form, pick(_ACTIVITY, number % 10), " ", pick(_OBJECT, number // 10 % len(_OBJECT)), " ", field)


def _foundations() -> Any:
    return glue(pick(["Yayasan ", "Masjid Al-Hidayah ", "Karang Taruna "], np.arange(60) % 3), _numbered("Teladan", 60))
