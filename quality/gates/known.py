"""G4: no name and no number of the extract's own persons stands anywhere in the public table.

The strongest gate, and it needs no guessing: the answer is known from the restricted rows. A name of one word is
looked for as a whole cell, a name of several words also inside a text, in any order and without its titles; an
organisation's name is a whole.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.column import Column
from assets.contract import Contract
from assets.persons import about_persons
from assets.privacy.anonymise import Anonymise
from assets.sql import name, parquet, text
from assets.store import Store
from quality.detectors import TITLES
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "no known person"
LETTERS, DIGITS, WORDS = 5, 9, 6
BATCH = 131_072
# Case, accents, blanks and punctuation do not make another person. The words stay apart for looking inside texts.
# Letters that are not ASCII are asked of Python: one call for each is dear, and few texts have any.
_PLAIN = "CASE WHEN strlen({0}) = length({0}) THEN {0} ELSE strip_accents(plain({0})) END"
_WORDS = r"trim(regexp_replace(lower({0}), '[^\p{{L}}\p{{N}}]+', ' ', 'g'))".replace("{0}", _PLAIN)
_BEFORE = rf"(?i)^\s*((\pL{{1,5}}\.|\pL{{1,2}}|{'|'.join(TITLES)})[\s.]+)+"  # titles, and initials
_AFTER = r"(?i),.*$|([\s.]+(\pL{1,4}(\.\pL{0,5})+|\pL{1,2}))+$"  # degrees
_LETTERS = rf"length(regexp_replace(folded, '\P{{L}}', '', 'g')) >= {LETTERS}"
_DIGITS = rf"regexp_matches(folded, '\d{{{DIGITS}}}')"


def recognise(material: Material) -> Evidence:
    """Compare every public text, whole and by its words, with the identifiers of the restricted rows."""
    contract, store = material.contract, material.store
    texts = [column for column in contract.public_columns if is_open(column)]
    if not texts:
        return Evidence(name=NAME, passed=True, facts={"columns": []})
    with learned(contract, store, [store.table]) as (connection, count):
        source = parquet(store.table)
        found = {one.name: hits(connection, source, one.name, inside=one.class_ != "org_id") for one in texts}
    met = {column: rows for column, rows in found.items() if rows}
    facts = {"identifiers": count, "columns": [column.name for column in texts], "rows by column": met}
    return Evidence(name=NAME, passed=not met, facts=facts)


@contextmanager
def learned(contract: Contract, store: Store, files: Iterable[Path]) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """A connection that can read these files and knows every identifier of the restricted rows, and their number."""
    with session([*files, store.raw], spill=store.restricted / "spill-known") as connection:
        connection.create_function("plain", _plain, [duckdb.sqltypes.VARCHAR], duckdb.sqltypes.VARCHAR)
        _learn(connection, contract, store)
        (count,) = connection.execute("SELECT count(*) FROM known").fetchall()[0]
        yield connection, count


def _plain(value: str) -> str:
    """Full-width and other compatible signs as the usual ones."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value)


def is_open(column: Column) -> bool:
    """Whether a public column may hold words that no list or pattern names, or keeps them in some rows."""
    if column.technique is not None:
        return column.technique.rows != "all" or isinstance(column.technique, Anonymise)
    return column.type == "string" and not (column.enum or column.references or column.pattern)


def _learn(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store) -> None:
    """Leave in `known` every identifier, folded, with its number of words.

    These are the direct identifiers of every row, and what names the payee in rows about a person. A name that stands
    for an organisation in some row is the organisation's own, unless another row says that a person bears it.
    """
    connection.execute("CREATE TEMP TABLE met (cell VARCHAR, surely BOOLEAN)")
    connection.execute("CREATE TEMP TABLE own (cell VARCHAR)")
    direct = [column.name for column in contract.raw_columns if column.class_ in {"direct_id", "linkage_key"}]
    named = [column.name for column in contract.raw_columns if column.class_ == "org_id"]
    if direct or named:
        columns = [*dict.fromkeys([*direct, *named, *_asked(contract)])]
        for batch in pq.ParquetFile(store.raw).iter_batches(BATCH, columns=columns):
            connection.register("rows", _marked(batch, contract))
            for query in (*_identifiers(direct, named), *_own(named)):
                connection.execute(query)
            connection.unregister("rows")
    words, bare, parts = _words("cell"), _bare("cell"), "string_split(words, ' ')"
    cells = f"SELECT cell, surely, 1 AS fewest FROM met UNION SELECT {bare}, surely, 2 FROM met"
    connection.execute(
        "CREATE TEMP TABLE known AS SELECT folded, any_value(sorted) AS sorted, max(words) AS words FROM ("
        f"SELECT replace(words, ' ', '') AS folded, {_sorted(parts)} AS sorted, "
        f"len({parts}) AS words, fewest, surely FROM "
        f"(SELECT {words} AS words, fewest, surely FROM ({cells})) WHERE words <> '') "
        f"WHERE words >= fewest AND ({_LETTERS} OR {_DIGITS}) AND (surely OR folded NOT IN "
        f"(SELECT replace({words}, ' ', '') FROM (SELECT DISTINCT cell FROM own))) GROUP BY folded"
    )


