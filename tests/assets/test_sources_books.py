"""Workbooks of every form and in every state: read alike, or told what is wrong with them."""

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from assets.errors import SourceUnreadable
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.sources import packed
from tests.assets import books
from tests.assets.office import cells, column, contract, files, read, settings

ROWS = [
    ["Kode", "Hari", "Nilai"], ["0101", dt.date(2025, 1, 31), 1234.5], ["0102", dt.date(1900, 2, 1), 0.1 + 0.2],
    ["0103", None, 12345678],
]  # fmt: skip
COLUMNS = [
    column("kode", **{"from": "Kode"}), column("hari", "date", **{"from": "Hari"}),
    column("nilai", "decimal(20,2)", **{"from": "Nilai"}),
]  # fmt: skip
READ = [
    ("0101", dt.date(2025, 1, 31), Decimal("1234.50")), ("0102", dt.date(1900, 2, 1), Decimal("0.30")),
    ("0103", None, Decimal("12345678.00")),
]  # fmt: skip
WRITERS: dict[str, Callable[..., None]] = {"xlsx": books.xlsx, "xls": books.xls, "ods": books.ods}
A_TO_C = {
    "xlsx": {"merged": ["A2:A4"]}, "ods": {"spans": {(1, 0): 3}}, "xls": {"merged": [(0, 1, 0, 3)]},
    "xlsb": {"merged": [(0, 1, 0, 3)]},
}  # fmt: skip
PROTECTED = Path(__file__).parent / "files/protected.xlsx"


def source(kind: str = "xlsx", **options: object) -> dict[str, object]:
    """A workbook in the drop folder, with one header row."""
    return {"kind": kind, "connection": "drop", "path": "f.*", "sheet": "Data", "header": [1], **options}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_form_of_workbook_reads_alike(tmp_path: Path, kind: str) -> None:
    """Codes as text, days as days, amounts as they are shown, each row with its place; also under a wrong name."""
    for name in (f"f.{kind}", "f.xls" if kind != "xls" else "f.xlsx"):
        WRITERS[kind](tmp_path / name, ROWS)
        _, rows, _ = read(contract(source(kind), *COLUMNS), settings(tmp_path))
        assert cells(rows, "kode", "hari", "nilai") == READ
        assert rows["_line"].to_pylist() == [f"{name}:Data:{at}" for at in (2, 3, 4)]
        (tmp_path / name).unlink()


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_every_form_of_workbook_is_proposed(tmp_path: Path, kind: str) -> None:
    """With its kind, its sheet and its header."""
    WRITERS[kind](tmp_path / f"f.{kind}", ROWS)
    origin, place = origin_of(str(tmp_path / f"f.{kind}"), settings(tmp_path))
    found = propose(origin, place.settings, name="file", patterns={})
    assert (found.origin.options["kind"], found.rows) == (kind, 3)
    assert [one.type for one in found.columns] == ["string", "date", "decimal(20,2)"]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_days_count_from_1900_or_from_1904(tmp_path: Path, kind: str) -> None:
    """As the workbook says: the same number of days is another day on an old Mac, and is read as the one that is shown."""
    day = dt.date(2025, 1, 31)
    serial = (day - dt.date(1904, 1, 1)).days
    WRITERS[kind](tmp_path / f"f.{kind}", [["Kode", "Hari", "Nilai"], ["1", day, serial]], since_1904=True)
    _, rows, _ = read(contract(source(kind), *COLUMNS), settings(tmp_path))
    assert cells(rows, "hari", "nilai") == [(day, Decimal(serial))]


def test_a_protected_workbook_is_told_as_such(tmp_path: Path) -> None:
    """In a run and in `terang new`; nobody is told that it is damaged."""
    shutil.copy(PROTECTED, tmp_path / "f.xlsx")
    for reading in (
        lambda: read(contract(source(), *COLUMNS), settings(tmp_path)),
        lambda: origin_of(str(tmp_path / "f.xlsx"), settings(tmp_path)),
    ):
        with pytest.raises(SourceUnreadable, match="workbook cannot be read") as error:
            reading()
        assert error.value.facts["found"] == "protected with a password"
        assert error.value.facts["next"] == "open it and save it as .xlsx without a password"


