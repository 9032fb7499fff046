"""Delimited text: any encoding and line end, headers of people, and every line that does not fit named."""

import json
import os
from pathlib import Path

import pytest

from assets.errors import SourceChanged, SourceUnreachable, SourceUnreadable
from assets.sources import delimited
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b")


def source(**options: object) -> dict[str, object]:
    """A CSV source in the drop folder."""
    return {"kind": "csv", "connection": "drop", "path": "*.csv", **options}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_and_line_ends_do_not_matter(tmp_path: Path, end: str, encoding: str) -> None:
    """The same rows from LF, CRLF and CR, in four encodings, with and without a line end after the last."""
    text = end.join(["a,b", "é,1", '"x,y",2', "z,3"])
    for tail in ("", end):
        files(tmp_path, {"f.csv": (text + tail).encode(encoding)})
        declared = "utf-8" if encoding == "utf-8-sig" else encoding
        _, rows, _ = read(contract(source(encoding=declared), A, B), settings(tmp_path))
        assert cells(rows, "a", "b", "_line") == [("é", "1", "f.csv:2"), ("x,y", "2", "f.csv:3"), ("z", "3", "f.csv:4")]


def test_line_numbers_count_lines_and_not_records(tmp_path: Path) -> None:
    """Quoted line ends, ragged lines and empty lines before a row all move its number."""
    files(tmp_path, {"f.csv": 'a,b\n"x\ny",1\nbad\nq,"1\n2\n3"\n\n1,2,3\nlast,9\n'})
    receipt, rows, rejects = read(contract(source(), A, B), settings(tmp_path))
    assert cells(rows, "a", "_line") == [("x\ny", "f.csv:2"), ("q", "f.csv:5"), ("last", "f.csv:10")]
    assert cells(rejects, "_line", "rule") == [("f.csv:4", "ragged line"), ("f.csv:9", "ragged line")]
    assert [json.loads(record)["_text"] for record in rejects["record"].to_pylist()] == ["bad", "1,2,3"]
    assert receipt.set_aside == {"empty rows": 1}


def test_line_numbers_hold_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the file is cut into blocks, each row and each ragged line has its own number."""
    monkeypatch.setattr(delimited, "BLOCK", 256)
    lines = [f"k{n},{n}" if n % 7 else f"k{n},{n},{n}" for n in range(2, 400)]
    files(tmp_path, {"f.csv": "\n".join(["a,b", *lines])})
    _, rows, rejects = read(contract(source(), A, B), settings(tmp_path))
    assert all(line == f"f.csv:{b}" for b, line in cells(rows, "b", "_line"))
    assert rejects["_line"].to_pylist() == [f"f.csv:{n}" for n in range(2, 400) if n % 7 == 0]
    assert rows.num_rows + rejects.num_rows == 398


def test_title_lines_and_footer_are_left_out(tmp_path: Path) -> None:
    """Lines before the header and after the data, even ragged ones; line numbers stay those of the file."""
    files(tmp_path, {"f.csv": "Report of May\n\na;b\nx;1\ny;2\nTotal: 3\nsigned\n\n"})
    receipt, rows, rejects = read(contract(source(delimiter=";", skip=2, footer=2), A, B), settings(tmp_path))
    assert cells(rows, "a", "_line") == [("x", "f.csv:4"), ("y", "f.csv:5")]
    assert rejects.num_rows == 0
    assert receipt.set_aside == {"footer": 2}


def test_a_header_of_several_lines_is_joined(tmp_path: Path) -> None:
    """Names from top to bottom, joined by " / "; a name that comes again gets its count."""
    files(tmp_path, {"f.csv": "id,Budget,Budget\n,plan,plan\nx,1,2\n"})
    columns = [
        column("a", **{"from": "id"}),
        column("b", **{"from": "Budget / plan"}),
        column("c", **{"from": "Budget / plan (2)"}),
    ]
    _, rows, _ = read(contract(source(header=2), *columns), settings(tmp_path))
    assert cells(rows, "a", "b", "c", "_line") == [("x", "1", "2", "f.csv:3")]


def test_a_file_without_header_is_read_by_position(tmp_path: Path) -> None:
    """Columns are named "1", "2", and the first line is data."""
    files(tmp_path, {"f.csv": "x,1\ny,2\n"})
    _, rows, _ = read(
        contract(source(header=0), column("a", **{"from": "1"}), column("b", **{"from": "2"})), settings(tmp_path)
    )
    assert cells(rows, "a", "b", "_line") == [("x", "1", "f.csv:1"), ("y", "2", "f.csv:2")]


def test_empty_columns_at_the_end_are_left_out(tmp_path: Path) -> None:
    """A header that ends in delimiters is one of fewer columns, as long as nothing stands below."""
    files(tmp_path, {"f.csv": "a,b,,\nx,1,,\n"})
    _, rows, _ = read(contract(source(), A, B), settings(tmp_path))
    assert cells(rows, "a", "b") == [("x", "1")]
    files(tmp_path, {"f.csv": "a,b,,\nx,1,,\ny,2,,secret\n"})
    with pytest.raises(SourceChanged, match="without a name") as error:
        read(contract(source(), A, B), settings(tmp_path))
    assert "f.csv:3" in str(error.value)
    assert "secret" not in str(error.value)


def test_quotes_and_escapes_are_those_declared(tmp_path: Path) -> None:
    """Doubled quotes, backslashes, or no quotes at all."""
    files(tmp_path, {"f.csv": 'a,b\n"say ""hi""",1\n'})
    assert cells(read(contract(source(), A, B), settings(tmp_path))[1], "a") == [('say "hi"',)]
    files(tmp_path, {"f.csv": 'a,b\n"say \\"hi\\"",1\n'})
    assert cells(read(contract(source(escape="\\"), A, B), settings(tmp_path))[1], "a") == [('say "hi"',)]
    files(tmp_path, {"f.csv": 'a,b\n3" pipe,1\n"x,2\n'})
    assert cells(read(contract(source(quote=None), A, B), settings(tmp_path))[1], "a") == [('3" pipe',), ('"x',)]


