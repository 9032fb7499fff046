"""Which rows come, change and go, and the JSON that is sent for them."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.errors import PortalMismatch
from publish.ckan.difference import Changes, compare
from publish.ckan.table import TYPES, Table
from publish.metadata.fields import fields
from tests.publish.ckan import office


def as_table(contract: Contract, rows: pa.Table, path: Path, *, key: tuple[str, ...] = ("id",)) -> Table:
    """A table whose file lies at `path`."""
    pq.write_table(rows, path)
    types = {field.name: field.type for field in fields(contract)}
    made = tuple({"id": name, "type": TYPES.get(type_, "numeric"), "info": {}} for name, type_ in types.items())
    return Table(
        resource_id="r", fields=made, types=types, key=key, indexes=(), parquet=path, rows=rows.num_rows
    )  # fmt: skip


def dumped(rows: pa.Table, path: Path) -> Path:
    """The rows as the portal's CSV gives them: `_id` first, the header ending otherwise than the rows."""
    texts = rows.set_column(4, "dicatat", rows["dicatat"].cast(pa.timestamp("us")).cast(pa.string()))
    numbered = texts.add_column(0, "_id", pa.array(range(1, rows.num_rows + 1)))
    pc.write_csv(numbered, path, pc.WriteOptions(include_header=False))
    header = ",".join(numbered.column_names).encode() + b"\r\n"
    path.write_bytes(header + path.read_bytes())
    return path


@pytest.fixture
def contract() -> Contract:
    """Payments with a row id."""
    return office.payments("beda")


def test_nothing_before_everything_is_added(contract: Contract, tmp_path: Path) -> None:
    """Compared with nothing, each row is one to add."""
    table = as_table(contract, office.rows(contract, [1, 2, 3]), tmp_path / "new.parquet")
    with compare(table, None) as difference:
        assert difference.counts == Changes(added=3, changed=0, removed=0, before=0, after=3)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_added_changed_removed(contract: Contract, tmp_path: Path, form: str) -> None:
    """Rows are told apart by key, and changed when any value differs, whether the old ones are Parquet or read back."""
    old = office.rows(contract, [1, 2, 3, 4])
    new = office.rows(contract, [2, 3, 4, 5], nilai=lambda n: "9.99" if n == 3 else f"{n}000.05")
    table = as_table(contract, new, tmp_path / "new.parquet")
    path = tmp_path / f"old.{form}"
    if form == "parquet":
        pq.write_table(old, path)
    else:
        dumped(old, path)
    with compare(table, path) as difference:
        assert difference.counts == Changes(added=1, changed=1, removed=1, before=4, after=4)
        assert list(difference.removed("id")) == [[office.row_id(1)]]
        assert str(difference.sums("old")["nilai"]) == "10000.20"
        [text] = list(difference.records("changed"))
    [record] = json.loads(text)
    assert record["nilai"] == "9.99"


def test_amounts_travel_as_text(contract: Contract, tmp_path: Path) -> None:
    """18 digits before the point and 2 after it survive JSON, and moments name their time zone."""
    rows = office.rows(contract, [1], nilai=lambda _: "123456789012345678.91")
    with compare(as_table(contract, rows, tmp_path / "n.parquet"), None) as difference:
        [text] = list(difference.records("added"))
    [record] = json.loads(text)
    assert record["nilai"] == "123456789012345678.91"
    assert record["dicatat"] == "2026-03-01T01:02:03.000001+00:00"
    assert record["tahun"] == 2026
    assert record["lunas"] is False


def test_an_empty_text_is_no_change(contract: Contract, tmp_path: Path) -> None:
    """The portal's CSV doesn't tell an empty text from none, so that difference is not one."""
    rows = office.rows(contract, [1])
    empty = rows.set_column(rows.schema.get_field_index("uraian"), "uraian", pa.array([""]))
    none = rows.set_column(rows.schema.get_field_index("uraian"), "uraian", pa.array([None], pa.string()))
    table = as_table(contract, empty, tmp_path / "new.parquet")
    with compare(table, dumped(none, tmp_path / "old.csv")) as difference:
        assert not difference.counts


def test_groups_whose_key_has_a_gap(tmp_path: Path) -> None:
    """A changed group with a NULL in its key goes and comes again: SQL does not find it by its key."""
    contract = office.monthly("kelompok")
    old = office.groups(contract, [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6)])
    new = office.groups(contract, [("5.01", "A", "1.50", 5), ("5.01", None, "2.50", 6)])
    table = as_table(contract, new, tmp_path / "new.parquet", key=("kode", "wilayah"))
    pq.write_table(old, tmp_path / "old.parquet")
    with compare(table, tmp_path / "old.parquet") as difference:
        assert difference.counts == Changes(added=1, changed=1, removed=1, before=2, after=2)


def test_other_columns_than_told(contract: Contract, tmp_path: Path) -> None:
    """A CSV with other columns is not compared as if it had ours."""
    table = as_table(contract, office.rows(contract, [1]), tmp_path / "new.parquet")
    (tmp_path / "old.csv").write_text("_id,x\r\n1,2\n", encoding="utf-8")
    with pytest.raises(PortalMismatch, match="other columns"), compare(table, tmp_path / "old.csv"):
        pass
