"""Contracts and procurement packages as an INAPROC-like API gives them, with the defects of the real feed.

Dates come in four encodings, whole numbers as floats now and then, missing texts as "NULL". Serving: `examples/api.py`.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import YEARS
from examples.kabupaten.budget import Lines
from examples.kabupaten.codes import Codes
from examples.kabupaten.columns import (
    Ints,
    cents_of,
    digits,
    glue,
    moments,
    money,
    month_start,
    overwrite,
    pick,
    random,
    text,
)  # fmt: skip
from examples.kabupaten.defects import Case, Damage
from examples.kabupaten.people import PERSON, Payees, names

KLPD = "D999"
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.000000Z", "%b %d, %Y, 12:00:00AM", "%Y-%m-%d")
_METHODS = (("SPSE Tender", "Tender"), ("SPSE Non Tender", "Pengadaan Langsung"), ("SPSE Non Tender", "Penunjukan Langsung"),
            ("E-Katalog", "E-Purchasing"))  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Deals:
    """The contracts: which budget line each belongs to, its supplier and its id. `start[line]` is -1 without one."""

    line: Ints
    supplier: Ints
    ids: Any
    start: Ints
    count: Ints

    def of(self, line: Ints, draw: np.random.Generator) -> Ints:
        """A contract for each payment of these lines, -1 where the line has none."""
        number = draw.integers(0, 1 << 40, len(line)) % np.maximum(1, self.count[line])
        return np.where(self.start[line] >= 0, self.start[line] + number, -1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What is settled before money moves: code lists, budget lines, payees and contracts."""

    codes: Codes
    lines: Lines
    people: Payees
    deals: Deals

    def of_line(self, name: str, line: Ints) -> Any:
        """One column of the budget lines, such as `office`, at these lines."""
        return pick(getattr(self.lines, name), line)

    def office_number(self, line: Ints) -> Ints:
        """The number of each line's office in the list of offices."""
        return np.asarray(pc.index_in(self.lines.office, text([one.code for one in self.codes.offices])))[line]


def deals(made: Lines, people: Payees) -> Deals:
    """One or two contracts for each line that is spent by contract; a consultant is often a single person."""
    draw = random("deals")
    kind = np.array(made.payee.to_pylist())
    chosen = np.isin(kind, ["kontrak", "konsultansi"])
    count = np.where(chosen, 1 + (draw.random(len(kind)) < 0.3), 0)
    line = np.repeat(np.arange(len(kind)), count)
    single = (kind[line] == "konsultansi") & (draw.random(len(line)) < 0.5)
    body = people.bodies[draw.integers(0, len(people.bodies), len(line))]
    person = people.persons[200 + draw.integers(0, 120, len(line))]
    start = np.where(chosen, np.cumsum(count) - count, -1)
    return Deals(line=line, supplier=np.where(single, person, body), start=start, count=count,
                 ids=glue(f"{KLPD}-K-", digits(np.arange(1, len(line) + 1), 6)))  # fmt: skip


def contracts(ground: Ground, paid: Ints, first_day: Ints) -> Damage:
    """The contracts with their latest value at or a little above what was `paid`, their addenda and seeded defects.

    `first_day` is the day of the first payment of each, or -1.
    """
    draw = random("contracts")
    count = len(ground.deals.line)
    value = np.where(
        paid > 0, np.ceil(paid * draw.uniform(1.0, 1.12, count) / 100_000) * 100_000, 5_000_000_000
    ).astype(np.int64)
    over = np.flatnonzero(paid > 0)[draw.permutation(int((paid > 0).sum()))[:4]]
    value[over] = paid[over] * 97 // 100 // 100_000 * 100_000
    ceiling = (value * draw.uniform(1.01, 1.08, count) / 100_000).astype(np.int64) * 100_000 + 100_000
    table = _contract_table(ground, value, ceiling, first_day)
    amended = np.sort(draw.permutation(count)[:60])
    table = _with_addenda(table, amended, value)
    harm = Damage(dataset="kontrak", system="pengadaan", table=table, key=("kontrak_id", "versi_addendum"))
    harm.note(
        Case(name="dibayar melebihi nilai kontrak", rule="across datasets", count=4, fate="published"), np.sort(over)
    )
    harm.taken.update([*map(int, over), *map(int, amended), *range(count, table.num_rows)])
    for case in CASES:
        harm.apply(case)
    harm.copy(Case(name="baris ganda", rule="duplicate", count=8, fate="duplicate"))
    return harm


