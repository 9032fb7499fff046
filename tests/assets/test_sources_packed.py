"""Packed text: read as what is in it, and every trap told before anything is kept."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from assets.errors import SourceRefused, SourceUnreadable
from assets.sources import packed
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b", "integer")
TEXT = "a,b\nx,1\ny,2\n"


def source(**options: object) -> dict[str, object]:
    """A CSV source of all files in the drop folder."""
    return {"kind": "csv", "connection": "drop", "path": "f.*", **options}


def zipped(**members: bytes | str) -> bytes:
    """A ZIP of these members, whose names may have dots: two underscores stand for one."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "."), text)
    return held.getvalue()


def test_gzip_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    """By its first bytes, whatever it is called, of several parts too; lines keep their numbers."""
    half = TEXT.encode()
    files(tmp_path, {"f.csv": gzip.compress(half[:7]) + gzip.compress(half[7:])})
    receipt, rows, _ = read(contract(source(), A, B), settings(tmp_path))
    assert cells(rows, "a", "b", "_line") == [("x", 1, "f.csv:2"), ("y", 2, "f.csv:3")]
    assert receipt.facts["files"][0]["bytes"] == (tmp_path / "f.csv").stat().st_size


def test_members_of_a_zip_are_read_in_order_of_their_names(tmp_path: Path) -> None:
    """Those that fit the pattern, each row with the file and member it came from; the only one needs no pattern."""
    files(tmp_path, {"f.zip": zipped(b__csv=TEXT, a__csv="a,b\nw,0\n", readme__txt="no table")})
    made = contract(source(packed={"member": "*.csv"}), A, B)
    _, rows, _ = read(made, settings(tmp_path))
    assert cells(rows, "a", "_line") == [("w", "f.zip/a.csv:2"), ("x", "f.zip/b.csv:2"), ("y", "f.zip/b.csv:3")]
    files(tmp_path, {"f.zip": zipped(only__csv=TEXT)})
    assert read(contract(source(), A, B), settings(tmp_path))[0].rows == 2


def test_json_is_unpacked_too(tmp_path: Path) -> None:
    """A document in gzip, and one in a ZIP."""
    text = '[{"a": "x", "b": 1}]'
    for packed_text in (gzip.compress(text.encode()), zipped(d__json=text)):
        files(tmp_path, {"f.bin": packed_text})
        made = contract({"kind": "json", "connection": "drop", "path": "f.bin"}, A, B)
        assert cells(read(made, settings(tmp_path))[1], "a", "b") == [("x", 1)]


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_packed_file_that_ends_early_is_unreadable(tmp_path: Path, kind: str) -> None:
    """Wherever it was cut, the half that could be read is not taken for the whole."""
    text = "a,b\n" + "".join(f"x{at},{at}\n" for at in range(5000))
    whole = gzip.compress(text.encode()) if kind == "gzip" else zipped(only__csv=text)
    for at in (1, 2, 3):
        files(tmp_path, {"f.bin": whole[: len(whole) * at // 4]})
        with pytest.raises(SourceUnreadable, match="damaged, or ends early") as error:
            read(contract(source(), A, B), settings(tmp_path))
        assert "f.bin" in str(error.value)
        assert error.value.facts["next"].startswith("deliver it again")


def test_a_packed_file_with_flipped_bits_is_unreadable(tmp_path: Path) -> None:
    """Its own checksum does not hold."""
    whole = bytearray(gzip.compress(TEXT.encode()))
    whole[-6] ^= 1
    files(tmp_path, {"f.gz": bytes(whole)})
    with pytest.raises(SourceUnreadable, match="damaged"):
        read(contract(source(), A, B), settings(tmp_path))


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """More than its size lets expect stops it; the contract may allow more, and sets the most of all."""
    monkeypatch.setattr(packed, "_FREE", 1 << 16)
    text = "a,b\n" + "x,1\n" * 100_000
    files(tmp_path, {"f.bin": gzip.compress(text.encode()) if kind == "gzip" else zipped(only__csv=text)})
    with pytest.raises(SourceUnreadable, match="far more than its size lets expect") as error:
        read(contract(source(packed={"ratio": 10}), A, B), settings(tmp_path))
    assert "10 times its size, and 16 GB" in str(error.value)
    assert read(contract(source(packed={"ratio": 1000}), A, B), settings(tmp_path))[0].rows == 100_000


@pytest.mark.parametrize("name", ["../f.csv", "/etc/f.csv", "a/../../f.csv", "C:\\f.csv", "..\\f.csv"])
def test_a_name_in_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written when a ZIP is read, but who makes such names means no good."""
    files(tmp_path, {"f.zip": zipped(**{name: TEXT})})
    with pytest.raises(SourceRefused, match="leads out of its folder"):
        read(contract(source(), A, B), settings(tmp_path))
    assert not (tmp_path.parent / "f.csv").exists()


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    """It would be read as the path that it names."""
    held, link = io.BytesIO(), zipfile.ZipInfo("f.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    files(tmp_path, {"f.zip": held.getvalue()})
    with pytest.raises(SourceRefused, match="or a link"):
        read(contract(source(), A, B), settings(tmp_path))


def test_a_zip_with_a_password_is_unreadable(tmp_path: Path) -> None:
    """Told as such, not as a damaged one."""
    whole = bytearray(zipped(only__csv=TEXT))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(mark) + at] |= 1
    files(tmp_path, {"f.zip": bytes(whole)})
    with pytest.raises(SourceUnreadable, match="protected with a password"):
        read(contract(source(), A, B), settings(tmp_path))


def test_a_zip_of_several_files_must_be_told_which(tmp_path: Path) -> None:
    """How many there are and which option says it; no name, which may be that of a person."""
    files(tmp_path, {"f.zip": zipped(rahasia__csv=TEXT, b__csv=TEXT)})
    with pytest.raises(SourceUnreadable, match="does not say which") as error:
        read(contract(source(), A, B), settings(tmp_path))
    assert "source.packed.member" in str(error.value)
    assert "rahasia" not in str(error.value)
    with pytest.raises(SourceUnreadable, match="holds no such file"):
        read(contract(source(packed={"member": "*.tsv"}), A, B), settings(tmp_path))
