"""A server between us and the portal that does to a request what networks, proxies and tired servers do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import httpx

HOP: Final = frozenset({"transfer-encoding", "connection", "content-encoding", "content-length", "keep-alive"})
HTML: Final = b"<html><body><h1>Bad Gateway</h1></body></html>"
BROKEN: Final = json.dumps({"success": False, "error": {"__type": "Internal Server Error"}}).encode()
REFUSED: Final = json.dumps({"success": False, "error": {"__type": "Authorization Error", "message": "no"}}).encode()
# Answers in place of the portal's; those of AFTER are given when the portal has carried the request out.
BEFORE: Final = {"502": (502, HTML), "429": (429, HTML), "413": (413, HTML), "503": (503, HTML), "403": (403, REFUSED)}
AFTER: Final = {"500 after": (500, BROKEN), "504 after": (504, HTML), "no JSON": (200, HTML)}
FAULTS: Final = (*BEFORE, *AFTER, "refused", "cut", "truncated")
LASTING: Final = frozenset({"403"})  # a token that was revoked stays revoked


@dataclass(slots=True)
class Faults:
    """Which request goes wrong, and how: the n-th from now; counts all of them."""

    url: str = ""
    target: str = ""
    kind: str = ""
    at: int = 0
    seen: int = 0
    hit: str = ""
    words: bytes = b""  # put into the pages of datasets, as a proxy or a plug-in may do
    lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, kind: str, at: int) -> None:
        """Let the `at`-th request from now go wrong; 0: none."""
        with self.lock:
            self.kind, self.at, self.seen, self.hit = kind, at, 0, ""

    def next(self, path: str) -> str:
        """What is to happen to this request; nothing is an empty text."""
        with self.lock:
            self.seen += 1
            strikes = self.seen == self.at or (self.hit and self.kind in LASTING)
            self.hit = path if self.seen == self.at else self.hit
            return self.kind if strikes else ""


@contextmanager
def faulty(target: str) -> Iterator[Faults]:
    """A server that hands requests on to the portal at `target`."""
    faults = Faults(target=target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(faults))
    server.daemon_threads = True
    faults.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield faults
    finally:
        server.shutdown()
        server.server_close()


def _handler(faults: Faults) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = faults.next(self.path)
            if fault == "refused":
                self.close_connection = True
            elif fault in BEFORE:
                self._answer(*BEFORE[fault])
            else:
                self._done(self._portal(body), fault)

        def _done(self, answer: httpx.Response, fault: str) -> None:
            if fault == "cut":
                self.close_connection = True
            elif fault in AFTER:
                self._answer(*AFTER[fault])
            else:
                kept = {name: text for name, text in answer.headers.items() if name.lower() not in HOP}
                words = faults.words if self.path.startswith("/dataset/") and "/download/" not in self.path else b""
                body = answer.content.replace(b"</body>", words + b"</body>")
                self._answer(answer.status_code, body, kept, short=fault == "truncated")

        def _portal(self, body: bytes) -> httpx.Response:
            headers = {n: t for n, t in self.headers.items() if n.lower() not in {*HOP, "host", "accept-encoding"}}
            url = f"{faults.target}{self.path}"
            return httpx.request(self.command, url, content=body, headers=headers, timeout=120, trust_env=False)

        def _answer(
            self, status: int, body: bytes, headers: dict[str, str] | None = None, *, short: bool = False
        ) -> None:
            self.send_response(status)
            for name, text in (headers or {"Content-Type": "text/html", "Retry-After": "1"}).items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if short else body)
            self.close_connection = self.close_connection or short

    return Handler
