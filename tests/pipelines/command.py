"""The command line as tests use it; its fixtures are in `conftest.py`."""

from collections.abc import Callable
from dataclasses import dataclass

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Terang = Callable[..., Ended]
