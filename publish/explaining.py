"""`terang explain`: what a column is, why, what is done to it and what was measured, for an officer; in English or Indonesian.

Examples are invented, counts are of what readers have already. Nothing of a raw table is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from assets.column import MEANING, Column
from assets.contract import Contract
from assets.past.links import linking
from assets.past.records import one_by_one
from assets.privacy import AnyTechnique
from assets.privacy.anonymise import Anonymise
from assets.privacy.generalise import Generalise
from assets.privacy.levels import HIDDEN, Level
from assets.privacy.redact import Redact
from assets.settings import Settings
from assets.sql import name, text
from publish.release import Release, latest
from publish.rows import parquet
from quality import gates

INDONESIAN: Final[Mapping[str, str]] = {
    "direct_id": "menunjuk satu orang: nama, nomor identitas atau pajak, rekening, telepon, surel",
    "org_id": "menyebut badan; pada baris tentang orang, menyebut orang itu",
    "quasi_id": "bersama kolom lain menunjuk sedikit orang: tempat, umur, jenis kelamin, pekerjaan, tanggal tepat",
    "sensitive": "kesehatan, keyakinan, keuangan pribadi dan sejenisnya (UU 27/2022 Pasal 4; GDPR Pasal 9)",
    "personal_amount": "jumlah yang diterima atau terutang oleh satu orang",
    "free_text": "kata-kata yang diketik seseorang",
    "controlled_text": "kata dari daftar yang disebut kontrak",
    "code": "kode resmi menurut pola atau daftar",
    "public": "fakta tentang badan publik atau tindakannya",
    "public_measure": "angka tentang uang atau pekerjaan publik",
    "linkage_key": "menghubungkan baris tentang orang yang sama ke tabel lain",
    "internal": "hanya untuk kantor; tidak pernah keluar",
}
DONE: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "none": "published as it is",
        "drop": "the column is left out of everything public",
        "redact": "a fixed text with the reason stands in place of the value",
        "pseudonym": "a code stands in its place: the same id always has the same one here, and without the key nobody gets back",
        "generalise": "a coarser value is shown, which more people share",
        "anonymise": "as coarse as needed, so that enough persons share what is shown; where that is too few, a star",
        "persons": "only in rows about a person",
        "group": "not shown row by row: only sums of groups are",
        "sum": "only as sums of groups; those of too few persons are withheld",
        "withheld": "rows about a person are left out whole, and counted",
    },
    "id": {
        "none": "diterbitkan apa adanya",
        "drop": "kolom ini tidak ikut dalam apa pun yang terbuka",
        "redact": "teks tetap dengan alasannya menggantikan nilai",
        "pseudonym": "kode menggantikannya: id yang sama selalu mendapat kode yang sama di sini, tanpa kunci tidak dapat dibalik",
        "generalise": "yang ditampilkan nilai yang lebih kasar, yang dimiliki lebih banyak orang",
        "anonymise": "sekasar yang perlu, agar cukup banyak orang sama tampilannya; bila masih terlalu sedikit, bintang",
        "persons": "hanya pada baris tentang orang",
        "group": "tidak ditampilkan per baris: hanya jumlah kelompok",
        "sum": "hanya sebagai jumlah kelompok; kelompok yang terlalu sedikit orangnya ditahan",
        "withheld": "baris tentang orang tidak ikut sama sekali, dan dihitung",
    },
}
WITHIN: Final[Mapping[str, str]] = {"exact": "2026-03-17", "month": "2026-03", "year": "2026", "decade": "2020-2029"}
GATES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "declare": "only declared columns",
        "unname": "nothing that names a person",
        "protected": "every cell was protected",
        "scan": "nothing that looks personal",
        "recognise": "no person of the extract",
        "crowd": "enough persons share it",
        "reckon": "no small group can be reckoned",
        "subtract": "nothing of few by comparing releases",
        "link": "no person's rows can be joined with another dataset's",
        "hold": "the contract's rules hold",
        "balance": "all is accounted for",
        "stay_down": "nothing that was taken down",
    },
    "id": {
        "declare": "hanya kolom yang dinyatakan",
        "unname": "tidak ada yang menyebut orang",
        "protected": "setiap sel terlindungi",
        "scan": "tidak ada yang tampak pribadi",
        "recognise": "tidak ada orang dari data sumber",
        "crowd": "cukup banyak orang memilikinya",
        "reckon": "kelompok kecil tidak dapat dihitung",
        "subtract": "perbandingan terbitan tidak mengungkap segelintir orang",
        "link": "baris tentang orang tidak dapat digabungkan dengan dataset lain",
        "hold": "aturan kontrak dipenuhi",
        "balance": "semua dipertanggungjawabkan",
        "stay_down": "tidak ada yang sudah ditarik",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One column; `example` is a made-up value and what readers would see of it. `measured` counts what readers have."""

    column: str
    label: str
    class_: str
    meaning: str
    purpose: str | None
    basis: str | None
    technique: str
    done: str
    example: tuple[str, str] | None
    gates: tuple[str, ...]
    version: str | None
    measured: Mapping[str, int]


