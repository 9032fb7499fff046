"""What a column holds: found by reading all of it, and what may be about people is said with its reason."""

from collections.abc import Mapping

import pyarrow as pa
import pytest

from assets.propose.codes import pattern_of
from assets.propose.columns import described
from assets.propose.headers import label_of, names_of
from assets.propose.mask import masked
from assets.propose.profile import Profile, profile
from assets.propose.proposal import Column

PATTERNS = {"rekening": r"\d(\.\d+)*", "rekening_rinci": r"\d\.\d\.\d{2}"}


def profiled(texts: list[str]) -> Profile:
    """These texts as a column."""
    return profile("x", pa.chunked_array([pa.array(texts, pa.string())]))


def column(name: str, *texts: str, patterns: Mapping[str, str] | None = None) -> Column:
    """What is found out about these texts under this name."""
    blank = Column(name=name, title=name, label=name, type="string")
    return described(profiled(list(texts)), blank, patterns=patterns or {}, timezone="Asia/Jakarta")


def notation(found: Column) -> dict[str, object]:
    """What its notation has that is not the usual."""
    return found.values.model_dump(exclude_defaults=True) if found.values else {}


@pytest.mark.parametrize(("texts", "type_", "values"), [
    (("1.234.567,89", "2,00"), "decimal(20,2)", {"decimal": ",", "thousands": "."}),
    (("301300", "184,904.05"), "decimal(20,2)", {"thousands": ","}),
    (("1.234", "12.500"), "decimal(20,2)", {"decimal": ",", "thousands": "."}),
    (("1,234", "12,500"), "decimal(20,2)", {"thousands": ","}),
    (("0.125", "0.250"), "decimal(20,3)", {}),
    (("(1.000,00)", "2,00"), "decimal(20,2)", {"decimal": ",", "thousands": ".", "negative": "parentheses"}),
    (("1 234,5", "-2"), "decimal(20,2)", {"decimal": ",", "thousands": " "}),
    (("12", "-"), "decimal(20,2)", {"nulls": ("", "-")}),
])  # fmt: skip
def test_numbers_are_read_in_the_notation_that_fits_all(
    texts: tuple[str, ...], type_: str, values: dict[str, object]
) -> None:
    """Points and commas by what they part, negative numbers and marks for "nothing" as they are written."""
    found = column("pagu", *texts)
    assert (found.type, notation(found), found.hint) == (type_, values, "public_measure")


def test_what_could_be_read_in_two_ways_is_said() -> None:
    """1.234 may be thousands, 01/02/2025 may be February."""
    assert "thousandths" in column("pagu", "1.234", "2.500").remarks[0]
    assert "month, then day fits as well" in column("tanggal", "01/02/2025", "03/04/2025").remarks[0]
    assert column("tanggal", "01/02/2025", "25/04/2025").remarks == ()


@pytest.mark.parametrize(("texts", "type_", "values"), [
    (("2025-01-31",), "date", {}),
    (("31/01/2025", "01/02/2025"), "date", {"dates": ("%d/%m/%Y",)}),
    (("1/31/2025", "12/01/2025"), "date", {"dates": ("%m/%d/%Y",)}),
    (("24 October 2011",), "date", {"dates": ("%d %B %Y",)}),
    (("2025-01-22 12:31:28", "2025-03-18T00:00:00.000000Z", "Sep 22, 2025, 12:00:00AM", "2025-06-21"), "datetime",
     {"datetimes": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%b %d, %Y, %I:%M:%S%p", "%Y-%m-%d"),
      "timezone": "Asia/Jakarta"}),
])  # fmt: skip
def test_dates_are_read_in_the_fewest_formats_that_fit_all(
    texts: tuple[str, ...], type_: str, values: dict[str, object]
) -> None:
    """Also where one column mixes four of them."""
    found = column("tanggal", *texts)
    assert (found.type, notation(found)) == (type_, values)


