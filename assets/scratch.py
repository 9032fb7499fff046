"""A folder that one step works in, for its owner alone: it goes with the step, or a day after a run that was killed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

DAY_S = 86_400


@contextmanager
def scratch(where: Path, name: str) -> Iterator[Path]:
    """Make `<where>/.<name>-<something>`; what killed runs left there a day ago is removed."""
    for left in where.glob(f".{name}-*"):
        if time.time() - left.stat().st_mtime > DAY_S:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=f".{name}-", dir=where) as folder:
        yield Path(folder)
