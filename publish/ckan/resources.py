"""The resources of a dataset: one for each file of a release, with ids that are the same for ever and on every portal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from assets.contract import Contract
from assets.model import Text
from assets.store import sha256
from publish import copies
from publish.ckan import dcat
from publish.metadata.licenses import LICENSES

if TYPE_CHECKING:
    from publish.release import Release

NAMESPACE: Final = UUID("6f0c7d0e-3a55-5e0b-9d0a-7e7261e0a9c4")
MARK: Final = "terang_table"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a file of a release is to a reader. `suffix` is the file's name, or how it ends for a file of the data."""

    kind: str
    suffix: str
    format: str
    media_type: str
    name: Text
    about: Text
    standard: str | None = None


def _kind(kind: str, suffix: str, format_: str, media: str, *, name: tuple[str, str], about: tuple[str, str],
          standard: str | None = None) -> Kind:  # fmt: skip
    words = [Text({"id": text[0], "en": text[1]}) for text in (name, about)]
    return Kind(
        kind=kind, suffix=suffix, format=format_, media_type=media, name=words[0], about=words[1], standard=standard
    )


KINDS: Final = (
    _kind(
        "csv", ".csv", "CSV", "text/csv",
        name=("Data (CSV)", "Data (CSV)"),
        about=(
            "Semua baris sebagai teks, dan tabel yang dapat disaring di halaman ini atau lewat API.",
            "All rows as text, and the table that can be filtered on this page or through the API.",
        ),
        standard="https://www.rfc-editor.org/rfc/rfc4180",
    ),
    _kind(
        "parquet", ".parquet", "PARQUET", "application/vnd.apache.parquet",
        name=("Data (Parquet)", "Data (Parquet)"),
        about=(
            "Baris yang sama dengan tipe kolomnya, untuk pengolahan data.",
            "The same rows with the types of their columns, for data work.",
        ),
    ),
    _kind(
        "xlsx", ".xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        name=("Data (Excel)", "Data (Excel)"),
        about=(
            "Baris yang sama sebagai lembar kerja, dengan kamus di lembar kedua.",
            "The same rows as a workbook, with the dictionary on the second sheet.",
        ),
    ),
    _kind(
        "jsonl", ".jsonl", "JSONL", "application/jsonl",
        name=("Data (JSON)", "Data (JSON)"),
        about=("Baris yang sama, satu objek JSON per baris.", "The same rows, one JSON object a line."),
    ),
    _kind(
        "changes", "changes.csv", "CSV", "text/csv",
        name=("Yang berubah", "What changed"),
        about=(
            "Setiap baris yang datang atau pergi dan setiap sel yang berubah terhadap versi sebelumnya.",
            "Each row that came or went, and each cell that is another one than in the version before.",
        ),
    ),
    _kind(
        "dictionary", "dictionary.csv", "CSV", "text/csv",
        name=("Kamus data", "Data dictionary"),
        about=(
            "Arti, tipe, satuan, kelas dan batasan setiap kolom.",
            "Meaning, type, unit, class and constraints of each column.",
        ),
    ),
    _kind(
        "withheld", "withheld.csv", "CSV", "text/csv",
        name=("Yang tidak diterbitkan", "What was withheld"),
        about=(
            "Berapa baris dan berapa rupiah yang tidak diterbitkan, dan mengapa.",
            "How many rows and how much money are not published, and why.",
        ),
    ),
    _kind(
        "explained", "withheld.html", "HTML", "text/html",
        name=("Apa yang tidak ditampilkan dan mengapa", "What was withheld and why"),
        about=(
            "Halaman untuk dibaca: baris dan kolom yang dilindungi, alasannya, dan berapa uangnya.",
            "A page to read: which rows and columns are protected, why, and how much money that is.",
        ),
    ),
    _kind(
        "retired", "retired.csv", "CSV", "text/csv",
        name=("Baris yang tidak terbit lagi", "Rows no longer published"),
        about=(
            "Pengenal baris yang pernah terbit dan tidak lagi, dengan versi terakhirnya. Tidak dipakai untuk baris lain.",
            "Ids of rows that were published once and are no longer, with their last version. No other row gets them.",
        ),
    ),
    _kind(
        "datapackage", "datapackage.json", "JSON", "application/json",
        name=("Deskripsi mesin", "Description for machines"),
        about=(
            "Isi rilis ini menurut Data Package v2: berkas, kolom, tipe, lisensi.",
            "What this release holds, as a Data Package v2: files, columns, types, licence.",
        ),
        standard="https://datapackage.org/profiles/2.0/datapackage.json",
    ),
    _kind(
        "summary", "release.json", "JSON", "application/json",
        name=("Ringkasan rilis", "Summary of the release"),
        about=(
            "Versi, berkas, jumlah baris, dan yang berubah beserta alasannya, untuk mesin.",
            "Version, files, counts of rows, and what changed and why, for machines.",
        ),
    ),
    _kind(
        "checksums", "SHA256SUMS", "TXT", "text/plain",
        name=("Sidik jari berkas", "Checksums"),
        about=("SHA-256 setiap berkas: sha256sum -c sha256sums.", "SHA-256 of each file: sha256sum -c sha256sums."),
    ),
    _kind(
        "evidence", "evidence.json", "JSON", "application/json",
        name=("Bukti pemeriksaan", "Evidence of checks"),
        about=(
            "Pemeriksaan mutu dan pelindungan data pribadi yang dilalui rilis ini.",
            "The checks of quality and of personal data that this release passed.",
        ),
    ),
    _kind(
        "ledger", "ledger.jsonl", "JSONL", "application/jsonl",
        name=("Buku besar rilis", "Ledger of releases"),
        about=(
            "Setiap rilis dengan sidik jari berkasnya; setiap baris terikat pada baris sebelumnya: terang verify.",
            "Each release with the checksums of its files; each line is bound to the one before it: terang verify.",
        ),
    ),
)  # fmt: skip
LEDGER: Final = "ledger"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """A file and the fields of its resource."""

    kind: str
    id: str
    path: Path
    sha256: str
    fields: Mapping[str, Any]

    @property
    def earlier(self) -> bool:
        """Whether it is a file of an earlier version: `csv 2026-10-05`."""
        return " " in self.kind


