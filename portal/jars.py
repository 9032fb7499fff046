"""The jars of Solr: locked by SHA-256 in `solr.lock`, downloaded in parallel, verified, and kept for the next start.

`python -m portal.jars CACHE` (a developer's command) resolves `solr.lock` anew from WANTED. The repository's address
comes from jgo; `TERANG_MAVEN` names another, such as an office's mirror.
"""

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.supervisor import ProgramError

LOCK = Path(__file__).with_name("solr.lock")
WANTED = (
    "org.apache.solr:solr-core:9.10.1",
    "org.eclipse.jetty:jetty-server:10.0.26",
    "org.eclipse.jetty:jetty-servlet:10.0.26",
    "org.eclipse.jetty:jetty-xml:10.0.26",
    "org.apache.logging.log4j:log4j-slf4j2-impl:2.25.3",
)
HEADER = "# SHA-256 and Maven coordinate of each jar; made by `python -m portal.jars CACHE`"
PARALLEL = 8
TRIES = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked file: its SHA-256 and Maven coordinate group:artifact:version[:classifier]."""

    sha256: str
    coordinate: str

    @property
    def file(self) -> str:
        """The name that Maven gives the file."""
        return "-".join(self.coordinate.split(":")[1:]) + ".jar"

    @property
    def path(self) -> str:
        """Where the file lies in a Maven repository."""
        group, artifact, version, *_ = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.file}"


def locked() -> list[Jar]:
    """Read the lock: a line is a SHA-256 and a coordinate."""
    return [Jar(*line.split()) for line in LOCK.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def install(folder: Path, *, say: Callable[[str], None] = print) -> int:
    """Make `folder` hold exactly the locked jars; return how many were downloaded. An interrupted one continues."""
    folder.mkdir(parents=True, exist_ok=True)
    jars = locked()
    _clear(folder, keep={jar.file for jar in jars})
    missing = [jar for jar in jars if not (folder / jar.file).exists()]
    if not missing:
        return 0
    say(f"Solr: downloading {len(missing)} of {len(jars)} jars")
    with ThreadPoolExecutor(PARALLEL) as pool:
        running = [pool.submit(_download, jar, folder) for jar in missing]
        try:
            for number, done in enumerate(as_completed(running), start=1):
                done.result()
                if number % 33 == 0 or number == len(missing):
                    say(f"Solr: {number} of {len(missing)} jars")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return len(missing)


def installed(folder: Path) -> bool:
    """Tell whether every locked jar is there; each was verified before it got its name."""
    return all((folder / jar.file).exists() for jar in locked())


def _clear(folder: Path, *, keep: set[str]) -> None:
    for file in folder.iterdir():
        if file.name not in keep:
            file.unlink()


_local = threading.local()


def _download(jar: Jar, folder: Path) -> None:
    draft = folder / f"{jar.file}.{os.getpid()}"
    for attempt in range(1, TRIES + 1):
        try:
            found = _fetch(f"{repository()}/{jar.path}", draft)
            break
        except OSError as error:  # what requests raises is one
            if attempt == TRIES:
                raise ProgramError(f"{jar.coordinate} could not be downloaded: {error}") from error
    if found != jar.sha256:
        draft.unlink()
        raise ProgramError(f"{jar.coordinate} has SHA-256 {found}, and {LOCK.name} allows only {jar.sha256}")
    draft.rename(folder / jar.file)


def _fetch(url: str, file: Path) -> str:
    """Store a URL's body; return its SHA-256."""
    import requests  # noqa: PLC0415 (only where something is downloaded)

    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    digest = hashlib.sha256()
    with _local.session.get(url, stream=True, timeout=60) as answer, file.open("wb") as out:
        answer.raise_for_status()
        for chunk in answer.iter_content(1 << 16):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def repository() -> str:
    """Return the address of the Maven repository."""
    if mirror := os.environ.get("TERANG_MAVEN"):
        return mirror.rstrip("/")
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415 (only where something is downloaded)

    return str(MAVEN_CENTRAL_URL)


def resolve(cache: Path) -> str:
    """Return the text of a new lock: what WANTED needs at run time, versions chosen as Maven does, with SHA-256."""
    from jgo.maven import MavenContext  # noqa: PLC0415 (a developer's command)

    maven = MavenContext(repo_cache=cache, remote_repos={"central": repository()}, timeout=60)
    raw = [maven.create_dependency(f"{wanted}!") for wanted in WANTED]  # "!": not as a bill of materials, like Maven
    wanted, needed = maven.resolver.resolve(raw)
    with ThreadPoolExecutor(PARALLEL) as pool:
        lines = pool.map(_lock_line, [dependency.artifact for dependency in (*wanted, *needed)])
    return "".join(f"{line}\n" for line in [HEADER, *sorted(set(lines), key=_coordinate)])


def _coordinate(line: str) -> str:
    return line.rsplit(maxsplit=1)[-1]


def _lock_line(artifact: Any) -> str:
    """Download a jar of a new lock once, and hash it."""
    parts = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)
    digest = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    return f"{digest} {':'.join(part for part in parts if part)}"


if __name__ == "__main__":
    LOCK.write_text(resolve(Path(sys.argv[1])), encoding="utf-8")
