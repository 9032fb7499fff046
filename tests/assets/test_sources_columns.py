"""A column that is renamed, missing or unknown stops every kind of source before a row goes on, and is told in full."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from assets.errors import SourceChanged, SourceUnreadable
from assets.settings import Settings
from assets.store import sha256, store_of
from tests.assets.office import column, contract, files, read, settings

A, B = column("a"), column("b", "decimal(20,2)")
Titles = Sequence[str]
Deliver = Callable[[Titles], None]


class Place:
    """Where each kind of source is delivered to, with one row of these titles."""

    def __init__(self, root: Path, api: "Api") -> None:
        self.root, self.api = root, api

    def csv(self, titles: Titles) -> None:
        """A text."""
        files(self.root, {"f.csv": f"{','.join(titles)}\n{','.join('1' for _ in titles)}\n"})

    def xlsx(self, titles: Titles) -> None:
        """A workbook."""
        book = Workbook()
        assert book.active is not None
        for row in (list(titles), [1] * len(titles)):
            book.active.append(row)
        book.save(self.root / "f.xlsx")

    def json(self, titles: Titles) -> None:
        """A file of records."""
        files(self.root, {"f.json": json.dumps([dict.fromkeys(titles, 1)])})

    def endpoint(self, titles: Titles) -> None:
        """An API."""
        self.api.records = [dict.fromkeys(titles, 1)]

    def sql(self, titles: Titles) -> None:
        """A table."""
        with sqlite3.connect(self.root / "ledger.db") as connection:
            connection.execute("DROP TABLE IF EXISTS t")
            connection.execute(f"CREATE TABLE t AS SELECT {', '.join(f'1 AS {title}' for title in titles)}")
        connection.close()


SOURCES: dict[str, dict[str, Any]] = {
    "csv": {"kind": "csv", "connection": "drop", "path": "*.csv"},
    "xlsx": {"kind": "xlsx", "connection": "drop", "path": "*.xlsx", "header": [1]},
    "json": {"kind": "json", "connection": "drop", "path": "*.json"},
    "endpoint": {"kind": "json", "connection": "api", "endpoint": "things"},
    "sql": {"kind": "sql", "connection": "ledger", "table": "t"},
}


class Api(ThreadingHTTPServer):
    """Answers with its records."""

    records: Sequence[dict[str, int]] = ()


@pytest.fixture
def api() -> Iterator[Api]:
    """An API on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(made.records).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with Api(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def office(tmp_path: Path, api: Api) -> Settings:
    """An office with a drop folder, an API and a ledger."""
    return settings(tmp_path, api=f"http://127.0.0.1:{api.server_port}", ledger=f"sqlite:///{tmp_path}/ledger.db")


@pytest.mark.parametrize(
    ("titles", "sentence", "wrong", "advice"),
    [
        (["a", "bb"], '"b" looks renamed to "bb"', 'b, "bb"', "set from of the column"),
        (["a"], 'has no column "b"', "b", "mend the source, or the contract."),
        (["a", "b", "phone"], 'does not name: "phone"', '"phone"', 'add "phone" to columns with a class'),
        (["a", "amount", "phone"], 'has no column "b"', 'b, "amount", "phone"', 'add "amount", "phone" to columns'),
    ],
)
@pytest.mark.parametrize("kind", SOURCES)
def test_a_changed_column_stops_the_run_before_a_row_goes_on(  # noqa: PLR0917 - a row of the table above
    office: Settings, tmp_path: Path, api: Api, kind: str, titles: Titles, sentence: str, wrong: str, advice: str
) -> None:
    """Which column, where, all that were found, all that the contract names; the rows of the last run stay as they were."""
    deliver: Deliver = getattr(Place(tmp_path, api), kind)
    made = contract(SOURCES[kind], A, B)
    deliver(["a", "b"])
    read(made, office)
    held = sha256(store_of(made.name, office).raw)
    deliver(titles)
    with pytest.raises(SourceChanged) as error:
        read(made, office)
    told = error.value.facts
    assert sentence in error.value.sentence
    assert (told["dataset"], told["column"], told["allowed"]) == ("spending", wrong, '"a", "b"')
    assert told["found"] == ", ".join(f'"{title}"' for title in titles)
    assert told["next"].startswith(advice)
    assert told["where"]
    assert sha256(store_of(made.name, office).raw) == held


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_empty_file_says_what_a_whole_one_is(office: Settings, tmp_path: Path, kind: str) -> None:
    """File, place, found, allowed and the next step."""
    files(tmp_path, {f"f.{kind}": b""})
    with pytest.raises(SourceUnreadable) as error:
        read(contract(SOURCES[kind], A, B), office)
    told = error.value.facts
    assert {"dataset", "file", "found", "allowed", "next"} <= told.keys()


def test_no_file_of_that_name(office: Settings, tmp_path: Path) -> None:
    """How many there are instead, and none of their names: one may be that of a person."""
    files(tmp_path, {"Budi Contoh.csv": "a,b\n1,1\n"})
    with pytest.raises(SourceUnreadable) as error:
        read(contract({**SOURCES["csv"], "path": "r_*.csv"}, A, B), office)
    assert error.value.facts["found"] == "files of other names: 1"
    assert "Budi" not in str(error.value)
