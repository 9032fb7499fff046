"""G6 and G7: no group of few persons is shown, and none can be reckoned by a reader who knows the totals.

Everything is added up anew from the restricted rows. That a hidden sum is open both ways is proven by witnesses: changes
of hidden sums that no known total shows. A witness is checked, not sought: no linear program is solved here.
"""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.contract import Aggregate, Contract
from assets.keys import vault_of
from assets.persons import about_persons
from assets.sql import name, names, parquet, same, text
from assets.store import ROW, Store
from assets.suppression.known import is_linked, known, lowest, sql
from assets.types import arrow_type
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "no sum of few persons shown or reckoned"
BATCH = 131_072
_CLOSE, _ALL = (
    1e-4,
    1 - 1e-6,
)  # rounding: in a total, of what the least secret needs; in a cell, of what it needs itself


def reckon(material: Material) -> Evidence:
    """Count groups of few persons that are shown, and those that known totals give away."""
    contract, store, group = material.contract, material.store, material.contract.aggregate
    if group is None:
        return Evidence(name=NAME, passed=True, facts={"asked": False})
    linked = is_linked(contract)
    files = [store.table, *([store.witnesses] if linked else [])]
    with session(files, spill=store.restricted / "spill-reckon") as connection:
        _add_up(connection, material, contract, group)
        wrong = {
            "shown groups of few persons": _count(connection, "SELECT 1 FROM cells WHERE shown AND secret"),
            "shown groups that are not those of the restricted rows": _strange(connection, store, group),
            **(_given_away(connection, contract, store, group) if linked else {}),
        }
    return Evidence(name=NAME, passed=not any(wrong.values()), facts={"asked": True, "known totals": linked, **wrong})


def _add_up(connection: duckdb.DuckDBPyConnection, material: Material, contract: Contract, group: Aggregate) -> None:
    """Leave in `members` what each person has in each group, in `cells` the groups: shown or not, secret or not."""
    schema = _schema(contract, group)
    connection.register("kept", pa.RecordBatchReader.from_batches(schema, _rows(material, contract, group, schema)))
    sums = "".join(f", coalesce(sum({name(column)}), 0) AS {name(column)}" for column in group.sums)
    who = f"coalesce(CAST({name(group.count)} AS VARCHAR), '')"
    connection.execute(
        f"CREATE TEMP TABLE members AS SELECT {names(group.by)}, {who} AS _who{sums} FROM kept GROUP BY ALL"
    )
    connection.unregister("kept")
    added = "".join(f", sum({name(column)}) AS {name(column)}{_lacking(group, column)}" for column in group.sums)
    few = " OR ".join([f"count(*) < {group.minimum}", *_dominated(group)])
    cells = f"SELECT {names(group.by)}, count(*) AS _persons, {few} AS secret{added} FROM members GROUP BY {names(group.by)}"
    shown = f"EXISTS (FROM {parquet(material.store.table)} p WHERE {same('p', 'c', group.by)})"
    connection.execute(f"CREATE TEMP TABLE cells AS SELECT *, {shown} AS shown FROM ({cells}) c")


def _schema(contract: Contract, group: Aggregate) -> pa.Schema:
    """The columns that groups are made of: their keys as the public sees them."""
    fields = []
    for column in (contract.column(one) for one in dict.fromkeys((*group.by, *group.sums, group.count))):
        kind = arrow_type(column.type)
        seen = column.name in group.by and column.technique is not None
        fields.append(pa.field(column.name, column.technique.output_type(kind) if seen and column.technique else kind))
    return pa.schema(fields)


