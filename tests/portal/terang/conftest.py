"""The fixture `loaded`: a dataset with one table on the real portal, and what a client of the extension does with it."""

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.portal_fixture import Portal

FIELDS = [
    {"id": "kode", "type": "text", "info": {"label": "Kode: 100% ?", "notes": "Kode rekening"}},
    {"id": "nilai", "type": "numeric", "info": {"label": "Nilai", "unit": "IDR"}},
    {"id": "jumlah", "type": "int8", "info": {}},
    {"id": "tanggal", "type": "date", "info": {}},
    {"id": "dicatat", "type": "timestamptz", "info": {}},
    {"id": "lunas", "type": "bool", "info": {}},
    {"id": "uraian", "type": "text", "info": {"label_en": "Text"}},
]
TABLE = {"fields": FIELDS, "key": ["kode"], "indexes": ["jumlah", ["tanggal", "lunas"]], "unguard": True}


def rows(many: int, *, version: int = 1) -> bytes:
    """A file of rows that tell their version, with all that is hard to load: quotes, line ends, nulls, guarded texts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([field["id"] for field in FIELDS])
    for n in range(many):
        text = ["", f'"{version}", é\r\nx', "'=1+1", "''-2", "'biasa"][n % 5]
        writer.writerow(
            [
                f"{n:06}",
                f"{version}{n:05}.{n % 100:02}",
                version,
                "2026-01-31",
                "2026-03-01T01:02:03.5Z",
                n % 2 == 0,
                text,
            ]
        )
    return out.getvalue().encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A dataset, and the calls that change it."""

    portal: Portal
    name: str
    id: str
    resource: str

    def load(
        self,
        body: bytes,
        *,
        resource: str = "",
        token: str | None = None,
        table: Any = TABLE,
        sha256: str = "",
        **more: Any,
    ) -> httpx.Response:
        """Send a file."""
        digest = sha256 or hashlib.sha256(body).hexdigest()
        fields = {"id": self.name, "resource": resource or self.resource, "sha256": digest, **more}
        if table:
            fields["table"] = json.dumps(table)
        return httpx.post(
            f"{self.portal.url}/api/action/terang_load",
            data={name: str(value) for name, value in fields.items()},
            files={"upload": ("data.csv", body)},
            headers={"Authorization": self.portal.token if token is None else token},
            timeout=600,
            trust_env=False,
        )

    def switch(self, body: bytes, **more: Any) -> dict[str, Any]:
        """Show what was loaded."""
        files = {self.resource: hashlib.sha256(body).hexdigest()}
        answer: dict[str, Any] = self.portal.action("terang_switch", id=self.name, files=files, **more)
        return answer

    def publish(self, body: bytes, *, table: Any = TABLE, **more: Any) -> dict[str, Any]:
        """Load and show."""
        answer = self.load(body, table=table)
        assert answer.is_success, answer.text
        return self.switch(body, **more)

    def search(self, **more: Any) -> dict[str, Any]:
        """What a reader gets from the table."""
        found: dict[str, Any] = self.portal.action(
            "datastore_search", token="", **{"resource_id": self.resource, **more}
        )
        return found

    def shown(self) -> dict[str, Any]:
        """The resource as a reader sees it."""
        package = self.portal.action("package_show", token="", id=self.name)
        return next(one for one in package["resources"] if one["id"] == self.resource)

    def file(self) -> bytes:
        """What a reader downloads."""
        answer = httpx.get(self.shown()["url"], trust_env=False)
        assert answer.is_success
        return answer.content


def versions(records: Sequence[dict[str, Any]]) -> set[int]:
    """The versions of rows."""
    return {record["jumlah"] for record in records}


@pytest.fixture
def dataset(portal: Portal) -> Iterator[Dataset]:
    """Yield a public dataset with one resource that has neither file nor table."""
    name, resource = f"uji-{uuid.uuid4().hex[:10]}", str(uuid.uuid4())
    made = portal.action(
        "package_create",
        name=name,
        title="Uji terang",
        notes="Dataset dari uji otomatis.",
        owner_org=portal.organization,
        license_id="cc-by",
        contact=[{"name": "Walidata", "email": "data@kabupaten-contoh.example"}],
        resources=[{"id": resource, "name": "Tabel", "format": "CSV", "url": "data.csv", "url_type": "upload"}],
    )
    yield Dataset(portal=portal, name=name, id=made["id"], resource=resource)
    portal.purge(name)
