"""`python -m benchmarks.portal [ROWS ...]`: how long a table of 12 columns takes from a file here to rows that readers get.

With ckanext-terang, on a portal of its own below .terang/bench; readers ask all the time, and must see no error, no empty
table, and no two releases at once.
"""

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import httpx
import requests
from requests_toolbelt import MultipartEncoder

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".terang/bench/portal"
PYTHON = ROOT / ".terang/portal/venv/bin/python"
TYPES = {
    "id": "text", "tahun": "int8", "kode": "text", "wilayah": "text", "tanggal": "date", "dicatat": "timestamptz",
    "pagu": "numeric", "nilai": "numeric", "jumlah": "int8", "lunas": "bool", "penyedia": "text", "uraian": "text",
}  # fmt: skip
CELLS = """
md5(i::VARCHAR)[:16] AS id, 2020 + i % 6 AS tahun, '5.' || lpad((i % 10000)::VARCHAR, 4, '0') AS kode,
'64.' || lpad((i % 100)::VARCHAR, 2, '0') AS wilayah, DATE '2020-01-01' + (i % 2000)::INT AS tanggal,
strftime(TIMESTAMP '2026-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%SZ') AS dicatat,
(i * 7919 % 100000000)::DECIMAL(20,2) AS pagu, (i * 104729 % 100000000)::DECIMAL(20,2) AS nilai, {version} AS jumlah,
i % 3 = 0 AS lunas, 'Penyedia ' || i % 50000 AS penyedia, 'Belanja barang dan jasa kegiatan ' || i % 90000 AS uraian
"""


def main() -> int:
    """Measure every size that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.portal", description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[30_000, 2_000_000])
    parser.add_argument("--releases", type=int, default=4, help="of each size; the first has no readers yet")
    parser.add_argument("--full-text", action="store_true", help="with the full-text index")
    arguments = parser.parse_args()
    with portal() as (url, token):
        for rows in arguments.rows:
            measured(Office(url, token), rows, arguments.releases, full_text=arguments.full_text)
    return 0


@contextmanager
def portal() -> Iterator[tuple[str, str]]:
    """Start a portal, and stop it."""
    subprocess.run(["make", "-s", "install-portal"], cwd=ROOT, check=True)  # noqa: S607
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / "ready.json").unlink(missing_ok=True)
    options = ["--state", str(STATE), "--secrets", str(STATE / "secrets"), "--port", "5077", "--leash"]
    process = subprocess.Popen([PYTHON, "-m", "portal", "up", *options], cwd=ROOT, stdin=subprocess.PIPE)
    try:
        while not (STATE / "ready.json").exists():
            if process.poll() is not None:
                raise SystemExit("the portal did not start")
            time.sleep(0.2)
        ready = json.loads((STATE / "ready.json").read_text(encoding="utf-8"))
        yield ready["url"], Path(ready["admin_token_file"]).read_text(encoding="utf-8")
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(60)


class LargeBlocks(requests.adapters.HTTPAdapter):
    """Sends a body in blocks of a megabyte."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """Say so to urllib3."""
        super().init_poolmanager(*given, blocksize=1 << 20, **named)


class Office:
    """A client of the portal, with one dataset."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.headers = url, {"Authorization": token}
        self.name, self.resource = f"ukur-{uuid.uuid4().hex[:8]}", str(uuid.uuid4())
        resource = {"id": self.resource, "name": "Tabel", "format": "CSV", "url": "data.csv", "url_type": "upload"}
        organization = self.action("organization_list")[0]
        about = {"title": "Ukur", "notes": "Ukur", "license_id": "cc-by", "owner_org": organization}
        contact = [{"name": "Walidata", "email": "data@kabupaten-contoh.example"}]
        self.action("package_create", name=self.name, **about, contact=contact, resources=[resource])

    def action(self, name: str, /, **data: Any) -> Any:
        """Call an action."""
        answer = httpx.post(
            f"{self.url}/api/action/{name}", json=data, headers=self.headers, timeout=3600, trust_env=False
        )
        return _result(answer.status_code, answer.text)

    def load(self, file: BinaryIO, digest: str, *, full_text: bool) -> dict[str, Any]:
        """Send a file and wait until its table is loaded."""
        fields = [{"id": name, "type": kind} for name, kind in TYPES.items()]
        table = {
            "fields": fields,
            "key": ["id"],
            "indexes": ["kode", "wilayah"],
            "full_text": full_text,
            "unguard": True,
        }
        parts = {"id": self.name, "resource": self.resource, "sha256": digest, "table": json.dumps(table)}
        form = MultipartEncoder({**parts, "upload": ("data.csv", file, "text/csv")})
        url, headers = f"{self.url}/api/action/terang_load", {**self.headers, "Content-Type": form.content_type}
        with requests.Session() as session:
            session.mount("http://", LargeBlocks())
            answer = session.post(url, data=form, headers=headers, timeout=3600)
        load: dict[str, Any] = _result(answer.status_code, answer.text)
        while load["state"] in {"queued", "loading"}:
            time.sleep(0.2)
            load = self.action("terang_status", id=self.name)["loads"][self.resource]
        if load["state"] != "ready":
            raise SystemExit(f"not loaded: {load}")
        return load


