"""An unknown source read whole by the reader that a run would use: every column, as it came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from assets.propose.profile import Profile, profile
from assets.settings import Settings
from assets.sources import AnySource
from assets.sources.source import LINE, REJECTS, Request

MOST = 1_000_000  # rows that are read; what a table beyond them holds is not known


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows as text, and what was learnt while they were read."""

    table: pa.Table
    native: Mapping[str, str] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)

    def profiles(self) -> dict[str, Profile]:
        """Each column by its name in the source."""
        names = [name for name in self.table.column_names if name != LINE]
        return {name: profile(name, self.table[name], native=self.native.get(name)) for name in names}


def sample_of(source: AnySource, settings: Settings, *, name: str, comma: Collection[str] = ()) -> Sample:
    """Read the source; raises the `SourceError` that fits. `comma` are columns whose numbers have a decimal comma."""
    connection = settings.connection(source.connection) if source.connection else None
    request = Request(
        dataset=name, columns=(), every=True, root=settings.root, connection=connection,
        comma=frozenset(comma),
    )  # fmt: skip
    reading = source.read(request)
    batches, rows, native = [], 0, dict[str, str]()
    try:
        for batch in reading.batches:
            native = native or {field.name: kind for field in batch.schema if (kind := _native(field.type))}
            batches.append(_texts(batch))
            rows += batch.num_rows
            if rows >= MOST:
                break
    finally:
        reading.close()
    table = (
        pa.concat_tables(batches, promote_options="default") if batches else pa.table({LINE: pa.array([], "string")})
    )
    refused = pa.Table.from_batches(reading.rejects, schema=REJECTS)["rule"].value_counts().to_pylist()
    return Sample(
        table=table,
        native=native,
        rejects={one["values"]: one["counts"] for one in refused},
        set_aside=dict(reading.facts.get("set_aside", {})),
    )


def _native(kind: pa.DataType) -> str | None:
    """The contract's word for a type that needs no notation."""
    if pa.types.is_date(kind):
        return "date"
    return "datetime" if pa.types.is_timestamp(kind) else "boolean" if pa.types.is_boolean(kind) else None


def _texts(batch: pa.RecordBatch) -> pa.Table:
    """Every cell as text, in its shortest exact writing; days, moments and truth as they are."""
    columns = {name: _text(batch.column(name)) for name in batch.schema.names}
    return pa.table(columns)


def _text(cells: pa.Array) -> pa.Array:
    if isinstance(cells, pa.ExtensionArray):
        cells = cells.storage
    if pa.types.is_string(cells.type) or _native(cells.type):
        return cells
    if pa.types.is_binary(cells.type) or pa.types.is_nested(cells.type):
        return pa.array([None if cell is None else str(cell) for cell in cells.to_pylist()], pa.string())
    return pc.cast(cells, pa.string())
