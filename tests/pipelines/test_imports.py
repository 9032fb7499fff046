"""What the code location does not load: it starts in seconds, and in a process that may never read or publish."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Each is loaded by the function that uses it, when it uses it. Arrow loads pandas as soon as it makes an array of a list.
HEAVY = (
    "great_expectations", "pandas", "frictionless", "ckanapi", "requests", "httpx", "xlsxwriter", "fastexcel", "openpyxl",
    "adbc_driver_manager", "adbc_driver_postgresql", "sqlalchemy", "psycopg", "psycopg2",
)  # fmt: skip
LOADED = 'print(*sorted({name.partition(".")[0] for name in sys.modules}))'
BUILD = f"""
import sys, time
began = time.monotonic()
from pipelines.definitions import defs
assert list(defs().resolve_all_asset_keys()), "no assets"
print(f"loaded in {{time.monotonic() - began:.1f}} s")
{LOADED}
"""
# Every step up to the release runs where pandas cannot be imported. (Arrow does import it by itself, where it can.)
PATH = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without())
from assets.catalog import load_all
from assets.extract import extract
from assets.protect import protect
from assets.settings import load
from pipelines.office import make
from publish.release import release
from quality.screening import screen
from quality.verdict import judge
root = Path(sys.argv[1])
make(root)
settings = load(root / "terang.toml")
contract = load_all(settings)["example"]
extract(contract, settings)
screen(contract, settings)
protect(contract, settings)
judge(contract, settings)
made = release(contract, settings, now=datetime.now(UTC))
assert made.new and made.files["example.parquet"]["rows"] == 2, made
{LOADED}
"""
ROOMS = ("assets", "quality", "publish", "pipelines")
WITH_PANDAS = {"quality/pandas_engine.py"}  # Great Expectations' own engine, for rules that DuckDB does not know


def loaded_by(program: str, *arguments: str) -> set[str]:
    """The packages that a program has loaded at its end; what it prints before is shown by `pytest -s`."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *said, packages = done.stdout.splitlines()
    print(*said, sep="\n")  # noqa: T201 - a figure for whoever measures; nothing is asserted of it
    return set(packages.split())


def test_building_the_definitions_loads_nothing_heavy() -> None:
    """Neither Great Expectations nor the CKAN client, no driver, no pandas, no writer or reader of workbooks."""
    loaded = loaded_by(BUILD)
    assert {"dagster", "assets", "quality", "publish"} <= loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)


def test_a_run_needs_no_pandas_up_to_its_release(tmp_path: Path) -> None:
    """Nor Great Expectations, whose rules DuckDB answers: both cost seconds and memory at every run."""
    loaded = loaded_by(PATH, str(tmp_path / "office"))
    assert {"duckdb", "pyarrow", "xlsxwriter"} <= loaded
    assert loaded.isdisjoint({"great_expectations", "ckanapi", "dagster", "sqlalchemy"})


def test_only_great_expectations_engine_is_given_pandas() -> None:
    """No other module of ours imports it, or asks Arrow or DuckDB for it."""
    words = re.compile(r"\bimport pandas|from pandas|\.to_pandas\(|\.df\(|\.fetchdf\(|\.fetch_df")
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    users = {file.relative_to(ROOT).as_posix() for file in files if words.search(file.read_text(encoding="utf-8"))}
    assert users == WITH_PANDAS
