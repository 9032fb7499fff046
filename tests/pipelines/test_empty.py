"""A source that has no rows any more: what is public stays, for no rows are far more often a fault than the truth."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assets.catalog import load_all
from assets.extract import extract
from assets.settings import load
from assets.store import sha256, store_of
from publish.release import latest
from quality.screening import screen
from tests.pipelines.command import Terang

pytestmark = pytest.mark.slow
TITLES = ("kode_rekening", "bulan", "nilai")
ROWS = [("5.1.02", 1, "1000000.50"), ("5.1.02", 2, "2500000.00")]
Deliver = Callable[[Path, list[tuple[str, int, str]]], None]


def _csv(root: Path, rows: list[tuple[str, int, str]]) -> None:
    lines = [",".join(map(str, row)) for row in [TITLES, *rows]]
    (root / "incoming/spending_2026.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _xlsx(root: Path, rows: list[tuple[str, int, str]]) -> None:
    book = Workbook()
    assert book.active is not None
    for row in [TITLES, *rows]:
        book.active.append(row)
    book.save(root / "incoming/spending.xlsx")


def _json(root: Path, rows: list[tuple[str, int, str]]) -> None:
    records = [dict(zip(TITLES, row, strict=True)) for row in rows]
    (root / "incoming/spending.json").write_text(json.dumps(records), encoding="utf-8")


def _sql(root: Path, rows: list[tuple[str, int, str]]) -> None:
    with sqlite3.connect(root / "incoming/ledger.db") as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS t ({TITLES[0]} text, {TITLES[1]} integer, {TITLES[2]} text)")
        connection.execute("DELETE FROM t")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    connection.close()


def _api(root: Path, rows: list[tuple[str, int, str]]) -> None:
    Answering.body = {"data": [dict(zip(TITLES, row, strict=True)) for row in rows], "more": False}
    del root


class Answering(BaseHTTPRequestHandler):
    """An API that answers with what was delivered."""

    body: Any = None

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(Answering.body).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    """Its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


SOURCES: dict[str, tuple[Deliver, str]] = {
    "csv": (_csv, 'kind: csv, path: "spending_*.csv", connection: files'),
    "xlsx": (_xlsx, 'kind: xlsx, path: "*.xlsx", header: [1], connection: files'),
    "json": (_json, 'kind: json, path: "*.json", connection: files'),
    "api": (_api, "kind: json, endpoint: things, records: data, connection: api, "
            "paging: {by: cursor, parameter: cursor, next: next, more: more}"),
    "sql": (_sql, "kind: sql, table: t, connection: ledger"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_no_rows_block_the_release_and_what_is_public_stays(
    office: Path, terang: Terang, api: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A header alone, an empty table, an empty answer: read without an error, stopped by the least number of rows."""
    deliver, source = SOURCES[kind]
    monkeypatch.setenv("TERANG_CONNECTIONS__API__URL", api)
    monkeypatch.setenv("TERANG_CONNECTIONS__LEDGER__URL", f"sqlite:///{office}/incoming/ledger.db")
    text = (office / "contracts/example.yml").read_text(encoding="utf-8")
    changed = text.replace('kind: csv, path: "spending_*.csv", connection: files', source)
    (office / "contracts/example.yml").write_text(changed, encoding="utf-8")
    deliver(office, ROWS)
    assert terang("run").code == 7  # all went well, up to the portal that is not there
    settings = load()
    contract = load_all(settings)["example"]
    public, store = latest(contract, settings), store_of("example", settings)
    assert public is not None
    table = sha256(store.table)

    deliver(office, [])
    ended = terang("run", "--json")
    (told,) = json.loads(ended.out)
    assert (ended.code, told["error"], told["read"]) == (4, "Blocked", 0)
    for words in ("found       0", "allowed     at least 1", f"version {public.version} stays"):
        assert words in ended.err, ended.err
    assert latest(contract, settings) == public
    assert sha256(store.table) == table

    deliver(office, ROWS)
    assert terang("run").code == 7
    assert latest(contract, settings) == public


def test_screening_an_empty_table_says_so(office: Path) -> None:
    """No rule fails on no rows; the bound alone does, with what is found, allowed and next."""
    _csv(office, [])
    settings = load()
    contracts = load_all(settings)
    assert extract(contracts["example"], settings).rows == 0
    found = screen(contracts["example"], settings)
    assert (found.passed, found.read, found.kept) == (False, 0, 0)
    (problem,) = found.problems
    assert (problem.found, problem.allowed) == ("0 rows", "at least 1 rows")
    assert problem.next
    assert [rule["name"] for rule in found.rules if rule["failed"]] == [problem.rule]


def test_an_office_that_expects_no_rows_says_so(office: Path, terang: Terang) -> None:
    """With `rows: {min: 0}` an empty table is a release like any other."""
    text = (office / "contracts/example.yml").read_text(encoding="utf-8")
    (office / "contracts/example.yml").write_text(f"{text}rows: {{min: 0}}\n", encoding="utf-8")
    _csv(office, [])
    assert terang("run").code == 7
    made = latest(load_all(load())["example"], load())
    assert made is not None
    assert made.files["example.csv"]["rows"] == 0
