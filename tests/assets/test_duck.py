"""What does not fit in memory goes to the dataset's own folder; a disk without room for it is told with that folder."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from assets.duck import duck
from assets.errors import StorageError

MUCH = "SELECT repeat('x', 300) || range AS text FROM range(400000) ORDER BY text"


def _first(connection: duckdb.DuckDBPyConnection, **options: str) -> pa.RecordBatchReader:
    """Rows beyond the memory that there is, sorted; the first are drawn."""
    for name, value in {"threads": "1", "memory_limit": "'60MB'", **options}.items():
        connection.execute(f"SET {name} = {value}")
    reader: pa.RecordBatchReader = connection.sql(MUCH).to_arrow_reader(1000)
    reader.read_next_batch()
    return reader


def test_sorting_spills_below_the_folder_and_leaves_nothing(tmp_path: Path) -> None:
    """Neither what it wrote itself nor what a killed run left; nothing in the folder where the process was started."""
    (tmp_path / ".spill").mkdir()
    (tmp_path / ".spill/left.tmp").touch()
    with duck(tmp_path / ".spill") as connection:
        reader = _first(connection)
        assert reader.read_next_batch().num_rows
        assert any(file.stat().st_size for file in (tmp_path / ".spill").iterdir())
    assert list(tmp_path.iterdir()) == []
    assert not Path(".tmp").exists()


def test_a_disk_without_room_to_sort_is_told(tmp_path: Path) -> None:
    """DuckDB calls it a lack of memory, and names no folder."""
    with pytest.raises(StorageError) as error, duck(tmp_path / ".spill") as connection:
        _first(connection, max_temp_directory_size="'1MB'")
    assert error.value.facts["where"] == str(tmp_path)
    assert error.value.facts["found"] == "No space left on device"
    assert "free or grant space" in error.value.facts["next"]
    assert list(tmp_path.iterdir()) == []
