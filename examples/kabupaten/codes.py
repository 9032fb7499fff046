"""The code lists of the ledger: accounts, programmes, offices, sources of funds and districts, with every parent."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from examples.kabupaten.columns import listed, moments, text

OLD, NEW = "900.1.15.5-3406/2024", "900.1-2850/2025"
NO_PROGRAMME = "0.00.00.0.00.0000"  # revenue and financing have no programme
SUPPORT = (
    ("2.02.0001", "Penyediaan Gaji dan Tunjangan ASN"),
    ("2.06.0002", "Penyediaan Peralatan dan Perlengkapan Kantor"),
    ("2.06.0009", "Penyelenggaraan Rapat Koordinasi dan Konsultasi SKPD"),
    ("2.08.0002", "Penyediaan Jasa Komunikasi, Sumber Daya Air dan Listrik"),
    ("2.09.0002", "Penyediaan Jasa Pemeliharaan Kendaraan Dinas Operasional"),
)
ACTIVITIES = {"2.02": "Administrasi Keuangan Perangkat Daerah", "2.06": "Administrasi Umum Perangkat Daerah",
              "2.08": "Penyediaan Jasa Penunjang Urusan Pemerintahan Daerah",
              "2.09": "Pemeliharaan Barang Milik Daerah Penunjang Urusan"}  # fmt: skip
TECHNICAL = (("2.01.0001", "Penyediaan"), ("2.01.0002", "Peningkatan"), ("2.01.0003", "Pemeliharaan"),
             ("2.02.0001", "Pembinaan"))  # fmt: skip
FIELDS = {"0": "Nonprogram", "1": "Urusan Wajib Pelayanan Dasar", "2": "Urusan Wajib Nonpelayanan Dasar",
          "3": "Urusan Pilihan", "4": "Unsur Pendukung", "5": "Unsur Penunjang", "6": "Unsur Pengawasan",
          "7": "Unsur Kewilayahan"}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """An SKPD or a sub unit: its code, name, main field, size and what it works on."""

    code: str
    name: str
    field: str
    size: float
    subjects: tuple[str, ...]

    @property
    def main(self) -> bool:
        """Whether it is an SKPD itself, and not a sub unit of one."""
        return self.code.endswith(".0000")


@dataclass(frozen=True, kw_only=True, slots=True)
class Codes:
    """The lists, and the table `referensi_kode` made of them."""

    offices: tuple[Office, ...]
    accounts: dict[str, str]
    payee_of: dict[str, str]
    activities: dict[str, str]
    table: Any

    @property
    def office_names(self) -> list[str]:
        """The names of all offices in order of their codes."""
        return [office.name for office in self.offices]

    @property
    def districts(self) -> list[str]:
        """The codes of the twelve districts."""
        return [code for code, _ in listed("wilayah") if code.count(".") == 2]  # province.regency.district


def codes() -> Codes:
    """Every list, the same each time."""
    offices = tuple(_offices())
    accounts = {code: name for code, name, _ in listed("rekening")}
    activities = _activities(offices)
    return Codes(
        offices=offices,
        accounts=accounts,
        payee_of={code: payee for code, _, payee in listed("rekening") if payee},
        activities=activities,
        table=_table(offices, accounts, activities),
    )


def _offices() -> list[Office]:
    found = []
    for code, name, field, _, size, unit, units, subjects in listed("skpd"):
        about = tuple(subjects.split("|"))
        found.append(Office(code=code, name=name, field=field, size=float(size), subjects=about))
        found += [
            Office(
                code=f"{code[:-4]}{n:04d}", name=f"{unit} {n}", field=field, size=float(size) / 12, subjects=about[:1]
            )
            for n in range(1, int(units) + 1)
        ]
    return sorted(found, key=lambda office: office.code)


def _activities(offices: tuple[Office, ...]) -> dict[str, str]:
    """The programme tree with all its levels: field, area, programme, activity, sub activity."""
    tree = {NO_PROGRAMME: "Pendapatan dan Pembiayaan (tanpa program)"}
    areas = {field: name for _, _, field, name, *_ in listed("skpd")}
    for office in (office for office in offices if office.main):
        area = office.field
        tree |= {area[0]: FIELDS[area[0]], area: f"Bidang {areas[area]}"}
        tree[f"{area}.01"] = "Program Penunjang Urusan Pemerintahan Daerah Kabupaten/Kota"
        tree |= {f"{area}.01.{code}": name for code, name in ACTIVITIES.items()}
        tree |= {f"{area}.01.{code}": name for code, name in SUPPORT}
        for number, subject in enumerate(office.subjects, _first_programme(office)):
            tree |= _programme(f"{area}.{number:02d}", subject)
    parents = {NO_PROGRAMME[:n]: "Nonprogram" for n in (1, 4, 7, 12)}
    return dict(sorted((tree | parents).items()))


def _first_programme(office: Office) -> int:
    """Offices that share an area have programmes of their own: the second office's follow the first's."""
    return 2 + 3 * (int(office.code[15:17]) - 1) if office.field == "1.05" else 2


def _programme(code: str, subject: str) -> dict[str, str]:
    return {
        code: f"Program Pengelolaan {subject.title()}",
        f"{code}.2.01": f"Penyelenggaraan {subject}",
        f"{code}.2.02": f"Pembinaan {subject}",
        **{f"{code}.{tail}": f"{verb} {subject}" for tail, verb in TECHNICAL},
    }


def sub_activities(office: Office) -> tuple[list[str], list[str]]:
    """The codes of an office's own sub activities: those that support it, and those of its task."""
    support = [f"{office.field}.01.{code}" for code, _ in SUPPORT]
    programmes = range(_first_programme(office), _first_programme(office) + len(office.subjects))
    return support, [f"{office.field}.{number:02d}.{code}" for number in programmes for code, _ in TECHNICAL]


