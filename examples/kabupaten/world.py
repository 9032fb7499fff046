"""Makes everything the internal systems hold and writes it as files: tables to COPY, API records, drop folder, answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from examples.kabupaten import answers, budget, payments, people, procurement, progress, revenue, workbook
from examples.kabupaten.codes import codes
from examples.kabupaten.columns import Bools, cents_of, money, text
from examples.kabupaten.defects import Case, Damage

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Every system's rows with their defects, and the parties in them."""

    payees: people.Payees
    referensi: Damage
    anggaran: Damage
    realisasi: Damage
    pembayaran: Damage
    kontrak: Damage
    proyek: Damage
    pendapatan: Damage
    packages: Any


def make(scale: int) -> World:
    """Make the rows of all systems; nothing is written."""
    lists = codes()
    taxes = revenue.revenue(lists)
    made = budget.lines(lists, taxes.by_account())
    who = people.payees(lists, scale)
    ground = procurement.Ground(codes=lists, lines=made, people=who, deals=procurement.deals(made, who))
    split = payments.rows(ground, scale)
    paid, first = payments.paid_by_deal(split, ground.deals)
    sold = procurement.contracts(ground, paid.sum(axis=1), first)
    value = cents_of(sold.table["nilai_penawaran"])[: len(paid)]
    works = progress.projects(ground, value, paid)
    return World(
        payees=who,
        referensi=_damaged_codes(lists.table),
        anggaran=_damaged_budget(budget.budget_table(made)),
        realisasi=_damaged_realisation(budget.realisation_table(made)),
        pembayaran=payments.damaged(payments.table(split, ground), who),
        kontrak=sold,
        proyek=progress.damaged(progress.table(works, ground, paid)),
        pendapatan=revenue.damaged(taxes),
        packages=procurement.packages(ground),
    )


