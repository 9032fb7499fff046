"""Lists of files: which are read, which are left alone, and which are refused."""

import os
import time
from pathlib import Path

import pytest

from assets.errors import SourceRefused, SourceUnreachable, SourceUnreadable
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b")


def source(**options: object) -> dict[str, object]:
    """A CSV source of all files in the drop folder."""
    return {"kind": "csv", "connection": "drop", "path": "*.csv", **options}


def test_newest_is_the_file_that_was_changed_last(tmp_path: Path) -> None:
    """Whatever it is called."""
    files(tmp_path, {"b.csv": "a,b\nold,1\n", "a.csv": "a,b\nnew,1\n"})
    os.utime(tmp_path / "b.csv", (1, 1))
    assert cells(read(contract(source(files="newest"), A, B), settings(tmp_path))[1], "a") == [("new",)]


def test_a_file_delivered_twice_is_read_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A copy such as "report (1).csv" does not double the money; the receipt and the log say so."""
    files(tmp_path, {"report.csv": "a,b\nx,1\n", "report (1).csv": "a,b\nx,1\n"})
    receipt, rows, _ = read(contract(source(), A, B), settings(tmp_path))
    assert cells(rows, "a") == [("x",)]
    assert [one.get("same_as") for one in receipt.facts["files"]] == [None, "report (1).csv"]
    assert "is the same as report (1).csv and is read once" in caplog.text


def test_the_same_table_for_two_months_is_two_tables(tmp_path: Path) -> None:
    """Where the name says something, equal files are not the same."""
    files(tmp_path, {"m_01.csv": "a,b\nx,1\n", "m_02.csv": "a,b\nx,1\n"})
    made = contract(source(file_fields=r"m_(?P<bulan>\d\d)"), A, B, column("bulan"))
    assert cells(read(made, settings(tmp_path))[1], "a", "bulan") == [("x", "01"), ("x", "02")]


def test_a_file_that_comes_back_under_another_name_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """January, read once and replaced since, is not taken for the newest because somebody saved it again; nor does it
    double the money where all files are read. The log says when it was read; the contract may say that it is meant."""
    january, february = "a,b\nx,1\n", "a,b\ny,2\n"
    office, newest, every = settings(tmp_path), contract(source(files="newest"), A, B), contract(source(), A, B)
    files(tmp_path, {"report.csv": january})
    read(newest, office)
    files(tmp_path, {"report.csv": february})
    read(newest, office)
    files(tmp_path, {"report (1).csv": january})
    os.utime(tmp_path / "report.csv", (1, 1))
    for made in (newest, every, newest):
        assert cells(read(made, office)[1], "a") == [("y",)]
    assert "report (1).csv is the same as report.csv, which was read on 20" in caplog.text
    meant = contract(source(files="newest", repeats="read"), A, B)
    assert cells(read(meant, office)[1], "a") == [("x",)]


def test_a_run_that_is_repeated_reads_the_same(tmp_path: Path) -> None:
    """What the last run read is read again, also when it was renamed meanwhile, or lies in another order of time."""
    office, made = settings(tmp_path), contract(source(), A, B)
    files(tmp_path, {"a.csv": "a,b\nx,1\n", "b.csv": "a,b\ny,2\n"})
    for _ in range(2):
        assert cells(read(made, office)[1], "a") == [("x",), ("y",)]
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    for _ in range(2):
        assert cells(read(made, office)[1], "a") == [("y",), ("x",)]
    (tmp_path / "c.csv").unlink()
    assert read(made, office)[0].rows == 1
    files(tmp_path, {"c.csv": "a,b\nx,1\n"})
    assert read(made, office)[0].rows == 2


def test_when_only_old_files_came_back_the_run_stops(tmp_path: Path) -> None:
    """Rather than publish January once more."""
    office, made = settings(tmp_path), contract(source(), A, B)
    for name, text in {"1.csv": "a,b\nx,1\n", "2.csv": "a,b\ny,2\n"}.items():
        files(tmp_path, {name: text})
        read(made, office)
        (tmp_path / name).unlink()
    files(tmp_path, {"3.csv": "a,b\nx,1\n"})
    with pytest.raises(SourceUnreadable, match="read before, under another name") as error:
        read(made, office)
    assert "source.repeats" in error.value.facts["next"]


def test_a_file_that_is_being_written_is_left_for_the_next_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With `quiet`, what was written to a moment ago is not read; when nothing else is there, the run comes back later."""
    files(tmp_path, {"done.csv": "a,b\nx,1\n", "coming.csv": "a,b\ny,"})
    made = contract(source(quiet="1m"), A, B)
    with pytest.raises(SourceUnreachable, match="still being written"):
        read(made, settings(tmp_path))
    past = time.time() - 120
    os.utime(tmp_path / "done.csv", (past, past))
    assert cells(read(made, settings(tmp_path))[1], "a") == [("x",)]
    assert "1 files are still being written" in caplog.text


@pytest.mark.parametrize("name", ["~$f.csv", ".~lock.f.csv", "f.csv.part", "f.csv.crdownload", ".f.csv", "f.csv.tmp"])
def test_marks_of_other_programs_are_no_files(tmp_path: Path, name: str) -> None:
    """What Excel, LibreOffice, a browser or an upload leave beside a file is not read, even where the pattern fits."""
    files(tmp_path, {"f.csv": "a,b\nx,1\n", name: "\x00"})
    assert cells(read(contract(source(path="*"), A, B), settings(tmp_path))[1], "a") == [("x",)]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Who may write into the drop folder does not choose what is published from elsewhere; a link within it is a file."""
    drop, elsewhere = tmp_path / "drop", tmp_path / "rahasia.csv"
    drop.mkdir()
    elsewhere.write_text("a,b\nsecret,1\n")
    (drop / "f.csv").symlink_to(elsewhere)
    office = settings(drop)
    with pytest.raises(SourceRefused, match="outside its folder") as error:
        read(contract(source(), A, B), office)
    assert "rahasia" not in str(error.value)
    (drop / "f.csv").unlink()
    files(drop, {"g.csv": "a,b\nx,1\n"})
    (drop / "f.csv").symlink_to(drop / "g.csv")
    assert read(contract(source(), A, B), office)[0].rows == 1


@pytest.mark.parametrize("path", ["../x/*.csv", "/etc/passwd"])
def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    """The folder is the connection's; another folder is another connection."""
    with pytest.raises(SourceRefused, match="outside its folder") as error:
        read(contract(source(path=path), A, B), settings(tmp_path))
    assert "a connection of its own" in error.value.facts["next"]


def test_no_file_is_told_with_how_many_others_there_are(tmp_path: Path) -> None:
    """Their names are not told."""
    files(tmp_path, {"budi.txt": "x"})
    with pytest.raises(SourceUnreadable, match="no file has this name") as error:
        read(contract(source(), A, B), settings(tmp_path))
    assert "files of other names: 1" in str(error.value)
    assert "budi" not in str(error.value)