def _marked(batch: pa.RecordBatch, contract: Contract) -> pa.Table:
    """The rows with `_person`, and `_surely` where the kind of payee itself says so."""
    who, persons = contract.persons, about_persons(batch, contract.persons)
    said = persons
    if who is not None and who.column is not None:
        kinds = batch.column(who.column).cast(pa.string())
        unlisted = pc.invert(pc.is_in(kinds, value_set=pa.array(who.organisations, pa.string())))
        said = pc.and_(pc.is_valid(kinds), unlisted)
    table = pa.Table.from_batches([batch]).append_column(pa.field("_person", pa.bool_()), persons)
    return table.append_column(pa.field("_surely", pa.bool_()), said)


def _asked(contract: Contract) -> Sequence[str]:
    """The columns that say whether a row is about a person."""
    who = contract.persons
    return [] if who is None else [column for column in (who.column, *who.ids) if column is not None]


def _identifiers(direct: Sequence[str], named: Sequence[str]) -> Iterator[str]:
    for column in dict.fromkeys([*direct, *named]):
        rows = "true" if column in direct else "_person"
        cells = f"SELECT DISTINCT {_text(column)}, _surely FROM rows"
        yield f"INSERT INTO met {cells} WHERE {rows} AND {name(column)} IS NOT NULL"


def _own(named: Sequence[str]) -> Iterator[str]:
    for column in named:
        cells = f"SELECT DISTINCT {_text(column)} FROM rows"
        yield f"INSERT INTO own {cells} WHERE NOT _person AND {name(column)} IS NOT NULL"


def _text(column: str) -> str:
    return f"CAST({name(column)} AS VARCHAR)"


def _words(cell: str) -> str:
    """The words of a text. They are dear: ask for those of distinct cells."""
    return _WORDS.format(cell)


def _bare(cell: str) -> str:
    """A name without the titles before it and the degrees after it."""
    return f"regexp_replace(regexp_replace({cell}, {text(_AFTER)}, ''), {text(_BEFORE)}, '')"


def hits(connection: duckdb.DuckDBPyConnection, source: str, column: str, *, inside: bool) -> int:
    """Rows of the column that are an identifier as a whole, or hold one among their words where they are looked `inside`."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE texts AS SELECT {_words('cell')} AS text, sum(times) AS times FROM "
        f"(SELECT {_text(column)} AS cell, count(*) AS times FROM {source} GROUP BY 1) "
        "WHERE cell IS NOT NULL GROUP BY 1"
    )
    among = f" UNION {_inside()}" if inside else ""
    query = (
        "SELECT coalesce(sum(times), 0) FROM texts WHERE text IN ("
        f"SELECT text FROM texts WHERE replace(text, ' ', '') IN (SELECT folded FROM known){among})"
    )
    return int(connection.execute(query).fetchall()[0][0])


def _sorted(parts: str) -> str:
    """Words in the order of their letters: the same whichever stands first."""
    return f"array_to_string(list_sort({parts}), ' ')"


def _inside() -> str:
    """Texts with a run of words that is a known name of several words, in any order, or a word that is a known number."""
    runs = "list_transform(range(1, len(parts) - size + 2), lambda i: parts[i:i + size - 1])"
    some = (
        f"(SELECT text, size, unnest({runs}) AS run FROM (SELECT text, string_split(text, ' ') AS parts FROM texts), "
        f"range(1, {WORDS + 1}) AS sizes(size) WHERE size <= len(parts))"
    )
    return (
        f"SELECT text FROM {some} JOIN known ON array_to_string(run, '') = folded WHERE size > 1 OR {_DIGITS} "
        f"UNION SELECT text FROM {some} JOIN known ON {_sorted('run')} = sorted WHERE size > 1"
    )
