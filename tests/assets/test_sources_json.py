"""JSON files and HTTP APIs: every digit, every page, every failure that a real API has."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import ValidationError

from assets.errors import SourceChanged, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.settings import ConnectionSettings, FromEnvironment, FromFile, Settings
from assets.sources import api
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b", "decimal(20,2)")
KEY = "key-of-nobody-0000"

Answer = tuple[int, Any, dict[str, str]]
Ask = Callable[[dict[str, str], int], Answer]


@dataclass(kw_only=True, slots=True)
class Server:
    """An API whose answers a test gives: `answer(parameters, number of the request)`."""

    url: str = ""
    answer: Ask = lambda parameters, number: (200, [], {})  # noqa: ARG005
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine, and a client that is not patient."""
    monkeypatch.setattr(api, "FIRST_WAIT", 0.001)
    monkeypatch.setenv("TEST_API_KEY", KEY)
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parameters = dict(parse_qsl(urlsplit(self.path).query))
            made.asked.append(parameters)
            made.headers.append(dict(self.headers))
            status, body, headers = made.answer(parameters, len(made.asked))
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            with contextlib.suppress(BrokenPipeError):  # the client may have left
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        made.url = f"http://127.0.0.1:{listening.server_address[1]}"
        yield made
        listening.shutdown()


def office(root: Path, server: Server, *, timeout: float = 5) -> Settings:
    """An office with the API as a connection that needs a key."""
    key: dict[str, FromEnvironment | FromFile] = {"X-API-Key": FromEnvironment(env="TEST_API_KEY")}
    connection = ConnectionSettings(url=server.url, headers=key, timeout=timeout)
    return Settings(root=root, connections={"api": connection})


def endpoint(**options: Any) -> dict[str, Any]:
    """A source of the API."""
    return {"kind": "json", "connection": "api", "endpoint": "/v1/things", "records": "data", **options}


CURSOR = {"by": "cursor", "parameter": "cursor", "next": "meta.cursor", "more": "meta.has_more", "size": 2}
THINGS = [{"a": f"k{n}", "b": n} for n in range(5)]


def by_cursor(parameters: dict[str, str], _: int) -> Answer:
    """Five things, two a page."""
    start = int(parameters.get("cursor", "0"))
    end = start + int(parameters["limit"])
    more = end < len(THINGS)
    return 200, {"data": THINGS[start:end], "meta": {"cursor": str(end) if more else None, "has_more": more}}, {}


def by_offset(parameters: dict[str, str], _: int) -> Answer:
    """Five things from an offset, and how many there are."""
    start, size = int(parameters["offset"]), int(parameters["limit"])
    return 200, {"data": THINGS[start : start + size], "total": len(THINGS)}, {}


def by_page(parameters: dict[str, str], _: int) -> Answer:
    """Five things by the number of a page."""
    start = (int(parameters["page"]) - 1) * 2
    return 200, {"data": THINGS[start : start + 2]}, {}


def by_nothing(_: dict[str, str], __: int) -> Answer:
    """Five things at once."""
    return 200, {"data": THINGS}, {}


PAGINGS: Sequence[tuple[Ask, dict[str, Any] | None, int]] = [
    (by_cursor, CURSOR, 3),
    (by_offset, {"by": "offset", "parameter": "offset", "size": 2, "total": "total"}, 3),
    (by_offset, {"by": "offset", "parameter": "offset", "size": 2}, 4),
    (by_page, {"by": "page", "parameter": "page", "size": 2}, 4),
    (by_nothing, None, 1),
]


@pytest.mark.parametrize(("answer", "paging", "pages"), PAGINGS)
def test_every_way_of_paging_gives_all_records_once(
    tmp_path: Path, server: Server, answer: Ask, paging: dict[str, Any] | None, pages: int
) -> None:
    """By cursor, offset, page, or none: five records in order, each with its page and place, and the key sent."""
    server.answer = answer
    made = contract(endpoint(paging=paging, parameters={"year": 2026}), A, B)
    receipt, rows, _ = read(made, office(tmp_path, server))
    assert cells(rows, "a", "b") == [(f"k{n}", Decimal(n)) for n in range(5)]
    assert receipt.facts["pages"] == pages
    assert all(asked["year"] == "2026" for asked in server.asked)
    assert all(headers["X-API-Key"] == KEY for headers in server.headers)
    if paging:
        assert rows["_line"].to_pylist()[2:4] == ["page 2 item 1", "page 2 item 2"]


