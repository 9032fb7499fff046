"""G5: what blocks is measured on the bytes that go out, whatever the steps before did or said."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.protect import protect
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, read_json, sha256, store_of, write_json
from quality.gates.crowd import crowd
from quality.gates.evidence import Evidence, Material
from quality.gates.link import NAME as JOINING
from quality.verdict import judge
from tests.quality import made

TOO_FEW, ASTRAY = "combinations of too few", "rows that are not those of the restricted table"


def _aid(*, mixed: bool = False, **options: Any) -> Contract:
    """Aid to persons, at least three of whom share what is shown of each."""
    rows = {"rows": "persons"} if mixed else {}
    ladder = {"technique": "anonymise", "levels": ["exact", {"parts": 2}], **rows}
    columns = [
        made.column("number"),
        made.column("nik", "string", "direct_id", required=False, privacy={"technique": "drop"}),
        made.column("village", "string", "quasi_id", required=False, privacy=ladder),
        made.column("age", "integer", "quasi_id", required=False, privacy={**ladder, "levels": [{"width": 5}]}),
        made.column("illness", "string", "sensitive", required=False),
    ]
    kinds = [made.column("kind", "string", "internal", required=False)] if mixed else []
    who = {"persons": {"column": "kind", "organisations": ["body"]}} if mixed else {}
    asked = {"k": 3, "person": "nik", "suppress_at_most": "50%"}
    return made.contract(*columns, *kinds, **{"anonymity": asked, **who, **options})


def _people(*groups: tuple[str | None, int | None, int], **cells: str) -> list[dict[str, Any]]:
    spread = [(village, age) for village, age, count in groups for _ in range(count)]
    return [
        {
            "number": f"{n:03}",
            "nik": f"99{n:014}",
            "village": village,
            "age": age,
            "illness": ("flu", "maag")[n % 2],
            **cells,
        }
        for n, (village, age) in enumerate(spread)
    ]


def _public(folder: Path, contract: Contract, rows: list[dict[str, Any]]) -> tuple[Settings, Store]:
    """The public table that these rows give."""
    settings = made.settings(folder)
    store = made.raw(contract, settings, rows)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(rows)}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    protect(contract, settings)
    return settings, store


def _change(store: Store, column: str, row: int, value: str | None) -> None:
    """Another value in one cell of the public table."""
    table = pq.read_table(store.table)
    cells = table.column(column).to_pylist()
    cells[row] = value
    at = table.schema.get_field_index(column)
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(cells, pa.string())), store.table)


def _asked(contract: Contract, settings: Settings) -> Evidence:
    return crowd(Material(contract=contract, store=store_of(contract.name, settings), settings=settings))


def test_an_anonymised_table_passes_every_gate(tmp_path: Path) -> None:
    """Levels, stars, bands and NULL are no reason to block."""
    contract = _aid()
    rows = _people(("35.1.1", 31, 4), ("35.1.2", 62, 2), ("35.2.1", 63, 1), (None, None, 3))
    settings, store = _public(tmp_path, contract, rows)
    verdict = judge(contract, settings)
    assert verdict.passed, verdict.gates
    evidence = _asked(contract, settings)
    assert evidence.facts["starred cells by column"] == {"village": 3, "age": 0}
    assert (evidence.facts["k"], evidence.facts["l"], evidence.facts["rows about persons"]) == (3, 2, 10)
    assert pq.read_table(store.table).column("village").to_pylist()[4:7] == ["*"] * 3


@pytest.mark.parametrize(
    ("column", "value", "few"),
    [("village", "35.9.9", 2), ("village", None, 2), ("village", "", 2), ("age", None, 2), ("age", "*", 2)],
)
def test_one_row_that_stands_alone_blocks(tmp_path: Path, column: str, value: str | None, few: int) -> None:
    """Another place, no place, a blank, a star: each is a value of its own, and leaves its class one short."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 3), ("35.2.2", 40, 3)))
    assert _asked(contract, settings).passed
    _change(store, column, 0, value)
    evidence = _asked(contract, settings)
    assert not evidence.passed
    assert evidence.facts[TOO_FEW] == few


