"""The seconds of each step, wall and CPU, as both contenders tell them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Made = TypeVar("Made")


class Clock:
    """Steps by name. A step within another counts for itself alone."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, float]] = {}
        self._inner = [0.0, 0.0]

    def timed(self, name: str, step: Callable[[], Made]) -> Made:
        """Do a step and write down what it took."""
        with self.running(name):
            return step()

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Write down what a block takes."""
        outer, self._inner = self._inner, [0.0, 0.0]
        wall, cpu = time.monotonic(), time.process_time()
        yield
        spent = [time.monotonic() - wall, time.process_time() - cpu]
        own = [whole - inner for whole, inner in zip(spent, self._inner, strict=True)]
        self.steps[name] = {"wall": round(own[0], 3), "cpu": round(own[1], 3)}
        self._inner = [before + whole for before, whole in zip(outer, spent, strict=True)]
