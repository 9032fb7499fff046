"""The real portal does what a publisher with an editor's token needs, and no more."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.portal_fixture import Portal

pytestmark = pytest.mark.portal
FIELDS = [
    {"id": "kode", "type": "text", "info": {"label": "Kode rekening", "label_en": "Account code", "class": "code"}},
    {"id": "nilai", "type": "numeric", "info": {"label": "Nilai", "unit": "Rp", "notes": "Uang yang dibayarkan"}},
]


@pytest.fixture
def dataset(portal: Portal) -> Iterator[dict[str, Any]]:
    """Yield a dataset made by the editor, with one resource that has an id of our own choice."""
    name = f"uji-{uuid.uuid4().hex[:8]}"
    resource = {"id": str(uuid.uuid4()), "name": "Tabel", "name_en": "Rows to read", "format": "CSV", "url": ""}
    yield portal.action(
        "package_create",
        name=name,
        title="Uji portal",
        title_en="Portal on trial",
        notes="Dataset dari uji otomatis.",
        owner_org=portal.organization,
        license_id="cc-by",
        groups=[{"name": "belanja"}],
        tags=[{"name": "uji"}],
        theme=["http://publications.europa.eu/resource/authority/data-theme/GOVE"],
        contact=[{"name": "Walidata", "email": "data@kabupaten-contoh.example"}],
        temporal_coverage=[{"start": "2026-01-01", "end": "2026-12-31"}],
        terang_release="2026-11-05",
        resources=[resource],
    )
    portal.purge(name)


def table(portal: Portal, dataset: dict[str, Any]) -> str:
    """Give the dataset's resource a table of two rows; return the resource's id."""
    resource: str = dataset["resources"][0]["id"]
    records = [{"kode": "0101", "nilai": "12345678901234567890.25"}, {"kode": "0102", "nilai": "1.10"}]
    portal.action(
        "datastore_create", resource_id=resource, force=True, fields=FIELDS, records=records, primary_key=["kode"]
    )
    return resource


def test_editor_publishes_a_table(portal: Portal, dataset: dict[str, Any]) -> None:
    """An editor's token makes a DataStore table whose codes keep zeros, whose money is exact, and its dictionary stays."""
    resource = table(portal, dataset)
    found = portal.action("datastore_search", token="", resource_id=resource, sort="kode")
    assert [row["kode"] for row in found["records"]] == ["0101", "0102"]
    assert httpx.get(f"{portal.url}/datastore/dump/{resource}").text.splitlines()[1].endswith("12345678901234567890.25")
    info = {field["id"]: field["info"] for field in portal.action("datastore_info", id=resource)["fields"]}
    assert info["kode"]["label_en"] == "Account code"
    assert info["nilai"]["unit"] == "Rp"


def test_resource_id_is_the_clients(portal: Portal, dataset: dict[str, Any]) -> None:
    """A resource keeps the id that the editor gave, through package_create and resource_create."""
    mine = str(uuid.uuid4())
    made = portal.action(
        "resource_create", package_id=dataset["id"], id=mine, name="XLSX", url="https://a.example/b.xlsx"
    )
    assert made["id"] == mine


def test_search_counts_facets(portal: Portal, dataset: dict[str, Any]) -> None:
    """The search finds a dataset by word at once, and counts it under its topic and organisation."""
    found = portal.action(
        "package_search",
        token="",
        q="otomatis",
        fq=f"name:{dataset['name']}",
        **{"facet.field": ["groups", "organization"]},
    )
    assert found["count"] == 1
    assert found["facets"] == {"groups": {"belanja": 1}, "organization": {portal.organization: 1}}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("organization_create", {"name": "lain"}),
        ("group_create", {"name": "lain"}),
        ("user_create", {"name": "lain", "email": "lain@a.example", "password": "lain-lain-lain"}),
        ("config_option_update", {"ckan.site_title": "lain"}),
        ("dataset_purge", {"id": "lain"}),
    ],
)
def test_editor_may_not(portal: Portal, action: str, payload: dict[str, Any]) -> None:
    """An editor's token is refused what a publisher does not need."""
    assert portal.ask(action, **payload).status_code in {403, 404}


def test_other_organization_is_refused(portal: Portal) -> None:
    """An editor can't publish for another organisation, nor change its dataset."""
    other = f"lain-{uuid.uuid4().hex[:8]}"
    portal.action("organization_create", token=portal.admin_token, name=other, title="Instansi lain")
    wanted = {"name": f"{other}-data", "title": "Lain", "notes": "Lain", "owner_org": other}
    try:
        assert portal.ask("package_create", **wanted).status_code in {403, 409}
        portal.action("package_create", token=portal.admin_token, **wanted)
        assert portal.ask("package_patch", id=wanted["name"], title="Direbut").status_code == 403
    finally:
        portal.purge(wanted["name"])
        portal.action("organization_purge", token=portal.admin_token, id=other)


