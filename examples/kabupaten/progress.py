"""Project progress as e-Monev exports it for people: one workbook per month, with titles, a three-row merged header,
sums per office, numbers as text, a signature below, and the author's name in the properties."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import LAST_PERIOD, YEARS
from examples.kabupaten.budget import periods
from examples.kabupaten.columns import Ints, digits, glue, pick, random, text
from examples.kabupaten.defects import Case, Damage
from examples.kabupaten.procurement import Ground

PROJECTS = 58  # a year


@dataclass(frozen=True, kw_only=True, slots=True)
class Projects:
    """Which contracts are projects, and what each is worth, in cents."""

    deal: Ints
    value: Ints
    start: Ints


def projects(ground: Ground, value: Ints, paid: Ints) -> Projects:
    """The largest works of each year; `start` is the month before the first payment."""
    line = ground.deals.line
    works = np.array([code.startswith(("5.2.03", "5.2.04")) for code in ground.of_line("account", line).to_pylist()])
    chosen = []
    for year in YEARS:
        own = np.flatnonzero(works & (ground.lines.year[line] == year) & (paid.sum(axis=1) > 0))
        chosen.append(np.sort(own[np.argsort(-value[own], kind="stable")][:PROJECTS]))
    deal = np.concatenate(chosen)
    return Projects(deal=deal, value=value[deal], start=np.maximum(1, (paid[deal] > 0).argmax(axis=1)))


def table(chosen: Projects, ground: Ground, paid: Ints) -> Any:
    """Progress per project and month in hundredths of a per cent; amounts in whole rupiah; columns as in the sheet."""
    year = ground.lines.year[ground.deals.line[chosen.deal]]
    last = np.where(year == LAST_PERIOD[0], LAST_PERIOD[1], 12)
    month = np.arange(1, 13)
    row, column = np.nonzero((month >= chosen.start[:, None]) & (month <= last[:, None]))
    total = np.cumsum(paid[chosen.deal], axis=1)[row, column]
    draw = random("progress")
    bought = np.minimum(10_000, np.round(total * 10_000 / chosen.value[row])).astype(np.int64)
    planned = np.minimum(10_000, bought + draw.integers(0, 900, len(row)) + _late(len(chosen.deal), draw)[row])
    built = np.minimum(9_999, _rising(row, bought + draw.integers(-250, 400, len(row))))
    due = np.minimum(10_000, _rising(row, planned))
    coarse = row % 3 == 0  # one project in three reports whole per cents
    built, due = (np.where(coarse, values // 100 * 100, values) for values in (built, due))
    numbers = {"fisik_rencana": due, "fisik_realisasi": built, "fisik_deviasi": built - due,
               "keuangan_rencana": planned, "keuangan_realisasi": bought, "keuangan_deviasi": bought - planned}  # fmt: skip
    return pa.table({**_facts(chosen, ground, row),
                     "periode": periods(year[row], column + 1),
                     "nilai_kontrak": pa.array(chosen.value[row] // 100), "dibayar": pa.array(total // 100),
                     **{name: pa.array(values) for name, values in numbers.items()}})  # fmt: skip


def _late(count: int, draw: np.random.Generator) -> Ints:
    """One project in seven is behind its plan by 6 to 16 per cent."""
    return np.where(draw.random(count) < 1 / 7, draw.integers(600, 1600, count), 0)


def _rising(row: Ints, values: Ints) -> Ints:
    """Progress never falls within a project (rows of a project stand together, by month)."""
    span = 1 << 20
    return np.maximum.accumulate(np.maximum(values, 0) + row * span) - row * span


def _facts(chosen: Projects, ground: Ground, row: Ints) -> dict[str, Any]:
    line, codes, people = ground.deals.line[chosen.deal], ground.codes, ground.people
    number = np.arange(1, len(line) + 1)
    office, activity = ground.of_line("office", line), ground.of_line("activity", line)
    names = {one.code: one.name for one in codes.offices}
    officer = people.employees[ground.office_number(line) + 100]
    owner = people.column("nama", people.persons[number % 300 + 500])
    trouble = pick(["-", "Cuaca ekstrem", "Pengadaan lahan milik Bapak ", "Material terlambat"], number % 4)
    trouble = pc.if_else(pc.ends_with(trouble, " "), glue(trouble, owner), trouble)
    labels = [codes.activities[code] for code in activity.to_pylist()]
    per_project = {
        "proyek_id": glue("PRJ-", digits(ground.lines.year[line], 4), "-", digits(number, 4)),
        "nama_proyek": glue(text(labels), " - paket ", digits(number, 1)),
        "kode_skpd": office,
        "nama_skpd": text([names[code] for code in office.to_pylist()]),
        "kode_sub_kegiatan": activity,
        "kontrak_id": pick(ground.deals.ids, chosen.deal),
        "penyedia": people.column("nama", ground.deals.supplier[chosen.deal]),
        "kecamatan": pick(codes.districts, line % len(codes.districts)),
        "lintang": glue("-7.", digits(100_000 + number * 737 % 90_000, 6)),
        "bujur": glue("112.", digits(300_000 + number * 1_313 % 90_000, 6)),
        "permasalahan": trouble,
        "pptk": people.column("nama", officer),
        "nip_pptk": people.column("nip", officer),
    }
    return {name: pick(column, row) for name, column in per_project.items()}


PERCENT = (
    "fisik_rencana",
    "fisik_realisasi",
    "fisik_deviasi",
    "keuangan_rencana",
    "keuangan_realisasi",
    "keuangan_deviasi",
)


def damaged(whole: Any) -> Damage:
    """The rows as texts, numbers written for people, with the seeded defects."""
    shown = whole
    for name in (*PERCENT, "nilai_kontrak", "dibayar"):
        cents = np.asarray(whole[name]) * (1 if name in PERCENT else 100)
        shown = shown.set_column(shown.schema.get_field_index(name), name, text([spelt(int(one)) for one in cents]))
    harm = Damage(dataset="proyek", system="setoran", table=shown, key=("proyek_id", "periode"))
    for case in CASES:
        harm.apply(case)
    harm.copy(Case(name="baris ganda", rule="duplicate", count=3, fate="duplicate"))
    return harm


CASES = (
    Case(name="fisik di atas 100 %", rule="maximum fisik_realisasi", count=2, column="fisik_realisasi", value="105,00"),
    Case(name="sub kegiatan tidak dikenal", rule="references kode_sub_kegiatan", count=1, column="kode_sub_kegiatan",
         value="1.03.99.2.01.0001"),
    Case(name="huruf O di angka", rule="type decimal", count=1, fate="rejected", column="keuangan_rencana", value="4O,50"),
)  # fmt: skip


def spelt(hundredths: int) -> str:
    """A number as people write it here: 1.234.567,89."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d}"
