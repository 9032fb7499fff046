"""What one step works on is for its owner alone, and nothing of it stays."""

import os
import stat
import time
from pathlib import Path

import pytest

from assets.scratch import scratch


def test_it_goes_with_the_step(tmp_path: Path) -> None:
    """However the step ends."""

    def step() -> None:
        with scratch(tmp_path, "part") as folder:
            assert folder.parent == tmp_path
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "rows").write_text("x", encoding="utf-8")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        step()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_goes_after_a_day(tmp_path: Path) -> None:
    """What another run just made stays, and so does what is another step's."""
    for name, age in {".part-old": 90_000, ".part-new": 60, ".other-old": 90_000}.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    with scratch(tmp_path, "part"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {".part-new", ".other-old"}
