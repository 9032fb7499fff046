"""What is shown of each row, batch by batch, once the levels and the stars are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets import sql
from assets.anonymity.classes import Bits, key
from assets.anonymity.stars import Stars
from assets.privacy.levels import HIDDEN, Level


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The level of each column, and by the id of a class the columns that are starred in its rows; ids are in order."""

    columns: Mapping[str, Sequence[Level]]
    node: tuple[int, ...]
    salt: int
    ids: Bits
    stars: Stars

    def cells(
        self, connection: duckdb.DuckDBPyConnection, batch: pa.RecordBatch, persons: pa.BooleanArray
    ) -> dict[str, pa.Array]:
        """The columns as they are shown in rows about persons; in other rows they are text, and else as they are."""
        connection.register("batch", pa.Table.from_batches([batch]).append_column("_person", persons))
        levels = [levels[level] for levels, level in zip(self.columns.values(), self.node, strict=True)]
        shown = [
            f"CASE WHEN _person THEN {level.sql(sql.name(name))} ELSE CAST({sql.name(name)} AS VARCHAR) END AS c{j}"
            for j, (name, level) in enumerate(zip(self.columns, levels, strict=True))
        ]
        query = f"SELECT {', '.join(shown)}, {key(self.columns, self.salt)} AS id FROM batch"
        table: pa.Table = connection.sql(query).to_arrow_table()
        connection.unregister("batch")
        hidden = self._starred(table.column("id").to_numpy()) & np.asarray(persons)[:, None]
        star = pa.scalar(HIDDEN, pa.string())
        return {
            name: pc.if_else(pa.array(hidden[:, j], pa.bool_()), star, table.column(f"c{j}").combine_chunks())
            for j, name in enumerate(self.columns)
        }

    def _starred(self, ids: Bits) -> Stars:
        if not len(self.ids):
            return np.zeros((len(ids), len(self.node)), np.bool_)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found: Stars = self.stars[at] & (self.ids[at] == ids)[:, None]
        return found
