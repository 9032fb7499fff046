"""The throw-away PostgreSQL starts anywhere, by anyone, and after any death of its supervisor."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal import postgres
from portal.supervisor import ProgramError, Supervisor, free_port
from tests.portal.test_supervisor import alive, gone

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_data_survives_a_restart(folder: Path) -> None:
    """What was written is there after a stop and a start, by socket and by TCP with a password."""
    with Supervisor(logs=folder / "logs") as programs:
        server = postgres.start(folder / "data", supervisor=programs)
        server.sql(
            "create role kas login password 'rahasia'; create table kas (nilai numeric); insert into kas values (1.25)"
        )
    with Supervisor(logs=folder / "logs") as programs:
        server = postgres.start(folder / "data", supervisor=programs, port=free_port())
        assert server.sql("select nilai from kas") == "1.25"
        assert server.url(user="kas", password="rahasia").startswith(
            f"postgresql://kas:rahasia@127.0.0.1:{server.port}/"
        )
        assert connect(server.url(user="kas", password="rahasia")) == 0
        assert connect(server.url(user="kas", password="salah")) != 0


def connect(url: str) -> int:
    """Try to log in."""
    command = [str(postgres.programs() / "psql"), "-Xqw", "-c", "select 1", url]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_killed_supervisor_leaves_no_server(folder: Path) -> None:
    """After a SIGKILL of the supervisor no server runs on the folder, and the next start finds its data."""
    script = f"""
        import time
        from pathlib import Path
        from portal import postgres
        from portal.supervisor import Supervisor
        with Supervisor(logs=Path({str(folder / "logs")!r})) as programs:
            server = postgres.start(Path({str(folder / "data")!r}), supervisor=programs)
            server.sql("create table t as select 7 as n")
            print("up", flush=True)
            time.sleep(600)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    server_pid = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
    process.kill()
    process.wait()
    assert gone([server_pid])
    with Supervisor(logs=folder / "logs") as programs:
        assert postgres.start(folder / "data", supervisor=programs).sql("select n from t") == "7"


def test_left_over_server_is_stopped_first(folder: Path) -> None:
    """A server that lost its leash as well is stopped, and another takes its place."""
    with Supervisor(logs=folder / "logs") as programs:
        server = postgres.start(folder / "data", supervisor=programs)
        orphan = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
        os.kill(server.program.process.pid, signal.SIGKILL)  # the leash, which can then no longer stop its program
        server.program.process.wait()
        assert alive(orphan)
        programs.programs.clear()
        again = postgres.start(folder / "data", supervisor=programs)
        assert not alive(orphan)
        assert again.sql("select 1") == "1"


def test_foreign_process_is_left_alone(folder: Path) -> None:
    """A process that only has the number written in a stale postmaster.pid is not touched."""
    (folder / "data").mkdir()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        (folder / "data/postmaster.pid").write_text(f"{innocent.pid}\n")
        with Supervisor(logs=folder / "logs") as programs:
            postgres.start(folder / "data", supervisor=programs)
        assert alive(innocent.pid)
    finally:
        innocent.kill()
        innocent.wait()


def test_long_and_strange_paths_work(folder: Path) -> None:
    """A folder whose path is too long for a socket, or has spaces, gets its socket elsewhere."""
    long = folder / ("map dengan spasi " + "x" * 90) / "data"
    with Supervisor(logs=folder / "logs") as programs:
        server = postgres.start(long, supervisor=programs)
        assert server.sql("select current_setting('data_directory')") == str(long)
        assert "%" not in server.url()


def test_refused_statement_is_an_error(folder: Path) -> None:
    """A statement that PostgreSQL refuses raises with its reason, and the rest of the script is not run."""
    with Supervisor(logs=folder / "logs") as programs:
        server = postgres.start(folder / "data", supervisor=programs)
        with pytest.raises(ProgramError, match="does not exist"):
            server.sql("select * from tiada; create table sesudah ()")
        assert server.sql("select to_regclass('sesudah') is null") == "t"