def _rows(material: Material, contract: Contract, group: Aggregate, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The restricted rows that screening let through."""
    vault = vault_of(contract, material.store, material.settings)
    excluded = pq.read_table(material.store.excluded, columns=[ROW]).column(0).combine_chunks()
    for batch in pq.ParquetFile(material.store.raw).iter_batches(BATCH):
        kept = batch.filter(pc.invert(pc.is_in(batch.column(ROW), value_set=excluded)))
        persons = about_persons(kept, contract.persons)
        arrays = []
        for column in schema.names:
            technique = contract.column(column).technique if column in group.by else None
            cells = kept.column(column)
            arrays.append(technique.apply(cells, persons=persons, vault=vault) if technique else cells)
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _dominated(group: Aggregate) -> Iterator[str]:
    """Conditions on a group's members under which few of them have nearly all of a sum, or one could tell another's."""
    for column in group.sums:
        part = f"abs({name(column)})"
        if group.dominance:
            largest = f"list_sum(max({part}, {group.dominance.persons}))"
            yield f"{largest} > {group.dominance.share} * sum({part})"
        if group.p is not None:
            yield f"{_untold(group, column)} > 0"


def _untold(group: Aggregate, column: str) -> str:
    """By how much the second largest can tell the largest part too closely."""
    part = f"abs({name(column)})"
    return f"{group.p} * max({part}) - (sum({part}) - list_sum(max({part}, 2)))"


def _lacking(group: Aggregate, column: str) -> str:
    return f", {_untold(group, column) if group.p is not None else 0} AS {name('_p_' + column)}"


def _strange(connection: duckdb.DuckDBPyConnection, store: Store, group: Aggregate) -> int:
    """Public rows that are no group of the restricted rows, or tell another sum or number."""
    told = " AND ".join(f"p.{name(column)} IS NOT DISTINCT FROM c.{name(column)}" for column in group.sums)
    counted = f"p.{name(group.count_as)} = c._persons"
    alike = " AND ".join(filter(None, [same("p", "c", group.by), told, counted]))
    return _count(connection, f"SELECT 1 FROM {parquet(store.table)} p WHERE NOT EXISTS (FROM cells c WHERE {alike})")


def _given_away(
    connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, group: Aggregate
) -> dict[str, int]:
    """What totals tell of hidden groups: one that is alone, too few persons together, a sum that is not open."""
    connection.execute(f"CREATE TEMP TABLE witnesses AS FROM {parquet(store.witnesses)}")
    kinds = [sql(kind) for kind in known(contract)]
    wrong = {"totals that tell of too few": sum(_lonely(connection, group, kind) for kind in kinds)}
    for column in group.sums:
        for what, count in _opened(connection, contract, group, column, kinds).items():
            wrong[what] = wrong.get(what, 0) + count
    return wrong


def _lonely(connection: duckdb.DuckDBPyConnection, group: Aggregate, kind: str) -> int:
    """Totals in which hidden groups, a secret one among them, are one alone or have too few persons together."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE hidden AS SELECT {names(group.by)}, secret, hash({kind}) AS total FROM cells WHERE NOT shown"
    )
    persons = f"SELECT total, count(DISTINCT _who) AS persons FROM hidden h JOIN members m ON {same('h', 'm', group.by)} GROUP BY total"
    groups = "SELECT total, count(*) AS groups, bool_or(secret) AS secret FROM hidden GROUP BY total"
    few = f"secret AND (groups < 2 OR persons < {group.minimum})"
    return _count(connection, f"SELECT 1 FROM ({groups}) JOIN ({persons}) USING (total) WHERE {few}")


def _opened(
    connection: duckdb.DuckDBPyConnection, contract: Contract, group: Aggregate, column: str, kinds: list[str]
) -> dict[str, int]:
    """Witnesses that change what is shown, a total or too much, and secret sums that no witness makes larger or smaller."""
    within, mean = group.within, f"(SELECT sum({name(column)}) / sum(_persons) FROM cells)"
    need = f"greatest({within} * abs({name(column)}), {within} * abs({mean}), {name('_p_' + column)})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sums AS SELECT {names(group.by)}, shown, secret, "
        f"CAST({name(column)} AS DOUBLE) AS value, CAST({need} AS DOUBLE) AS need FROM cells"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE moves AS SELECT w.move, w.change, s.value, s.shown, {_names_of('w', group)} "
        f"FROM witnesses w LEFT JOIN sums s ON {same('w', 's', group.by)} WHERE w.measure = {text(column)}"
    )
    least, floor = _least(connection), _lowest(connection, contract, column)
    totals = [
        f"SELECT 1 FROM (SELECT abs(sum(change)) AS off FROM moves GROUP BY move, hash({kind})) WHERE NOT off <= {_CLOSE * least}"
        for kind in kinds
    ]
    ends = f"SELECT {names(group.by)}, max(change) AS up, min(change) AS down FROM moves GROUP BY {names(group.by)}"
    down = f"coalesce(down, 0) <= -{_ALL} * least(need, value - {floor})"
    secret = f"SELECT 1 FROM (FROM sums WHERE secret) s LEFT JOIN ({ends}) e ON {same('s', 'e', group.by)}"
    return {
        "witnesses of what is shown": _count(connection, "SELECT 1 FROM moves WHERE shown IS NULL OR shown"),
        "witnesses that a known total shows": sum(_count(connection, query) for query in totals),
        "witnesses of what cannot be": _count(
            connection, f"SELECT 1 FROM moves WHERE NOT value + change >= {floor - _CLOSE * least}"
        ),
        "secret sums that can be reckoned": _count(
            connection, f"{secret} WHERE NOT (coalesce(up, 0) >= need AND {down})"
        ),
    }


def _least(connection: duckdb.DuckDBPyConnection) -> float:
    return float(connection.execute("SELECT coalesce(min(need), 0) FROM sums WHERE secret").fetchall()[0][0])


def _lowest(connection: duckdb.DuckDBPyConnection, contract: Contract, column: str) -> float:
    """The least that a reader knows a sum to be, by the sums that were added up here."""
    smallest, largest = connection.execute(
        "SELECT coalesce(min(value), 0), coalesce(max(abs(value)), 0) FROM sums"
    ).fetchall()[0]
    return lowest(contract, column, smallest=smallest, largest=largest)


def _names_of(alias: str, group: Aggregate) -> str:
    """The columns that groups are by, of one table among others."""
    return ", ".join(f"{alias}.{name(column)}" for column in group.by)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])
