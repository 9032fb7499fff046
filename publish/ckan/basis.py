"""What the rows of a table are compared with: a release that the portal still holds, or the portal's own where in doubt."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from assets.contract import Contract
from assets.settings import Settings
from assets.table import ID
from publish.ckan.desired import Desired
from publish.ckan.present import REWRITING, Present, PresentTable
from publish.ckan.steps import Basis
from publish.ckan.table import Table

if TYPE_CHECKING:
    from publish.release import Release

CHANGED: Final = "somebody changed the table on the portal"


def basis(now: Present | None, wanted: Desired, contract: Contract, settings: Settings) -> Basis:
    """What to compare the rows with. The portal's own table is read only where its mark can't be trusted."""
    table = wanted.table
    if table is None or now is None or now.table is None:
        return Basis(kind="empty", reason="the portal has no table")
    altered = _altered(table, now.table, now.mark)
    if altered:
        return altered
    doubt = _doubt(now, wanted, table)
    if doubt:
        return Basis(kind="portal", reason=doubt)
    if now.mark == wanted.mark:
        return Basis(kind="same", reason="the same contents")
    old = _local(now, table, contract, settings)
    if old is None or _rows(old) != now.table.rows:
        return Basis(kind="portal", reason=CHANGED if old else "the portal's release is not in this store")
    return Basis(kind="release", reason=f"compared with {now.version}", path=old)


def _doubt(now: Present, wanted: Desired, table: Table) -> str | None:
    """Why the mark does not tell what the table holds."""
    if not now.mark:
        return "the table has no mark"
    if now.unsettled:
        return "an earlier run was broken off"
    if now.mark != wanted.mark:
        return None if table.key == (ID,) else "rows without an id are found by the portal's own"
    return None if now.table and now.table.rows == table.rows else CHANGED


def _altered(table: Table, now: PresentTable, mark: str) -> Basis | None:
    """How a table of other columns comes to hold these rows; also where an earlier run has not written all of them."""
    changed = _shape(table, now)
    if changed:
        kept = _kept(table, now)
        return Basis(kind="alter" if kept else "rebuild", reason=changed, kept=kept)
    if mark.startswith(REWRITING):
        return Basis(kind="alter", reason="an earlier run was broken off", kept=tuple(table.types))
    return None


def _shape(table: Table, now: PresentTable) -> str | None:
    """Why the portal's table cannot hold these rows: columns to come, to go, of another type, in another place."""
    wanted = {field["id"]: field["type"] for field in table.fields}
    come = [f"+ {name}" for name in wanted if name not in now.types]
    go = [f"- {name}" for name in now.types if name not in wanted]
    other = [f"~ {name}" for name in retyped(table, now)]
    if not (come or go or other) and list(now.types) != list(wanted):
        return "columns in another order"
    return ", ".join([*come, *other, *go]) or None


def retyped(table: Table, now: PresentTable) -> list[str]:
    """Columns that the portal's table has as another type."""
    return [field["id"] for field in table.fields if now.types.get(field["id"], field["type"]) != field["type"]]


def _kept(table: Table, now: PresentTable) -> tuple[str, ...]:
    """The first columns that stand in the portal's table too, in this order: CKAN adds columns only at the end.

    None where rows have no id: the key of such a table follows from its columns.
    """
    present, kept = iter(now.types.items()), []
    for field in table.fields if table.key == (ID,) else ():
        if (field["id"], field["type"]) not in present:  # looks on from where the last one was found
            break
        kept.append(str(field["id"]))
    return tuple(kept)


def release_of(now: Present | None, contract: Contract, settings: Settings) -> "Release | None":
    """The release in our store that the portal holds whole, None where it is not one of ours."""
    from publish.release import find  # noqa: PLC0415

    if now is None:
        return None
    release = find(contract, settings, now.version or "")
    told = now.mark.partition(" ")[2]
    return release if release and told and release.content_digest.startswith(told) else None


def _local(now: Present, table: Table, contract: Contract, settings: Settings) -> Path | None:
    """The Parquet file of the release that the portal holds, if it has the same columns."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    release = release_of(now, contract, settings)
    path = release.path / table.parquet.name if release else None
    if path is None or not path.is_file():
        return None
    old, new = pq.read_schema(path), pq.read_schema(table.parquet)
    return path if old.names == new.names and old.types == new.types else None


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq  # noqa: PLC0415

    return int(pq.read_metadata(path).num_rows)
