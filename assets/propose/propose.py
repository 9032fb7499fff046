"""From a source whose format is known to a proposal: read it, describe every column, find a key, and count again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from assets.conform import conform
from assets.propose.columns import described
from assets.propose.headers import label_of, names_of
from assets.propose.keys import Follows, Rows, followers, key_of
from assets.propose.levels import levels_of
from assets.propose.mask import masked_rows
from assets.propose.proposal import Column, Origin, Proposal
from assets.propose.sample import Sample, sample_of
from assets.propose.shared import as_contract, shared
from assets.propose.years import years_in
from assets.settings import Settings
from assets.sources import AnySource
from assets.sources.csv import Csv
from assets.sources.source import Values
from assets.sources.xlsx import Xlsx
from assets.types import is_number

SHOWN = 5  # rows of the preview
_COMMA = r"^-?[\d.]*\d,\d+$"
_SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """A source as it was read, and what its columns seem to be."""

    origin: Origin
    source: AnySource
    sample: Sample
    values: Values
    columns: Sequence[Column]


def propose(origin: Origin, settings: Settings, *, name: str, patterns: Mapping[str, str]) -> Proposal:
    """The proposal for the source in `origin`; raises the `SourceError` that fits where it cannot be read."""
    source = _source(origin)
    read = _read(origin, source, settings, name, patterns)
    sums = levels_of(read.sample.table, read.columns, read.values) if isinstance(source, Xlsx) else {}
    if sums:
        origin = replace(origin, options={**origin.options, **sums})
        read = _read(origin, _source(origin, read.values), settings, name, patterns)
    years = years_in(read.columns) if isinstance(source, Csv | Xlsx) else {}
    if years:
        remark = {"unpivot": "columns that are years become rows; without it they stay columns"}
        origin = replace(origin, options={**origin.options, "unpivot": years}, remarks={**origin.remarks, **remark})
        read = _read(origin, _source(origin, read.values), settings, name, patterns)
    return _proposed(read, name)


def _read(origin: Origin, source: AnySource, settings: Settings, name: str, patterns: Mapping[str, str]) -> _Read:
    sample = _sampled(source, settings, name)
    values, columns = _columns(sample, patterns, settings)
    return _Read(origin=origin, source=source, sample=sample, values=values, columns=columns)


def _source(origin: Origin, values: Values | None = None) -> AnySource:
    own = {"values": values} if values else {}
    return _SOURCE.validate_python({**origin.options, **own})


def _proposed(read: _Read, name: str) -> Proposal:
    rows = Rows(read.sample.table)
    columns = _followed(read.columns, rows)
    key = _key(columns, rows, read.origin.key)
    good, bad = _counted(read)
    made = Proposal(
        name=name, origin=read.origin, values=read.values, columns=columns, key=key or (), rows=good.num_rows,
        rejects={**read.sample.rejects, **_by_rule(bad)}, set_aside=read.sample.set_aside,
        totals=_totals(good, columns), preview=_preview(read.sample, columns),
    )  # fmt: skip
    return made if key else _keyed_by_place(made, read.source, rows)


def _keyed_by_place(made: Proposal, source: AnySource, rows: Rows) -> Proposal:
    """With the number of each row as its key, where the source can give one: no columns tell all rows apart."""
    repeated = rows.repeated([column.title for column in made.columns])
    alike = f"{repeated:,} rows are wholly alike" if repeated else "and no two rows are wholly alike"
    remark = f"no columns that may be published tell all rows apart, {alike}"
    if source.kind == "sql":
        return replace(made, key=(made.columns[0].name,), key_remark=f"not unique: {remark}")
    name = next(name for name in ("row", "row_number") if name not in {column.name for column in made.columns})
    place = Column(
        name=name, title=name, label=label_of(name), type="integer", remarks=("the row's place in the file",)
    )
    options = {**made.origin.options, "row_number": name}
    key = (name, options["unpivot"]["name"]) if "unpivot" in options else (name,)
    return replace(
        made, origin=replace(made.origin, options=options), columns=[place, *made.columns], key=key,
        key_remark=f"the row's place in the file: {remark}", preview=[["9", *row] for row in made.preview],
    )  # fmt: skip


def _sampled(source: AnySource, settings: Settings, name: str) -> Sample:
    """The sample. In a workbook, columns that mix number cells with texts such as "0,00" are read as those texts are."""
    plain = sample_of(source, settings, name=name)
    if not isinstance(source, Xlsx):
        return plain
    mixed = [title for title, column in plain.profiles().items() if column.share(_COMMA) and not column.all(_COMMA)]
    return sample_of(source, settings, name=name, comma=mixed) if mixed else plain


def _columns(sample: Sample, patterns: Mapping[str, str], settings: Settings) -> tuple[Values, list[Column]]:
    profiles = sample.profiles()
    found = []
    for name, (title, profile) in zip(names_of(list(profiles)), profiles.items(), strict=True):
        blank = Column(name=name, title=title, label=label_of(title), type="string")
        found.append(described(profile, blank, patterns=patterns, timezone=settings.timezone))
    return shared(found, profiles)


def _followed(columns: Sequence[Column], rows: Rows) -> list[Column]:
    """With a remark on each column that has one value for each code of another."""
    titles = {column.title: column for column in columns}
    codes = [column.title for column in columns if column.hint == "code"]
    words = [column.title for column in columns if column.type == "string" and column.hint != "code"]
    told = {one.name: one for one in followers(rows, codes, words)}
    return [_following(column, titles, told.get(column.title)) for column in columns]


def _following(column: Column, titles: Mapping[str, Column], told: Follows | None) -> Column:
    """What there is one of for each code is the code's name, however long: nobody typed it row by row."""
    if told is None:
        return column
    remark = _follows(titles[told.code], told.values)
    hint = "public" if column.hint == "free_text" else column.hint
    return replace(column, hint=hint, remarks=(*column.remarks, remark))


