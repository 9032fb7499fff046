"""The client against a server that misbehaves as portals do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from assets.errors import PortalError, PortalRefused, PortalUnreachable
from assets.settings import Portal
from publish.ckan.client import Client, Missing, Rejected, Unclear

TOKEN = "rahasia-sekali-000"


class Behaviour(BaseHTTPRequestHandler):
    """Answers with what the test put into `answers`, in order; the last one for ever."""

    answers: ClassVar[list[tuple[int, Any]]] = []
    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(self.headers["User-Agent"])
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of that server, which does not wait between tries."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    Behaviour.answers, Behaviour.seen = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Behaviour)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    portal = Portal(
        name="uji", url=f"http://127.0.0.1:{server.server_port}", token=TOKEN, organization="kabupaten", timeout=5
    )
    made = Client(portal, dataset="bayaran")
    yield made
    made.close()
    server.shutdown()
    server.server_close()


def good(result: Any) -> tuple[int, Any]:
    """CKAN's envelope."""
    return 200, {"success": True, "result": result}


def bad(status: int, kind: str, **more: Any) -> tuple[int, Any]:
    """CKAN's envelope of an error."""
    return status, {"success": False, "error": {"__type": kind, "message": "x", **more}}


def test_a_read_is_tried_again(client: Client) -> None:
    """An overloaded portal is asked again, and we say who we are."""
    Behaviour.answers = [(502, b"<html>"), (429, b""), good("ada")]
    assert client.read("status_show") == "ada"
    assert len(Behaviour.seen) == 3
    assert Behaviour.seen[0].startswith("terang/")
    assert (client.reads, client.writes) == (1, 0)


def test_waiting_is_told(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever waits for a portal reads why and for how long, and no token."""
    Behaviour.answers = [(503, b"busy"), good({"ckan_version": "2.12"})]
    client.read("status_show")
    assert f"bayaran: {client.portal.url} does not answer (HTTP 503); trying again in" in caplog.text
    assert TOKEN not in caplog.text


def test_a_write_is_never_repeated(client: Client) -> None:
    """A 500 may have been carried out: it is sent once, and the caller is told to look."""
    Behaviour.answers = [(500, b"oops"), good({})]
    with pytest.raises(Unclear):
        client.write("package_create", name="x")
    assert len(Behaviour.seen) == 1


def test_down_is_unreachable(client: Client) -> None:
    """A portal that stays down is worth another try later."""
    Behaviour.answers = [(503, b"")]
    with pytest.raises(PortalUnreachable, match="does not answer") as caught:
        client.read("status_show")
    assert "503" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (bad(403, "Authorization Error"), PortalRefused),
        (bad(404, "Not Found Error"), Missing),
        (bad(409, "Validation Error", title=["Missing value"]), Rejected),
        ((301, b""), PortalError),
        ((413, b""), PortalError),
        ((404, b"<html>not a CKAN"), PortalError),
        ((200, b"<html>welcome"), PortalError),
    ],
)
def test_each_answer_has_its_error(client: Client, answer: tuple[int, Any], error: type[PortalError]) -> None:
    """Every refusal becomes an error of the tree that names the dataset, the place and never the token."""
    Behaviour.answers = [answer]
    with pytest.raises(error) as caught:
        client.write("package_create", name="x")
    assert caught.value.facts["dataset"] == "bayaran"
    assert TOKEN not in str(caught.value) + repr(caught.value) + repr(client.portal)


def test_an_error_about_records_shows_no_record(client: Client) -> None:
    """The portal's words about a row may hold its values: only the names of what it complains about are told."""
    Behaviour.answers = [bad(409, "Validation Error", records=["Key (id)=(nilai-sel-rahasia) exists"])]
    with pytest.raises(Rejected) as caught:
        client.write("datastore_upsert", records=[])
    assert "nilai-sel-rahasia" not in str(caught.value)
    assert caught.value.fields == {"records", "message"}


def test_an_error_about_metadata_shows_only_the_names_of_fields(client: Client) -> None:
    """CKAN's words may quote what was sent, and are other people's; ours say which fields, and what to do."""
    wrong = {"format": ["Budi Contoh is no format"]}
    Behaviour.answers = [bad(409, "Validation Error", title=["Budi Contoh: too long"], resources=[{}, wrong])]
    with pytest.raises(Rejected) as caught:
        client.write("package_create", name="x")
    told = caught.value.facts
    assert "Budi" not in str(caught.value)
    assert told["found"] == "message, resources[1].format, title"
    assert told["where"] == f"package_create at {client.portal.url}"
    assert told["next"].startswith("mend these in the contract")
    assert "allowed" in told


def test_what_is_not_there_says_what_to_do(client: Client) -> None:
    """Where the portal lost it, the next run makes it anew."""
    Behaviour.answers = [bad(404, "Not Found Error")]
    with pytest.raises(Missing) as caught:
        client.write("package_revise", match__id="x")
    assert caught.value.facts["next"] == "run again: what is gone is made anew (terang publish bayaran)"
