"""Words of our own in public documents, in the languages Terang speaks; all others come from the contract."""

from typing import Final

from assets.column import Column
from assets.contract import Contract
from assets.model import Text

ROW_ID: Final = Text({"id": "Pengenal baris", "en": "Row id"})
ROW_ID_MEANING: Final = Text(
    {
        "id": "Dihitung dari kunci baris: baris yang sama punya pengenal yang sama di setiap rilis.",
        "en": "Computed from the row's key: the same row has the same id in every release.",
    }
)
DATA: Final = Text({"id": "Data", "en": "Data"})
DICTIONARY: Final = Text({"id": "Kamus", "en": "Dictionary"})
HEADINGS: Final = {
    "name": Text({"id": "Kolom", "en": "Column"}),
    "type": Text({"id": "Tipe", "en": "Type"}),
    "label": Text({"id": "Nama", "en": "Label"}),
    "description": Text({"id": "Arti", "en": "Meaning"}),
    "unit": Text({"id": "Satuan", "en": "Unit"}),
    "class": Text({"id": "Kelas", "en": "Class"}),
    "required": Text({"id": "Wajib", "en": "Required"}),
    "constraints": Text({"id": "Batasan", "en": "Constraints"}),
    "protection": Text({"id": "Perlindungan", "en": "Protection"}),
}
_PROTECTION: Final = {
    "redact": Text({"id": "disamarkan dengan alasan", "en": "replaced by a reason"}),
    "pseudonym": Text({"id": "diganti kode yang tetap", "en": "replaced by a constant code"}),
    "generalise": Text({"id": "dibuat lebih umum", "en": "made coarser"}),
    "anonymise": Text(
        {
            "id": "hanya serinci yang dimiliki cukup banyak orang; * di tempat yang tetap terlalu sedikit",
            "en": "only as exact as enough persons share; * where still too few do",
        }
    ),
    "other": Text({"id": "dilindungi", "en": "protected"}),
}
_ABOUT_PERSONS: Final = Text({"id": ", hanya pada baris tentang orang", "en": ", only in rows about a person"})
_GROUPED: Final = Text(
    {
        "id": "dijumlahkan per kelompok; kelompok dengan kurang dari {n} orang tidak ditampilkan",
        "en": "added up by group; groups of fewer than {n} persons are not shown",
    }
)


def protection(contract: Contract, column: Column) -> Text | None:
    """How the values of a column are protected, in words; None where they are published as they are."""
    group = contract.aggregate
    if group and column.name not in group.by:
        return Text({language: words.format(n=group.minimum) for language, words in _GROUPED.root.items()})
    technique = column.technique
    if technique is None:
        return None
    how = _PROTECTION.get(technique.technique, _PROTECTION["other"])
    where = _ABOUT_PERSONS if technique.rows == "persons" else None
    return Text({code: words + (where.said_in(code) if where else "") for code, words in how.root.items()})
