"""Export formats: one file each, one line here, one test that states its law."""

from collections.abc import Mapping
from typing import Final

from publish.formats import csv, jsonl, parquet, xlsx
from publish.formats.format import Format

_ALL: list[Format] = [csv, parquet, xlsx, jsonl]
FORMATS: Final[Mapping[str, Format]] = {kind.NAME: kind for kind in _ALL}
