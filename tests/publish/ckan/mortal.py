"""A publisher in a process of its own that can be killed (`kill -9`) at any point that `at` names."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import pyarrow as pa
import pytest

from publish.rollback import rollback
from publish.scope import Scope
from tests.publish.ckan import office
from tests.publish.ckan.office import FIRST, Office
from tests.publish.ckan.whole import Whole

LATER = FIRST + timedelta(days=90)
At = Callable[[str], None]
Work = Callable[[Any, At], None]  # an Office, or a Whole one


def publish(rows: pa.Table, day: int, made: Office, at: At) -> None:
    """Release these rows and publish them, as a scheduled run does."""
    made.publish(made.released(rows, day=day), at=at)


def take_back(made: Office, at: At) -> None:
    """Show readers the release before."""
    rollback(made.contract, made.settings, reason="salah baca", now=LATER, at=at)


def take_down(scope: Scope, made: Whole, at: At) -> None:
    """Take this down."""
    made.down(scope, at=at)


def carried_out(work: Work, made: Office | Whole, *, plugin: str, deadly: int = 0) -> list[str]:
    """Carry this out in a fresh process, which is killed at its `deadly`-th point (0: never); the points that it passed."""
    here, there = multiprocessing.Pipe()
    with _process(work, made, plugin, there) as process:
        there.close()
        passed = list[str]()
        while (point := _next(here)) is not None:
            passed.append(point)
            if len(passed) == deadly:
                process.kill()
                break
            here.send("go on")
        process.join(120)
        killed = 0 < deadly == len(passed)
        assert process.exitcode == (-9 if killed else 0), (process.exitcode, passed)
        return passed


def _next(here: Connection) -> str | None:
    try:
        return str(here.recv())
    except EOFError:
        return None


@contextmanager
def _process(
    work: Work, made: Office | Whole, plugin: str, there: Connection
) -> Iterator[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what it imports is imported once
    process = context.Process(target=_work, args=(work, made, plugin, there), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def _work(work: Work, made: Office | Whole, plugin: str, there: Connection) -> None:
    """In the child: at each point tell, and wait to be let on or killed."""

    def at(point: str) -> None:
        there.send(point)
        there.recv()

    with pytest.MonkeyPatch.context() as patch:
        if isinstance(made, Office):
            office.trust(patch)
        patch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", plugin)
        work(made, at)
    there.close()
