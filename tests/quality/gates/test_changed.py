"""The scan of a change file: a cell is harmless by the column that its line names, and by nothing else."""

import json
from pathlib import Path

import pytest

from quality.gates.scan import scan_files
from tests.quality.gates.test_scan import NIK, contract

HEADER = "kind,id,kode,column,before,after"
GOOD = [
    "added,abcdefghijklmnop,SP-000000000001,,,",
    "changed,abcdefghijklmnop,SP-000000000001,nilai,1234567890123.00,12345678901234567.89",
    "changed,abcdefghijklmnop,SP-000000000001,kode,SP-351512010190,SP-000000000001",
    "changed,abcdefghijklmnop,SP-000000000001,uraian,REDACTED: NOT REPEATED,Jalan Contoh 12",
    "removed,abcdefghijklmnop,,,,",
    "not listed,,,added,,123456",
]


def found(file: Path, *lines: str) -> dict[str, int]:
    """What the scan finds in a file of these lines."""
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    evidence = scan_files([file], contract())
    assert NIK not in str(evidence)
    return dict(evidence.facts["suspect values by place"])


def test_what_the_columns_declare_is_harmless(tmp_path: Path) -> None:
    """Amounts, official codes and ids of rows are let through in the cells of their own columns."""
    assert found(tmp_path / "changes.csv", HEADER, *GOOD) == {}


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (f"changed,abcdefghijklmnop,SP-000000000001,uraian,NIK {NIK},x", "uraian"),
        (f"changed,abcdefghijklmnop,SP-000000000001,uraian,x,{NIK}", "uraian"),
        (f"changed,abcdefghijklmnop,SP-000000000001,nilai,{NIK},1.00", "nilai"),
        (f"changed,abcdefghijklmnop,SP-000000000001,kode,{NIK},SP-000000000001", "kode"),
        (f"changed,abcdefghijklmnop,SP-000000000001,nik,{NIK},", "another column"),
        (f"removed,abcdefghijklmnop,,,{NIK},", "another column"),
        (f"removed,{NIK},,,,", "id"),
        (f"added,abcdefghijklmnop,{NIK},,,", "kode"),
        (f"{NIK},abcdefghijklmnop,,,,", "kind"),
        (f"changed,abcdefghijklmnop,,{NIK},,", "column"),
    ],
)
def test_whatever_else_stands_there_is_found(tmp_path: Path, line: str, place: str) -> None:
    """A person's number is found in each cell, also where the line names another column, or none."""
    assert found(tmp_path / "changes.csv", HEADER, *GOOD, line) == {f"changes.csv: {place}": 1}


def test_retired_rows_are_looked_at(tmp_path: Path) -> None:
    """The list holds ids of rows; a number in their place is found."""
    file, header = tmp_path / "retired.csv", "id,last_version"
    assert found(file, header, "abcdefghijklmnop,2026-10-05.2") == {}
    assert found(file, header, f"{NIK},2026-10-05") == {"retired.csv: id": 1}
    assert found(file, header, f"abcdefghijklmnop,{NIK}") == {"retired.csv: last_version": 1}


def test_a_change_file_that_is_none_blocks(tmp_path: Path) -> None:
    """A line of other length cannot be read, and so it blocks."""
    assert next(iter(found(tmp_path / "changes.csv", HEADER, *GOOD, f"changed,{NIK}"))).startswith(
        "changes.csv: cannot be"
    )


def test_a_ledger_is_read_key_by_key(tmp_path: Path) -> None:
    """Checksums of files, also of those that were taken down, are harmless; a person's number in a reason is not."""
    file, digest = tmp_path / "ledger.jsonl", "3507010101900001" * 4
    files = dict.fromkeys(("payments.csv", "SHA256SUMS", "2026-10-05.2/payments.csv", "2026-10-05/SHA256SUMS"), digest)
    entry = {
        "n": 1,
        "event": "released",
        "files": files,
        "accounting": {"read": 12},
        "facts": {"reason": "salah ketik"},
    }
    file.write_text(json.dumps(entry) + "\n", encoding="utf-8")
    assert scan_files([file], contract()).passed
    file.write_text(json.dumps({**entry, "facts": {"reason": f"NIK {NIK}"}}) + "\n", encoding="utf-8")
    assert scan_files([file], contract()).facts == {"suspect values by place": {"ledger.jsonl: reason": 1}}
