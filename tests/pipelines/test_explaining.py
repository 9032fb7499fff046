"""`terang explain` as an officer types it."""

import json
from pathlib import Path

from tests.pipelines.command import Terang


def test_a_column_is_explained_in_words(office: Path, terang: Terang) -> None:
    """Class, technique and gates, in two languages and for machines; a column that is not there is named with a neighbour."""
    assert office.is_dir()
    told = terang("explain", "example", "nilai")
    assert (told.code, "public_measure: a number about public money or work" in told.out) == (0, True)
    assert "perlakuan    none: diterbitkan apa adanya" in terang("explain", "example", "--lang", "id").out
    assert [one["column"] for one in json.loads(terang("explain", "example", "--json").out)] == [
        "kode_rekening", "bulan", "nilai",
    ]  # fmt: skip
    wrong = terang("explain", "example", "nila")
    assert (wrong.code, 'Did you mean "nilai"?' in wrong.err) == (2, True)