def test_what_all_suffer_from_blocks(tmp_path: Path) -> None:
    """Three persons of a place, and one illness among them."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 3), ("35.2.2", 40, 4)))
    for file in (store.table, store.raw):
        table = pq.read_table(file)
        ill = pa.array(["flu"] * 3 + ["flu", "maag", "flu", "maag"], pa.string())
        pq.write_table(table.set_column(table.column_names.index("illness"), "illness", ill), file)
    evidence = _asked(contract, settings)
    assert (evidence.passed, evidence.facts[TOO_FEW], evidence.facts[ASTRAY]) == (False, 1, 0)


def test_persons_are_counted_by_their_id(tmp_path: Path) -> None:
    """The rows are many, but they are one person's; so are all rows without an id."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 6)))
    raw = pq.read_table(store.raw)
    for ids in (["990"] * 4 + ["991"] * 2, [None] * 6):
        pq.write_table(raw.set_column(1, "nik", pa.array(ids, pa.string())), store.raw)
        assert _asked(contract, settings).facts[TOO_FEW] == 1


def test_organisations_are_not_persons(tmp_path: Path) -> None:
    """Two persons and an organisation of the same place are two persons."""
    contract = _aid(mixed=True)
    rows = [{**row, "kind": "person"} for row in _people(("35.1.1", 31, 4), ("35.2.2", 40, 1))]
    rows[4]["kind"] = "body"
    settings, store = _public(tmp_path, contract, rows)
    assert _asked(contract, settings).facts["rows about persons"] == 4
    raw = pq.read_table(store.raw)
    kinds = pa.array(["person", "person", "body", None, "body"], pa.string())
    pq.write_table(raw.set_column(raw.column_names.index("kind"), "kind", kinds), store.raw)
    assert _asked(contract, settings).passed
    kinds = pa.array(["person", "person", "body", "body", "body"], pa.string())
    pq.write_table(raw.set_column(raw.column_names.index("kind"), "kind", kinds), store.raw)
    assert _asked(contract, settings).facts[TOO_FEW] == 1


@pytest.mark.parametrize("order", [[1, 0, 2, 3, 4, 5], [0, 0, 2, 3, 4, 5], [0, 1, 2, 3, 4], [9, 1, 2, 3, 4, 5]])
def test_rows_whose_person_is_not_known_block(tmp_path: Path, order: list[int]) -> None:
    """Which row is whose must be as the restricted table has it, one by one."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 6)))
    assert _asked(contract, settings).passed
    pq.write_table(pa.table({"_row": pa.array(order, pa.int64())}), store.shown)
    evidence = _asked(contract, settings)
    assert not evidence.passed
    assert evidence.facts[ASTRAY] > 0


def test_without_a_list_of_rows_nothing_passes(tmp_path: Path) -> None:
    """A missing file is a gate that crashed, and so stays shut."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 6)))
    store.shown.unlink()
    assert [gate.name for gate in judge(contract, settings).gates if not gate.passed] == ["crowd", "subtract", JOINING]


def test_an_empty_table_passes(tmp_path: Path) -> None:
    """Nobody is in it."""
    contract = _aid()
    settings, _ = _public(tmp_path, contract, [])
    assert judge(contract, settings).passed


def test_how_many_stand_behind_one_row_is_told_the_office_alone(tmp_path: Path) -> None:
    """Achieved k, sizes and risk stand in restricted storage; the published evidence has only what was asked."""
    contract = _aid()
    settings, store = _public(tmp_path, contract, _people(("35.1.1", 31, 7), ("35.2.2", 40, 13)))
    told = read_json(store.restricted / "crowd.json")
    assert told is None
    public = json.dumps(_asked(contract, settings).facts)
    told = read_json(store.restricted / "crowd.json")
    assert (told["measured"]["k"], told["measured"]["sizes"]) == (7, {"5": 1, "10": 1})
    assert told["highest risk"] == pytest.approx(1 / 7)
    assert told["mean risk"] == pytest.approx(2 / 20)
    assert " 7" not in public
    assert "13" not in public