def test_anonymous_may_only_read(portal: Portal, dataset: dict[str, Any]) -> None:
    """Without a token datasets can be read, not changed."""
    assert portal.action("package_show", token="", id=dataset["name"])["terang_release"] == "2026-11-05"
    assert portal.ask("package_patch", token="", id=dataset["name"], title="x").status_code == 403


def test_dcat_carries_the_fields(portal: Portal, dataset: dict[str, Any]) -> None:
    """The DCAT document names theme, contact and period."""
    turtle = httpx.get(f"{portal.url}/dataset/{dataset['name']}.ttl").text
    for part in ("authority/data-theme/GOVE", "mailto:data@kabupaten-contoh.example", '"2026-12-31"^^xsd:date'):
        assert part in turtle


def test_pages_have_no_placeholder(portal: Portal, dataset: dict[str, Any]) -> None:
    """Every kind of page answers, names this portal, and shows nothing of CKAN's samples."""
    resource = table(portal, dataset)
    paths = ["/", "/dataset/", f"/dataset/{dataset['name']}", f"/dataset/{dataset['name']}/resource/{resource}",
             "/organization/", f"/organization/{portal.organization}", "/group/", "/group/belanja", "/about",
             "/en/", "/user/login", f"/en/dataset/{dataset['name']}"]  # fmt: skip
    for path in paths:
        page = httpx.get(portal.url + path, follow_redirects=True)
        assert page.status_code == 200, path
        assert "Data Terbuka Kabupaten Contoh" in page.text, path
        for placeholder in (
            "ckan-logo",
            "images/placeholder",
            "This is a",
            "Welcome to CKAN",
            "420x220",
            "CKAN Association",
        ):
            assert placeholder not in page.text, f"{path}: {placeholder}"


def test_dictionary_shows_every_key(portal: Portal, dataset: dict[str, Any]) -> None:
    """The resource page explains each column: label in both languages, meaning, unit and class."""
    resource = table(portal, dataset)
    page = httpx.get(f"{portal.url}/dataset/{dataset['name']}/resource/{resource}").text
    for text in ("Kode rekening", "Account code", "Uang yang dibayarkan", "Rp"):
        assert text in page


def test_words_are_the_readers(portal: Portal, dataset: dict[str, Any]) -> None:
    """Pages speak Indonesian by default and English on request; CKAN's untranslated words do not show through."""
    indonesian = httpx.get(f"{portal.url}/dataset/{dataset['name']}").text
    english = httpx.get(f"{portal.url}/en/dataset/{dataset['name']}").text
    assert "Berkas dan tabel" in indonesian
    assert "Data and Resources" not in indonesian
    assert "Files and tables" in english


def test_english_readers_are_told_english_names(portal: Portal, dataset: dict[str, Any]) -> None:
    """Names of datasets, files, columns and topics are in the reader's language, and the other one second or not at all."""
    resource = table(portal, dataset)
    path = f"dataset/{dataset['name']}"
    for page in (path, f"{path}/resource/{resource}"):
        english = httpx.get(f"{portal.url}/en/{page}").text
        assert english.count("Portal on trial") >= 2
        assert "Rows to read" in english
        assert ">Tabel<" not in english
        assert "Rows to read" not in httpx.get(f"{portal.url}/{page}").text
    assert english.index("Account code") < english.index("Kode rekening")
    start = httpx.get(f"{portal.url}/en/").text
    assert "Spending" in start
    assert "Belanja" not in start


def test_the_table_counts_and_speaks_as_the_reader_does(portal: Portal, dataset: dict[str, Any]) -> None:
    """Scripts are given their words, and the table preview is told how Indonesian numbers are written: 39.863."""
    words = httpx.get(f"{portal.url}/api/i18n/id").json()
    assert words["Sort"] == [None, "Urutan"]
    assert words["Show all"] == [None, "Tampilkan semua"]
    written = httpx.get(f"{portal.url}/terang/table.id.json").json()
    assert (written["thousands"], written["decimal"]) == (".", ",")
    resource = table(portal, dataset)
    [view] = portal.action("resource_view_list", id=resource) or [
        portal.action("resource_view_create", resource_id=resource, title="Tabel", view_type="datatables_view")
    ]
    page = httpx.get(f"{portal.url}/dataset/{dataset['name']}/resource/{resource}/view/{view['id']}").text
    assert "/terang/table.js" in page


def test_empty_fields_are_not_shown(portal: Portal, dataset: dict[str, Any]) -> None:
    """A field that the dataset does not fill has no row on its page."""
    page = httpx.get(f"{portal.url}/dataset/{dataset['name']}").text
    assert "Masa yang dicakup" in page
    assert "Kekerapan terbit" not in page