def _contract_table(ground: Ground, value: Ints, ceiling: Ints, first_day: Ints) -> Any:
    line, supplier, count, draw = ground.deals.line, ground.deals.supplier, len(value), random("contract-rows")
    year, place, people = ground.lines.year[line], ground.office_number(line), ground.people
    signed = np.where(first_day >= 0, np.maximum(first_day - 20, month_start(year, 1) + 5), month_start(year, 3))
    method = draw.integers(0, len(_METHODS), count)
    officer = people.employees[place]
    account, activity = ground.of_line("account", line), ground.of_line("activity", line)
    single = np.asarray(pc.equal(people.column("jenis", supplier), PERSON))
    name = people.column("nama", supplier)
    signatory = pc.if_else(pa.array(single), name, names(count, "signatories"))
    return pa.table({
        "kd_klpd": text([KLPD] * count), "tahun_anggaran": pa.array(year), "kd_satker": pa.array(604_000 + place),
        "kd_satker_str": ground.of_line("office", line), "kontrak_id": ground.deals.ids, "sistem": pick([m[0] for m in _METHODS], method),
        "kd_proses": pa.array(10_048_000_000 + np.arange(count) * 1_000), "kd_rup": _plan_numbers(line, draw),
        "nama_paket": _titles(ground.codes, account, activity), "mak": glue(activity, ".", account),
        "jenis_pengadaan": text([_kind_of(code) for code in account.to_pylist()]),
        "metode_pengadaan": pick([m[1] for m in _METHODS], method), "pagu": money(ceiling * 21 // 20 // 100 * 100),
        "hps": money(ceiling), "nilai_penawaran": money(value), "nilai_kontrak": money(value),
        "no_kontrak": glue("027/", digits(np.arange(1, count + 1), 4), "/KONTRAK/", digits(year, 4)),
        "jenis_kontrak": pick(["Lumsum", "Harga Satuan", "Gabungan Lumsum dan Harga Satuan", "Waktu Penugasan"], method),
        "status_kontrak": text(["Kontrak Selesai" if y == YEARS[0] else "Kontrak Sedang Berjalan" for y in year]),
        "versi_addendum": pa.array(np.zeros(count, np.int64)), "alasan_addendum": text(["NULL"] * count),
        "tgl_pengumuman": encoded(signed - 45, draw), "tgl_penetapan_pemenang": encoded(signed - 14, draw),
        "tgl_kontrak": encoded(signed, draw), "tgl_kontrak_awal": encoded(signed + 1, draw),
        "tgl_kontrak_akhir": encoded(month_start(year, 12) + 14, draw), "kd_penyedia": pa.array(800_000 + supplier),
        "nama_penyedia": name, "bentuk_usaha_penyedia": _forms(name, single),
        "npwp_16_penyedia": people.column("npwp", supplier), "alamat_penyedia": people.column("alamat", supplier),
        "wakil_sah_penyedia": signatory, "no_rek_bank": people.column("rekening", supplier),
        "nama_pemilik_rek_bank": name, "nama_bank": people.column("bank", supplier),
        "nip_ppk": people.column("nip", officer), "nama_ppk": people.column("nama", officer),
        "lokasi_pekerjaan": pick(ground.codes.districts, line % len(ground.codes.districts)),
        "_event_date": encoded(signed + 2, draw, only=0), "is_deleted": pa.array(np.zeros(count, bool)),
    })  # fmt: skip


def encoded(day: Ints, draw: np.random.Generator, only: int | None = None) -> Any:
    """Dates as text in one of the four encodings that the feed mixes."""
    which = draw.integers(0, len(_FORMATS), len(day)) if only is None else np.full(len(day), only)
    stamps = moments(day, np.zeros(len(day), np.int64)).cast(pa.timestamp("s"))
    shown = [pc.strftime(stamps, style) for style in _FORMATS]
    return pc.choose(pa.array(which), *shown)


def _plan_numbers(line: Ints, draw: np.random.Generator) -> Any:
    """Numbers of procurement plans; one contract in a hundred belongs to two."""
    one = glue("5", digits(4_800_000 + line * 11, 7))
    two = glue(one, ";", glue("5", digits(4_800_003 + line * 11, 7)))
    return pc.if_else(pa.array(draw.random(len(line)) < 0.01), two, one)  # one in a hundred


def _titles(codes: Codes, account: Any, activity: Any) -> Any:
    pairs = zip(account.to_pylist(), activity.to_pylist(), strict=True)
    return text([f"{codes.accounts[a].replace('Belanja ', 'Pengadaan ')} - {codes.activities[s]}" for a, s in pairs])


def _kind_of(account: str) -> str:
    if account.startswith("5.1.02.02.08"):
        return "Jasa Konsultansi"
    return "Pekerjaan Konstruksi" if account.startswith(("5.2.03", "5.2.04", "5.1.02.03")) else "Barang"


def _forms(name: Any, single: Any) -> Any:
    stated = pc.utf8_split_whitespace(name, max_splits=1)
    return pc.if_else(pa.array(single), "Orang/Konsultan Perseorangan", pc.list_element(stated, 0))


def _with_addenda(table: Any, amended: Ints, value: Ints) -> Any:
    """Amended contracts have a second row: the first keeps the lower value of the start."""
    later = table.take(pa.array(amended))
    count = len(amended)
    later = later.set_column(
        later.schema.get_field_index("versi_addendum"), "versi_addendum", pa.array(np.ones(count, np.int64))
    )
    later = later.set_column(later.schema.get_field_index("alasan_addendum"), "alasan_addendum",
                             text(["Penyesuaian volume pekerjaan di lapangan"] * count))  # fmt: skip
    return pa.concat_tables(
        [overwrite(table, "nilai_kontrak", amended, money(value[amended] * 93 // 10_000 * 100)), later]
    )


CASES = (
    Case(name="selesai tanpa nilai", rule="required nilai_kontrak", count=3, column="nilai_kontrak", value=None),
    Case(name="MAK rusak", rule="pattern mak", count=2, column="mak", value="1.01.02 2.01 / 5.2.02"),
    Case(name="30 Februari", rule="type date", count=2, fate="rejected", column="tgl_kontrak", value="Feb 30, 2025, 12:00:00AM"),
    Case(name="nomor kontrak NULL", rule="required no_kontrak", count=1, column="no_kontrak", value="NULL"),
    Case(name="satker tidak dikenal", rule="references kode_skpd", count=1, column="kd_satker_str",
         value="9.99.0.00.0.00.01.0000"),
    Case(name="nilai kontrak di atas HPS", rule="nilai_kontrak > hps", count=3, fate="warned", column="hps",
         value=lambda old: money(cents_of(old) // 2)),
)  # fmt: skip


def packages(ground: Ground) -> Any:
    """Announced procurement packages (RUP), one per budget line that has a contract; no dataset reads them yet."""
    draw = random("packages")
    line, people = np.unique(ground.deals.line), ground.people
    account, activity = ground.of_line("account", line), ground.of_line("activity", line)
    year, place = ground.lines.year[line], ground.office_number(line)
    officer, count, start = people.employees[place], len(line), month_start(year, 1)
    return pa.table({
        "kd_rup": pa.array(54_800_000 + line * 11), "kd_klpd": text([KLPD] * count), "tahun_anggaran": pa.array(year),
        "kd_satker": pa.array(604_000 + place), "kd_satker_str": ground.of_line("office", line),
        "nama_paket": _titles(ground.codes, account, activity), "pagu": money(ground.lines.revised[line]), "mak": glue(activity, ".", account),
        "metode_pengadaan": pick([m[1] for m in _METHODS], draw.integers(0, len(_METHODS), count)),
        "jenis_pengadaan": text([_kind_of(code) for code in account.to_pylist()]), "sumber_dana": text(["APBD"] * count),
        "urarian_pekerjaan": _titles(ground.codes, account, activity), "status_umumkan_rup": text(["Terumumkan"] * count),
        "tgl_pengumuman_paket": encoded(start + 8, draw), "tgl_awal_pemilihan": encoded(start + 20, draw),
        "nip_ppk": people.column("nip", officer), "nama_ppk": people.column("nama", officer),
        "username_ppk": glue("ppk", digits(place, 3)), "status_aktif_rup": pa.array(np.ones(count, bool)),
    })  # fmt: skip


def write(table: Any, file: Path) -> None:
    """The records as the API gives them: amounts as numbers, every seventh record's whole numbers as floats."""
    records = table.to_pylist()
    for number, record in enumerate(records):
        for name, value in record.items():
            if isinstance(value, Decimal):
                record[name] = float(value) if number % 7 == 0 or value % 1 else int(value)
        if number % 7 == 0:
            record["tahun_anggaran"] = float(record["tahun_anggaran"])
    file.write_text(json.dumps(records, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
