"""The oracles: other people's programs, in an environment of their own that `make oracles` installs."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / ".terang" / "oracles" / "venv" / "bin" / "python"
Reckon = Callable[[str, Any], Any]


@pytest.fixture(scope="session")
def reckon() -> Reckon:
    """Give a program beside this file a document, and get its answer."""
    if not PYTHON.is_file():
        pytest.skip("the oracles are not installed: make oracles")

    def asked(program: str, document: Any) -> Any:
        command = [str(PYTHON), str(Path(__file__).parent / program)]
        told = subprocess.run(command, input=json.dumps(document), capture_output=True, text=True, check=True)
        return json.loads(told.stdout)

    return asked