def test_numbers_that_only_name_something_stay_text() -> None:
    """Leading zeros, and what its name calls a code, keep their digits."""
    assert column("column_1", "11", "11.01", "11.01.01.2001").hint == "code"
    for name, texts in (("kdprov", ("00", "01", "11")), ("kd_tender", ("10002513000",)), ("wilayah", ("01", "12"))):
        assert (column(name, *texts).type, column(name, *texts).hint) == ("string", "code")


def test_a_pattern_fits_every_code() -> None:
    """The office's own where one fits, the narrowest; else one made from the shapes."""
    codes = ["5.1.02", "5.2.01"]
    assert column("kode_rekening", *codes, patterns=PATTERNS).pattern == "rekening_rinci"
    assert column("kode", "D107", "K34").pattern == r"[A-Z]\d{2,3}"
    assert column("kd_satker", "59774", "152339").pattern == r"\d{5,7}"
    assert column("kd_tender", "10002513000", "999999999").pattern == r"\d{9,11}"
    assert pattern_of(profiled(["11", "11.01", "11.01.01.2001"]), {}) == r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?\.?"
    assert pattern_of(profiled(["1.2", "1.20.3", "1.03."]), {}) == r"\d\.\d{1,2}(\.\d)?\.?"


def test_a_short_list_is_a_list_and_names_are_none() -> None:
    """Few words, each often, become `enum`; a column that looks like people never does."""
    assert column("jenis", *["Modal", "Operasi"] * 5).enum == ("Modal", "Operasi")
    assert column("nama_ppk", *["Budi Contoh", "Siti Contoh"] * 5).enum is None


def test_years_months_and_shares_get_their_bounds() -> None:
    """Ranges only where a name says what the numbers are."""
    assert (column("tahun_anggaran", "2024", "2025").type, column("tahun", "2024").maximum) == ("integer", "2099")
    assert (column("bulan", "1", "12").minimum, column("bulan", "1", "12").maximum) == ("1", "12")
    assert column("realisasi_persen", "15.13", "99.9").minimum == "0"
    assert column("selisih", "-1", "5").minimum is None


@pytest.mark.parametrize(("name", "texts", "reason"), [
    ("nomor", ("3201011505900001", "3201014505900002"), "NIK"),
    ("catatan", ("196608011988031001",), "NIP"),
    ("kontak", ("nobody@example.org",), "e-mail"),
    ("telp", ("0812-0000-0000",), "mobile"),
    ("nama_wp", ("Budi Contoh", "Siti Contoh Dua"), "names"),
    ("nama_ppk", ("CONTOH, S.Pd",), "names"),
    ("pengurus", ("Dra. Siti Contoh", "Budi Contoh, S.E."), "titles"),
    ("diketahui_oleh", ("Budi Contoh", "Siti Contoh"), "names"),
    ("alamat", ("Jalan Contoh 1",), "addresses"),
])  # fmt: skip
def test_what_may_point_at_people_is_told_with_the_reason(name: str, texts: tuple[str, ...], reason: str) -> None:
    """By shape or by name; the reason holds no value."""
    found = column(name, *texts)
    assert found.suspicion is not None
    assert reason in found.suspicion.reason
    assert not any(text in found.suspicion.reason for text in texts)
    assert found.hint == "direct_id"


@pytest.mark.parametrize(("name", "texts"), [
    ("nama_satker", ("DINAS PENDIDIKAN", "Dinas Kesehatan")), ("nama_program", ("Program Ibu Hamil",)),
    ("kode_rekening", ("5.1.02.01.01.0024",)), ("nama_kelurahan", ("CIPAYUNG", "Pondok Contoh")),
])  # fmt: skip
def test_offices_programmes_and_places_are_not_taken_for_people(name: str, texts: tuple[str, ...]) -> None:
    """Names of things are names too."""
    assert column(name, *texts).suspicion is None


def test_what_describes_people_is_told_too() -> None:
    """And names that the source itself has masked are names."""
    told = {name: column(name, "A", "B").suspicion for name in ("jenis_kelamin", "agama", "tahap")}
    assert [one and one.class_ for one in told.values()] == ["quasi_id", "sensitive", None]
    masked = column("nama_ppk", "H**** P******").suspicion
    assert masked is not None
    assert masked.class_ == "direct_id"


