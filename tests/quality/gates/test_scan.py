"""The scan: in whatever format and place a person's number stands, it is found, and official codes are not."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xlsxwriter import Workbook

from assets.contract import Contract
from assets.errors import Blocked
from quality.gates.scan import scan_files, scan_payload
from tests.quality import made

NIK = "3507010101900001"  # invented
Row = dict[str, str]
GOOD: Row = {
    "id": "abcdefghijklmnop",
    "kode": "SP-000000000001",
    "nilai": "1234567890123.00",
    "uraian": "Jalan Contoh 12",
}


def contract() -> Contract:
    """A code with a pattern, a measure, and a public text."""
    return made.contract(
        made.column("kode", "string", "code", pattern=r"SP-\d{12}"),
        made.column("nilai", "decimal(20,2)", "public_measure"),
        made.column("uraian"),
        name="payments",
    )


def csv(path: Path, row: Row) -> None:
    """One row with its header."""
    path.write_text("\n".join([",".join(row), ",".join(f'"{cell}"' for cell in row.values())]), encoding="utf-8")


def jsonl(path: Path, row: Row) -> None:
    """One line."""
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")


def parquet(path: Path, row: Row) -> None:
    """One row, all of text."""
    pq.write_table(pa.Table.from_pylist([row]), path)


def xlsx(path: Path, row: Row) -> None:
    """One row below a header."""
    with Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, list(row))
        sheet.write_row(1, 0, list(row.values()))


FORMATS: dict[str, Callable[[Path, Row], None]] = {"csv": csv, "jsonl": jsonl, "parquet": parquet, "xlsx": xlsx}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"uraian": f"NIK {NIK}"}, "uraian"),
        ({"kode": NIK}, "kode"),
        ({"kode": f"SP-000000000001 {NIK}"}, "kode"),
        ({"nilai": "35.07.01.010190.0001"}, "nilai"),
        ({"id": NIK}, "id"),
        ({"catatan": NIK}, "catatan"),
        ({f"k{NIK}": "x"}, "a header"),
    ],
)
def test_every_format_is_read_cell_by_cell(tmp_path: Path, kind: str, change: Row, place: str) -> None:
    """A declared column holds what it declares, an undeclared one and a header nothing that looks like a person."""
    file = tmp_path / f"payments.{kind}"
    FORMATS[kind](file, GOOD)
    assert scan_files([file], contract()).passed
    FORMATS[kind](file, {**GOOD, **change})
    evidence = scan_files([file], contract())
    sheet = "Data " if kind == "xlsx" else ""
    assert evidence.facts == {"suspect values by place": {f"{file.name}: {sheet}{place}": 1}}
    assert not evidence.passed
    assert NIK not in str(evidence)


def _hidden(book: Workbook) -> None:
    book.add_worksheet("Data").write(0, 0, "x")
    hidden = book.add_worksheet("Lain")
    hidden.very_hidden()
    hidden.write(3, 3, NIK)


def _commented(book: Workbook) -> None:
    book.add_worksheet("Data").write_comment(0, 0, f"dari {NIK}")


def _named(book: Workbook) -> None:
    book.add_worksheet(f"S {NIK}").write(0, 0, "x")


def _signed(book: Workbook) -> None:
    book.add_worksheet("Data").write(0, 0, "x")
    book.set_properties({"author": "budi@example.org"})


def _footed(book: Workbook) -> None:
    book.add_worksheet("Data").set_footer(f"&L{NIK}")


@pytest.mark.parametrize("fill", [_hidden, _commented, _named, _signed, _footed])
def test_a_workbook_is_read_beyond_its_cells(tmp_path: Path, fill: Callable[[Workbook], None]) -> None:
    """Hidden sheets, comments, names of sheets, properties and footers are published too."""
    with Workbook(tmp_path / "payments.xlsx") as book:
        fill(book)
    assert not scan_files([tmp_path / "payments.xlsx"], contract()).passed


@pytest.mark.parametrize(
    ("name", "content"),
    [("payments.bin", b"\x00\x01"), ("payments.parquet", b"PAR1"), ("a.json", b"{"), ("a.txt", b"\xff\xfe\x00")],
)
def test_what_cannot_be_read_blocks(tmp_path: Path, name: str, content: bytes) -> None:
    """An unknown or broken file is not known to be harmless, and its bytes are not quoted."""
    (tmp_path / name).write_bytes(content)
    evidence = scan_files([tmp_path / name], contract())
    assert not evidence.passed
    assert "cannot be read" in str(evidence.facts)
    assert "xff" not in str(evidence.facts)


def test_file_names_are_scanned(tmp_path: Path) -> None:
    """A name is public too, and evidence does not repeat it."""
    file = tmp_path / f"x{NIK}.txt"
    file.write_text("fine", encoding="utf-8")
    assert scan_files([file], contract()).facts["suspect values by place"] == {"a file name": 1}


FINE: dict[str, Any] = {
    "title": "Payments 2023, 2024, 2025",
    "version": "2026-10-05.2",
    "created": "2026-10-05T02:00:04.123456+00:00",
    "maintainer_email": "data@example.org",
    "email": "mailto:Data@Example.org",
    "notes": "Ask data@example.org or see http://127.0.0.1:5000/dataset/payments; codes like SP-000000000001.",
    "hash": "1234567890" * 6 + "1234",
    "id": "12345678-1234-1234-1234-123456789012",
    "package_id": "12345678-1234-1234-1234-123456789012",
    "owner_org": "12345678-1234-1234-1234-123456789012",
    "identifier": "urn:uuid:12345678-1234-1234-1234-123456789012",
    "url": "https://portal.example/dataset/12345678-1234-1234-1234-123456789012/a.csv",
    "constraints": {"pattern": r"SP-\d{12}"},
    "files": [{"bytes": 12345678901, "rows": 123456789}],
    "records": [{"kode": "SP-000000000001", "nilai": "1234567890123.00", "uraian": "x"}],
    "withheld": [{"money": {"nilai": "12345678901.00"}}],
}


def test_documents_of_ours_pass() -> None:
    """Digests, ids, counts, times, the office's own contact, and codes by their pattern."""
    scan_payload(FINE, contract())