def explain(contract: Contract, settings: Settings, columns: list[str], *, language: str) -> list[Explained]:
    """These columns of the dataset, or all of them."""
    release = latest(contract, settings)
    chosen = [column for column in contract.columns if not columns or column.name in columns]
    return [_explained(contract, column, release, language) for column in chosen]


def _explained(contract: Contract, column: Column, release: Release | None, language: str) -> Explained:
    words, technique = DONE[language], column.technique
    purpose = column.purpose or contract.purpose
    how = technique.technique if technique else "none"
    shown = column.name in {one.name for one in contract.public_columns}
    return Explained(
        column=column.name,
        label=column.label.said_in(language),
        class_=column.class_,
        meaning=(INDONESIAN if language == "id" else MEANING)[column.class_],
        purpose=purpose.said_in(language) if purpose else None,
        basis=column.basis or contract.basis,
        technique=how,
        done=_done(contract, column, words, shown=shown),
        example=_example(technique) if shown else None,
        gates=tuple(
            GATES[language].get(gate, gate) for gate in _names() if _looks(gate, contract, column, shown=shown)
        ),
        version=release.version if release else None,
        measured=_measured(contract, column, release) if release and shown else {},
    )


def _done(contract: Contract, column: Column, words: Mapping[str, str], *, shown: bool) -> str:
    """What becomes of a value, in words."""
    technique, group = column.technique, contract.aggregate
    if group and technique is None and not shown:
        return words["group"]
    if group and column.name in group.sums:
        return words["sum"]
    parts = [words[technique.technique if technique else "none"]]
    parts += [words["persons"]] if technique and technique.rows == "persons" else []
    left_out = shown and contract.persons is not None and contract.persons.rows == "withhold"
    return "; ".join([", ".join(parts), *([words["withheld"]] if left_out else [])])


def _example(technique: AnyTechnique | None) -> tuple[str, str] | None:
    """An invented value, and what is shown of it; the same for every office."""
    if isinstance(technique, Redact):
        return ("Contoh Orang", technique.mark)
    if isinstance(technique, Generalise):
        return _of_level(technique.level)
    if isinstance(technique, Anonymise):
        return _of_level(technique.ladder[-1])
    return ("CONTOH-1", "gkdpmbnaeihcjlofagkd") if technique and technique.needs_key else None


def _of_level(level: Level) -> tuple[str, str]:
    """What a level makes of an invented date, code or number."""
    from assets.duck import duck  # noqa: PLC0415

    if level.to == "hidden":
        return ("CONTOH", HIDDEN)
    if level.to:
        return (WITHIN["exact"], WITHIN[level.to])
    if level.groups is not None:
        group, values = next(iter(level.groups.items()))
        return (values[0], group) if values else ("CONTOH", HIDDEN)
    value: Any = "35.19.05.2001" if level.parts else 37
    with duck() as connection:
        connection.register("cells", pa.table({"cell": [value]}))
        row = connection.execute(f"SELECT CAST({level.sql('cell')} AS VARCHAR) FROM cells").fetchone()
    return (str(value), str(row[0]) if row else HIDDEN)


def _names() -> Iterator[str]:
    return (str(getattr(gate, "__name__", "")) for gate in gates.GATES)


def _looks(gate: str, contract: Contract, column: Column, *, shown: bool) -> bool:
    """Whether that gate looks at this column; one that is not known here looks at every public one."""
    own = {
        "unname": not shown,
        "protected": shown and column.technique is not None,
        "crowd": contract.anonymity is not None
        and (isinstance(column.technique, Anonymise) or column.class_ == "sensitive"),
        "reckon": contract.aggregate is not None
        and column.name in {*contract.aggregate.sums, contract.aggregate.count},
        "subtract": contract.aggregate is not None or isinstance(column.technique, Anonymise),
        "link": shown and one_by_one(contract) and column.name in linking(contract),
        "hold": shown and column.technique is None,
        "recognise": shown or column.class_ == "direct_id",  # whose values are looked for in all others
    }
    return own.get(gate, shown)


def _measured(contract: Contract, column: Column, release: Release) -> dict[str, int]:
    """Counts over the cells that readers have: rows, different values, empty ones, stars and redactions."""
    from assets.duck import duck  # noqa: PLC0415

    table = release.path / f"{contract.name}.parquet"
    if not table.is_file():
        return {}
    with duck() as connection:
        if column.name not in pq.read_schema(table).names:
            return {}
        cell = name(column.name)
        stars, marks = (f"count(*) FILTER (CAST({cell} AS VARCHAR) = {text(mark)})" for mark in (HIDDEN, _mark(column)))
        query = f"SELECT count(*), count(DISTINCT {cell}), count(*) - count({cell}), {stars}, {marks}"
        counted = connection.execute(f"{query} FROM {parquet(table)}").fetchone()
    told = ("rows", "different values", "empty", "stars", "redacted")
    return {what: count for what, count in zip(told, counted or (), strict=True) if count or what == "rows"}


def _mark(column: Column) -> str:
    """What stands in place of a redacted value; of other columns what stands nowhere."""
    return column.technique.mark if isinstance(column.technique, Redact) else ""
