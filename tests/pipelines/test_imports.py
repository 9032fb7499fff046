"""What the code location does not load: it starts in seconds, and in a process that may never read or publish."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Each is loaded by the function that uses it, when it uses it. Arrow loads pandas as soon as it makes an array of a list.
HEAVY = (
    "great_expectations", "pandas", "frictionless", "ckanapi", "requests", "httpx", "xlsxwriter", "fastexcel", "openpyxl",
    "adbc_driver_manager", "adbc_driver_postgresql", "sqlalchemy", "psycopg", "psycopg2",
)  # fmt: skip
BUILD = """
import sys
from pipelines.definitions import defs
assert list(defs().resolve_all_asset_keys()), "no assets"
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded_by(program: str) -> set[str]:
    """The packages that a program has loaded at its end."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_building_the_definitions_loads_nothing_heavy() -> None:
    """Neither Great Expectations nor the CKAN client, no driver, no pandas, no writer or reader of workbooks."""
    loaded = loaded_by(BUILD)
    assert {"dagster", "assets", "quality", "publish"} <= loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)