def test_a_quote_too_many_that_joins_rows_is_told(tmp_path: Path) -> None:
    """Two rows in one cell, or many in a line that is rejected: no number is lost in silence."""
    three = (A, column("b"), column("c"))
    files(tmp_path, {"f.csv": 'a,b,c\nx,"Hibah,\ny,Hibah,"5,000"\nz,1,2\n'})
    receipt, _, _ = read(contract(source(), *three), settings(tmp_path))
    assert receipt.facts["warnings"] == ["f.csv:2: a cell that may hold rows, by its quotes and delimiters"]
    files(tmp_path, {"f.csv": 'a,b,c\nx,1,"2\ny,"a,b",1\nz,1,2\n'})
    receipt, _, rejects = read(contract(source(), *three), settings(tmp_path))
    assert rejects["_line"].to_pylist() == ["f.csv:2"]
    assert "f.csv:2: a rejected line goes over 2 lines" in receipt.facts["warnings"][0]


def test_an_empty_file_is_unreadable_and_a_header_alone_is_no_rows(tmp_path: Path) -> None:
    """Zero bytes, or blank lines only, stop the run; a header without rows is a table without rows."""
    for text in ("", "\n\n"):
        files(tmp_path, {"f.csv": text})
        with pytest.raises(SourceUnreadable):
            read(contract(source(), A, B), settings(tmp_path))
    for text in ("a,b", "a,b\n"):
        files(tmp_path, {"f.csv": text})
        receipt, rows, _ = read(contract(source(), A, B), settings(tmp_path))
        assert (receipt.rows, rows.num_rows, rows.schema.names) == (0, 0, ["a", "b", "_row", "_line"])


def test_a_file_that_was_cut_in_its_last_number_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """12 of 1250 is a number too: only the line end that is missing says that it may be half of one. Fewer cells are rejected."""
    files(tmp_path, {"f.csv": "a,b\nx,1\ny,12"})
    receipt, rows, _ = read(contract(source(), A, B), settings(tmp_path))
    assert rows.num_rows == 2
    [told] = receipt.facts["warnings"]
    assert told.startswith("f.csv: the last line has no line end, as in a file that was cut")
    assert told in caplog.text
    files(tmp_path, {"f.csv": "a,b\nx,1\ny"})
    receipt, _, rejects = read(contract(source(), A, B), settings(tmp_path))
    assert (receipt.facts["warnings"], rejects["_line"].to_pylist()) == ([told], ["f.csv:3"])
    for whole in ("a,b\nx,1\n", "a,b\r\nx,1\r\n", "a,b\rx,1\r"):
        files(tmp_path, {"f.csv": whole})
        assert "warnings" not in read(contract(source(), A, B), settings(tmp_path))[0].facts


