"""The code location: loads without a secret, and both ways of starting Dagster find the same one."""

import tomllib
from pathlib import Path

import yaml

from pipelines.definitions import defs

ROOT = Path(__file__).parent.parent.parent


def test_the_code_location_loads_and_every_dataset_has_its_four_assets() -> None:
    """No database, no secret: the definitions are there, and each dataset has a job."""
    code = defs()
    keys = {key.to_user_string() for key in code.resolve_asset_graph().get_all_asset_keys()}
    datasets = {file.stem for file in (ROOT / "assets/contracts").glob("[!_]*.yml")}
    assert {f"{room}/{name}" for room in ("raw", "public", "release", "portal") for name in datasets} <= keys


def test_workspace_and_tool_dg_agree() -> None:
    """`dagster dev -w workspace.yaml` and `dg dev` load the same module under the same name."""
    module = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"][0]["python_module"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert module == {
        "module_name": project["code_location_target_module"],
        "location_name": project["code_location_name"],
    }
