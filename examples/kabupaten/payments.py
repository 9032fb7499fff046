"""SP2D payments: the gross amount of every budget line and month, split to the cent over payees.

So the payments of a line and month add up to what the ledger realised plus what was returned, at every scale.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import REVISED_FROM
from examples.kabupaten.budget import Lines
from examples.kabupaten.columns import (
    Bools,
    Floats,
    Ints,
    cents_of,
    days,
    digits,
    glue,
    moments,
    money,
    month_start,
    pick,
    random,
    text,
)  # fmt: skip
from examples.kabupaten.defects import Case, Damage
from examples.kabupaten.people import BODY, PUBLIC_KINDS, Payees
from examples.kabupaten.procurement import Deals, Ground

PAYMENTS = 51_000  # at scale 1
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
          "November", "Desember")  # fmt: skip
_MANY = {
    "gaji": 1.0,
    "honor": 1.3,
    "bansos": 3.2,
    "hibah": 1.5,
    "usaha": 3.4,
    "kontrak": 2.6,
    "konsultansi": 1.6,
    "desa": 12,
}
KEY = ("nomor_sp2d", "kode_sub_kegiatan", "kode_rekening")


@dataclass(kw_only=True, slots=True)
class Rows:
    """Payments before they have words: line, month, cents, day, payee and deal (-1: none), of one length."""

    line: Ints
    month: Ints
    cents: Ints
    day: Ints
    payee: Ints
    deal: Ints

    def ordered(self, order: Ints) -> "Rows":
        """The same payments in another order."""
        return Rows(**{name: getattr(self, name)[order] for name in self.__slots__})


def rows(ground: Ground, scale: int) -> Rows:
    """Split every month of every line, choose a payee for each part, and sort by office and day."""
    draw, made = random(f"payments-{scale}"), ground.lines
    kind = np.array(made.payee.to_pylist())
    line, column = np.nonzero((made.gross > 0) & np.isin(kind, list(_MANY))[:, None])
    cell = made.gross[line, column]
    weight = np.array([_MANY[one] for one in kind[line]]) * draw.lognormal(0, 0.5, len(line))
    parts = _parts(weight, cell, PAYMENTS * scale)
    which = np.repeat(np.arange(len(line)), parts)
    made_rows = Rows(line=line[which], month=column[which] + 1, cents=_split(cell, parts, which, draw),
                     day=np.empty(0, np.int64), payee=np.empty(0, np.int64), deal=ground.deals.of(line[which], draw))  # fmt: skip
    made_rows.day = month_start(made.year[made_rows.line], made_rows.month) + draw.integers(0, 28, len(which))
    made_rows.payee = _payees(kind[made_rows.line], made_rows, ground, draw)
    office = np.asarray(made.office.dictionary_encode().indices)[made_rows.line]
    return made_rows.ordered(np.lexsort((draw.permutation(len(which)), made_rows.day, office)))


def paid_by_deal(split: Rows, agreed: Deals) -> tuple[Ints, Ints]:
    """Cents paid on each contract in each of its twelve months, and the day of its first payment (-1: none)."""
    on = split.deal >= 0
    paid = np.zeros((len(agreed.line), 12), np.int64)
    np.add.at(paid, (split.deal[on], split.month[on] - 1), split.cents[on])
    never = 1 << 40
    first = np.full(len(agreed.line), never)
    np.minimum.at(first, split.deal[on], split.day[on])
    return paid, np.where(first == never, -1, first)


def _parts(weight: Floats, cell: Ints, wanted: int) -> Ints:
    """How many payments each month is split into: about `wanted` in all, none below 1,000 rupiah."""
    parts = np.maximum(1, np.round(weight * (wanted / weight.sum()))).astype(np.int64)
    return np.asarray(np.minimum(parts, np.maximum(1, cell // 100_000)), np.int64)


def _split(cell: Ints, parts: Ints, which: Ints, draw: np.random.Generator) -> Ints:
    """Cents of each part: whole rupiah (one month in fifty: cents), the last part takes what is left."""
    share = draw.uniform(0.4, 1.0, len(which))
    start = np.concatenate([[0], np.cumsum(parts)[:-1]])
    total = np.add.reduceat(share, start)
    unit = np.where(draw.random(len(cell)) < 0.02, 1, 100)[which]  # one in fifty
    cents: Ints = np.floor(cell[which] * share / total[which] / unit).astype(np.int64) * unit
    cents[start + parts - 1] += cell - np.add.reduceat(cents, start)
    return np.asarray(cents, np.int64)


def _payees(kind: Any, made_rows: Rows, ground: Ground, draw: np.random.Generator) -> Ints:
    """A payee for each payment, by the kind of its account."""
    luck, number, people = draw.random(len(kind)), draw.integers(0, 1 << 40, len(kind)), ground.people
    office = ground.office_number(made_rows.line)
    named = draw.random(len(kind)) < 0.06  # some name the treasurer besides the role
    treasurer = np.where(named, people.named_treasurers[office], people.treasurers[office])
    chosen = people.bodies[number % len(people.bodies)]
    for condition, pool in (
        ((kind == "honor") & (luck < 0.66), people.persons),
        ((kind == "honor") & (luck >= 0.66) & (luck < 0.92), people.employees),
        ((kind == "bansos") & (luck < 0.93), people.persons),
        ((kind == "bansos") & (luck >= 0.93), people.foundations),
        (kind == "hibah", people.foundations),
        (kind == "desa", people.villages),
        ((kind == "usaha") & (luck < 0.05), people.traders),
        ((kind == "usaha") & (luck >= 0.05) & (luck < 0.07), people.persons),
    ):
        chosen = np.where(condition, pool[number % len(pool)], chosen)
    cash = (kind == "gaji") | ((kind == "honor") & (luck >= 0.92)) | ((kind == "usaha") & (luck >= 0.85))
    chosen = np.where(cash, treasurer, chosen)
    return np.where(made_rows.deal >= 0, ground.deals.supplier[made_rows.deal], chosen)


def table(split: Rows, ground: Ground) -> Any:
    """`pembayaran`: the payments as the ledger shows them, in order of office and day."""
    draw, made, people = random(f"payment-words-{len(split.line)}"), ground.lines, ground.people
    kind = people.column("jenis", split.payee)
    cash = np.asarray(pc.equal(kind, "Bendahara")) & (np.array(made.payee.to_pylist())[split.line] != "gaji")
    mode = np.where(cash, np.array([1, 1, 1, 2, 3])[draw.integers(0, 5, len(cash))], 0)
    joined = _joined(split, made, mode)
    for values in (split.day, split.month, split.payee, mode):
        values[joined] = values[joined - 1]
    kind = people.column("jenis", split.payee)
    office = pick(made.office, split.line)
    unknown = draw.random(len(cash)) < np.where(np.asarray(pc.is_in(kind, text(["Bendahara", "Instansi"]))), 0, 0.012)
    year = made.year[split.line]
    return pa.table({
        "nomor_sp2d": _numbers(split, office, year, mode, joined),
        "tahun": pa.array(year, pa.int32()), "tanggal": days(split.day), "jenis": pick(["LS", "GU", "TU", "UP"], mode), "kode_skpd": office,
        "kode_sub_kegiatan": pick(made.activity, split.line), "kode_rekening": pick(made.account, split.line),
        "nilai_bruto": money(split.cents), "potongan": money(_deductions(split, made)),
        "kontrak_id": pc.if_else(pa.array(split.deal >= 0), pick(ground.deals.ids, np.maximum(split.deal, 0)), pa.scalar(None, pa.string())),
        "jenis_penerima": pc.if_else(pa.array(unknown), pa.scalar(None, pa.string()), kind),
        "nama_penerima": people.column("nama", split.payee), "npwp_penerima": people.column("npwp", split.payee),
        "nik_penerima": people.column("nik", split.payee), "rekening_bank": people.column("rekening", split.payee),
        "nama_bank": people.column("bank", split.payee), "uraian": _words(split, ground),
        "diubah_pada": moments(split.day + 1, draw.integers(6 * 3600, 16 * 3600, len(cash))),
        "dihapus": pa.array(np.zeros(len(cash), bool)),
    })  # fmt: skip


def _joined(split: Rows, made: Lines, mode: Ints) -> Ints:
    """Rows that stand on the SP2D of the row before: same office, month and kind of line, another account."""
    count = len(split.line)
    office = np.asarray(made.office.dictionary_encode().indices)[split.line]
    kind = np.asarray(made.payee.dictionary_encode().indices)[split.line]
    alike = np.zeros(count, bool)
    same = [values[1:] == values[:-1] for values in (office, kind, split.month, made.year[split.line], mode)]
    alike[1:] = np.logical_and.reduce(same) & (split.line[1:] != split.line[:-1])
    alike &= (split.deal < 0) & (np.roll(split.deal, 1) < 0)
    alike &= random("joined").random(count) < 0.5  # half of those that could be
    return np.flatnonzero(alike & ~np.roll(alike, 1))


def _numbers(split: Rows, office: Any, year: Ints, mode: Ints, joined: Ints) -> Any:
    """SP2D numbers, counted per office and year: 99.01/04.0/000003/LS/<office>/M/2/2026."""
    fresh = np.ones(len(year), np.int64)
    fresh[joined] = 0
    place = np.asarray(office.dictionary_encode().indices)
    begins = np.flatnonzero(np.diff(place * 10_000 + year, prepend=-1))
    running = np.cumsum(fresh)
    number = running - np.repeat(running[begins] - 1, np.diff([*begins, len(year)]))
    stage = pick(["M", "P"], (split.month >= REVISED_FROM).astype(np.int64))
    return glue("99.01/04.0/", digits(number, 6), "/", pick(["LS", "GU", "TU", "UP"], mode), "/", office, "/", stage, "/",
                digits(split.month, 1), "/", digits(year, 4))  # fmt: skip


def _deductions(split: Rows, made: Lines) -> Ints:
    """Taxes held back, in whole rupiah: by the kind of line."""
    rate = {"usaha": 12, "kontrak": 12, "konsultansi": 13, "honor": 5, "gaji": 8}
    per_line = np.array([rate.get(kind, 0) for kind in made.payee.to_pylist()])
    return np.asarray(split.cents // 100 * per_line[split.line] // 100 * 100, np.int64)


def _words(split: Rows, ground: Ground) -> Any:
    """Free text; three in ten name somebody, some with an identity number, an account or a telephone number."""
    made, people, codes = ground.lines, ground.people, ground.codes
    year = made.year[split.line]
    accounts = [codes.accounts[code] for code in made.account.to_pylist()]
    labels = glue(
        "Pembayaran ", text(accounts), " pada ", text([codes.activities[c] for c in made.activity.to_pylist()])
    )
    base = glue(pick(labels, split.line), " bulan ", pick(MONTHS, split.month - 1), " ", digits(year, 4))
    luck = random(f"payment-notes-{len(year)}").random(len(year))
    name = people.column("nama", split.payee)
    tails = (
        (luck < 0.22, glue(" a.n. ", name)),
        ((luck >= 0.22) & (luck < 0.25), glue(" kepada ", name, " NIK ", people.column("nik", split.payee))),
        ((luck >= 0.25) & (luck < 0.27), glue(" a/n ", name, " rek. ", people.column("rekening", split.payee))),
        ((luck >= 0.27) & (luck < 0.28), glue(" kepada ", name, " (HP ", people.column("telepon", split.payee), ")")),
        ((luck >= 0.28) & (luck < 0.29), glue(" oleh ", name, " NIP ", people.column("nip", split.payee))),
    )  # fmt: skip
    tail: Any = pa.scalar("", pa.string())
    for condition, words in tails:
        tail = pc.if_else(pa.array(condition), pc.fill_null(words, ""), tail)
    return glue(base, tail)


def persons(table: Any) -> Bools:
    """Rows about a natural person: no public kind of payee, or a tax number that is an identity number."""
    public = pc.fill_null(pc.is_in(table.column("jenis_penerima"), text(PUBLIC_KINDS)), fill_value=False)
    body_number = pc.fill_null(pc.starts_with(table.column("npwp_penerima"), "0"), fill_value=False)
    return ~np.asarray(pc.and_(public, body_number))


def damaged(whole: Any, people: Payees) -> Damage:
    """The payments with the seeded defects."""
    harm = Damage(dataset="pembayaran", system="keuangan", table=whole, key=KEY)
    single = ~np.asarray(pc.is_in(whole["nomor_sp2d"], pc.value_counts(whole["nomor_sp2d"]).filter(
        pc.greater(pc.struct_field(pc.value_counts(whole["nomor_sp2d"]), "counts"), 1)).field("values")))  # fmt: skip
    good = single & ~persons(whole) & np.asarray(pc.equal(whole["jenis"], "LS"))
    for case in CASES:
        harm.apply(case, good)
    bodies = good & np.asarray(pc.fill_null(pc.equal(whole["jenis_penerima"], BODY), fill_value=False))
    hidden = harm.apply(Case(name="NIK di kolom NPWP badan", rule="persons", count=25, fate="withheld", column="npwp_penerima",
                             value=lambda old: people.column("nik", people.persons[: len(old)])), bodies)  # fmt: skip
    assert len(hidden)  # noqa: S101
    harm.copy(Case(name="baris ganda", rule="duplicate", count=16, fate="duplicate"), good)
    _conflicts(harm, good)
    return harm


def _conflicts(harm: Damage, good: Bools) -> None:
    """Two keys that stand twice with different amounts: nobody knows which is right, so all four rows wait."""
    case = Case(name="kunci sama, nilai beda", rule="unique key", count=2)
    padded = np.concatenate([good, np.zeros(harm.table.num_rows - len(good), bool)])
    rows = harm.choose(case, padded)
    first = harm.table.num_rows
    other = harm.table.take(pa.array(rows))
    raised = money(cents_of(other.column("nilai_bruto")) + 5_000_000)
    other = other.set_column(other.schema.get_field_index("nilai_bruto"), "nilai_bruto", raised)
    harm.table = pa.concat_tables([harm.table, other])
    harm.defects.pop()
    harm.note(
        Case(name=case.name, rule=case.rule, count=4), np.concatenate([rows, np.arange(first, first + len(rows))])
    )


def _without_slash(old: Any) -> Any:
    return pc.replace_substring(old, "/LS/", "-LS/")


def _letter_o(old: Any) -> Any:
    return pc.replace_substring(old, ".0", ".O", max_replacements=1)


def _negative(old: Any) -> Any:
    return money(-cents_of(old))


def _tenfold(old: Any) -> Any:
    return money(cents_of(old) * 10 + 1_000_000_000_00)


CASES = (
    Case(name="nomor SP2D tanpa garis miring", rule="pattern nomor_sp2d", count=6, column="nomor_sp2d", value=_without_slash),
    Case(name="huruf O di kode rekening", rule="pattern kode_rekening", count=5, column="kode_rekening", value=_letter_o),
    Case(name="rekening tidak dikenal", rule="references kode_rekening", count=6, column="kode_rekening",
         value="5.1.02.99.99.9999"),
    Case(name="SKPD tidak dikenal", rule="references kode_skpd", count=4, column="kode_skpd", value="9.99.0.00.0.00.01.0000"),
    Case(name="nilai kosong", rule="required nilai_bruto", count=4, column="nilai_bruto", value=None),
    Case(name="nilai negatif", rule="minimum nilai_bruto", count=3, column="nilai_bruto", value=_negative),
    Case(name="potongan lebih dari bruto", rule="potongan > nilai_bruto", count=4, column="potongan", value=_tenfold),
    Case(name="tanggal kosong", rule="required tanggal", count=2, column="tanggal", value=None),
    Case(name="tahun 2062", rule="latest tanggal", count=3, column="tanggal", value=np.datetime64("2062-03-05").item()),
    Case(name="dibatalkan", rule="deleted", count=25, fate="deleted", column="dihapus", value=True),
)  # fmt: skip
