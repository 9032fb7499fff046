"""No secret and no person is left behind anywhere outside restricted storage, however runs end."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.office import make
from tests.pipelines.behind import where

pytestmark = pytest.mark.slow  # whole runs, each a process
TERANG = Path(sys.executable).with_name("terang")
SECRETS = {"TERANG_CKAN_TOKEN": "Token-0001-nobody", "API_KEY": "Kunci-0002-nobody", "PSEUDONYM": "Garam-0003-nobody"}
PASSWORD = "Sandi-0004-nobody"
DSN = f"postgresql://reader:{PASSWORD}@127.0.0.1:9/ledger?connect_timeout=2"
PERSON = "Budi Contoh Pertama"
SETTINGS = f"""
[connections.ledger]
url = "{DSN}"

[connections.api]
url = "http://reader:{PASSWORD}@127.0.0.1:PORT/v1"
headers = {{ X-API-Key = {{ env = "API_KEY" }} }}

[privacy]
key = {{ env = "PSEUDONYM" }}

[retries]
times = 1
wait = 0
"""
CRASHING = f'def transform(table):\n    raise RuntimeError("{PERSON} at {DSN}")\n'


def _spoilt(contract: str) -> dict[str, str]:
    """Contracts that fail in as many ways."""
    source = 'source: {kind: csv, path: "spending_*.csv", connection: files}'
    assert source in contract
    return {
        "basisdata": contract.replace(source, "source: {kind: sql, connection: ledger, table: t}"),
        "antarmuka": contract.replace(source, "source: {kind: json, connection: api, endpoint: x}"),
        "ubahan": contract.replace(source, f"{source}\ntransform: crashing"),
    }


def _run(office: Path, *words: str, umask: int = 0o022) -> subprocess.CompletedProcess[str]:
    """`terang` in that office, as a person runs it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TERANG_", "DAGSTER_"))}
    environment = {**clean, **SECRETS, "TERANG_PORTALS__DEFAULT__URL": "http://127.0.0.1:9"}
    return subprocess.run(
        [TERANG, *words], cwd=office, env=environment, umask=umask, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def api() -> Iterator[int]:
    """The port of an API that knows no key, and tells the one it was given to whoever asks."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.end_headers()
            self.wfile.write(f"no such key: {self.headers['X-API-Key']}".encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, api: int) -> Path:
    """An office in which every dataset failed in its own way."""
    root = tmp_path_factory.mktemp("office")
    make(root)
    settings = (root / "terang.toml").read_text(encoding="utf-8")
    (root / "terang.toml").write_text(f"{settings}{SETTINGS.replace('PORT', str(api))}", encoding="utf-8")
    (root / "transforms/crashing.py").write_text(CRASHING, encoding="utf-8")
    for name, text in _spoilt((root / "contracts/example.yml").read_text(encoding="utf-8")).items():
        (root / f"contracts/{name}.yml").write_text(text, encoding="utf-8")
    logs = root / ".terang"
    logs.mkdir()
    for command in (["-v", "run", "--json"], ["status", "--json"], ["plan", "--json"]):
        done = _run(root, *command)
        assert "Traceback" not in done.stderr
        (logs / f"{'_'.join(command)}.txt").write_text(f"{done.stdout}{done.stderr}", encoding="utf-8")
    return root


def _left(office: Path) -> list[Path]:
    return [office / ".terang", office / "data"]


def test_failed_runs_leave_no_secret(office: Path) -> None:
    """Neither in what was printed, nor in Dagster's databases and logs, nor in any folder, restricted ones included."""
    told = (office / ".terang/-v_run_--json.txt").read_text(encoding="utf-8")
    assert {"PortalUnreachable", "SourceUnreachable", "SourceRefused", "ContractError"} <= set(re.findall(r"\w+", told))
    assert where(_left(office), [*SECRETS.values(), PASSWORD]) == []
    assert where([office], [PASSWORD]) == [str(office / name) for name in ("terang.toml", "transforms/crashing.py")]


def test_what_a_library_says_is_written_nowhere(office: Path) -> None:
    """A transform that crashes with a person's name in its words is told by its place only."""
    told = (office / ".terang/-v_run_--json.txt").read_text(encoding="utf-8")
    assert "crashing.py line 2 failed with RuntimeError" in told
    assert where(_left(office), [PERSON]) == []


def test_restricted_storage_and_dagster_are_for_their_owner_alone(office: Path) -> None:
    """Folders 0700 and files 0600 under a usual umask; what is public can be read by all."""
    folder = office / "data/restricted"
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in (folder, *folder.rglob("*"))}
    assert {path.name for path in modes} >= {"raw.parquet", "quarantine.csv", "raw.json", "screening.json", "job.lock"}
    assert {path: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}
    assert stat.S_IMODE((office / ".terang/dagster").stat().st_mode) == 0o700
    assert stat.S_IMODE((office / "data/public/example/public.parquet").stat().st_mode) == 0o644


def test_the_search_finds_what_lies_deep(tmp_path: Path) -> None:
    """In compressed columns of a database, cells of a table, and names of files: else the tests above prove nothing."""
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        connection.execute("CREATE TABLE snapshots (body BLOB)")
        connection.execute("INSERT INTO snapshots VALUES (?)", [zlib.compress(PASSWORD.encode())])
    pq.write_table(pa.table({"a": [PASSWORD]}), tmp_path / "t.parquet", compression="zstd")
    (tmp_path / f"{PASSWORD}.txt").touch()
    found = {place.removeprefix(f"{tmp_path}/") for place in where([tmp_path], [PASSWORD])}
    assert found >= {f"{PASSWORD}.txt", "runs.db#snapshots", "t.parquet cells"}
