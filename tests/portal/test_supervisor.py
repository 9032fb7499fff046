"""The supervisor leaves no process behind, however it ends, and says what went wrong."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from portal.supervisor import (
    Program,
    ProgramError,
    Supervisor,
    free_port,
    port_answers,
    stop_on_signals,
    wait_until,
)

ROOT = Path(__file__).parents[2]
SLEEP = [sys.executable, "-c", "import time; print('started', flush=True); time.sleep(600)"]
FAMILY = """
    import subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, flush=True)
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    """Tell whether a process runs: a zombie, which waits for its parent to look, does not."""
    shown = subprocess.run(
        ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(shown.strip()) and not shown.strip().startswith("Z")


def gone(pids: list[int], seconds: float = 15) -> bool:
    """Wait until none of the processes runs."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def first_line(log: Path) -> str:
    """Wait for the first line of a log."""
    deadline = time.monotonic() + 15
    while not (log.exists() and "\n" in log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return log.read_text().splitlines()[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    """After any end of the supervisor, SIGKILL included, no program of its runs, nor what such a program started."""
    script = f"""
        import time
        from pathlib import Path
        from portal.supervisor import Supervisor, stop_on_signals
        with stop_on_signals(), Supervisor(logs=Path({str(tmp_path)!r})) as programs:
            programs.start("family", [{sys.executable!r}, "-c", {textwrap.dedent(FAMILY)!r}], grace=1)
            print(programs.programs[0].process.pid, flush=True)
            time.sleep(600)
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert supervisor.stdout is not None
    leash = int(supervisor.stdout.readline())
    grandchild = int(first_line(tmp_path / "family.log"))
    assert alive(leash)
    assert alive(grandchild)
    supervisor.send_signal(number)
    supervisor.wait(15)
    assert gone([leash, grandchild])


def test_programs_stop_in_reverse_order(tmp_path: Path) -> None:
    """Programs are asked to stop the last started first, each with its own signal."""
    record = tmp_path / "order"
    code = """
        import signal, sys, time
        def note(number, frame):
            open(sys.argv[1], "a").write(f"{sys.argv[2]} {signal.Signals(number).name}\\n")
            sys.exit()
        signal.signal(signal.SIGTERM, note); signal.signal(signal.SIGINT, note)
        print("ready", flush=True)
        time.sleep(600)
    """
    with Supervisor(logs=tmp_path / "logs") as programs:
        for name, number in (("first", signal.SIGTERM), ("second", signal.SIGINT)):
            command = [sys.executable, "-c", textwrap.dedent(code), str(record), name]
            programs.start(name, command, stop=number)
            first_line(tmp_path / "logs" / f"{name}.log")
    assert record.read_text().splitlines() == ["second SIGINT", "first SIGTERM"]


def test_deaf_program_is_killed_after_its_grace(tmp_path: Path) -> None:
    """A program that ignores its signal is killed when its grace is over."""
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    with Supervisor(logs=tmp_path) as programs:
        program = programs.start("deaf", [sys.executable, "-c", deaf], grace=0.5)
        first_line(tmp_path / "deaf.log")
        began = time.monotonic()
    assert not program.running()
    assert time.monotonic() - began < 5


def test_lock_is_held_until_the_last_program_ended(tmp_path: Path) -> None:
    """A descriptor in `keep` stays open in every leash, so that a lock outlives a killed supervisor by its programs."""
    reading, writing = os.pipe()
    with Supervisor(logs=tmp_path, keep=(writing,)) as programs:
        programs.start("sleep", SLEEP)
        os.close(writing)
        os.set_blocking(reading, False)
        with pytest.raises(BlockingIOError):
            os.read(reading, 1)
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_failed_start_names_the_log(tmp_path: Path) -> None:
    """A program that ends before it is ready is reported with its log and the log's last line."""
    with Supervisor(logs=tmp_path) as programs:
        program = programs.start("broken", [sys.executable, "-c", "raise SystemExit('no such index')"])
        with pytest.raises(ProgramError, match=r"broken ended with code 1.*broken\.log[\s\S]*no such index"):
            wait_until(lambda: False, program=program, timeout=20)


def test_slow_start_is_given_up(tmp_path: Path) -> None:
    """A program that never gets ready is given up after the time it was given."""
    with Supervisor(logs=tmp_path) as programs:
        program = programs.start("slow", SLEEP)
        with pytest.raises(ProgramError, match="slow was not ready after 0 s"):
            wait_until(lambda: False, program=program, timeout=0.3)


def test_run_reports_a_failed_command(tmp_path: Path) -> None:
    """A command that is run to its end and fails is an error that shows what it said."""
    with Supervisor(logs=tmp_path) as programs:
        programs.run("good", [sys.executable, "-c", "print('fine')"])
        with pytest.raises(ProgramError, match=r"bad ended with code 3[\s\S]*why"):
            programs.run("bad", [sys.executable, "-c", "print('why'); raise SystemExit(3)"])


def test_taken_port_is_replaced_and_said() -> None:
    """A port in use is replaced by a free one, and the person is told."""
    said: list[str] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        port = free_port(taken, what="the portal", say=said.append)
        assert port_answers(taken)
    assert port != taken
    assert said == [f"port {taken} is taken: the portal uses {port}"]


def test_free_port_is_kept() -> None:
    """A preferred port that nobody uses is taken, without a word."""
    said: list[str] = []
    wanted = free_port()
    assert free_port(wanted, what="the portal", say=said.append) == wanted
    assert said == []


def test_leash_is_the_end_of_standard_input() -> None:
    """With `leash`, the process stops when its standard input closes, also in the middle of starting."""
    script = """
        import time
        from portal.supervisor import Stopped, stop_on_signals
        try:
            with stop_on_signals(leash=True):
                print("up", flush=True)
                time.sleep(600)
        except Stopped:
            print("down")
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    out, _ = process.communicate(timeout=15)
    assert out == "down\n"


def test_a_program_shown_here_ends_with_its_supervisor_too(tmp_path: Path) -> None:
    """What prints on our own terminal is on the same leash: a killed supervisor takes it along."""
    script = f"""
        import os, sys
        from pathlib import Path
        from portal.supervisor import Supervisor
        with Supervisor(logs=Path({str(tmp_path)!r})) as programs:
            programs.show("one", [sys.executable, "-c", {textwrap.dedent(FAMILY)!r}], env=dict(os.environ), cwd=Path("/"))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        child = int(supervisor.stdout.readline())
        supervisor.kill()
    assert gone([child])


def test_a_program_shown_here_gives_its_exit_code(tmp_path: Path) -> None:
    """What it ended with is what its caller ends with, and it is forgotten."""
    with Supervisor(logs=tmp_path) as programs:
        code = programs.show("one", [sys.executable, "-c", "raise SystemExit(7)"], env={}, cwd=tmp_path)
        assert (code, programs.programs) == (7, [])


def test_being_told_to_stop_while_a_program_is_ended_interrupts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a second signal, which make hands on: the program is ended once, and its supervisor goes on."""
    real = Program.stop

    def stop(self: Program) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        real(self)

    monkeypatch.setattr(Program, "stop", stop)
    with stop_on_signals(), Supervisor(logs=tmp_path) as programs:
        code = programs.show("one", [sys.executable, "-c", "raise SystemExit(7)"], env={}, cwd=tmp_path)
        assert (code, programs.programs) == (7, [])