def _result(status: int, text: str) -> Any:
    if status != 200:  # noqa: PLR2004
        raise SystemExit(f"HTTP {status}: {text}")
    return json.loads(text)["result"]


def measured(office: Office, rows: int, releases: int, *, full_text: bool) -> None:
    """Publish some releases, and print what they took."""
    seconds, windows, reader = [], [], Reader(office, rows)
    for version in range(1, releases + 1):
        path = STATE / f"{rows}-{version}.csv"
        query = f"COPY (SELECT {CELLS.format(version=version)} FROM range({rows}) r(i)) TO '{path}' (HEADER)"
        duckdb.sql(query)
        began = time.monotonic()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            load = office.load(file, digest, full_text=full_text)
        loaded = time.monotonic()
        files = {office.resource: digest}
        done = office.action("terang_switch", id=office.name, files=files, update={"version": str(version)})
        seconds.append(time.monotonic() - began)
        windows.append(done["window_ms"])
        print(
            f"{rows:>9,} rows  {path.stat().st_size / 1e6:6.1f} MB  load {loaded - began:6.2f} s (server {load['seconds']})"
            f"  switch {time.monotonic() - loaded:5.2f} s  together {seconds[-1]:6.2f} s  window {done['window_ms']} ms",
            flush=True,
        )
        path.unlink()
        if version == 1:
            reader.start()
    reader.stop()
    print(
        f"{rows:>9,} rows  median {statistics.median(seconds):.2f} s  widest window {max(windows)} ms  readers: "
        f"{reader.answers} answers, {len(reader.wrong)} wrong, slowest {reader.slowest * 1000:.0f} ms {reader.wrong[:3]}",
        flush=True,
    )
    office.action("dataset_purge", id=office.name)


class Reader(threading.Thread):
    """Asks for a page and the total, ten times a second."""

    def __init__(self, office: Office, rows: int) -> None:
        super().__init__(daemon=True)
        self.office, self.rows, self.going = office, rows, True
        self.answers, self.wrong, self.slowest = 0, list[str](), 0.0

    def run(self) -> None:
        """Ask until told to stop."""
        url = f"{self.office.url}/api/action/datastore_search"
        with httpx.Client(trust_env=False, timeout=120) as client:
            while self.going:
                began = time.monotonic()
                answer = client.get(url, params={"resource_id": self.office.resource, "limit": 100})
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.answers += 1
                found: dict[str, Any] = answer.json()["result"] if answer.is_success else {"records": [], "total": -1}
                if len({row["jumlah"] for row in found["records"]}) != 1 or found["total"] != self.rows:
                    self.wrong.append(f"{answer.status_code}: {found['total']} rows")
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop asking."""
        self.going = False
        self.join()


if __name__ == "__main__":
    sys.exit(main())