def failing(first: Sequence[Answer], then: Ask) -> Ask:
    """Failures first, then a server that is well."""
    return lambda parameters, number: first[number - 1] if number <= len(first) else then(parameters, number)


def by_year(parameters: dict[str, str], _: int) -> Answer:
    """Five things of 2025 by cursor, two of 2026, none of 2027."""
    year, start = parameters["year"], int(parameters.get("cursor", "0"))
    things = [{"a": f"{year}-{n}", "b": n} for n in range({"2025": 5, "2026": 2, "2027": 0}[year])]
    more = start + 2 < len(things)
    meta = {"cursor": str(start + 2) if more else None, "has_more": more, "total": len(things)}
    return 200, {"data": things[start : start + 2], "meta": meta}, {}


def test_a_list_among_the_parameters_is_swept(tmp_path: Path, server: Server) -> None:
    """All pages of one value, then those of the next; each row says whose page it was on, totals add up."""
    server.answer = by_year
    source = endpoint(paging={**CURSOR, "total": "meta.total"}, parameters={"year": [2025, 2026, 2027], "kind": "x"})
    receipt, rows, _ = read(contract(source, A, B), office(tmp_path, server))
    assert rows["a"].to_pylist() == [*(f"2025-{n}" for n in range(5)), "2026-0", "2026-1"]
    assert rows["_line"].to_pylist()[4:6] == ["year 2025 page 3 item 1", "year 2026 page 1 item 1"]
    assert (receipt.facts["pages"], receipt.facts["total"]) == (5, 7)
    assert [asked["year"] for asked in server.asked] == ["2025"] * 3 + ["2026", "2027"]
    assert {asked["kind"] for asked in server.asked} == {"x"}


def test_two_lists_are_swept_together(tmp_path: Path, server: Server) -> None:
    """Every value of the one with every value of the other; an error says at which it stopped."""
    server.answer = lambda asked, n: (200, {"data": [{"a": str(n), "b": 1}]}, {}) if n < 4 else (404, asked, {})
    with pytest.raises(ValidationError, match="nothing to sweep in parameters: year"):
        contract(endpoint(parameters={"year": []}), A, B)
    source = endpoint(parameters={"year": [2025, 2026], "office": ["1", "2"]})
    with pytest.raises(SourceChanged) as error:
        read(contract(source, A, B), office(tmp_path, server))
    assert error.value.facts["where"].endswith("year 2026 office 2")
    assert [(a["year"], a["office"]) for a in server.asked] == [(y, o) for y in ("2025", "2026") for o in ("1", "2")]


def test_a_busy_server_is_asked_again(tmp_path: Path, server: Server) -> None:
    """429 with Retry-After in seconds and as a date, 502, 500: then all pages, and the retries are counted."""
    busy: list[Answer] = [
        (429, {}, {"Retry-After": "1"}),
        (502, b"<html>bad gateway</html>", {}),
        (500, {}, {}),
        (503, {}, {"Retry-After": formatdate(time.time() - 5, usegmt=True)}),
    ]
    server.answer = failing(busy, by_cursor)
    began = time.monotonic()
    receipt, _, _ = read(contract(endpoint(paging=CURSOR), A, B), office(tmp_path, server))
    assert (receipt.rows, receipt.facts["retries"]) == (5, 4)
    assert time.monotonic() - began >= 1