@pytest.mark.parametrize(
    "change",
    [
        {"notes": f"call {NIK}"},
        {"notes": NIK.replace("0", "O")},
        {"maintainer_email": "budi@example.org"},
        {"maintainer_email": "budi.data@example.org"},
        {"maintainer_email": "data@example.org.example"},
        {"extra": int(NIK)},
        {"hash": NIK},
        {"owner_org": NIK},
        {"title": "12345678-1234-1234-1234-123456789012"},
        {f"k{NIK}": 1},
        {"records": [{"kode": NIK}]},
        {"records": [{"uraian": [{"deep": [NIK]}]}]},
        {"url": f"https://portal.example/{NIK}"},
        {"notes": '{"nik": "\\u0033\\u0035\\u0030\\u0037\\u0030\\u0031\\u0030\\u0031\\u0030"}'},
    ],
)
def test_a_payload_that_looks_personal_is_not_sent(change: dict[str, Any]) -> None:
    """However deep it stands, as text, number or key, and without being quoted."""
    with pytest.raises(Blocked, match="nothing was sent") as error:
        scan_payload({**FINE, **change}, contract())
    assert NIK not in str(error.value)


def test_digests_in_a_list_of_sums_are_ours(tmp_path: Path) -> None:
    """SHA256SUMS is a text of digests and names."""
    (tmp_path / "SHA256SUMS").write_text(f"{'12345678' * 8}  payments.csv\n", encoding="utf-8")
    assert scan_files([tmp_path / "SHA256SUMS"], contract()).passed
    (tmp_path / "SHA256SUMS").write_text(f"{NIK}  payments.csv\n", encoding="utf-8")
    assert not scan_files([tmp_path / "SHA256SUMS"], contract()).passed


def test_a_workbook_with_a_part_that_is_no_text_is_still_read(tmp_path: Path) -> None:
    """The parts that hold words are read whatever else is in the archive."""
    xlsx(tmp_path / "payments.xlsx", GOOD)
    with zipfile.ZipFile(tmp_path / "payments.xlsx", "a") as archive:
        archive.writestr("docProps/custom.xml", f"<p><v>{NIK}</v></p>")
    assert not scan_files([tmp_path / "payments.xlsx"], contract()).passed
