"""Words that headers of finance offices use, and what they say of a column. Indonesian and English."""

import re


def listed(words: str) -> frozenset[str]:
    """Words parted by spaces."""
    return frozenset(words.split())


CODE = listed(
    "kode kd id no nomor number num code ref reference ocid nip nik npwp npwpd akun rekening mak postcode zip kodepos "
    "kdprov kdpemda kdakun kdkelompok kdjenis kdobjek phone telp hp isbn uid slug key"
)
MEASURE = listed(
    "pagu nilai jumlah anggaran realisasi belanja harga total sisa hps pendapatan saldo potongan volume rincian amount "
    "value budget cost price sum expenditure revenue spending importe plan tekuci izvrsenje plafon penawaran kontrak "
    "operasi modal transfer btt pengadaan balance payment debit kredit credit outstanding billing"
)
YEAR = listed("tahun year thn ano godina annee jahr fiscal")
MONTH = listed("bulan month bln")
PERCENT = listed("persen persentase percent percentage pct presentase")
CHANGED = listed("diubah updated modified changed berubah update")
DELETED = listed("dihapus deleted hapus removed")
_CURRENCIES = {"rp": "IDR", "rupiah": "IDR", "idr": "IDR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "rands": "ZAR"}


def words_of(name: str) -> list[str]:
    """The words of a column's name."""
    return [word for word in re.split(r"[^a-z]+", name) if word]


def says(name: str, words: frozenset[str]) -> bool:
    """Whether one of the words stands in the name."""
    return not words.isdisjoint(words_of(name))


def is_amount(name: str) -> bool:
    """Whether it holds amounts: it says so, or it is a year beside other years."""
    return says(name, MEASURE) or re.fullmatch(r"n?(?:19|20)\d\d(?:_\d{2,4})?", name) is not None


def unit_of(name: str) -> str | None:
    """The currency that the name says."""
    return next((_CURRENCIES[word] for word in words_of(name) if word in _CURRENCIES), None)
