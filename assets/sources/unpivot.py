"""Wide to long: columns that are years, months or kinds become rows, each with the title of its column."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceChanged
from assets.model import Regex, Strict
from assets.sources.source import LINE, Request
from assets.sources.titles import Titles


class Unpivot(Strict):
    """Columns whose title matches `columns` become rows: the title goes to the column `name` (of a pattern with a group,
    what the group matches), the cell to the column `value`. Every row becomes as many as there are such columns.
    """

    columns: Regex
    name: str
    value: str

    def titles(self, names: Sequence[str]) -> list[str]:
        """The columns that become rows."""
        return [name for name in names if re.search(self.columns, name)]

    def told(self, title: str) -> str:
        """What a row says of the column that it was in."""
        match = re.search(self.columns, title)
        return (match[1] or "") if match and match.re.groups else title


def names_after(
    names: Sequence[str], unpivot: Unpivot | None, request: Request, *, where: str, header: Sequence[str]
) -> list[str]:
    """The columns once those are rows; raises `SourceChanged` where none is. `header` are the titles of the file."""
    if unpivot is None:
        return list(names)
    titles = unpivot.titles(names)
    if not titles:
        raise SourceChanged(
            "no column of the source becomes rows",
            dataset=request.dataset,
            where=where,
            found=Titles(header, request.columns).all_told(),
            allowed=unpivot.columns,
            next="mend source.unpivot.columns",
        )
    return [*(name for name in names if name not in titles), unpivot.name, unpivot.value]


def names_before(wanted: Sequence[str], names: Sequence[str], unpivot: Unpivot | None) -> list[str]:
    """The columns of the source that `wanted` are made of."""
    if unpivot is None:
        return list(wanted)
    made = {unpivot.name, unpivot.value}
    return [*(name for name in wanted if name not in made), *unpivot.titles(names)]


def long(rows: pa.RecordBatch, wanted: Sequence[str], unpivot: Unpivot | None) -> pa.RecordBatch:
    """`wanted` of the rows, which have `_line` too; a row that was a cell has the title of its column in `_line`."""
    if unpivot is None:
        return rows.select([*wanted, LINE])
    titles = unpivot.titles(rows.schema.names)
    count, width = rows.num_rows, len(titles)
    each = pa.array(np.repeat(np.arange(count), width))
    across = pa.array(np.tile(np.arange(width), count))
    cells = pa.concat_arrays([rows.column(title).cast(pa.string()) for title in titles])
    made = {
        unpivot.name: pa.array([unpivot.told(title) for title in titles]).take(across),
        unpivot.value: cells.take(pc.add(pc.multiply(across, count), each)),
    }
    place = pc.binary_join_element_wise(rows.column(LINE).take(each), pa.array(titles).take(across), ":")
    columns = {name: made[name] if name in made else rows.column(name).take(each) for name in wanted}
    return pa.RecordBatch.from_pydict({**columns, LINE: place})
