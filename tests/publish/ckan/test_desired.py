"""What a portal should say, as golden documents: with a dataset form of its own, and on a portal without one."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.errors import Blocked
from publish.ckan.capabilities import Capabilities
from publish.ckan.desired import desired
from publish.ckan.resources import resource_id
from publish.release import release as make_release
from quality.gates.scan import scan_payload
from tests.publish import made
from tests.publish.ckan import office

GOLDEN = Path(__file__).parent / "golden"
FORM = frozenset(
    [
        "title",
        "name",
        "title_en",
        "notes",
        "notes_en",
        "tag_string",
        "license_id",
        "owner_org",
        "publisher",
        "contact",
        "issued",
        "modified",
        "frequency",
        "temporal_coverage",
        "identifier",
        "version",
        "version_notes",
        "version_notes_en",
        "access_rights",
        "theme",
        "language",
        "provenance",
        "provenance_en",
        "url",
        "terang_release",
        "terang_rows",
        "terang_quality",
        "terang_withheld",
        "terang_withheld_en",
        "terang_totals",
    ]
)
VOLATILE = {"hash", "size"}  # bytes are the formats' business, and tested there


def able(**options: Any) -> Capabilities:
    """A portal with everything."""
    given: dict[str, Any] = {
        "version": "2.12.0",
        "plugins": frozenset({"datastore", "datatables_view", "scheming_datasets"}),
        "account": "penerbit",
        "organization": "0c0ffee0-0000-4000-8000-000000000000",
        "fields": FORM,
        "resource_fields": None,
        "licenses": frozenset({"cc-by"}),
    }
    return Capabilities(**(given | options))


def check_golden(name: str, document: Any) -> None:
    """Compare with the golden file; TERANG_GOLDEN=1 writes it anew, to be read before it is committed."""
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    file = GOLDEN / name
    if os.environ.get("TERANG_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def steady(document: dict[str, Any]) -> dict[str, Any]:
    """Without what depends on the bytes of files."""
    resources = [{k: v for k, v in resource.items() if k not in VOLATILE} for resource in document["resources"]]
    return {**document, "resources": resources}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> office.Office:
    """An office with no portal to ask."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    return office.office(tmp_path, contract, url="http://portal.invalid", token="x", organization="kabupaten")


def test_a_portal_with_a_form_gets_fields(at: office.Office) -> None:
    """Every field that the portal's form has is sent as a field, in both languages, with EU authority URIs."""
    wanted = desired(at.contract, at.released(office.rows(at.contract, [1, 2, 3])), made.LANGUAGES, able())
    assert not wanted.extras
    check_golden("with_form.json", steady(wanted.document()))


def test_a_portal_without_a_form_gets_extras(at: office.Office) -> None:
    """Without ckanext-scheming the rest becomes extras, under the names that ckanext-dcat reads."""
    release = at.released(office.rows(at.contract, [1, 2, 3]))
    wanted = desired(at.contract, release, made.LANGUAGES, able(fields=None, plugins=frozenset({"datastore"})))
    assert "publisher" not in wanted.fields
    assert wanted.extras["publisher_name"] == "BPKAD Kabupaten Contoh"
    check_golden("without_form.json", steady(wanted.document()))


@pytest.mark.parametrize("name", ["with_form.json", "without_form.json"])
def test_the_contact_may_be_sent_and_no_other_address(name: str) -> None:
    """The real gate lets the office's own address pass, as a field or as an extra; another person's stops all of it."""
    contract = office.payments("bayaran-emas")
    document = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    assert contract.publisher.contact in json.dumps(document)
    scan_payload(document, contract)
    for place in ({"notes": "Tanya budi@contoh.example"}, {"extras": {"contact_email": "budi.data@contoh.example"}}):
        with pytest.raises(Blocked, match="nothing was sent"):
            scan_payload({**document, **place}, contract)


def test_types_are_ours(at: office.Office) -> None:
    """Codes are text, money is numeric, and nothing is guessed."""
    wanted = desired(at.contract, at.released(office.rows(at.contract, [1])), made.LANGUAGES, able())
    assert wanted.table is not None
    assert {field["id"]: field["type"] for field in wanted.table.fields} == {
        "id": "text", "tahun": "int8", "kode": "text", "tanggal": "date", "dicatat": "timestamptz",
        "nilai": "numeric", "lunas": "bool", "uraian": "text",
    }  # fmt: skip
    assert wanted.table.key == ("id",)
    assert wanted.table.indexes == ("kode",)


def test_ids_of_resources_never_change() -> None:
    """The id of a resource depends on the dataset and the kind of file alone: it is the same in every release."""
    assert resource_id("bayaran", "csv") == "7ddcf414-e523-58fb-b10d-ebbd2041d758"
    assert resource_id("bayaran", "csv") != resource_id("bayaran", "parquet")


def test_a_license_by_the_name_the_portal_knows(at: office.Office) -> None:
    """CKAN's own short id is used unless the portal lists the SPDX id."""
    release = at.released(office.rows(at.contract, [1]))
    spdx = able(licenses=frozenset({"CC-BY-4.0", "cc-by"}))
    assert desired(at.contract, release, made.LANGUAGES, spdx).fields["license_id"] == "CC-BY-4.0"
    assert desired(at.contract, release, made.LANGUAGES, able()).fields["license_id"] == "cc-by"


def test_no_datastore_no_table(at: office.Office) -> None:
    """A portal without the DataStore gets files only."""
    wanted = desired(at.contract, at.released(office.rows(at.contract, [1])), made.LANGUAGES, able(plugins=frozenset()))
    assert wanted.table is None
    assert wanted.data.kind == "csv"


def test_what_changed_may_be_sent(at: office.Office) -> None:
    """Counts, sums of any size, a reason and earlier versions pass the real gate; a person's number in a reason does not."""
    at.released(office.rows(at.contract, [1, 2, 3]))
    made.staged(
        at.settings.root, at.contract, rows=office.rows(at.contract, [2, 3, 4], nilai=lambda _: "3507010101900001.00")
    )
    later = office.FIRST + timedelta(days=31)
    release = make_release(at.contract, at.settings, now=later, reason="pagu perubahan")
    many = {"added": 12_345_678, "changed": 2_000_000, "before_rows": 45_396_123, "after_rows": 45_391_277}
    release = replace(release, changes={**release.changes, **many})
    wanted = desired(at.contract, release, made.LANGUAGES, able())
    (total,) = wanted.fields["terang_totals"]
    assert (total["total_before"], total["total_after"]) == ("6000.15", "10521030305700003.00")
    assert "12.345.678 baris baru" in wanted.fields["version_notes"]
    assert "reason: pagu perubahan" in wanted.fields["version_notes_en"]
    assert [one.kind for one in wanted.resources if one.earlier] == ["csv 2026-10-05"]
    scan_payload(wanted.document(), at.contract)
    plain = desired(at.contract, release, made.LANGUAGES, able(fields=None))
    assert "terang_totals" not in plain.extras
    scan_payload(plain.document(), at.contract)
    named = replace(release, changes={**release.changes, "reason": "NIK 3507010101900001"})
    with pytest.raises(Blocked, match="nothing was sent"):
        scan_payload(desired(at.contract, named, made.LANGUAGES, able()).document(), at.contract)