def _table(offices: tuple[Office, ...], accounts: dict[str, str], activities: dict[str, str]) -> Any:
    rows = [
        *_rows("rekening", accounts, _cut),
        *_rows("program", activities, _activity_parent),
        *_rows("skpd", {office.code: office.name for office in offices}, _office_parent),
        *_rows("dana", dict(_pairs("dana")), _cut),
        *_rows("wilayah", dict(_pairs("wilayah")), _cut),
    ]
    for at in range(45, 640, 50):
        rows.append(_renamed(rows[at]))
        rows[at] = (*rows[at][:-1], "2025-12-31")
    kind, code, parent, level, label, version, start, end = zip(*rows, strict=True)
    count = len(rows)
    changed = moments(np.where(np.array(version) == NEW, 360, 0), np.full(count, 8 * 3600))
    return pa.table({
        "jenis": text(kind), "kode": text(code), "kode_induk": text(parent), "level": pa.array(level, pa.int32()),
        "uraian": text(label), "versi_nomenklatur": text(version), "berlaku_dari": text(start).cast(pa.date32()),
        "berlaku_sampai": text(end).cast(pa.date32()), "diubah_pada": changed, "dihapus": pa.array([False] * count),
    })  # fmt: skip


def _pairs(name: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in listed(name)]


def _cut(code: str) -> str | None:
    return code.rpartition(".")[0] or None


def _activity_parent(code: str) -> str | None:
    """The activity's own code has two parts ("2.01"), so its parent is two parts shorter."""
    parts = code.split(".")
    return ".".join(parts[: -2 if len(parts) == 5 else -1]) or None  # field.area.programme + 2


def _office_parent(code: str) -> str | None:
    return None if code.endswith(".0000") else f"{code[:-4]}0000"


def _rows(kind: str, names: dict[str, str], parent: Any) -> list[tuple[Any, ...]]:
    level: dict[str | None, int] = {None: 0}
    rows = []
    for code in sorted(names):
        level[code] = level[parent(code)] + 1
        rows.append((kind, code, parent(code), level[code], names[code], OLD, "2025-01-01", None))
    return rows


def _renamed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    kind, code, parent, level, label, *_ = row
    return (kind, code, parent, level, f"{label} (nomenklatur 2026)", NEW, "2026-01-01", None)
