"""Starts the programs of a demo or test, waits until each is ready, and stops them in reverse order, come what may.

Standard library only: the portal and the example systems both use it. What a program needs to run belongs elsewhere.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

LEASH = Path(__file__).with_name("leash.py")
LOCAL = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProgramError(RuntimeError):
    """A program ended, or was not ready in time; the message names the log to read."""


class Stopped(BaseException):
    """SIGINT, SIGTERM or a closed leash asked this process to stop; not an error."""


@dataclass(slots=True)
class Program:
    """A running program, its log file, and the pipe that keeps it alive."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"
    lifeline: int
    grace: float

    def running(self) -> bool:
        """Tell whether the program still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Let go of the leash, wait for the end, and make sure that nothing of its process group is left."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
        try:
            self.process.wait(self.grace + 5)
        except subprocess.TimeoutExpired:
            self._kill()
        self._kill()
        self.process.wait()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass(slots=True)
class Supervisor:
    """Owns programs: `with Supervisor(logs=...) as programs: programs.start(...)`.

    `keep` are open descriptors, such as a lock, that live on until the last program has ended.
    """

    logs: Path
    keep: tuple[int, ...] = ()
    programs: list[Program] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop: signal.Signals = signal.SIGTERM,
        grace: float = 10,
        user: str = "",
        shown: bool = False,
    ) -> Program:
        """Start a program on a leash, in a process group of its own, its output appended to `<logs>/<name>.log`.

        `stop` is the signal that asks it to end, `grace` the seconds it then has. The environment is this process's
        own plus `env`. `user` is for root only: the account to run as. `shown`: its output is this process's own.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        ours, lifeline = os.pipe()
        leash = [sys.executable, "-I", "-S", str(LEASH), str(ours), str(int(stop)), str(grace), user]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*leash, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=None if shown else output,
                stderr=None if shown else subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                pass_fds=[ours, *self.keep],
                start_new_session=True,
            )
        os.close(ours)
        self.programs.append(Program(name=name, log=log, process=process, lifeline=lifeline, grace=grace))
        return self.programs[-1]

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        timeout: float = 300,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Run a command to its end on the same leash; raise ProgramError unless it exits with 0."""
        program = self.start(name, command, env=env, cwd=cwd)
        try:
            code = program.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ProgramError(f"{name} did not end within {timeout:.0f} s. {tail(program.log)}") from None
        finally:
            self._end(program)
        if code:
            raise ProgramError(f"{name} ended with code {code}. {tail(program.log)}")

    def show(self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
        """Run a command to its end on the same leash with its output where ours is, and return its exit code."""
        program = self.start(name, command, env=env, cwd=cwd, shown=True)
        try:
            return program.process.wait()
        finally:
            self._end(program)

    def _end(self, program: Program) -> None:
        with _deaf():
            self.programs.remove(program)
            program.stop()

    def wait(self) -> Program:
        """Wait until any program ends by itself, and return it."""
        while True:
            for program in self.programs:
                if not program.running():
                    return program
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop all programs, the last started first; a second Ctrl-C does not interrupt this."""
        with _deaf():
            while self.programs:
                self.programs.pop().stop()


def tail(log: Path, lines: int = 12) -> str:
    """Return a sentence that names a log, and its last lines."""
    text = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"Read {log}; it ends with:", *(f"  | {line}" for line in text[-lines:])])


def free_port(preferred: int = 0, *, what: str = "", say: Callable[[str], None] = print) -> int:
    """Return `preferred` if nobody listens there, else a free port (and say so when `what` is given)."""
    taken = _try_port(preferred) is None
    port = preferred if preferred and not taken else _try_port(0)
    if port is None:
        raise ProgramError(f"no free port on {LOCAL}")
    if preferred and taken and what:
        say(f"port {preferred} is taken: {what} uses {port}")
    return port


def wait_until(probe: Callable[[], bool], *, program: Program, timeout: float = 60) -> None:
    """Call `probe` until it is true; raise ProgramError if the program ends first or the time is up."""
    deadline = time.monotonic() + timeout
    while not probe():
        if not program.running():
            raise ProgramError(f"{program.name} ended with code {program.process.returncode}. {tail(program.log)}")
        if time.monotonic() > deadline:
            raise ProgramError(f"{program.name} was not ready after {timeout:.0f} s. {tail(program.log)}")
        time.sleep(0.05)


def port_answers(port: int, *, host: str = LOCAL) -> bool:
    """Tell whether somebody listens on a port."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False


def http_answers(url: str) -> bool:
    """Tell whether a URL answers with a status below 500."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy can't reach this machine
    try:
        with opener.open(url, timeout=30):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500  # noqa: PLR2004 (the protocol's own line between asker's and server's fault)
    except OSError:
        return False


@contextlib.contextmanager
def stop_on_signals(*, leash: bool = False) -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into Stopped inside the block; with `leash`, also the end of standard input."""
    heard = [number for number in STOP_SIGNALS if number != signal.SIGHUP or not _ignored(number)]  # nohup means it
    before = {number: signal.signal(number, _raise_stopped) for number in heard}
    if leash:
        threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignored(number: signal.Signals) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN


def _raise_stopped(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the signature of handlers)
    raise Stopped(signal.Signals(number).name)


def _stop_at_end_of_input() -> None:
    while os.read(0, 1024):
        pass
    os.close(0)  # who opens the other end of a named pipe now is told that nobody listens
    os.kill(os.getpid(), signal.SIGTERM)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _try_port(port: int) -> int | None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOCAL, port))
        except OSError:
            return None
        return int(listener.getsockname()[1])