def _follows(code: Column, values: int) -> str:
    return f"one for each of {values:,} {code.name}: the list of these codes could be a dataset of its own"


def _key(columns: Sequence[Column], rows: Rows, declared: Sequence[str]) -> tuple[str, ...] | None:
    """The names of the key's columns: those that the source declares, else the fewest that may be published and tell
    all rows apart; None where there are none."""
    order = {"code": 0, "public": 1, "controlled_text": 2}
    able = [c for c in columns if c.required and not is_decimal(c) and not c.suspicion and c.hint in order]
    able.sort(key=lambda column: (order[column.hint], columns.index(column)))
    titles = [column.title for column in able]
    own = bool(declared) and set(declared) <= {column.title for column in columns if not column.suspicion}
    found = tuple(declared) if own else key_of(rows, titles)
    return tuple(column.name for column in columns if column.title in found) if found else None


def is_decimal(column: Column) -> bool:
    """Whether it is an amount: no part of a key."""
    return is_number(column.type) and column.type != "integer"


def _counted(read: _Read) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Rows that the proposal reads, and those that it would reject."""
    made = [as_contract(column) for column in read.columns]
    noted = [
        column.model_copy(update={"values": read.source.notation(column.values or read.values)}) for column in made
    ]
    return conform(read.sample.table, noted, values=read.values)


def _by_rule(bad: pa.RecordBatch) -> dict[str, int]:
    counted = bad.column("rule").value_counts().to_pylist()
    return {one["values"]: one["counts"] for one in counted}


def _totals(good: pa.RecordBatch, columns: Sequence[Column]) -> dict[str, str]:
    """The exact sum of each amount."""
    sums = {}
    for column in filter(is_decimal, columns):
        cells = good.column(column.name)
        total = pc.sum(cells.cast(pa.decimal128(38, cells.type.scale))).as_py()
        sums[column.name] = f"{total or 0:.{cells.type.scale}f}"
    return sums


def _preview(sample: Sample, columns: Sequence[Column]) -> list[list[str]]:
    first = sample.table.slice(0, SHOWN).select([column.title for column in columns])
    shown = [bool(column.enum) or column.type == "boolean" for column in columns]
    cells = [first[name].cast(pa.string()).to_pylist() for name in first.column_names]
    return masked_rows(list(zip(*cells, strict=True)), shown=shown)