@pytest.mark.parametrize(("text", "found"), [
    ("<html><table><tr><td>Kode</td></tr></table></html>", "HTML or XML"), ("Kode;Hari\n1;2\n", "no workbook"),
])  # fmt: skip
def test_what_only_calls_itself_a_workbook_is_told(tmp_path: Path, text: str, found: str) -> None:
    """Programs that export "Excel" often write HTML."""
    files(tmp_path, {"f.xls": text})
    with pytest.raises(SourceUnreadable) as error:
        read(contract(source("xls"), *COLUMNS), settings(tmp_path))
    assert found in error.value.facts["found"]


def test_an_error_in_a_cell_rejects_its_row(tmp_path: Path) -> None:
    """It is no empty cell. Columns that are ignored may hold one, and the contract may say that #N/A means nothing."""
    rows = [["Kode", "Nilai", "Catatan"], ["a", 1, None], ["b", "#REF!", None], ["#N/A", 3, None], ["d", 4, "#NAME?"]]
    books.xlsx(tmp_path / "f.xlsx", rows)
    made = [column("kode", **{"from": "Kode"}), column("nilai", "decimal(20,2)", **{"from": "Nilai"})]
    _, kept, rejects = read(contract(source(ignore=["Catatan"]), *made), settings(tmp_path))
    assert cells(kept, "kode") == [("a",), ("d",)]
    assert cells(rejects, "_line", "rule", "column") == [
        ("f.xlsx:Data:3", "error in a cell", "Nilai"), ("f.xlsx:Data:4", "error in a cell", "Kode"),
    ]  # fmt: skip
    nothing = source(ignore=["Catatan"], values={"nulls": ["", "#N/A", "#REF!"]})
    assert read(contract(nothing, *made), settings(tmp_path))[1]["nilai"].to_pylist() == [1, None, 3, 4]


def test_a_formula_that_was_never_calculated_rejects_its_row(tmp_path: Path) -> None:
    """What a program wrote and no spreadsheet has opened holds no number yet: it is not taken for an empty cell."""
    books.xlsx(tmp_path / "f.xlsx", [["Kode", "Nilai"], ["a", 1], ["b", "=B2*2"], ["c", "=SUM(B2:B3)"], ["d", 4]])
    made = [column("kode", **{"from": "Kode"}), column("nilai", "decimal(20,2)", **{"from": "Nilai"})]
    _, kept, rejects = read(contract(source(), *made), settings(tmp_path))
    assert cells(kept, "kode") == [("a",), ("d",)]
    assert rejects["_line"].to_pylist() == ["f.xlsx:Data:3", "f.xlsx:Data:4"]


@pytest.mark.parametrize("kind", A_TO_C)
def test_merged_cells_within_the_data_stop_the_run(tmp_path: Path, kind: str) -> None:
    """Unless the contract says that every row means what the merged cell says; the place of the first is told."""
    rows = [["Kode", "Nilai"], ["a", 1], [None, 2], [None, 3], ["b", 4]]
    getattr(books, kind)(tmp_path / f"f.{kind}", rows, **A_TO_C[kind])
    made = [column("nilai", "integer", **{"from": "Nilai"}), column("kode", **{"from": "Kode"})]
    with pytest.raises(SourceUnreadable, match="merged cells stand within the data") as error:
        read(contract(source(kind), *made), settings(tmp_path))
    assert error.value.facts["where"] == f"f.{kind}:Data:A2:A4"
    _, kept, _ = read(contract(source(kind, fill_down=["Kode"]), *made), settings(tmp_path))
    assert cells(kept, "kode", "nilai") == [("a", 1), ("a", 2), ("a", 3), ("b", 4)]
    origin, place = origin_of(str(tmp_path / f"f.{kind}"), settings(tmp_path))
    assert origin.options["fill_down"] == ["Kode"]
    assert propose(origin, place.settings, name="file", patterns={}).rows == 4


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_a_merged_area_is_told_by_its_letters_wherever_the_table_stands(tmp_path: Path, kind: str) -> None:
    """A binary workbook whose first column is empty: areas and columns without a title keep the letters of the sheet."""
    rows = [[None, "a", 1.0], [None, "b", None]]
    getattr(books, kind)(tmp_path / f"f.{kind}", rows, merged=[(2, 0, 2, 1)])
    made = [column("kode", **{"from": "B"}), column("nilai", "integer", **{"from": "C"})]
    with pytest.raises(SourceUnreadable, match="merged cells") as error:
        read(contract(source(kind, header=[]), *made), settings(tmp_path))
    assert error.value.facts["where"] == f"f.{kind}:Data:C1:C2"


