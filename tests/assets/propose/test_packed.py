"""What is proposed for packed text and for Parquet is read as what it is."""

import gzip
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.errors import SourceUnreadable
from assets.propose.origins import origin_of
from assets.propose.proposal import Proposal
from assets.propose.propose import propose
from tests.assets.office import files, settings

TEXT = "kode;nilai\n" + "".join(f"5.1.{at:02d};{at}.000,50\n" for at in range(1, 20))


def proposed(folder: Path, name: str) -> Proposal:
    """The proposal for a file."""
    origin, place = origin_of(str(folder / name), settings(folder))
    return propose(origin, place.settings, name="file", patterns={})


def test_a_table_in_gzip_is_proposed_as_the_table(tmp_path: Path) -> None:
    """Its format, its rows and its total."""
    files(tmp_path, {"belanja.csv.gz": gzip.compress(TEXT.encode())})
    found = proposed(tmp_path, "belanja.csv.gz")
    assert found.origin.options == {
        "kind": "csv", "connection": "drop", "path": "belanja.csv.gz", "delimiter": ";",
    }  # fmt: skip
    assert found.origin.told == "belanja.csv.gz, belanja.csv: utf-8, semicolons, header in line 1"
    assert (found.rows, found.totals) == (19, {"nilai": "190009.50"})


def test_of_several_members_of_a_zip_the_largest_is_proposed(tmp_path: Path) -> None:
    """By its name in the ZIP, which then is an option; alone it needs none."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("baca.txt", "catatan")
        archive.writestr("data/belanja.csv", TEXT)
    files(tmp_path, {"kirim.zip": held.getvalue()})
    found = proposed(tmp_path, "kirim.zip")
    assert found.origin.options["packed"] == {"member": "data/belanja.csv"}
    assert (found.rows, found.totals) == (19, {"nilai": "190009.50"})


def test_a_workbook_in_a_zip_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    files(tmp_path, {"a.gz": gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(50)), "b.gz": gzip.compress(b"%PDF-1.7")})
    with pytest.raises(SourceUnreadable, match="no table"):
        proposed(tmp_path, "b.gz")


def test_parquet_is_proposed_with_its_types(tmp_path: Path) -> None:
    """Amounts to the digit; what is no column of a table is ignored with the reason."""
    amounts = pa.array([Decimal("1234.50"), Decimal("0.10"), None], pa.decimal128(20, 2))
    table = pa.table({"kode": ["01", "02", "03"], "nilai": amounts, "tag": [["a"], [], None]})
    pq.write_table(table, tmp_path / "f.parquet")
    found = proposed(tmp_path, "f.parquet")
    assert found.origin.options["ignore"] == ["tag"]
    assert [(one.name, one.type) for one in found.columns] == [("kode", "string"), ("nilai", "decimal(20,2)")]
    assert (found.rows, found.rejects, found.totals) == (3, {}, {"nilai": "1234.60"})


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    """As a run would."""
    files(tmp_path, {"f.parquet": b"PAR1" + bytes(100)})
    with pytest.raises(SourceUnreadable, match="Parquet file cannot be read"):
        proposed(tmp_path, "f.parquet")
