"""Budget lines of two years, original and revised, and what was realised of each in each month.

A line is office x sub activity x account x source of funds. Amounts are whole cents. The realised months of the tax
accounts are what the taxpayers paid; every other payment is split from the months made here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from examples.kabupaten import LAST_PERIOD, REVISED_FROM, YEARS
from examples.kabupaten.codes import NO_PROGRAMME, Codes, Office, sub_activities
from examples.kabupaten.columns import Bools, Floats, Ints, moments, money, month_start, pick, random, text

TREASURY = "5.02.0.00.0.00.01.0000"
THOUSAND = 100_000  # cents
_SIZE = {"gaji": 2600.0, "usaha": 190.0, "honor": 130.0, "konsultansi": 220.0, "kontrak": 1500.0, "hibah": 700.0,
         "bansos": 900.0, "desa": 90_000.0, "pajak": 0.0, "lain": 165_000.0}  # fmt: skip
_FUNDS = ("1.1.01", "1.1.02", "1.2.01", "1.2.02", "1.2.02", "1.2.02", "2.1.01", "2.1.02")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """The lines of both years (arrays of one length): codes, class of payee, and amounts in cents.

    `gross[line, month]` is what was paid, `returned` what came back. `first` is the first month of the line: a line
    that only the revised budget has begins in September.
    """

    year: Ints
    office: Any
    activity: Any
    account: Any
    fund: Any
    payee: Any
    original: Ints
    revised: Ints
    gross: Ints
    returned: Ints
    above: Bools

    @property
    def first(self) -> Ints:
        """The first month with a row."""
        return np.where(self.original > 0, 1, REVISED_FROM)

    @property
    def last(self) -> Ints:
        """The last month with a row."""
        return np.where(self.year == LAST_PERIOD[0], LAST_PERIOD[1], 12)


def lines(codes: Codes, taxes: dict[str, Ints]) -> Lines:
    """All lines; `taxes` gives for each tax account its cents in 2 x 12 months."""
    base = [line for office in codes.offices for line in _of_office(office)]
    base += [
        (TREASURY, NO_PROGRAMME, account, account[:1] + ".1.01") for account in codes.payee_of if account[0] == "4"
    ]
    office, activity, account, fund = (text(column) for column in zip(*base, strict=True))
    payee = text([codes.payee_of[line[2]] for line in base])
    fund = text([line[3].replace("4.", "1.", 1) for line in base])
    size = {office.code: office.size for office in codes.offices}
    scale = np.array([_SIZE[codes.payee_of[line[2]]] * (size[line[0]] if line[2][0] == "5" else 1) for line in base])
    kept = [_year(number, scale, payee, account, taxes) for number in range(len(YEARS))]
    take = np.concatenate([rows for rows, _ in kept])
    amounts = {key: np.concatenate([part[key] for _, part in kept]) for key in kept[0][1]}
    texts = {"office": office, "activity": activity, "account": account, "fund": fund, "payee": payee}
    return Lines(**{key: pick(column, take) for key, column in texts.items()}, **amounts)


def _of_office(office: Office) -> list[tuple[str, str, str, str]]:
    draw = random(f"lines-{office.code}")
    support, technical = sub_activities(office)
    if not office.main:
        return [(office.code, sub, account, "1.2.02") for sub, account in zip(
            (support[1], support[3], technical[0], technical[1]), (_GOODS[0], "5.1.02.02.01.0060", _HONOR[0], _GOODS[3]),
            strict=True)]  # fmt: skip
    found = [(support[0], account) for account in _PAY]
    found += [(support[1], _GOODS[0]), (support[1], _CAPITAL[1]), (support[2], _GOODS[3]), (support[2], _TRAVEL),
              (support[3], "5.1.02.02.01.0060"), (support[3], _HONOR[3]), (support[4], "5.1.02.03.02.0035")]  # fmt: skip
    for sub in technical:
        found += [(sub, account) for account in _accounts_of(office, draw)]
    found += _special(office, technical)
    funds = draw.integers(0, len(_FUNDS), len(found))
    return [(office.code, sub, account, _FUNDS[funds[n]]) for n, (sub, account) in enumerate(found)]


_PAY = ("5.1.01.01.01.0001", "5.1.01.01.02.0001", "5.1.01.02.01.0001")
_GOODS = ("5.1.02.01.01.0024", "5.1.02.01.01.0026", "5.1.02.01.01.0037", "5.1.02.01.01.0052")
_HONOR = ("5.1.02.02.01.0003", "5.1.02.02.01.0004", "5.1.02.02.01.0026", "5.1.02.02.01.0030")
_TRAVEL = "5.1.02.04.01.0001"
_ADVICE = ("5.1.02.02.08.0001", "5.1.02.02.08.0020")
_CAPITAL = ("5.2.02.05.02.0001", "5.2.02.10.01.0002", "5.2.03.01.01.0001", "5.2.03.01.01.0010", "5.1.02.03.03.0001")
_WORKS = ("5.2.04.01.01.0003", "5.2.04.02.01.0002")


def _accounts_of(office: Office, draw: np.random.Generator) -> list[str]:
    big = _WORKS if office.code.startswith("1.03") else _CAPITAL
    chosen = [_GOODS[draw.integers(0, 4)], _HONOR[draw.integers(0, 3)], big[draw.integers(0, len(big))]]
    return [*chosen, _ADVICE[draw.integers(0, 2)]] if draw.random() < 0.4 else chosen  # two in five


def _special(office: Office, technical: list[str]) -> list[tuple[str, str]]:
    if office.code.startswith("1.06"):
        return [(sub, "5.1.06.01.01.0001") for sub in technical]
    if office.code.startswith(("1.01", "4.01", "2.19")):
        return [(technical[0], "5.1.05.05.01.0001")]
    if office.code == TREASURY:
        return [(technical[0], "5.3.01.01.01.0001"), (technical[1], "5.4.02.05.01.0001")]
    return []


def _year(number: int, scale: Floats, payee: Any, account: Any, taxes: dict[str, Ints]) -> tuple[Ints, dict[str, Any]]:
    """One year's lines: the rows kept of the base list, and their amounts."""
    draw = random(f"budget-{YEARS[number]}")
    lognormal = random("budget-size").lognormal(0, 0.7, len(scale)) * draw.lognormal(0.06 * number, 0.08, len(scale))
    original = np.round(scale * lognormal * 1000).astype(np.int64) * THOUSAND
    revised = np.round(original * draw.uniform(0.92, 1.18, len(scale)) / THOUSAND).astype(np.int64) * THOUSAND
    tax = np.flatnonzero(np.array([code in taxes for code in account.to_pylist()]))
    spending = np.array([code[0] == "5" for code in account.to_pylist()])
    late = spending & (draw.random(len(scale)) < 0.02)  # one in fifty
    keep = np.flatnonzero(~spending | (draw.random(len(scale)) < 0.98))
    until = LAST_PERIOD[1] if YEARS[number] == LAST_PERIOD[0] else 12
    gross = _months(revised, np.where(late, 0, original), payee, draw, until)
    for row in tax:
        gross[row] = taxes[account[int(row)].as_py()][number]
        original[row] = revised[row] = (gross[row].sum() * 21 // 20 // THOUSAND + 1) * THOUSAND
    returned = _returned(gross, spending, draw)
    ordinary = keep[(spending & ~late)[keep]]
    above = _above(gross, revised, draw.permutation(ordinary)[: 5 if number == 0 else 7], until)
    returned[above, until - 1] = 0
    amounts = {"year": np.full(len(scale), YEARS[number]), "original": np.where(late, 0, original), "revised": revised,
               "gross": gross, "returned": returned, "above": above}  # fmt: skip
    return keep, {key: values[keep] for key, values in amounts.items()}


def _months(revised: Ints, original: Ints, payee: Any, draw: np.random.Generator, until: int) -> Ints:
    """Split a year over its months: pay is even, works come late and in steps; never more than the ceiling."""
    count, month = len(revised), np.arange(1, 13)
    kind = np.array(payee.to_pylist())
    bend = np.where(np.isin(kind, ["kontrak", "konsultansi"]), 1.7, np.where(kind == "gaji", 1.0, 1.2))[:, None]
    share = draw.uniform(0.86, 0.99, count)[:, None] * (month / 12.0) ** bend
    total = np.floor(share * revised[:, None] / THOUSAND).astype(np.int64) * THOUSAND
    waits = (draw.random((count, 12)) < np.where(kind == "gaji", 0.0, 0.4)[:, None]) & (month < until)
    waits[:, :8] |= (original == 0)[:, None]
    paid = np.zeros_like(total)
    for m in range(12):
        before = paid[:, m - 1] if m else np.zeros(count, np.int64)
        paid[:, m] = np.where(waits[:, m], before, total[:, m])
    gross = np.diff(paid, axis=1, prepend=0)
    gross[:, until:] = 0
    return gross


def _returned(gross: Ints, spending: Bools, draw: np.random.Generator) -> Ints:
    some = (draw.random(gross.shape) < 0.015) & spending[:, None]  # three months in two hundred
    share = draw.uniform(0.01, 0.05, gross.shape)
    return np.where(some, np.floor(gross * share / THOUSAND).astype(np.int64) * THOUSAND, 0)


def _above(gross: Ints, revised: Ints, chosen: Ints, until: int) -> Bools:
    """Raise the last month of the chosen lines until the year is 1 to 7 per cent above its ceiling; mark them."""
    excess = (revised[chosen] * (1 + np.arange(len(chosen))) // 100 // THOUSAND + 1) * THOUSAND
    gross[chosen, until - 1] += revised[chosen] - gross[chosen].sum(axis=1) + excess
    marks = np.zeros(len(gross), bool)
    marks[chosen] = True
    return marks


def budget_table(made: Lines) -> Any:
    """`apbd_anggaran`: a row per line and stage."""
    stages = []
    for stage, amount, day in (("murni", made.original, 0), ("perubahan", made.revised, 250)):
        rows = np.flatnonzero(amount > 0)
        changed = moments((made.year[rows] - 2025) * 365 + day, np.full(len(rows), 9 * 3600))
        stages.append(pa.table({
            "tahun": pa.array(made.year[rows], pa.int32()), "tahap": text([stage] * len(rows)),
            "kode_skpd": pick(made.office, rows), "kode_sub_kegiatan": pick(made.activity, rows),
            "kode_rekening": pick(made.account, rows), "kode_dana": pick(made.fund, rows),
            "pagu": money(amount[rows]), "diubah_pada": changed, "dihapus": pa.array(np.zeros(len(rows), bool)),
        }))  # fmt: skip
    return pa.concat_tables(stages).combine_chunks()


def realisation_table(made: Lines) -> Any:
    """`apbd_realisasi`: a row per line and month, from the line's first month to the last that is closed."""
    month = np.arange(1, 13)
    rows, column = np.nonzero((month >= made.first[:, None]) & (month <= made.last[:, None]))
    net = made.gross - made.returned
    year, when = made.year[rows], column + 1
    ceiling = np.where(when >= REVISED_FROM, made.revised[rows], made.original[rows])
    return pa.table({
        "tahun": pa.array(year, pa.int32()), "bulan": pa.array(when, pa.int32()), "periode": periods(year, when),
        "kode_skpd": pick(made.office, rows), "kode_sub_kegiatan": pick(made.activity, rows),
        "kode_rekening": pick(made.account, rows), "kode_dana": pick(made.fund, rows), "pagu": money(ceiling),
        "realisasi_bulan": money(net[rows, column]), "realisasi_sd": money(np.cumsum(net, axis=1)[rows, column]),
        "pengembalian": money(made.returned[rows, column]),
        "diubah_pada": moments(month_start(year, when) + 33, np.full(len(rows), 7 * 3600)),
        "dihapus": pa.array(np.zeros(len(rows), bool)),
    })  # fmt: skip


def periods(year: Ints, month: Ints) -> Any:
    """Months as "2026-03"."""
    return text(np.datetime_as_string((np.asarray(year - 1970) * 12 + month - 1).astype("datetime64[M]")).tolist())
