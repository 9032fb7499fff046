"""The options under which a Parquet file can be read: which of its columns are none of a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.propose.proposal import Origin
from assets.sources.parquet import damaged


def parquet_origin(file: Path, place: Mapping[str, Any]) -> Origin:
    """The source in `file`. Raises `SourceUnreadable`."""
    try:
        with pq.ParquetFile(file) as opened:
            schema = opened.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise damaged(file, error) from None
    nested = [field.name for field in schema if pa.types.is_nested(field.type) or pa.types.is_binary(field.type)]
    return Origin(
        options={**place, **({"ignore": nested} if nested else {})},
        remarks={"ignore": "lists, records and bytes are no columns of a table"} if nested else {},
        told=f"{file.name}: Parquet, {len(schema)} columns",
    )