def write(folder: Path, scale: int, say: Say = print) -> dict[str, Any]:
    """Make the world and write `tables/*.csv`, `api/*.json`, `drop/*` and `ground_truth.json`; return the answers."""
    world = make(scale)
    for name in ("tables", "api", "drop"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    say(f"{world.pembayaran.table.num_rows:,} payments made")
    sums = workbook.write(world.proyek, folder / "drop")
    revenue.write(world.pendapatan, folder / "drop")
    procurement.write(world.kontrak.table, folder / "api" / "kontrak.json")
    procurement.write(world.packages, folder / "api" / "paket.json")
    truth = _answers(world, sums, scale)
    for name, table in _tables(world).items():
        csv.write_csv(table, str(folder / "tables" / f"{name}.csv"))
    (folder / "ground_truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return truth


def _damaged_codes(table: Any) -> Damage:
    harm = Damage(dataset="referensi-kode", system="keuangan", table=table, key=("jenis", "kode", "versi_nomenklatur"))
    unused = np.asarray(pc.equal(table["versi_nomenklatur"], "900.1-2850/2025"))
    harm.apply(Case(name="uraian kosong", rule="required uraian", count=1, column="uraian", value=None), unused)
    harm.copy(Case(name="baris ganda", rule="duplicate", count=1, fate="duplicate"))
    return harm


def _damaged_budget(table: Any) -> Damage:
    harm = Damage(dataset="apbd-anggaran", system="keuangan", table=table,
                  key=("tahun", "tahap", "kode_skpd", "kode_sub_kegiatan", "kode_rekening", "kode_dana"))  # fmt: skip
    harm.apply(
        Case(name="pagu negatif", rule="minimum pagu", count=1, column="pagu", value=lambda old: money(-cents_of(old)))
    )
    harm.apply(
        Case(name="sumber dana tidak dikenal", rule="references kode_dana", count=1, column="kode_dana", value="9.9.99")
    )
    harm.apply(Case(name="dibatalkan", rule="deleted", count=3, fate="deleted", column="dihapus", value=True))
    harm.copy(Case(name="baris ganda", rule="duplicate", count=2, fate="duplicate"))
    return harm


def _damaged_realisation(table: Any) -> Damage:
    harm = Damage(dataset="apbd-realisasi", system="keuangan", table=table,
                  key=("periode", "kode_skpd", "kode_sub_kegiatan", "kode_rekening", "kode_dana"))  # fmt: skip
    over = np.flatnonzero(_above(table))
    harm.note(Case(name="realisasi di atas pagu", rule="realisasi_sd > pagu", count=len(over), fate="warned"), over)
    harm.taken.update(map(int, over))
    harm.apply(Case(name="bulan ke-13", rule="pattern periode", count=1, column="periode", value="2026-13"))
    harm.apply(Case(name="rekening tidak dikenal", rule="references kode_rekening", count=1, column="kode_rekening",
                    value="5.1.02.99.99.9999"))  # fmt: skip
    harm.apply(Case(name="SKPD kosong", rule="required kode_skpd", count=1, column="kode_skpd", value=None))
    harm.apply(Case(name="dibatalkan", rule="deleted", count=2, fate="deleted", column="dihapus", value=True))
    harm.copy(Case(name="baris ganda", rule="duplicate", count=4, fate="duplicate"))
    return harm


def _above(table: Any) -> Bools:
    spending = pc.starts_with(table["kode_rekening"], "5")
    return np.asarray(pc.and_(spending, pc.greater(table["realisasi_sd"], table["pagu"])))


def _tables(world: World) -> dict[str, Any]:
    """The tables of the ledger by name; decimals as text, so that CSV holds them exactly."""
    harms = {"referensi_kode": world.referensi, "apbd_anggaran": world.anggaran, "apbd_realisasi": world.realisasi,
             "pembayaran": world.pembayaran}  # fmt: skip
    return {name: _spelt(harm.table) for name, harm in harms.items()} | {"buku_besar": _spelt(_books(world))}


def _spelt(table: Any) -> Any:
    for at, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(at, field.name, table[field.name].cast(pa.string()))
    return table


def _books(world: World) -> Any:
    """The signed sums by book, year, month and office (revenue: account), of every row but copies and deleted ones."""
    months = {"pembayaran": _sp2d_month(world.pembayaran.table), "realisasi": world.realisasi.table["bulan"],
              "pendapatan": world.pendapatan.table["bulan"]}  # fmt: skip
    parts = [
        _book("pembayaran", world.pembayaran, "nilai_bruto", month=months["pembayaran"], place="kode_skpd"),
        _book("realisasi", world.realisasi, "realisasi_bulan", month=months["realisasi"], place="kode_skpd"),
        _book("pendapatan", world.pendapatan, "bayar", month=months["pendapatan"], place="kode_rekening"),
    ]
    stage = np.array(world.anggaran.table["tahap"].to_pylist())
    for name in ("murni", "perubahan"):
        none = pa.nulls(len(stage), pa.int64())
        parts.append(
            _book(f"anggaran {name}", world.anggaran, "pagu", month=none, place="kode_skpd", only=stage == name)
        )
    return pa.concat_tables(parts)


def _sp2d_month(table: Any) -> Any:
    """The month as the number of the payment order says it (the date may be damaged)."""
    return pc.struct_field(pc.extract_regex(table["nomor_sp2d"], r"/(?P<m>\d{1,2})/\d{4}$"), "m").cast(pa.int64())


def _book(name: str, harm: Damage, measure: str, *, month: Any, place: str, only: Bools | None = None) -> Any:
    fate = answers.fates(harm)
    counted = ~np.isin(fate, ["duplicate", "deleted"])
    rows = pa.table({
        "tahun": harm.table["tahun"].cast(pa.int64()), "bulan": month.cast(pa.int64()), "kode": harm.table[place],
        "cents": pa.array(answers.exact(harm.table, measure)),
    }).filter(pa.array(counted if only is None else counted & only))  # fmt: skip
    sums = rows.group_by(["tahun", "bulan", "kode"], use_threads=False).aggregate(
        [("cents", "sum"), ("cents", "count")]
    )
    sums = sums.sort_by([("tahun", "ascending"), ("bulan", "ascending"), ("kode", "ascending")])
    return pa.table({
        "buku": text([name] * sums.num_rows), "tahun": sums["tahun"], "bulan": sums["bulan"], "kode": sums["kode"],
        "nilai": money(np.asarray(sums["cents_sum"])), "baris": sums["cents_count"],
    })  # fmt: skip


def _answers(world: World, sums: int, scale: int) -> dict[str, Any]:
    harms = [
        world.referensi,
        world.anggaran,
        world.realisasi,
        world.pembayaran,
        world.kontrak,
        world.proyek,
        world.pendapatan,
    ]
    plain = {harm.dataset: answers.fates(harm) for harm in harms}
    who = payments.persons(world.pembayaran.table)
    plain["pembayaran"] = answers.fates(world.pembayaran, who)
    small, cells = answers.small_cells(world.pendapatan, plain["pendapatan"], revenue.SMALLEST)
    plain["pendapatan"] = answers.fates(world.pendapatan, small)
    datasets = {}
    for harm in harms:
        more = {"set_aside": sums} if harm is world.proyek else {}
        more["warned"] = _warned(harm, plain[harm.dataset])
        datasets[harm.dataset] = {
            "rows": answers.counts(plain[harm.dataset], **more),
            **_sums(harm, plain[harm.dataset]),
        }
    hidden = world.pembayaran.table.filter(pa.array(plain["pembayaran"] == "withheld"))
    datasets["pembayaran"]["persons_withheld"] = len(pc.unique(hidden["npwp_penerima"]))
    alone = _single(world.kontrak.table) & (plain["kontrak"] == "published")
    datasets["kontrak"]["rows_redacted"] = int(alone.sum())
    datasets["pendapatan"] |= cells
    return answers.key(datasets, harms, _everybody(world), scale)


def _sums(harm: Damage, fate: Any) -> dict[str, Any]:
    measure = {"apbd-anggaran": ("pagu", "tahap"), "apbd-realisasi": ("realisasi_bulan", ""), "pembayaran": ("nilai_bruto", ""),
               "kontrak": ("nilai_kontrak", ""), "pendapatan": ("bayar", "")}.get(harm.dataset)  # fmt: skip
    if not measure:
        return {}
    column, also = measure
    by = harm.table["tahun_anggaran" if harm.dataset == "kontrak" else "tahun"].cast(pa.string())
    by = pc.binary_join_element_wise(by, harm.table[also], " ") if also else by
    return {"measure": column, "totals": answers.totals(fate, answers.exact(harm.table, column), by)}


def _single(table: Any) -> Bools:
    return np.asarray(pc.equal(table["bentuk_usaha_penyedia"], "Orang/Konsultan Perseorangan"))


def _warned(harm: Damage, fate: Any) -> int:
    """Published rows that break a rule that only warns."""
    if harm.dataset == "proyek":
        return int((_critical(harm.table) & (fate == "published")).sum())
    return sum(1 for seeded in harm.fate.values() if seeded == "warned")


def _critical(table: Any) -> Bools:
    """Permen PU 07/PRT/M/2011: late by more than 10 % up to a plan of 70 %, by more than 5 % above it."""
    plan, late = (answers.exact(table, f"fisik_{name}") for name in ("rencana", "deviasi"))
    return np.where(plan <= 7000, late < -1000, late < -500)  # hundredths of a per cent


def _everybody(world: World) -> dict[str, Any]:
    alone = pc.is_in(world.payees.table["jenis"], text(["Orang Pribadi", "Pegawai", "Usaha Perorangan"]))
    natural = world.payees.table.filter(alone)
    author = pa.table({"name": text([workbook.AUTHOR, workbook.SIGNATURE[0]])})
    return answers.persons(
        (natural, {"nama": "name", "nik": "nik", "nip": "nip", "rekening": "account", "telepon": "phone"}),
        (world.pendapatan.table, {"nama_wp": "name", "nik": "nik", "npwpd": "npwpd", "alamat": "address"}),
        (world.kontrak.table, {"wakil_sah_penyedia": "name", "nama_ppk": "name", "nip_ppk": "nip"}),
        (world.proyek.table, {"pptk": "name", "nip_pptk": "nip"}),
        (author, {"name": "name"}),
    )
