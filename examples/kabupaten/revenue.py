"""Local taxes, taxpayer by taxpayer, as the tax office drops them: a semicolon CSV in cp1252 with decimal commas.

Nothing of it may be published but sums by month, account and district, and no sum over fewer than five taxpayers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import LAST_PERIOD, YEARS
from examples.kabupaten.codes import Codes
from examples.kabupaten.columns import Ints, cents_of, days, digits, glue, money, month_start, pick, random, text
from examples.kabupaten.defects import Case, Damage
from examples.kabupaten.people import identity_numbers, names

HEADER = ("NPWPD", "Nama WP", "NIK", "Alamat", "Kecamatan", "Kode Rekening", "Tanggal", "Ketetapan", "Bayar")
SMALLEST = 5  # taxpayers in a cell that may be shown
_TYPICAL = {
    "4.1.01.09.01.0001": (12, 900),
    "4.1.01.12.01.0001": (9, 1500),
    "4.1.01.14.31.0001": (9, 4200),
    "4.1.01.15.01.0001": (34, 310),
    "4.1.01.16.01.0001": (12, 7400),
    "4.1.01.19.01.0001": (16, 1900),
    "4.1.01.19.03.0001": (9, 5200),
    "4.1.01.19.04.0001": (10, 420),
}  # taxpayers, and thousands each a month
_TOWN = {"99.01.01": 2.5, "99.01.02": 1.8, "99.01.03": 1.4, "99.01.11": 0.4}  # the last is a far island
_PLACES = ("Café Teladan \u2013 Cabang ", "Rumah Makan “Sedap” ", "Penginapan Déjà Vu ", "Kedai Umpama\u2019s ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Revenue:
    """One row per payment of a taxpayer, in the order of the file; amounts are exact decimals."""

    table: Any

    def by_account(self) -> dict[str, Ints]:
        """Cents paid per account in 2 x 12 months: the ledger books exactly these."""
        accounts = list(_TYPICAL)
        where = np.asarray(pc.index_in(self.table.column("kode_rekening"), text(accounts)))
        year, month = (np.asarray(self.table.column(name)) for name in ("tahun", "bulan"))
        sums = np.zeros((len(accounts), len(YEARS), 12), np.int64)
        np.add.at(sums, (where, year - YEARS[0], month - 1), cents_of(self.table.column("bayar")))
        return {account: sums[n] for n, account in enumerate(accounts)}


def revenue(codes: Codes) -> Revenue:
    """Two years of tax payments. Columns: npwpd, nama_wp, nik, alamat, kecamatan, kode_rekening, tanggal, ketetapan,
    bayar, and tahun, bulan."""
    draw = random("revenue")
    account, district, taxpayer = _taxpayers(codes, draw)
    months = (LAST_PERIOD[0] - YEARS[0]) * 12 + LAST_PERIOD[1]
    pays = draw.random((months, len(account))) < 0.93  # the others come late or not at all
    when, who = np.nonzero(pays)
    year, month = YEARS[0] + when // 12, when % 12 + 1
    typical = np.array([_TYPICAL[code][1] for code in _TYPICAL])[account[who]]
    assessed = np.round(typical * draw.lognormal(0, 0.5, len(who)) * 1000).astype(np.int64) * 100
    assessed += np.where(draw.random(len(who)) < 0.1, draw.integers(1, 100, len(who)), 0)
    settled = draw.random(len(who))
    paid = np.where(settled < 0.95, assessed, np.where(settled < 0.97, assessed // 2, 0))
    day = month_start(year, month) + draw.integers(0, 28, len(who))
    people = _people(taxpayer)
    order = np.lexsort((who, day))
    table = pa.table({
        **{name: pick(column, who) for name, column in people.items()},
        "kecamatan": pick(codes.districts, district[who]), "kode_rekening": pick(list(_TYPICAL), account[who]),
        "tanggal": days(day), "ketetapan": money(assessed), "bayar": money(paid),
        "tahun": pa.array(year), "bulan": pa.array(month),
    })  # fmt: skip
    return Revenue(table=table.take(pa.array(order)).combine_chunks())


def _taxpayers(codes: Codes, draw: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Account, district and number of every taxpayer."""
    base = np.array([count for count, _ in _TYPICAL.values()], float)[:, None]
    size = np.array([_TOWN.get(code, 1.0) for code in codes.districts])[None, :]
    counts = np.maximum(1, np.round(base * size * draw.uniform(0.8, 1.4, (len(base), size.shape[1])))).astype(np.int64)
    account = np.repeat(np.repeat(np.arange(len(base)), size.shape[1]), counts.ravel())
    district = np.repeat(np.tile(np.arange(size.shape[1]), len(base)), counts.ravel())
    return account, district, np.arange(len(account), dtype=np.int64)


