"""How a delimited text is written and where its table stands, found from the file alone."""

from pathlib import Path

import pytest

from assets.errors import SourceUnreadable
from assets.propose.frame import frame_of
from assets.propose.kinds import kind_of
from assets.propose.sniff import dialect_of, encoding_of
from assets.propose.text import text_origin
from tests.assets.office import files

HEADER = ["kode", "uraian", "pagu"]
ROWS = [["5.1.01", "Belanja pegawai", "1000"], ["5.1.02", "Belanja barang", "2500"], ["5.2.01", "Belanja modal", "10"]]


def options(folder: Path, text: str | bytes) -> dict[str, object]:
    """The options that are proposed for a file with this text."""
    files(folder, {"f.csv": text})
    return dict(text_origin(folder / "f.csv", {}).options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_most_lines_alike(delimiter: str) -> None:
    """Commas in numbers and words do not mislead."""
    text = "\n".join(delimiter.join(row) for row in [HEADER, *ROWS])
    quoted = text.replace("Belanja barang", '"Belanja, barang; dan jasa"')
    assert dialect_of(quoted).delimiter == delimiter
    assert dialect_of(quoted).ragged == 0


@pytest.mark.parametrize(("encoding", "text"), [
    ("utf-8", "nama;Gemütlich"), ("utf-16", "nama;é"), ("cp1252", "Année;Élève\ncafé;déjà"),
    ("cp1250", "Područje;Izvršenje\nPlaće;Tekući plan\nRazdjel;Državni tužitelj"),
])  # fmt: skip
def test_the_encoding_is_told_from_the_letters(tmp_path: Path, encoding: str, text: str) -> None:
    """By its mark, by being UTF-8, or by which code page makes sense."""
    files(tmp_path, {"f.csv": text.encode(encoding)})
    assert encoding_of(tmp_path / "f.csv")[0] == encoding


def test_a_backslash_escapes_where_lines_fit_better_so(tmp_path: Path) -> None:
    """And only there."""
    lines = ["a,b,c", '1,"x \\"y\\", z",2', '2,"plain",3', '3,"z",4']
    assert options(tmp_path, "\n".join(lines)) == {"escape": "\\"}
    assert options(tmp_path, 'a,b,c\n1,"C:\\dir",2\n2,x,3\n') == {}


def test_titles_above_and_notes_below_are_left_out(tmp_path: Path) -> None:
    """`skip` counts lines, also those within quotes; empty lines belong to the title."""
    text = 'Laporan\n"Dinas\nKominfo"\n\nkode;uraian;pagu;sisa\n5.1;a;1;2\n5.2;b;3;4\n5.3;c;5;6\nDicetak 5 Mei\n'
    assert options(tmp_path, text) == {"delimiter": ";", "skip": 4, "footer": 1}


def test_a_table_without_header_begins_with_data(tmp_path: Path) -> None:
    """The first line looks like those below it."""
    assert options(tmp_path, "11,ACEH\n11.01,KAB. ACEH SELATAN\n11.01.01,Bakongan\n") == {"header": 0}


def test_a_header_of_several_lines_is_found(tmp_path: Path) -> None:
    """Every line that has words where the data have numbers."""
    text = "Kode,Pagu,Pagu,Realisasi\n,Operasi,Modal,Operasi\n5.1,10,20,30\n5.2,1,2,3\n"
    assert options(tmp_path, text) == {"header": 2}


def test_years_as_titles_of_columns_are_no_data() -> None:
    """2018, 2019, 2020 above amounts are a header."""
    rows = [["Uraian", "2018", "2019", "2020"], ["PPh", "64699.1", "59150.3", "33026.7"], ["PPN", "5", "6", "7"]]
    assert frame_of(rows) is not None
    assert frame_of(rows).header == (0,)  # type: ignore[union-attr]


def test_numbers_of_columns_below_the_header_are_no_data() -> None:
    """A row 1, 2, 3 under the header is passed over."""
    found = frame_of([HEADER, ["1", "2", "3"], *ROWS])
    assert found is not None
    assert (found.header, found.first) == ((0,), 2)


def test_words_in_a_column_of_numbers_are_data_below_the_header() -> None:
    """One amount that somebody spelled out does not make the header longer."""
    found = frame_of([HEADER, ["5.1", "a", "lima ratus"], *ROWS])
    assert found is not None
    assert found.header == (0,)


@pytest.mark.parametrize(("name", "content", "word"), [
    ("a.csv", b"", "nothing"), ("a.csv", b"  \n ", "nothing"), ("a.csv", b"%PDF-1.7", "a PDF"),

    ("a.sql", b"-- dump\nCREATE TABLE x (a int);", "SQL"), ("a.xls", b"<html><table>", "HTML"),
    ("a.zip", b"PK\x03\x04broken", "damaged"),
])  # fmt: skip
def test_what_is_no_table_is_refused_with_advice(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    """By what stands in the file, whatever it is called."""
    files(tmp_path, {name: content})
    with pytest.raises(SourceUnreadable) as caught:
        kind_of(tmp_path / name)
    assert word in caught.value.facts["found"]
    assert caught.value.facts["next"]


def test_tables_one_below_the_other_are_read_as_one(tmp_path: Path) -> None:
    """Titles between them are left out; the header that comes again is set aside by the reader."""
    text = "Report of A,\n,\nkind,sum\nx,1\ny,2\n,\nReport of B (2),\n,\nkind,sum\nz,3\n"
    assert options(tmp_path, text) == {"skip": 2, "leave_out": {"kind": r"^(Report of B \(2\))$"}}


def test_another_table_below_is_left_out(tmp_path: Path) -> None:
    """When all lines that do not fit stand at the end and fit each other; a remark says which lines."""
    text = "a,b,c\n" + "x,y,1\n" * 9 + "p,q\n" + "r,2\n" * 6
    files(tmp_path, {"f.csv": text})
    origin = text_origin(tmp_path / "f.csv", {})
    assert origin.options == {"footer": 7}
    assert origin.remarks["footer"] == "another table, of 2 columns, stands in lines 11 to 17: it is left out"
    assert options(tmp_path, "a,b,c\n" + "x,y,1\n" * 9 + "ragged,2\nx,y,1\n" + "r,2\n" * 6) == {}
