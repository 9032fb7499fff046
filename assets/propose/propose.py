"""From a source whose format is known to a proposal: read it, describe every column, find a key, and count again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from assets.conform import conform
from assets.propose.columns import described
from assets.propose.headers import label_of, names_of
from assets.propose.keys import Rows, followers, key_of
from assets.propose.mask import masked_rows
from assets.propose.profile import Profile
from assets.propose.proposal import Column, Origin, Proposal
from assets.propose.sample import Sample, sample_of
from assets.propose.shared import as_contract, shared
from assets.settings import Settings
from assets.sources import AnySource
from assets.sources.source import Values
from assets.types import is_number

SHOWN = 5  # rows of the preview
_COMMA = r"^-?[\d.]*\d,\d+$"
_SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


def propose(origin: Origin, settings: Settings, *, name: str, patterns: Mapping[str, str]) -> Proposal:
    """The proposal for the source in `origin`; raises the `SourceError` that fits where it cannot be read."""
    source = _SOURCE.validate_python(dict(origin.options))
    sample = _sampled(source, settings, name)
    profiles = sample.profiles()
    values, columns = _columns(profiles, patterns, settings)
    rows = Rows(sample.table)
    columns = _followed(columns, rows)
    key, remark = _key(columns, rows)
    good, bad = _counted(sample, columns, values, source)
    return Proposal(
        name=name, origin=origin, values=values, columns=columns, key=key, key_remark=remark,
        rows=good.num_rows, rejects={**sample.rejects, **_by_rule(bad)}, set_aside=sample.set_aside,
        totals=_totals(good, columns), preview=_preview(sample, columns),
    )  # fmt: skip


def _sampled(source: AnySource, settings: Settings, name: str) -> Sample:
    """The sample. In a workbook, columns that mix number cells with texts such as "0,00" are read as those texts are."""
    plain = sample_of(source, settings, name=name)
    if source.kind != "xlsx":
        return plain
    mixed = [title for title, column in plain.profiles().items() if column.share(_COMMA) and not column.all(_COMMA)]
    return sample_of(source, settings, name=name, comma=mixed) if mixed else plain


def _columns(
    profiles: Mapping[str, Profile], patterns: Mapping[str, str], settings: Settings
) -> tuple[Values, list[Column]]:
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
    return [
        replace(column, remarks=(*column.remarks, _follows(titles[told[column.title].code], told[column.title].values)))
        if column.title in told else column
        for column in columns
    ]  # fmt: skip


def _follows(code: Column, values: int) -> str:
    return f"one for each of {values:,} {code.name}: the list of these codes could be a dataset of its own"


def _key(columns: Sequence[Column], rows: Rows) -> tuple[tuple[str, ...], str | None]:
    """The names of the key's columns, and what is to be said of them."""
    order = {"code": 0, "public": 1, "controlled_text": 2}
    able = [c for c in columns if c.required and not is_decimal(c) and not c.suspicion and c.hint in order]
    able.sort(key=lambda column: (order[column.hint], columns.index(column)))
    names = {column.title: column.name for column in columns}
    found = key_of(rows, [column.title for column in able])
    if found:
        return tuple(column.name for column in columns if column.title in found), None
    repeated = rows.repeated([column.title for column in columns])
    remark = f"no columns tell all rows apart: {repeated:,} rows repeat another one in every column"
    return tuple(names[column.title] for column in able[:1]) or (columns[0].name,), remark


def is_decimal(column: Column) -> bool:
    """Whether it is an amount: no part of a key."""
    return is_number(column.type) and column.type != "integer"


def _counted(
    sample: Sample, columns: Sequence[Column], values: Values, source: AnySource
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Rows that the proposal reads, and those that it would reject."""
    made = [as_contract(column) for column in columns]
    noted = [column.model_copy(update={"values": source.notation(column.values or values)}) for column in made]
    return conform(sample.table, noted, values=values)


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
    return masked_rows(list(zip(*first.to_pydict().values(), strict=True)) if columns else [], shown=shown)