def _people(taxpayer: Ints) -> dict[str, Any]:
    count, draw = len(taxpayer), random("taxpayers")
    person = names(count, "taxpayers")
    place = pa.array(draw.random(count) < 0.2)  # one in five trades under a name
    shown = pc.if_else(place, glue(pick(_PLACES, taxpayer % len(_PLACES)), person), person)
    number = draw.permutation(900_000)[:count] + 100_000
    return {
        "npwpd": glue("P.2.", digits(number * 7 % 10_000_000, 7), ".", digits(taxpayer % 12 + 1, 2)),
        "nama_wp": shown,
        "nik": identity_numbers(count, "taxpayers"),
        "alamat": glue(
            "Jalan Umpama ", digits(draw.integers(1, 300, count), 1), " \u2013 RT ", digits(taxpayer % 9 + 1, 2)
        ),
    }


def damaged(made: Revenue) -> Damage:
    """The rows as texts of the drop file, with the seeded defects. Rows that can't be read are unpaid: no sum misses
    them."""
    table = made.table
    shown = {name: table.column(name) for name in ("npwpd", "nama_wp", "nik", "alamat", "kecamatan", "kode_rekening")}
    shown["tanggal"] = pc.strftime(table.column("tanggal"), "%d/%m/%Y")
    for name in ("ketetapan", "bayar"):
        shown[name] = pc.replace_substring(table.column(name).cast(pa.string()), ".", ",")
    shown |= {"tahun": table.column("tahun"), "bulan": table.column("bulan")}
    harm = Damage(dataset="pendapatan", system="setoran", table=pa.table(shown).combine_chunks(),
                  key=("npwpd", "kode_rekening", "tanggal"))  # fmt: skip
    unpaid = cents_of(table.column("bayar")) == 0
    for case in CASES:
        harm.apply(case, unpaid if case.fate == "rejected" else None)
    harm.copy(
        Case(name="baris ganda", rule="duplicate", count=5, fate="duplicate"), np.asarray(table["tahun"]) == YEARS[-1]
    )
    return harm


CASES = (
    Case(name="31 Februari", rule="type date", count=1, fate="rejected", column="tanggal", value="31/02/2026"),
    Case(name="tanggal ISO di kolom DD/MM/YYYY", rule="type date", count=1, fate="rejected", column="tanggal",
         value="2026-03-05"),
    Case(name="tanggal kosong dari mesin", rule="type date", count=1, fate="rejected", column="tanggal", value="00/00/0000"),
    Case(name="angka gaya Inggris", rule="type decimal", count=1, fate="rejected", column="ketetapan", value="1,250,000.00"),
    Case(name="angka dengan Rp", rule="type decimal", count=1, fate="rejected", column="ketetapan", value="Rp 500.000"),
    Case(name="titik koma di alamat", rule="ragged line", count=2, fate="rejected", column="alamat",
         value="Jalan Umpama; RT 03"),
    Case(name="kecamatan tidak dikenal", rule="references kecamatan", count=2, column="kecamatan", value="99.01.77"),
    Case(name="ketetapan negatif", rule="minimum ketetapan", count=1, column="ketetapan", value="-750000,00"),
)  # fmt: skip


def write(harm: Damage, folder: Path) -> None:
    """One CSV per year, `pendapatan_<yyyy>.csv`: nothing is quoted, as the source writes it."""
    for year in YEARS:
        rows = harm.table.filter(pc.equal(harm.table.column("tahun"), year))
        lines = glue(*(rows.column(name) for name in harm.table.column_names[: len(HEADER)]), between=";")
        body = "\r\n".join([";".join(HEADER), *lines.to_pylist()]) + "\r\n"
        (folder / f"pendapatan_{year}.csv").write_bytes(body.encode("cp1252"))
