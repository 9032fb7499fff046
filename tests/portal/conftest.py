"""What several of the portal's tests need."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder of our own: other test runs close pytest's temporary ones to PostgreSQL's account, while we use it."""
    made = ROOT / f".terang/test/pg-{uuid.uuid4().hex[:8]}"
    made.mkdir(parents=True)
    yield made
    shutil.rmtree(made)
