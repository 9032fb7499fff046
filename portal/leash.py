"""Runs one command that must not outlive its supervisor: when the supervisor's end of a pipe closes, the command stops.

Run by path, `python leash.py FD SIGNAL GRACE USER COMMAND...`, as the leader of a process group of its own. Standard
library only. A closed pipe is the one sign that also a SIGKILL of the supervisor gives, on Linux and macOS alike.
"""

import os
import pwd
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command until it ends or the pipe closes; return its exit code."""
    fd, stop, grace, user, *command = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # a handler, not SIG_IGN: the command would inherit that
    group = pwd.getpwnam(user).pw_gid if user else None
    child = subprocess.Popen(command, user=user or None, group=group, extra_groups=[] if user else None)
    threading.Thread(target=_watch, args=(int(fd), child, int(stop), float(grace)), daemon=True).start()
    code = child.wait()
    os.killpg(0, signal.SIGTERM)  # whatever the command itself started and forgot
    return code if code >= 0 else 128 - code


def _watch(fd: int, child: "subprocess.Popen[bytes]", stop: int, grace: float) -> None:
    while os.read(fd, 1024):
        pass
    child.send_signal(stop)
    try:
        child.wait(grace)
    finally:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
