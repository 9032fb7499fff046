"""Runs in the portal's own Python: carries out an action and dies, as by kill -9, before its n-th statement.

A statement is one of either database, a commit, or a change of a file. Reads lines of JSON: action, data, user, n (0: never).
Answers each with a line: the number of statements when the action ended, or -1 when it died.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.model import Session, User, meta
from ckan.plugins.toolkit import get_action
from ckanext.datastore.backend.postgres import _dispose_engines
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool.base import _ConnectionFairy
from werkzeug.datastructures import FileStorage

COUNT = {"passed": 0, "deadly": 0}


def point(*_: Any, **__: Any) -> None:
    """One statement more; die where it is the deadly one."""
    COUNT["passed"] += 1
    if COUNT["passed"] == COUNT["deadly"]:
        os._exit(9)


def say(text: object) -> None:
    """Answer with a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def watched(owner: Any, name: str) -> None:
    """Count the calls of a method."""
    real = getattr(owner, name)

    def call(self: Any, *given: Any, **named: Any) -> Any:
        point()
        return real(self, *given, **named)

    setattr(owner, name, call)


def carry_out(order: dict[str, Any]) -> int:
    """Carry out the action."""
    COUNT["deadly"] = order["n"]
    user = User.get(order["user"])
    data = order["data"]
    if "file" in data:
        data["upload"] = FileStorage(io.BytesIO(data.pop("file").encode()), "data.csv")
    get_action(order["action"])({"user": user.name, "auth_user_obj": user}, data)
    return COUNT["passed"]


def main() -> None:
    """Answer one order after the other, each in a process of its own."""
    app = make_app(CKANConfigLoader(sys.argv[1]).get_config())
    for kind in ("before_cursor_execute", "commit"):
        event.listen(Engine, kind, point)
    for name in ("replace", "hardlink_to", "unlink"):
        watched(Path, name)
    _ConnectionFairy.commit = lambda self: (point(), self.dbapi_connection.commit())
    say("ready")
    for line in sys.stdin:
        Session.remove()
        meta.engine.dispose()
        _dispose_engines()
        reading, writing = os.pipe()
        if not (child := os.fork()):
            with app._wsgi_app.test_request_context():
                os.write(writing, str(carry_out(json.loads(line))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            ended = answer.read()
        _, status = os.waitpid(child, 0)
        died = os.waitstatus_to_exitcode(status)
        say(ended if died == 0 else -1 if died == 9 else f"failed {died}")


if __name__ == "__main__":
    main()
