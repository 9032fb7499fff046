"""Text of fixed width, and text that is none: every line has its cells or its number."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from assets.errors import SourceUnreadable
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b", "decimal(20,2)")
FIELDS = {"a": [1, 4], "b": [6, 10]}


def source(**options: object) -> dict[str, object]:
    """A source of fixed width in the drop folder."""
    return {"kind": "fixed", "connection": "drop", "path": "*.txt", "fields": FIELDS, **options}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_are_cut_by_characters(tmp_path: Path, encoding: str, end: str) -> None:
    """Not by bytes; blanks around them are none of theirs; any line end."""
    files(tmp_path, {"f.txt": end.join(["TITLE", "é01  10.50", "z     2.00", "", "END"]).encode(encoding)})
    receipt, rows, _ = read(contract(source(encoding=encoding, skip=1, footer=1), A, B), settings(tmp_path))
    assert [(a, str(b), line) for a, b, line in cells(rows, "a", "b", "_line")] == [
        ("é01", "10.50", "f.txt:2"), ("z", "2.00", "f.txt:3"),
    ]  # fmt: skip
    assert receipt.set_aside == {"empty rows": 1, "footer": 1}


def test_lines_that_do_not_fit_are_rejected(tmp_path: Path) -> None:
    """Cut short in a number, longer than the fields, or with a character where no field is: never half a number."""
    files(tmp_path, {"f.txt": "k1   10.50\nk2   10.5\nk3   10.50 x\nk4 x?10.50\nk5   10.50  \n"})
    _, rows, rejects = read(contract(source(), A, B), settings(tmp_path))
    assert rows["a"].to_pylist() == ["k1", "k5"]
    assert rejects["_line"].to_pylist() == ["f.txt:2", "f.txt:3", "f.txt:4"]
    assert set(rejects["rule"].to_pylist()) == {"line of another length"}


def test_blanks_at_the_end_may_be_missing_where_the_contract_says_so(tmp_path: Path) -> None:
    """Editors cut them; a line that ends before its last field is rejected all the same."""
    files(tmp_path, {"f.txt": "k1   10\nk2\n"})
    _, rows, rejects = read(contract(source(cut_blanks=True), A, B), settings(tmp_path))
    assert (rows["a"].to_pylist(), rejects["_line"].to_pylist()) == (["k1"], ["f.txt:2"])


@pytest.mark.parametrize("fields", [{"a": [4, 1]}, {"a": [1, 4], "b": [4, 8]}, {}, {"a": [0, 3]}])
def test_fields_lie_one_after_the_other(fields: dict[str, list[int]]) -> None:
    """Others do not load."""
    with pytest.raises(ValidationError):
        contract(source(fields=fields), A)


def test_fixed_width_is_proposed(tmp_path: Path) -> None:
    """Where all lines are blank at the same places, with the header's names."""
    lines = ["KODE  NILAI   ", *(f"5.1.{at:02d}{at * 1000:>8}" for at in range(1, 30))]
    files(tmp_path, {"f.txt": "\n".join(lines).replace("5.1.", "51")})
    origin, place = origin_of(str(tmp_path / "f.txt"), settings(tmp_path))
    found = propose(origin, place.settings, name="file", patterns={})
    assert found.origin.options["kind"] == "fixed"
    assert found.origin.options["skip"] == 1
    assert (found.rows, found.rejects) == (29, {})


def test_a_line_that_was_cut_within_its_last_field_is_told(tmp_path: Path) -> None:
    """Where blanks at the end may be missing, half a number is no other than a whole one: the missing line end is told."""
    files(tmp_path, {"f.txt": "0101 100\n0102 20"})
    made = contract(source(fields={"a": [1, 4], "b": [6, 8]}, cut_blanks=True), A, B)
    receipt, rows, _ = read(made, settings(tmp_path))
    assert [str(b) for b in rows["b"].to_pylist()] == ["100.00", "20.00"]
    assert "f.txt: the last line has no line end" in receipt.facts["warnings"][0]


CSV = {"kind": "csv", "connection": "drop", "path": "*.txt"}


@pytest.mark.parametrize(("text", "found", "where"), [
    (b"a,b\nx,1\ny\x00,2\n", "NUL bytes", "line 3"),
    (b"a,b\nx,1\n" + b"y" * 3_000_000, "a line of more than 1,048,576 characters", "line 3"),
    (b"a,b\nx,1\n\xe9,2\n", "other bytes than its letters", "line 3"),
    (b"a,b\nx,1\n" + 'é,2\n'.encode() + b"\xe9,2\n", "other bytes than its letters", "line 4"),
    (b'a,b\n"x,1\n' + b"y,2\n" * 5 + b"z,2\n", "a quote that is never closed", "line 2"),
    (b'a,b\nx,"1\n' + b"y,2\n" * 100, "a quote that is never closed", "line 2"),
    (b'a,b\nx,"1\n' + b"y,2\n" * 1_500_000, "a quote that is never closed", "line 2"),
])  # fmt: skip
def test_text_that_no_table_holds_is_unreadable(tmp_path: Path, text: bytes, found: str, where: str | None) -> None:
    """With the line; none of the text is told."""
    files(tmp_path, {"f.txt": text})
    with pytest.raises(SourceUnreadable) as error:
        read(contract(CSV, A, B), settings(tmp_path))
    assert found in error.value.facts["found"]
    assert error.value.facts.get("where") == where


@pytest.mark.slow
def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path) -> None:
    """Two gigabytes in one line, of which no more than a few megabytes are read, whatever comes after the data."""
    with (tmp_path / "f.txt").open("wb") as file:
        file.write(b"a,b\nx,")
        file.truncate(2 << 30)
    for made in (contract({**CSV, "footer": 1}, A, B), contract(source(), A, B)):
        with pytest.raises(SourceUnreadable) as error:
            read(made, settings(tmp_path))
        assert error.value.facts["found"] == "NUL bytes"


def test_two_encodings_in_one_file_are_told(tmp_path: Path) -> None:
    """`terang new` refuses to guess; a run whose encoding reads every byte warns of what looks twisted."""
    files(tmp_path, {"f.txt": b"a,b\n" + "Café,1\n".encode() + "Café,2\n".encode("cp1252")})
    with pytest.raises(SourceUnreadable, match="two encodings") as error:
        origin_of(str(tmp_path / "f.txt"), settings(tmp_path))
    assert error.value.facts["found"].startswith("1 lines in UTF-8 and 1 in another")
    receipt, _, _ = read(contract({**CSV, "encoding": "cp1252"}, A, B), settings(tmp_path))
    assert receipt.facts["warnings"] == [
        "f.txt: 1 places look like UTF-8 read as another encoding; look at a few of them"
    ]
