"""The e-Monev workbook of one month: what a person gets to see, and a machine must find its way in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from examples.kabupaten.defects import Damage
from examples.kabupaten.payments import MONTHS
from examples.kabupaten.progress import spelt

AUTHOR = "Wulan Contohwati"  # left in the properties of every workbook, as real ones have it
HEAD, SIGNATURE = "Kepala Badan Perencanaan Pembangunan Daerah", ("Hadi Teladanwan", "NIP 197001011995031001")
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("", "No", "", ""), ("kode_skpd", "Perangkat Daerah", "Kode", ""), ("nama_skpd", "Perangkat Daerah", "Nama", ""),
    ("proyek_id", "Proyek", "ID", ""), ("nama_proyek", "Proyek", "Nama Paket", ""),
    ("kode_sub_kegiatan", "Proyek", "Kode Sub Kegiatan", ""), ("kontrak_id", "Kontrak", "ID Kontrak", ""),
    ("penyedia", "Kontrak", "Penyedia", ""), ("nilai_kontrak", "Kontrak", "Nilai (Rp)", ""),
    ("kecamatan", "Lokasi", "Kode Kecamatan", ""), ("lintang", "Lokasi", "Koordinat", "Lintang"),
    ("bujur", "Lokasi", "Koordinat", "Bujur"), ("fisik_rencana", "Progres", "Fisik (%)", "Rencana"),
    ("fisik_realisasi", "Progres", "Fisik (%)", "Realisasi"), ("fisik_deviasi", "Progres", "Fisik (%)", "Deviasi"),
    ("keuangan_rencana", "Progres", "Keuangan (%)", "Rencana"), ("keuangan_realisasi", "Progres", "Keuangan (%)", "Realisasi"),
    ("keuangan_deviasi", "Progres", "Keuangan (%)", "Deviasi"), ("dibayar", "Dibayar s.d. Bulan Ini (Rp)", "", ""),
    ("permasalahan", "Permasalahan", "", ""), ("pptk", "PPTK", "Nama", ""), ("nip_pptk", "PPTK", "NIP", ""),
)  # fmt: skip
SUMMED = {"nilai_kontrak": 8, "dibayar": 18}
NAME = 4
HEADER_ROW, FIRST_ROW = 5, 9  # 0-based


def write(harm: Damage, folder: Path) -> int:
    """All months; return how many rows with sums they have."""
    sums = 0
    for period in sorted(set(harm.table["periode"].to_pylist())):
        rows = harm.table.filter(pc.equal(harm.table["periode"], period))
        rows = rows.sort_by([("kode_skpd", "ascending"), ("proyek_id", "ascending")]).to_pylist()
        sums += _month(folder / f"emonev_{period}.xlsx", period, rows)
    return sums


def _month(file: Path, period: str, rows: list[dict[str, Any]]) -> int:
    import xlsxwriter  # noqa: PLC0415 (0.1 s that a warm start need not spend)

    book = xlsxwriter.Workbook(str(file), {"strings_to_numbers": False})
    moment = datetime(int(period[:4]), int(period[5:]), 28, 9, tzinfo=UTC).replace(tzinfo=None)
    book.set_properties({"author": AUTHOR, "created": moment, "company": "Pemerintah Kabupaten Contoh"})
    sheet = book.add_worksheet("Laporan")
    bold = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    year, month = period.split("-")
    for at, title in enumerate(("PEMERINTAH KABUPATEN CONTOH", "LAPORAN KEMAJUAN FISIK DAN KEUANGAN",
                                f"BULAN : {MONTHS[int(month) - 1].upper()} {year}")):  # fmt: skip
        sheet.merge_range(at, 0, at, len(COLUMNS) - 1, title, bold)
    _header(sheet, bold)
    sums = _body(sheet, rows)
    book.close()
    return sums


def _header(sheet: Any, bold: Any) -> None:
    """Three rows: a group spans its columns, and a name without a third level spans the rows below it."""
    for level in range(3):
        at = 0
        while at < len(COLUMNS):
            end = at
            while end + 1 < len(COLUMNS) and COLUMNS[end + 1][1 : level + 2] == COLUMNS[at][1 : level + 2]:
                end += 1
            _name(sheet, bold, level, at, end)
            at = end + 1
    for at in range(len(COLUMNS)):
        sheet.write_string(HEADER_ROW + 3, at, f"({at + 1})", bold)


def _name(sheet: Any, bold: Any, level: int, at: int, end: int) -> None:
    words = COLUMNS[at][1:]
    if not words[level]:
        return
    below = next((n for n in range(level + 1, 3) if words[n]), 3)
    top, bottom = HEADER_ROW + level, HEADER_ROW + below - 1
    if (top, at) == (bottom, end):
        sheet.write_string(top, at, words[level], bold)
    else:
        sheet.merge_range(top, at, bottom, end, words[level], bold)


def _body(sheet: Any, rows: list[dict[str, Any]]) -> int:
    """The rows by office, a sum below each, the sum of all, and the signature; the office stands in its first row only."""
    at, sums, office = FIRST_ROW, 0, ""
    for number, row in enumerate(rows):
        sheet.write_number(at, 0, number + 1)
        for column, (name, *_) in enumerate(COLUMNS):
            if name and not (name.endswith("_skpd") and row["kode_skpd"] == office):
                _cell(sheet, at, column, name, row[name])
        office, at = row["kode_skpd"], at + 1
        if number + 1 == len(rows) or rows[number + 1]["kode_skpd"] != office:
            _sum(sheet, at, f"JUMLAH {row['nama_skpd'].upper()}", [one for one in rows if one["kode_skpd"] == office])
            at, sums = at + 1, sums + 1
    _sum(sheet, at, "JUMLAH TOTAL", rows)
    for line, words in enumerate(("Contoh, akhir bulan", HEAD, *SIGNATURE), 1):
        sheet.write_string(at + line, len(COLUMNS) - 3, words)
    return sums + 1


def _cell(sheet: Any, at: int, column: int, name: str, value: str) -> None:
    """Whole percentages are numbers, everything else is text, as the real export mixes them."""
    whole = value.endswith(",00") and value[:-3].isdigit() and value != "0,00"
    if whole and name not in SUMMED:
        sheet.write_number(at, column, int(value[:-3]))
    else:
        sheet.write_string(at, column, value)


def _sum(sheet: Any, at: int, title: str, rows: list[dict[str, Any]]) -> None:
    sheet.write_string(at, NAME, title)
    for name, column in SUMMED.items():
        total = sum(int(row[name].replace(".", "").replace(",", "")) for row in rows)
        sheet.write_string(at, column, spelt(total))