def resource_id(dataset: str, kind: str) -> str:
    """The id of a dataset's resource: the same on every portal, in every release."""
    return str(uuid5(NAMESPACE, f"terang:{dataset}:{kind}"))


def resources(contract: Contract, release: "Release", languages: Sequence[str]) -> tuple[Resource, ...]:
    """The resources of a release, data first."""
    files = [(kind, _file(release, kind)) for kind in KINDS]
    return tuple(_resource(contract, release, kind, path, languages) for kind, path in files if path.is_file())


def _file(release: "Release", kind: Kind) -> Path:
    if kind.kind == LEDGER:
        return copies.public_ledger(release.path.parent, release.dataset)
    return release.path / (f"{release.dataset}{kind.suffix}" if kind.suffix.startswith(".") else kind.suffix)


def _resource(contract: Contract, release: "Release", kind: Kind, path: Path, languages: Sequence[str]) -> Resource:
    digest, day = _sha256(release, path), release.version[:10]
    fields = {
        **translated("name", kind.name, languages),
        **translated("description", kind.about, languages),
        "format": kind.format,
        "mimetype": kind.media_type,
        "size": path.stat().st_size,
        "hash": digest,
        "hash_algorithm": dcat.SHA256,
        "license": LICENSES[contract.license].eu,
        "issued": day,
        "modified": day,
        "language": dcat.languages(languages),
        "conforms_to": [kind.standard] if kind.standard else [],
        "terang_version": release.version,
    }
    return Resource(
        kind=kind.kind,
        id=resource_id(contract.name, kind.kind),
        path=path,
        sha256=digest,
        fields={name: value for name, value in fields.items() if value not in ([], "")},
    )


def _sha256(release: "Release", path: Path) -> str:
    """As the release says; the list of checksums can't hold its own."""
    return str(release.files[path.name]["sha256"]) if path.name in release.files else sha256(path)


def translated(field: str, text: Text, languages: Sequence[str]) -> dict[str, str]:
    """A field in the portal's first language, and `<field>_<language>` for each other."""
    first, *others = languages
    more = {f"{field}_{code}": text.root[code] for code in others if code in text.root}
    return {field: text.said_in(first), **more}
