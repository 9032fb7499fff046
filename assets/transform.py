"""An office's own Python function for a dataset, found by its name in the folder of transforms."""

import importlib.util
import traceback
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from assets.contract import Contract
from assets.errors import ContractError, Mistake
from assets.settings import Settings
from assets.store import LINE, sha256

Transform = Callable[[pa.Table], pa.Table]


def load(contract: Contract, settings: Settings) -> tuple[Transform | None, str]:
    """The function `transform` of `<transforms>/<name>.py` and the sha256 of its file, when the contract names one.

    Raises `ContractError` where there is no such function.

    It gets the conformed columns of a batch with `_line`, and gives them back with the derived ones: every row, in the
    same order.
    """
    if contract.transform is None:
        return None, ""
    file = settings.folder(settings.transforms) / f"{contract.transform}.py"
    function = getattr(_module(file), "transform", None) if file.is_file() else None
    if not callable(function):
        raise _mistake(contract, f"there is no function transform in {settings.transforms}/{file.name}")

    def transform(table: pa.Table) -> pa.Table:
        made = _made(function, table, contract, file)
        missing = [c.name for c in contract.raw_columns if c.name not in made.schema.names]
        if missing:
            raise _mistake(contract, f"{file.name} does not make the column {', '.join(missing)}")
        if made.num_rows != table.num_rows:
            raise _mistake(contract, f"{file.name} made {made.num_rows} rows of {table.num_rows}; it must keep each")
        return made if LINE in made.schema.names else made.append_column(LINE, table.column(LINE))

    return transform, sha256(file)


def _made(function: Transform, table: pa.Table, contract: Contract, file: Path) -> pa.Table:
    try:
        return function(table)
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold a value of a row
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        where = f"{file.name} line {lines[-1]}" if lines else file.name
        failed = f"{where} failed with {type(error).__name__}; its words are left out, they may hold a value"
    raise _mistake(contract, failed)


def _module(file: Path) -> object:
    spec = importlib.util.spec_from_file_location(f"transforms.{file.stem}", file)
    assert spec is not None  # noqa: S101 - the file exists and ends in .py
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _mistake(contract: Contract, message: str) -> ContractError:
    return ContractError(f"{contract.name}.yml", [Mistake(path="transform", message=message)])
