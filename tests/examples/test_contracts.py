"""The seven contracts of the worked example: complete, in two languages, and closed where the source holds persons."""

from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from assets import settings as settings_of
from assets.catalog import load_all
from assets.contract import Contract
from quality.detectors.look import Eye
from quality.rules import check_rules

ROOT = Path(__file__).parents[2]
NAMES = ("apbd-anggaran", "apbd-realisasi", "kontrak", "pembayaran", "pendapatan", "proyek", "referensi-kode")


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    """All contracts of the repository, by name."""
    return load_all(settings_of.load(ROOT / "terang.toml"))


def _transform(name: str) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 (as the extraction loads it)

    spec = spec_from_file_location(name, ROOT / f"assets/transforms/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_seven_load(contracts: dict[str, Contract]) -> None:
    """They load without a mistake, and their rules are conditions over their columns."""
    assert tuple(sorted(contracts)) == NAMES
    assert [check_rules(contract) for contract in contracts.values()] == [[]] * 7


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_given_in_both_languages(contracts: dict[str, Contract], name: str) -> None:
    """Title, summary, and label and description of each column, in Indonesian and English, and not the same words."""
    contract = contracts[name]
    texts = [contract.title, contract.summary, *(column.description for column in contract.columns)]
    assert all(text is not None and text.root.keys() == {"id", "en"} for text in texts)
    assert all(column.label.root.keys() == {"id", "en"} for column in contract.columns)
    assert all(text is not None and text.root["id"] != text.root["en"] for text in texts)
    assert all(len(text.root[language]) > 15 for text in texts[1:] if text for language in ("id", "en"))


@pytest.mark.parametrize("name", NAMES)
def test_no_text_looks_like_a_person(contracts: dict[str, Contract], name: str) -> None:
    """Titles, labels and descriptions go into every release: the scan must not take one of them for a name."""
    texts = [contracts[name].title, contracts[name].summary]
    texts += [text for column in contracts[name].columns for text in (column.label, column.description) if text]
    eye = Eye()
    assert [words for text in texts for words in text.root.values() if eye.suspects(words)] == []


@pytest.mark.parametrize("name", NAMES)
def test_money_has_a_unit_and_codes_have_their_list(contracts: dict[str, Contract], name: str) -> None:
    """Every decimal column says its unit; every kode_ column refers to the code lists."""
    for column in contracts[name].columns:
        assert column.unit or not column.type.startswith("decimal"), column.name
        refers = column.references is not None and column.references.dataset == "referensi-kode"
        assert refers or not column.name.startswith("kode_"), column.name


def test_nothing_about_a_person_is_published(contracts: dict[str, Contract]) -> None:
    """The columns that name persons in the sources are known, and stand in no public table."""
    hidden = {
        "pembayaran": {"nama_penerima", "nik_penerima", "rekening_bank", "uraian"},
        "kontrak": {"npwp_penyedia", "alamat_penyedia", "wakil_sah_penyedia", "no_rek_bank", "nama_pemilik_rek_bank",
                    "nip_ppk", "nama_ppk", "alasan_addendum"},
        "proyek": {"pptk", "nip_pptk", "permasalahan", "lintang", "bujur"},
        "pendapatan": {"npwpd", "nama_wp", "nik", "alamat"},
    }  # fmt: skip
    for name, columns in hidden.items():
        known = {column.name for column in contracts[name].columns}
        shown = {column.name for column in contracts[name].public_columns}
        assert columns <= known
        assert not columns & shown


def test_payments_are_withheld_unless_the_payee_is_public(contracts: dict[str, Contract]) -> None:
    """Only bodies, institutions and treasurers are organisations; a tax number of a person overrules the kind."""
    who = contracts["pembayaran"].persons
    assert who is not None
    assert who.organisations == ("Badan", "Instansi", "Bendahara")
    assert (who.rows, who.money, who.person_id) == ("withhold", "nilai_bruto", r"[1-9]\d{15}")


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("Badan", "CV Karya Teladan", "CV Karya Teladan"),
        ("Badan", "CV Ananda a.n. Teladan", "CV Ananda a.n. Teladan"),
        ("Bendahara", "Bendahara Pengeluaran Dinas Sosial", "Bendahara Pengeluaran Dinas Sosial"),
        ("Bendahara", "Bendahara Pengeluaran Dinas Sosial a.n. Wulan Contohwati", "Bendahara Pengeluaran Dinas Sosial"),
        ("Bendahara", "Bendahara Dinas A/N WULAN", "Bendahara Dinas"),
        ("Bendahara", "Bendahara Dinas an Wulan", "Bendahara Dinas"),
        ("Orang Pribadi", "Wulan Contohwati", None),
        (None, "Wulan Contohwati", None),
    ],
)
def test_a_treasurer_is_shown_by_the_role(kind: str | None, name: str, shown: str | None) -> None:
    """The transform keeps an organisation's name, cuts the person's from a treasurer's, and shows nobody else's."""
    text = pa.string()
    table = pa.table({"jenis_penerima": pa.array([kind], text), "nama_penerima": pa.array([name], text)})
    assert _transform("pembayaran").transform(table)["penerima"].to_pylist() == [shown]


@pytest.mark.parametrize(
    ("plan", "late", "critical"),
    [
        ("70", "-10.00", False),
        ("70", "-10.01", True),
        ("70.01", "-5", False),
        ("70.01", "-5.01", True),
        ("90", "3", False),
    ],
)
def test_a_critical_contract_follows_the_rule(plan: str, late: str, critical: bool) -> None:  # noqa: FBT001
    """Late by more than 10 points up to a plan of 70, by more than 5 above it; exactly at the bound is not critical."""
    kind = pa.decimal128(7, 2)
    columns = {"fisik_rencana": plan, "fisik_deviasi": late}
    table = pa.table({name: pa.array([Decimal(value)], kind) for name, value in columns.items()})
    table = table.append_column("permasalahan", pa.array(["Pengadaan lahan milik Bapak Contoh"]))
    made = _transform("proyek").transform(table)
    assert made["kritis"].to_pylist() == [critical]
    assert made["hambatan"].to_pylist() == ["lahan"]


@pytest.mark.parametrize(
    ("words", "kind"), [(None, None), ("Hujan terus", "cuaca"), ("MATERIAL terlambat", "material"), ("?", "lainnya")]
)
def test_an_obstacle_is_a_word_of_the_list(words: str | None, kind: str | None) -> None:
    """Free text becomes one of four words, or nothing where there was none."""
    number = pa.decimal128(7, 2)
    table = pa.table({
        "fisik_rencana": pa.array([Decimal(1)], number), "fisik_deviasi": pa.array([Decimal(0)], number),
        "permasalahan": pa.array([words], pa.string()),
    })  # fmt: skip
    assert _transform("proyek").transform(table)["hambatan"].to_pylist() == [kind]