def test_another_encoding_than_declared_is_unreadable(tmp_path: Path) -> None:
    """cp1252 bytes where UTF-8 is declared: stopped, with advice, and without the text."""
    files(tmp_path, {"f.csv": "a,b\nCafé Rahasia,1\n".encode("cp1252")})
    with pytest.raises(SourceUnreadable, match="encoding") as error:
        read(contract(source(), A, B), settings(tmp_path))
    assert "cp1252" in str(error.value)
    assert "Rahasia" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,bb", '"b" looks renamed to "bb"'),
        ("a", 'no column "b"'),
        ("a,b,phone", 'does not name: "phone"'),
    ],
)
def test_changed_columns_stop_the_run_before_a_row_is_read(tmp_path: Path, header: str, words: str) -> None:
    """Renamed, missing and unknown columns are told by name, and nothing is written."""
    files(tmp_path, {"f.csv": f"{header}\n1,2,3\n"})
    with pytest.raises(SourceChanged) as error:
        read(contract(source(), A, B), settings(tmp_path))
    assert words in str(error.value)
    assert not (tmp_path / ".terang/restricted/spending/raw.parquet").exists()


def test_a_column_may_be_ignored_by_name(tmp_path: Path) -> None:
    """What the contract ignores is neither read nor an error, and nothing of it is left behind."""
    files(tmp_path, {"f.csv": "a,b,phone\nx,1,0812-FAKE\n"})
    _, rows, _ = read(contract(source(ignore=["phone"]), A, B), settings(tmp_path))
    assert rows.schema.names == ["a", "b", "_row", "_line"]
    assert b"0812-FAKE" not in (tmp_path / ".terang/restricted/spending/raw.parquet").read_bytes()


def test_several_files_are_read_in_order_and_the_newest_alone_on_demand(tmp_path: Path) -> None:
    """All files by name, with columns from their names; or the newest; with name, bytes and sha256 in the receipt."""
    files(tmp_path, {"r_2026.csv": "a,b\ny,2\n", "r_2025.csv": "a,b\nx,1\n"})
    os.utime(tmp_path / "r_2025.csv", (2e9, 2e9))
    options = {"file_fields": r"r_(?P<year>\d{4})"}
    made = contract(source(**options), A, B, column("year", "integer"))
    receipt, rows, _ = read(made, settings(tmp_path))
    assert cells(rows, "a", "year", "_line") == [("x", 2025, "r_2025.csv:2"), ("y", 2026, "r_2026.csv:2")]
    assert [file["name"] for file in receipt.facts["files"]] == ["r_2025.csv", "r_2026.csv"]
    assert all(len(file["sha256"]) == 64 and file["bytes"] == 8 for file in receipt.facts["files"])
    newest = contract(source(files="newest", **options), A, B, column("year", "integer"))
    assert cells(read(newest, settings(tmp_path))[1], "a") == [("x",)]


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    """No such file is unreadable; a folder that is gone may come back, so it is worth another try."""
    with pytest.raises(SourceUnreadable, match="no file"):
        read(contract(source(), A, B), settings(tmp_path))
    with pytest.raises(SourceUnreachable, match="folder"):
        read(contract(source(), A, B), settings(tmp_path, drop=str(tmp_path / "gone")))


def test_a_file_written_to_meanwhile_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an old and half a new file is nobody's file."""
    files(tmp_path, {"f.csv": "a,b\n" + "x,1\n" * 100})
    original = delimited._shaped

    def shaped(*given: object) -> object:
        with (tmp_path / "f.csv").open("a") as file:
            file.write("late,1\n")
        return original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(delimited, "_shaped", shaped)
    with pytest.raises(SourceChanged, match="while it was read"):
        read(contract(source(), A, B), settings(tmp_path))
