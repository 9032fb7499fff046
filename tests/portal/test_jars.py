"""Solr's jars are taken only as locked, once, and an interrupted download continues."""

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from portal import jars
from portal.supervisor import ProgramError

COORDINATES = ("org.contoh:satu:1.0", "org.contoh:dua:2.0:linux")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a Maven repository of two jars, and lock them."""
    root, lines = tmp_path / "maven", []
    for coordinate in COORDINATES:
        jar = jars.Jar("", coordinate)
        (root / jar.path).parent.mkdir(parents=True)
        (root / jar.path).write_text(coordinate)
        lines.append(f"{hashlib.sha256(coordinate.encode()).hexdigest()} {coordinate}\n")
    (tmp_path / "lock").write_text("# lock\n" + "".join(lines))
    handler = partial(Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("TERANG_MAVEN", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(jars, "LOCK", tmp_path / "lock")
        yield root
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of its parent)
        """Drop it."""


def test_lock_is_whole() -> None:
    """Every line of the committed lock is a SHA-256 and a coordinate, no file twice, no host named."""
    found = jars.locked()
    assert len({jar.file for jar in found}) == len(found) > 100
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in found)
    assert set(jars.WANTED) <= {jar.coordinate for jar in found}
    assert "://" not in jars.LOCK.read_text()


@pytest.mark.usefixtures("repository")
def test_install_fetches_what_is_missing(tmp_path: Path) -> None:
    """The first installation fetches all, the next nothing, and after an interruption only the rest; strays go."""
    folder, said = tmp_path / "jars", list[str]()
    assert jars.install(folder, say=said.append) == 2
    assert jars.install(folder, say=said.append) == 0
    assert sorted(file.name for file in folder.iterdir()) == ["dua-2.0-linux.jar", "satu-1.0.jar"]
    (folder / "satu-1.0.jar").rename(folder / "satu-1.0.jar.999")
    assert not jars.installed(folder)
    assert jars.install(folder, say=said.append) == 1
    assert jars.installed(folder)
    assert len(list(folder.iterdir())) == 2


def test_altered_jar_is_refused(tmp_path: Path, repository: Path) -> None:
    """A jar whose bytes are not the locked ones is not kept, and named."""
    (repository / jars.Jar("", COORDINATES[0]).path).write_text("lain")
    with pytest.raises(ProgramError, match="org.contoh:satu:1.0 has SHA-256"):
        jars.install(tmp_path / "jars", say=lambda _: None)
    assert not (tmp_path / "jars/satu-1.0.jar").exists()


def test_missing_jar_is_named(tmp_path: Path, repository: Path) -> None:
    """A jar that the repository does not have is an error with its coordinate."""
    (repository / jars.Jar("", COORDINATES[1]).path).unlink()
    with pytest.raises(ProgramError, match="org.contoh:dua:2.0:linux could not be downloaded"):
        jars.install(tmp_path / "jars", say=lambda _: None)
