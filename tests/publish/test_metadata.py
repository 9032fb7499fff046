"""The documents of a release: what they say of the columns, and that others can use them."""

import csv
import json
import os
from pathlib import Path
from typing import Any, get_args

import pytest

from assets.contract import Contract
from assets.withheld import Withheld
from publish.file import File
from publish.metadata import datapackage, dictionary, evidence, withheld
from publish.metadata.fields import fields
from publish.metadata.licenses import LICENSES
from publish.metadata.table import safe, write_csv
from publish.release import release
from tests.publish import made

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "bayaran-contoh.csv": File(sha256="ab" * 32, bytes=435, rows=4, media_type="text/csv", format="csv", role="data"),
    "dictionary.csv": File(
        sha256="cd" * 32, bytes=1096, rows=None, media_type="text/csv", format="csv", role="dictionary"
    ),
}


def same_as_golden(name: str, text: str) -> None:
    """Compare with a golden file; TERANG_GOLDEN=write renews it, for a person to read the difference."""
    path = GOLDEN / name
    if os.environ.get("TERANG_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


def test_datapackage_is_as_agreed() -> None:
    """The package of a small dataset is the golden one."""
    document = datapackage.document(made.context(), FILES)
    same_as_golden("datapackage.json", json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def test_dictionary_is_as_agreed(tmp_path: Path) -> None:
    """The dictionary of a small dataset is the golden one."""
    dictionary.write(tmp_path / "d.csv", fields(made.contract()), made.LANGUAGES)
    same_as_golden("dictionary.csv", (tmp_path / "d.csv").read_bytes().decode())


def test_a_whole_release_is_valid_for_frictionless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frictionless accepts the package, and CSV and XLSX down to the last cell against their schemas."""
    import frictionless  # noqa: PLC0415 - slow to import

    made.trust(monkeypatch)
    made.staged(tmp_path, rows=made.table(nilai="1234567890123.45"))
    path = release(made.contract(), made.settings(tmp_path), now=made.NOW).path / datapackage.FILE
    package = frictionless.Package(str(path))
    assert package.name == "bayaran-contoh"
    assert len(package.resources) == 8
    for name in ("bayaran-contoh-csv", "bayaran-contoh-xlsx"):
        report = package.get_resource(name).validate()
        assert report.valid, report.flatten(["title", "rowNumber", "fieldName"])
        assert report.task.stats["rows"] == 4


def test_frictionless_would_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The schema has teeth: a code that breaks its pattern is found in the same package."""
    import frictionless  # noqa: PLC0415

    made.trust(monkeypatch)
    rows = made.table()
    made.staged(tmp_path, rows=rows.set_column(2, "kode", [["5.1", "5.1", "52", "0.1"]]))
    path = release(made.contract(), made.settings(tmp_path), now=made.NOW).path / datapackage.FILE
    report = frictionless.Package(str(path)).get_resource("bayaran-contoh-csv").validate()
    assert report.flatten(["rowNumber", "fieldName"]) == [[4, "kode"]]


def described(name: str, of: Contract) -> Any:
    """The field of that name."""
    return next(field for field in fields(of) if field.name == name)


def test_a_warning_is_no_constraint() -> None:
    """A rule that only warns constrains nothing, since rows that break it are published."""
    assert described("nilai", made.contract()).constraints == {}


def test_a_protected_column_says_how() -> None:
    """A protected column promises none of the source's constraints and tells how it is protected."""
    field = described("penerima", made.contract())
    assert (field.constraints, field.protection.said_in("en")) == (
        {},
        "replaced by a reason, only in rows about a person",
    )


def test_groups_promise_nothing_of_their_sums() -> None:
    """In an aggregated dataset only the columns it is grouped by keep their constraints; the key is those columns."""
    columns = [
        *made.COLUMNS,
        made.column("orang", "integer", derived=True),
    ]
    group = {"by": ["kode"], "sums": ["nilai"], "count": "nik", "count_as": "orang"}
    grouped = made.contract(columns=columns, aggregate=group)
    assert [field.name for field in fields(grouped)] == ["kode", "nilai", "orang"]
    assert described("kode", grouped).constraints == {"required": True, "pattern": r"\d\.\d"}
    assert described("orang", grouped).constraints == {}
    assert "fewer than 5 persons" in described("nilai", grouped).protection.said_in("en")
    assert datapackage.schema(made.context(grouped))["primaryKey"] == ["kode"]


def test_dropped_columns_are_in_no_document(tmp_path: Path) -> None:
    """A column that never leaves is not named either."""
    dictionary.write(tmp_path / "d.csv", fields(made.contract()), made.LANGUAGES)
    package = json.dumps(datapackage.document(made.context(), FILES))
    assert "nik" not in (tmp_path / "d.csv").read_text()
    assert '"nik"' not in package


def test_withheld_sums_have_their_columns(tmp_path: Path) -> None:
    """What was withheld is told by reason, with exact sums; of few persons neither their number nor a sum."""
    parts = [
        Withheld(reason="DATA PRIBADI", rows=3, persons=7, money={"nilai": "-1234567890123456.70"}),
        Withheld(reason="LAIN", rows=1, persons=None, fewer_than=5, money={}),
        Withheld(reason="TAK TERHITUNG", rows=2, persons=None, money={}),
    ]
    withheld.write(tmp_path / "w.csv", made.contract(), parts)
    assert (tmp_path / "w.csv").read_bytes() == (
        b"reason,rows,persons,sum_nilai\r\nDATA PRIBADI,3,7,-1234567890123456.70\r\nLAIN,1,<5,\r\nTAK TERHITUNG,2,,\r\n"
    )


def test_evidence_takes_over_counts_only(tmp_path: Path) -> None:
    """Of a screening only name, severity and count reach the public; whatever else it holds stays behind."""
    from publish.account import proven_account  # noqa: PLC0415

    store = made.staged(tmp_path)
    account = proven_account(made.contract(), store)
    screening = {"rules": [{"name": "r", "severity": "warn", "failed": 2, "rows": ["secret"]}]}
    found = evidence.document(verdict={"gates": [], "by": "secret"}, screening=screening, account=account)
    assert found["rules"] == [{"name": "r", "severity": "warn", "failed": 2}]
    assert "secret" not in json.dumps(found)


def test_every_licence_of_a_contract_is_known() -> None:
    """Each licence that a contract may name has a title, an address and CKAN's id."""
    named = get_args(Contract.model_fields["license"].annotation)
    assert set(named) == set(LICENSES)
    assert all(license_.url.startswith("https://") and license_.ckan for license_ in LICENSES.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("=1+1", "'=1+1"), ("'=1", "''=1"), ("-", "'-"), ("'biasa'", "'biasa'"), ("a=b", "a=b"), ("", "")],
)
def test_texts_that_look_like_formulas_get_an_apostrophe(text: str, expected: str) -> None:
    """Text that a spreadsheet would run gets exactly one apostrophe more; other text stays."""
    assert safe(text) == expected


def test_small_tables_are_written_as_the_data_is(tmp_path: Path) -> None:
    """A small table is formula-safe in its texts and leaves numbers alone."""
    write_csv(tmp_path / "t.csv", ["a", "b", "c"], [["@x", -1, None]])
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["a", "b", "c"], ["'@x", "-1", ""]]
