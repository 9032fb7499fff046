"""Where the records of a JSON document are."""

import json
from pathlib import Path
from typing import Any

import pytest

from assets.errors import SourceUnreadable
from assets.propose.documents import document_origin
from assets.propose.proposal import Proposal
from assets.propose.propose import propose
from tests.assets.office import files, settings


def proposed(folder: Path, document: Any) -> Proposal:
    """The proposal for a document, written with a byte order mark as some programs do."""
    files(folder, {"f.json": json.dumps(document).encode("utf-8-sig")})
    place = {"kind": "json", "connection": "drop", "path": "f.json"}
    return propose(document_origin(folder / "f.json", place), settings(folder), name="contoh", patterns={})


def test_the_longest_list_of_records_is_read(tmp_path: Path) -> None:
    """At any path; the others are named."""
    found = proposed(tmp_path, {"meta": {"tags": [{"a": 1}]}, "data": {"rows": [{"kode": "01", "n": {"x": 1.5}}] * 2}})
    assert found.origin.options["records"] == "data.rows"
    assert found.origin.remarks["records"] == "the longest list; others: meta.tags"
    assert [column.title for column in found.columns] == ["row", "kode", "n.x"]
    assert found.rows == 2


def test_a_list_of_rows_has_columns_by_position(tmp_path: Path) -> None:
    """As tables of web pages come."""
    found = proposed(tmp_path, [["x1", "325 Jt"], ["x2", "22,1 M"]])
    assert [column.name for column in found.columns] == ["column_1", "column_2"]
    assert found.totals == {"column_2": "22425000000.00"}


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1, 2]", '{"a": NaN}'])
def test_a_document_without_records_is_refused(tmp_path: Path, text: str) -> None:
    """Broken, or of something else."""
    files(tmp_path, {"f.json": text})
    with pytest.raises(SourceUnreadable):
        document_origin(tmp_path / "f.json", {})
