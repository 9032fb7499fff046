"""Files of other machines: fetched whole, from where the connection says, and from nowhere else."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fsspec
import pytest

from assets.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.settings import ConnectionSettings, FromEnvironment, Settings
from assets.sources import remote
from tests.assets.office import cells, column, contract, read

A, B = column("a"), column("b", "integer")
TEXT = b"a,b\nx,1\ny,2\n"


@dataclass(kw_only=True, slots=True)
class Site:
    """A web server: what it answers at each path, and what it was asked."""

    url: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    keys: list[str | None] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on this machine."""
    made = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = made.answers.get(self.path, (404, {}, b""))
            made.keys.append(self.headers.get("X-Key"))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


def office(root: Path, url: str, **options: object) -> Settings:
    """Settings whose drop folder is at an address."""
    return Settings(root=root, connections={"drop": ConnectionSettings.model_validate({"url": url, **options})})


def source(**options: object) -> dict[str, object]:
    """A CSV source at the connection."""
    return {"kind": "csv", "connection": "drop", "path": "data/f.csv", **options}


def test_a_file_of_the_web_is_read_as_one_of_the_folder(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the connection's key, and nothing of it stays on this machine."""
    monkeypatch.setenv("SITE_KEY", "kunci-rahasia")
    monkeypatch.setattr(remote.tempfile, "tempdir", str(tmp_path))
    site.answers["/data/f.csv"] = (200, {}, TEXT)
    made = office(tmp_path, site.url, headers={"X-Key": FromEnvironment(env="SITE_KEY")})
    assert cells(read(contract(source(), A, B), made)[1], "a", "b", "_line") == [
        ("x", 1, "f.csv:2"),
        ("y", 2, "f.csv:3"),
    ]
    assert site.keys == ["kunci-rahasia"]
    assert not list(tmp_path.glob("terang-*"))


@pytest.mark.parametrize(("status", "kind"), [(403, SourceRefused), (404, SourceUnreadable), (503, SourceUnreachable)])
def test_what_the_server_answers_is_told(site: Site, tmp_path: Path, status: int, kind: type[SourceError]) -> None:
    """A wrong key, a wrong name, a busy server."""
    site.answers["/data/f.csv"] = (status, {}, b"")
    with pytest.raises(kind) as error:
        read(contract(source(), A, B), office(tmp_path, site.url))
    assert error.value.facts["found"] == f"HTTP {status}"


def test_a_download_that_breaks_off_is_not_taken_for_the_file(site: Site, tmp_path: Path) -> None:
    """Fewer bytes came than were promised."""
    site.answers["/data/f.csv"] = (200, {"Content-Length": "1000"}, TEXT)
    with pytest.raises(SourceUnreachable, match="broke off"):
        read(contract(source(), A, B), office(tmp_path, site.url))


def test_a_redirect_to_a_private_address_is_refused_unless_allowed(site: Site, tmp_path: Path) -> None:
    """A server outside does not choose what is read inside; the key does not go with it where that is meant."""
    there = site.url.replace("127.0.0.1", "localhost")
    site.answers |= {"/data/f.csv": (302, {"Location": f"{there}/inside.csv"}, b""), "/inside.csv": (200, {}, TEXT)}
    with pytest.raises(SourceRefused, match="within this network") as error:
        read(contract(source(), A, B), office(tmp_path, site.url))
    assert error.value.facts["next"] == "if that is meant, set private = true for the connection"
    assert "localhost" not in str(error.value)
    assert read(contract(source(), A, B), office(tmp_path, site.url, private=True))[0].rows == 2
    assert site.keys[-1] is None


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "192.168.0.1", "[::ffff:10.0.0.1]"]
)
def test_addresses_of_this_network_are_private(host: str) -> None:
    """In every spelling; a public one is not."""
    assert remote._is_private(host.strip("[]"))
    assert not remote._is_private("1.1.1.1")


def test_redirects_without_end_and_without_encryption_are_refused(site: Site, tmp_path: Path) -> None:
    """A circle, and a scheme that is none."""
    site.answers["/data/f.csv"] = (302, {"Location": "/data/f.csv"}, b"")
    with pytest.raises(SourceError, match="without end"):
        read(contract(source(), A, B), office(tmp_path, site.url))
    site.answers["/data/f.csv"] = (302, {"Location": "file:///etc/passwd"}, b"")
    with pytest.raises(SourceRefused, match="not encrypted"):
        read(contract(source(), A, B), office(tmp_path, site.url))


@pytest.mark.parametrize("path", ["*.csv", "../f.csv", "/f.csv"])
def test_a_path_that_is_none_of_the_web_is_refused(site: Site, tmp_path: Path, path: str) -> None:
    """Before anything is asked for."""
    with pytest.raises(SourceError):
        read(contract(source(path=path), A, B), office(tmp_path, site.url))
    assert not site.keys


def test_a_web_address_is_proposed(site: Site, tmp_path: Path) -> None:
    """With the connection that it needs; an address with parameters is one of an API."""
    site.answers["/data/f.csv"] = (200, {}, TEXT)
    origin, place = origin_of(f"{site.url}/data/f.csv", Settings(root=tmp_path))
    assert place.addition == f'[connections.127_0_0_1_{site.url.rpartition(":")[2]}]\nurl = "{site.url}/data"'
    assert origin.options["path"] == "f.csv"
    assert propose(origin, place.settings, name="file", patterns={}).rows == 2
    with pytest.raises(SourceUnreadable, match="one of an API") as error:
        origin_of(f"{site.url}/data?key=rahasia", Settings(root=tmp_path))
    assert "rahasia" not in str(error.value)


def test_a_store_of_files_is_read_through_fsspec(tmp_path: Path) -> None:
    """All that fit the pattern, in order of their names, or the newest; s3, sftp and others are the same to us."""
    store = fsspec.filesystem("memory")
    for name, text in {"b.csv": "a,b\ny,2\n", "a.csv": "a,b\nx,1\n", "c.txt": "no"}.items():
        store.pipe_file(f"/kas/data/{name}", text.encode())
    made = office(tmp_path, "memory://kas")
    rows = read(contract(source(path="data/*.csv"), A, B), made)[1]
    assert cells(rows, "a", "_line") == [("x", "a.csv:2"), ("y", "b.csv:2")]
    newest = read(contract(source(path="data/*.csv", files="newest"), A, B), made)[1]
    assert newest.num_rows == 1


def test_a_store_whose_library_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words that install it."""

    def missing(*_: object) -> None:
        raise ImportError

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(SettingsError, match="not installed") as error:
        read(contract(source(), A, B), office(tmp_path, "s3://ember/kas"))
    assert error.value.facts["next"] == 'pip install "terang[s3]"'
