"""What an officer is told of a column: its class, what is done to it, by an invented example; counts of what is public."""

from pathlib import Path

import pytest

from assets.column import MEANING, techniques
from publish.explaining import DONE, GATES, INDONESIAN, Explained, explain
from publish.release import release
from quality import gates
from tests.publish import made
from tests.publish.ckan import office

COLUMNS = (
    *made.COLUMNS[:2],
    made.column("tanggal", "date", "quasi_id", privacy={"technique": "generalise", "to": "month"}),
    made.column(
        "wilayah", "string", "quasi_id", privacy={"technique": "anonymise", "levels": [{"parts": 2}, "hidden"]}
    ),
    made.column(
        "nama", "string", "direct_id", privacy={"technique": "redact", "reason": "DATA PRIBADI"}, basis="UU 27/2022"
    ),
    made.column("akun", "string", "linkage_key", privacy={"technique": "pseudonym"}),
    made.column("nik", class_="direct_id", privacy={"technique": "drop"}),
)


def explained(root: Path, language: str = "en") -> dict[str, Explained]:
    """Each column of two invented datasets, of which the second is anonymised, by its name."""
    said = {"purpose": made.said("Laporan keuangan", "Accounting"), "basis": "UU 17/2003"}
    month, area = (next(column for column in COLUMNS if column["name"] == name) for name in ("tanggal", "wilayah"))
    first = made.contract(columns=[one for one in COLUMNS if one != area], persons=None, **said)
    rows = [one for one in COLUMNS if one != month]
    second = made.contract(columns=rows, persons=None, anonymity={"person": "nik"}, **said)
    settings = made.settings(root)
    told = [
        *explain(second, settings, ["wilayah"], language=language),
        *explain(first, settings, [], language=language),
    ]
    return {one.column: one for one in told}


def test_each_column_is_told_with_an_invented_example(tmp_path: Path) -> None:
    """What is done stands beside what it makes of a value that no office has."""
    found = explained(tmp_path)
    assert {name: one.example for name, one in found.items()} == {
        "nomor": None,
        "kode": None,
        "tanggal": ("2026-03-17", "2026-03"),
        "wilayah": ("CONTOH", "*"),
        "nama": ("Contoh Orang", "REDACTED: DATA PRIBADI"),
        "akun": ("CONTOH-1", "gkdpmbnaeihcjlofagkd"),
        "nik": None,
    }
    assert found["nik"].done == "the column is left out of everything public"
    assert found["nik"].gates == ("nothing that names a person", "no person of the extract")
    assert "every cell was protected" in found["tanggal"].gates
    assert "enough persons share it" in found["wilayah"].gates
    assert (found["nama"].purpose, found["nama"].basis) == ("Accounting", "UU 27/2022")
    assert (found["kode"].purpose, found["kode"].basis) == ("Accounting", "UU 17/2003")


def test_it_is_told_in_indonesian_too(tmp_path: Path) -> None:
    """The same facts, in the officer's own language."""
    found = explained(tmp_path, "id")
    assert (found["nik"].done, found["nik"].purpose) == (DONE["id"]["drop"], "Laporan keuangan")
    assert found["nik"].meaning == INDONESIAN["direct_id"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_there_are_words_for_all(language: str) -> None:
    """For every class, technique and gate that there is."""
    assert INDONESIAN.keys() == MEANING.keys()
    assert techniques().keys() <= DONE[language].keys()
    assert {gate.__name__ for gate in gates.GATES} <= GATES[language].keys()


def test_what_readers_have_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Different values, empty cells and redactions of the last release; no value, and nothing before the first release."""
    office.trust(monkeypatch)
    contract, settings = made.contract(), made.settings(tmp_path)
    assert explain(contract, settings, ["kode"], language="en")[0].measured == {}
    made.staged(tmp_path)
    release(contract, settings, now=made.NOW)
    found = {one.column: one for one in explain(contract, settings, [], language="en")}
    assert found["kode"].measured == {"rows": 4, "different values": 3}
    assert found["penerima"].measured == {"rows": 4, "different values": 3, "empty": 1, "redacted": 1}
    assert found["nik"].measured == {}
    assert "only in rows about a person; rows about a person are left out whole" in found["penerima"].done
    assert "CV Contoh" not in str(found)
