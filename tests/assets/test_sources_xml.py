"""XML: records at a path, and nothing but the file itself."""

import gzip
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.errors import SourceChanged, SourceRefused, SourceUnreadable
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.sources.elements import parsed
from assets.sources.packed import Content
from assets.sources.source import Packed, Request
from tests.assets.office import cells, column, contract, files, read, settings

A, B = column("a"), column("b", "decimal(20,2)")
TEXT = """<?xml version="1.0"?>
<data>
  <tahun>2025</tahun>
  <baris id="1"><a>x &amp; y</a><b mata="IDR">1000.50</b></baris>
  <baris id="2">
    <a><![CDATA[<z>]]></a><b mata="USD">-1</b></baris>
</data>
"""


def source(record: str = "data/baris", **options: object) -> dict[str, object]:
    """An XML source in the drop folder."""
    return {"kind": "xml", "connection": "drop", "path": "f.*", "record": record, **options}


def test_elements_at_a_path_are_rows(tmp_path: Path) -> None:
    """Texts, attributes, and the line that each begins in; what stands outside of the path is no row."""
    files(tmp_path, {"f.xml": TEXT})
    columns = [column("id", **{"from": "@id"}), A, B, column("mata", **{"from": "b.@mata"})]
    _, rows, _ = read(contract(source(), *columns), settings(tmp_path))
    assert cells(rows, "id", "a", "b", "mata", "_line") == [
        ("1", "x & y", Decimal("1000.50"), "IDR", "f.xml:4"), ("2", "<z>", Decimal(-1), "USD", "f.xml:5"),
    ]  # fmt: skip


def test_nested_elements_have_dotted_names_and_missing_ones_are_empty(tmp_path: Path) -> None:
    """One that some records lack is empty there; one that no record has stops the run, as does one that nobody named."""
    text = "<d><r><a>1</a><p><n>CV</n></p></r><r><a>2</a></r></d>"
    files(tmp_path, {"f.xml": text})
    made = [A, column("n", **{"from": "p.n"})]
    assert cells(read(contract(source("d/r"), *made), settings(tmp_path))[1], "a", "n") == [("1", "CV"), ("2", None)]
    with pytest.raises(SourceChanged, match='no column "b"'):
        read(contract(source("d/r", ignore=["p.n"]), A, B), settings(tmp_path))
    with pytest.raises(SourceChanged, match='does not name: "p.n"'):
        read(contract(source("d/r"), A), settings(tmp_path))


def test_an_element_that_comes_several_times_is_a_list_and_no_amount(tmp_path: Path) -> None:
    """Never the first or the last of them, as if there were but one."""
    files(tmp_path, {"f.xml": "<d><r><a>1</a><b>5</b></r><r><a>2</a><a>3</a><b>5</b><b>6</b></r></d>"})
    _, rows, rejects = read(contract(source("d/r"), column("a"), column("b")), settings(tmp_path))
    assert cells(rows, "a", "b") == [("1", "5"), ('["2", "3"]', '["5", "6"]')]
    _, rows, rejects = read(contract(source("d/r"), A, B), settings(tmp_path))
    assert cells(rejects, "rule", "column") == [("type decimal", "b")]


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><d><r><a>&b;</a></r></d>"
FILE = "<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><d><r><a>&a;</a></r></d>"
DTD = "<!DOCTYPE d SYSTEM 'https://example.org/d.dtd'><d><r><a>1</a></r></d>"


@pytest.mark.parametrize(("text", "found"), [(BOMB, "entity"), (FILE, "entity"), (DTD, "external definition")])
def test_a_document_that_asks_for_more_than_itself_is_refused(tmp_path: Path, text: str, found: str) -> None:
    """Shorthands that unfold, files of this machine, and addresses: none is followed, in a run or in `terang new`."""
    files(tmp_path, {"f.xml": text})
    with pytest.raises(SourceRefused, match="more than itself") as error:
        read(contract(source("d/r"), A), settings(tmp_path))
    assert found in error.value.facts["found"]
    if found == "entity":
        with pytest.raises(SourceUnreadable, match="not XML that can be read"):
            origin_of(str(tmp_path / "f.xml"), settings(tmp_path))


@pytest.mark.parametrize(("text", "found"), [
    ("<d><r><a>1</a></r>", "no element found, line 1"), ("<d><r></d>", "mismatched tag, line 1"), ("a,b\n1,2", "syntax error"),
    ("<d>" * 300, "deep"),
])  # fmt: skip
def test_what_is_no_whole_document_is_unreadable(tmp_path: Path, text: str, found: str) -> None:
    """With the line; the records before it are not taken for all."""
    files(tmp_path, {"f.xml": text})
    with pytest.raises(SourceUnreadable, match="not XML") as error:
        read(contract(source("d/r"), A), settings(tmp_path))
    assert found in error.value.facts["found"]


def test_a_path_without_an_element_stops_the_run(tmp_path: Path) -> None:
    """A table without rows cannot be told from another document."""
    files(tmp_path, {"f.xml": TEXT})
    with pytest.raises(SourceChanged, match=r"no element where source\.record says"):
        read(contract(source("data/row"), A), settings(tmp_path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "iso-8859-1"])
def test_encodings_are_those_that_the_document_says(tmp_path: Path, encoding: str) -> None:
    """Also packed."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><d><r><a>é</a></r></d>'.encode(encoding)
    for written in (text, gzip.compress(text)):
        files(tmp_path, {"f.bin": written})
        assert cells(read(contract(source("d/r"), A), settings(tmp_path))[1], "a") == [("é",)]


def test_xml_is_proposed(tmp_path: Path) -> None:
    """The elements nearest to the top that come again, with their columns."""
    files(tmp_path, {"f.xml": TEXT})
    origin, place = origin_of(str(tmp_path / "f.xml"), settings(tmp_path))
    found = propose(origin, place.settings, name="file", patterns={})
    assert found.origin.options == {"kind": "xml", "connection": "drop", "path": "f.xml", "record": "data/baris"}
    assert {one.title: one.type for one in found.columns} == {
        "@id": "string", "a": "string", "b": "decimal(20,2)", "b.@mata": "string",
    }  # fmt: skip


@given(
    rows=st.lists(
        st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip), min_size=1, max_size=5
    )
)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    """A law: what was written into elements is read from them."""
    file = tmp_path_factory.mktemp("xml") / "f.xml"
    file.write_text("<d>" + "".join(f"<r><a>{escape(row)}</a></r>" for row in rows) + "</d>", encoding="utf-8")
    content = Content(file=file, packed=Packed(), request=Request(dataset="d", columns=("a",)))
    assert [record["a"] for _, record in parsed(content, "d/r")] == rows


MEASURE = """
import re, sys
from pathlib import Path
from assets.sources.source import Request
from assets.sources.xml import Xml
reading = Xml(kind="xml", path=sys.argv[2], record="d/r").read(Request(dataset="d", columns=("a",), root=Path(sys.argv[1])))
rows = sum(batch.num_rows for batch in reading.batches)
print(rows, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_records(tmp_path: Path) -> None:
    """Twenty times as many records take the same memory."""
    peaks = {}
    for rows in (20_000, 400_000):
        (tmp_path / f"{rows}.xml").write_text(f"<d>{'<r><a>uraian kegiatan belanja</a></r>' * rows}</d>")
        told = subprocess.run(
            [sys.executable, "-c", MEASURE, str(tmp_path), f"{rows}.xml"], capture_output=True, text=True, check=True
        )
        count, peaks[rows] = map(int, told.stdout.split())
        assert count == rows
    assert peaks[400_000] < peaks[20_000] + 20_000  # KiB