def test_binary_excel_reads_as_the_others_do(tmp_path: Path) -> None:
    """Texts and numbers as they are; a formula as what it gave; an error in place of a number rejects its row."""
    rows = [["Kode", "Nilai"], ["0101", 1.5], ["b", "=2.25"], ["c", "#REF!"], ["d", "teks"]]
    books.xlsb(tmp_path / "f.xlsb", rows)
    made = [column("kode", **{"from": "Kode"}), column("nilai", "decimal(20,2)", **{"from": "Nilai"})]
    _, kept, rejects = read(contract(source("xlsb"), *made), settings(tmp_path))
    assert [(a, str(b)) for a, b in cells(kept, "kode", "nilai")] == [("0101", "1.50"), ("b", "2.25")]
    assert cells(rejects, "_line", "rule") == [
        ("f.xlsb:Data:4", "error in a cell"), ("f.xlsb:Data:5", "type decimal"),
    ]  # fmt: skip


def test_a_merged_amount_is_not_counted_several_times(tmp_path: Path) -> None:
    """Nor proposed as repeated: a person must look."""
    books.xlsx(tmp_path / "f.xlsx", [["Kode", "Nilai"], ["a", 1], ["b", None], ["c", 3]], merged=["B2:B3"])
    origin, place = origin_of(str(tmp_path / "f.xlsx"), settings(tmp_path))
    assert "fill_down" not in origin.options
    with pytest.raises(SourceUnreadable, match="merged cells"):
        propose(origin, place.settings, name="file", patterns={})


def test_numbers_longer_than_a_spreadsheet_keeps_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An identity or account number in a number cell has lost its last digits before it came here; text has not."""
    books.xlsx(tmp_path / "f.xlsx", [["Kode", "Rekening"], ["a", 12345678901234567], ["b", "12345678901234567"]])
    made = [column("kode", **{"from": "Kode"}), column("rekening", **{"from": "Rekening"})]
    receipt, _, _ = read(contract(source(), *made), settings(tmp_path))
    [warning] = receipt.facts["warnings"]
    assert warning.startswith('column "Rekening": 1 numbers of more than 15 digits')
    assert warning in caplog.text


def test_a_workbook_that_is_a_bomb_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that unpacks to hundreds of times its size."""
    monkeypatch.setattr(packed, "_FREE", 1 << 16)
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(50_000_000))
    with pytest.raises(SourceUnreadable) as error:
        read(contract(source(), *COLUMNS), settings(tmp_path))
    assert error.value.facts["found"] == "far more than its size lets expect"


@pytest.mark.parametrize("bits", [(6, 148), (28, 0xAA)])
def test_a_workbook_whose_list_of_files_is_damaged_is_unreadable(tmp_path: Path, bits: tuple[int, int]) -> None:
    """A version that no program has, and a name that is no text: told as any other damage."""
    books.xlsx(tmp_path / "f.xlsx", ROWS)
    data = bytearray((tmp_path / "f.xlsx").read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + bits[0]] = bits[1]
    data[at + 46] = 0xAA
    data[at + 9] |= 0x08  # names are UTF-8
    (tmp_path / "f.xlsx").write_bytes(bytes(data))
    with pytest.raises(SourceUnreadable):
        read(contract(source(), *COLUMNS), settings(tmp_path))
    with pytest.raises(SourceUnreadable):
        origin_of(str(tmp_path / "f.xlsx"), settings(tmp_path))