def test_a_server_that_stays_down_is_unreachable(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a bounded number of questions, each told, the run stops, with the status and without the address or key."""
    monkeypatch.setattr(api, "WORTH_TELLING", 0)
    server.answer = lambda *_: (503, {}, {})
    with pytest.raises(SourceUnreachable) as error:
        read(contract(endpoint(), A, B), office(tmp_path, server))
    assert len(server.asked) == api.ATTEMPTS
    assert "HTTP 503" in str(error.value)
    assert KEY not in str(error.value)
    assert server.url not in f"{error.value}{caplog.text}"
    assert caplog.text.count("spending: connection api, /v1/things, HTTP 503; trying again in") == api.ATTEMPTS - 1


def test_nobody_listening_and_nobody_answering_are_unreachable(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed port and a server that is too slow."""
    monkeypatch.setattr(api, "ATTEMPTS", 2)
    server.answer = lambda *_: time.sleep(0.5) or (200, {"data": []}, {})  # type: ignore[func-returns-value]
    with pytest.raises(SourceUnreachable, match="does not answer"):
        read(contract(endpoint(), A, B), office(tmp_path, server, timeout=0.1))
    server.url = "http://127.0.0.1:9"
    with pytest.raises(SourceUnreachable, match="does not answer"):
        read(contract(endpoint(), A, B), office(tmp_path, server))


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ((401, {}, {}), SourceRefused, "refuses the key"),
        ((403, {}, {}), SourceRefused, "refuses the key"),
        ((404, {}, {}), SourceChanged, "HTTP 404"),
        ((302, {}, {"Location": "http://127.0.0.1:9/steal"}), SourceChanged, "moved"),
        ((200, b"<html>please log in</html>", {}), SourceUnreadable, "not JSON"),
        ((200, b'{"data": [{"a": NaN}]}', {}), SourceUnreadable, "not JSON"),
        ((200, b'{"data": [{"a": 1}, {"a"', {}), SourceUnreadable, "not JSON"),
        ((200, {"items": []}, {}), SourceChanged, "no list of records"),
        ((200, {"data": [1, 2]}, {}), SourceChanged, "no list of records"),
    ],
)
def test_other_answers_stop_at_once(
    tmp_path: Path, server: Server, answer: Answer, kind: type[Exception], words: str
) -> None:
    """No key is tried twice, no redirect followed, and nothing of the answer is shown."""
    server.answer = lambda *_: answer
    with pytest.raises(kind, match=words) as error:
        read(contract(endpoint(), A, B), office(tmp_path, server))
    assert len(server.asked) == 1
    assert "log in" not in str(error.value)
    assert KEY not in str(error.value)


def pages(*documents: dict[str, Any]) -> Ask:
    """One document after the other, then the last again."""
    return lambda _, number: (200, documents[min(number, len(documents)) - 1], {})


def page(things: Sequence[int], cursor: str | None, more: bool = True, **extra: Any) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """A page of things."""
    return {"data": [{"a": f"k{n}", "b": n} for n in things], "meta": {"cursor": cursor, "has_more": more}, **extra}


@pytest.mark.parametrize(
    ("answer", "paging", "words"),
    [
        (pages(page([1, 2], "x"), page([3, 4], "y"), page([5, 6], "x")), CURSOR, "circle"),
        (pages(page([1, 2], "x"), page([3, 4], None)), CURSOR, "does not say where"),
        (pages(page([1, 2], "x"), page([3], "y"), page([4, 5], None, more=False)), CURSOR, "changed their size"),
        (pages(page([1, 2, 3], "x")), CURSOR, "longer than asked for"),
        (pages(page([1, 2], "x"), page([1, 2], "y")), CURSOR, "same page again"),
        (pages(page([1, 2], None)), {"by": "offset", "parameter": "offset", "size": 2}, "same page again"),
        (
            pages(page([1, 2], "x", total=3), page([3], None, more=False, total=4)),
            {**CURSOR, "total": "total"},
            "total changed",
        ),
        (pages(page([1, 2], None, more=False, total=3)), {**CURSOR, "total": "total"}, "another total"),
        (pages(page([1, 2], None, more=False)), {**CURSOR, "total": "total"}, "does not tell its total"),
    ],
)
def test_an_api_that_contradicts_itself_stops_the_run(
    tmp_path: Path, server: Server, answer: Ask, paging: dict[str, Any], words: str
) -> None:
    """Cursor loops, pages of another size, the same page again, totals that differ: never half a table."""
    server.answer = answer
    with pytest.raises(SourceChanged, match=words):
        read(contract(endpoint(paging=paging), A, B), office(tmp_path, server))
    assert not (tmp_path / ".terang/restricted/spending/raw.parquet").exists()