def test_suppliers_may_be_persons() -> None:
    """They are organisations, and yet somebody must look."""
    found = column("nama_penyedia", "PT CONTOH", "CV CONTOH DUA")
    assert found.suspicion is not None
    assert found.suspicion.class_ == "org_id"


def test_names_of_columns_are_plain_and_each_once() -> None:
    """Accents, signs, spaces, CamelCase, repeated and empty titles, and the name that the public table keeps."""
    titles = [
        "AÑO",
        "Total Nilai (Rp)",
        "ExpenseType",
        "2018",
        "Kode",
        "Kode (2)",
        "Kode-2",
        "3",
        "Ж",
        "id",
        "% Realisasi",
    ]
    assert names_of(titles) == [
        "ano", "total_nilai_rp", "expense_type", "n2018", "kode", "kode_2", "kode_2_2", "column_3", "column_9", "source_id",
        "persen_realisasi",
    ]  # fmt: skip
    assert label_of("DESCRIPCION_CENTRO") == "Descripcion centro"


def test_a_masked_cell_keeps_its_shape_alone() -> None:
    """Every letter and digit is gone, of any alphabet."""
    assert masked("Budi Contoh, 3201-0115") == "xxxx xxxxxx, 9999-9999"
    assert masked("Élève Ж 5") == "xxxxx x 9"


@pytest.mark.parametrize(("texts", "values"), [
    (("325 Jt", "22,1 M"), {"decimal": ",", "scales": {"Jt": 10**6, "M": 10**9}}),
    (("Rp 1.000", "Rp 2.000,50"), {"decimal": ",", "thousands": ".", "affixes": ("Rp",)}),
    (("$5,000.00", "$7"), {"thousands": ",", "affixes": ("$",)}),
    (("12.5%", "3%"), {"affixes": ("%",)}),
    (("5", "7", "belum dibuat", "belum dibuat"), {"nulls": ("", "belum dibuat")}),
    (("5", *map(str, range(60)), "-", "nfp", "nfp"), {"nulls": ("", "-", "nfp")}),
])  # fmt: skip
def test_units_scales_and_a_sentence_for_nothing_are_found(texts: tuple[str, ...], values: dict[str, object]) -> None:
    """The column is one of amounts all the same."""
    found = column("nilai", *texts)
    assert (found.type, notation(found)) == ("decimal(20,2)", values)


def test_m_alone_could_be_a_million() -> None:
    """A scale is proposed only where another word beside it says which language it is."""
    assert column("nilai", "22,1 M", "3 M").type == "string"


def test_roman_quarters_are_numbers() -> None:
    """I to IV, and nothing beside them."""
    assert notation(column("triwulan", "I", "II")) == {"words": {"I": "1", "II": "2"}}
    assert column("kelas", "I", "V").type == "string"


def test_numbers_of_their_own_are_codes_though_no_name_says_so() -> None:
    """Amounts are round, and of any length."""
    assert column("1", *[str(3_215_289 + 1000 * at) for at in range(600)]).hint == "code"
    assert column("1", *[str(1000 * at) for at in range(1, 600)]).hint == "public_measure"


def test_a_few_typing_errors_do_not_make_amounts_text() -> None:
    """Their rows will be rejected, and how many is said; a word that stands there once is no mark for nothing."""
    found = column("realisasi", *map(str, range(100)), "21,276,070,424,00", "Budi Contoh")
    assert (found.type, notation(found)) == ("decimal(20,2)", {})
    assert found.remarks == ("2 of 102 cells are no number in this notation: their rows are rejected",)
    assert column("catatan", *map(str, range(100)), "21,276,070,424,00").type == "string"


def test_whole_numbers_of_few_kinds_are_no_measure() -> None:
    """A sum of stages or ranks means nothing."""
    assert column("tahap", "1", "2", "3").hint == "public"
    assert column("jumlah", "1", "2", "3").hint == "public_measure"
