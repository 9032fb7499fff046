"""Dagster's own folder: where runs are kept, with telemetry off and one run of a dataset at a time."""

from pathlib import Path

from assets.store import OWNER_ONLY

DAGSTER_YAML = """\
nux:
  enabled: false
telemetry:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: run
"""


def prepare(folder: Path) -> Path:
    """Make the folder and its `dagster.yaml` unless they are there; an office may edit that file."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(OWNER_ONLY)
    file = folder / "dagster.yaml"
    if not file.exists():
        file.write_text(DAGSTER_YAML, encoding="utf-8")
    return folder.resolve()