def test_a_key_that_changes_on_a_later_page_stops_the_run(tmp_path: Path, server: Server) -> None:
    """A field renamed while pages are read is a changed source, and nothing is written."""
    server.answer = pages(page([1, 2], "x"), {"data": [{"a": "k3", "amount": 3}], "meta": {"has_more": False}})
    with pytest.raises(SourceChanged, match='"b" looks renamed to "amount"'):
        read(contract(endpoint(paging=CURSOR), A, B), office(tmp_path, server))
    assert not (tmp_path / ".terang/restricted/spending/raw.parquet").exists()


def drop(**options: Any) -> dict[str, Any]:
    """JSON files in the drop folder."""
    return {"kind": "json", "connection": "drop", "path": "*.json", **options}


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    """Beyond what a float holds; an exponent is written out; a fraction too many is rejected."""
    files(
        tmp_path,
        {"f.json": '[{"a":"1","b":12345678901234567.89},{"a":"2","b":1.25E8},{"a":"3","b":1.005},{"a":"4","b":7}]'},
    )
    receipt, rows, rejects = read(contract(drop(), A, B), settings(tmp_path))
    assert rows["b"].to_pylist() == [Decimal("12345678901234567.89"), Decimal(125_000_000), Decimal(7)]
    assert cells(rejects, "_line", "column") == [("f.json:item 3", "b")]
    assert receipt.rejects == 1


def test_nested_records_have_dotted_names(tmp_path: Path) -> None:
    """Objects within objects, lists as JSON, truth in words; an object that is null has no values below it."""
    records = [
        {"a": "1", "buyer": {"name": "Office", "at": {"code": "01"}}, "tags": ["x"], "open": True},
        {"a": "2", "buyer": None, "tags": None, "open": None},
    ]
    files(tmp_path, {"f.json": b"\xef\xbb\xbf" + json.dumps({"result": {"rows": records}}).encode()})
    columns = [A, column("code", **{"from": "buyer.at.code"}), column("tags"), column("open", "boolean")]
    made = contract(drop(records="result.rows", ignore=["buyer.name"]), *columns)
    _, rows, _ = read(made, settings(tmp_path))
    assert cells(rows, "a", "code", "tags", "open") == [("1", "01", '["x"]', True), ("2", None, None, None)]


def test_lists_without_header_are_read_by_position(tmp_path: Path) -> None:
    """Records that are lists have columns "1", "2"."""
    files(tmp_path, {"f.json": '{"data": [["x", 1], ["y", 2]]}'})
    made = contract(drop(records="data"), column("a", **{"from": "1"}), column("b", "integer", **{"from": "2"}))
    assert cells(read(made, settings(tmp_path))[1], "a", "b") == [("x", 1), ("y", 2)]


def test_a_key_may_be_missing_from_some_records(tmp_path: Path) -> None:
    """It is empty there; missing from all, it is a changed source."""
    files(tmp_path, {"f.json": '[{"a": "1"}, {"a": "2", "b": 2}]'})
    assert read(contract(drop(), A, B), settings(tmp_path))[1]["b"].to_pylist() == [None, Decimal(2)]
    files(tmp_path, {"f.json": '[{"a": "1"}, {"a": "2"}]'})
    with pytest.raises(SourceChanged, match='no column "b"'):
        read(contract(drop(), A, B), settings(tmp_path))


def test_a_broken_file_is_unreadable(tmp_path: Path) -> None:
    """Cut off, empty, or in another encoding; with the place, without the text."""
    for text in (b'[{"a": "Rahasia', b"", b'[{"a": "Caf\xe9"}]', b"[" * 100_000):
        files(tmp_path, {"f.json": text})
        with pytest.raises(SourceUnreadable) as error:
            read(contract(drop(), A, B), settings(tmp_path))
        assert "Rahasia" not in str(error.value)
