"""Whether a contract that is well formed also makes sense as a whole: every name resolves, every person is protected."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from assets.types import is_number

if TYPE_CHECKING:
    from assets.contract import Contract

Found = tuple[str, str]
NEED_PERSONS = frozenset({"org_id", "personal_amount"})
_PARTED = frozenset({"string", "integer", "date", "datetime"})
TOLD = frozenset({"public", "code", "controlled_text", "public_measure"})  # classes whose values may stand in a message


def did_you_mean(found: str, options: Iterable[str]) -> str:
    """The nearest option, as the end of a message, or nothing."""
    near = get_close_matches(found, list(options), n=1, cutoff=0.5)
    return f' Did you mean "{near[0]}"?' if near else ""


def contradictions(contract: "Contract") -> list[Found]:
    """Every contradiction, as pairs of path and message."""
    checks = (_unknown_names, _key, _derived, _aggregate, _people, _anonymous, _partition, _sums, _told_groups, _kept)
    return [found for check in checks for found in check(contract)]


def _named(contract: "Contract") -> Iterator[tuple[str, str | None]]:
    yield from ((f"key[{i}]", name) for i, name in enumerate(contract.key))
    for i, reconcile in enumerate(contract.reconcile):
        yield f"reconcile[{i}].sum", reconcile.sum
        yield from ((f"reconcile[{i}].by[{j}]", name) for j, name in enumerate(reconcile.by))
    if contract.aggregate:
        group = contract.aggregate
        yield from (("aggregate.by", name) for name in group.by)
        yield from (("aggregate.sums", name) for name in group.sums)
        yield from (("aggregate.count", group.count), ("aggregate.count_as", group.count_as))
        for i, total in enumerate(group.totals):
            yield from (
                (f"aggregate.totals[{i}]", name)
                for part in total
                for name in ([part] if isinstance(part, str) else part)
            )
    if contract.persons:
        who = contract.persons
        yield from (("persons.column", who.column), ("persons.money", who.money), ("persons.count", who.count))
        yield from (("persons.ids", name) for name in who.ids)
    if contract.anonymity:
        yield "anonymity.person", contract.anonymity.person
    if contract.partition:
        yield "partition.by", contract.partition.by


def _unknown_names(contract: "Contract") -> Iterator[Found]:
    known = [column.name for column in contract.columns]
    for path, name in _named(contract):
        if name is not None and name not in known:
            yield path, f'there is no column "{name}".{did_you_mean(name, known)}'


def _key(contract: "Contract") -> Iterator[Found]:
    for i, column in enumerate(contract.columns):
        if column.name in contract.key and not column.required:
            yield f"columns[{i}] {column.name}", "a column of the key cannot be empty: remove required: false"
        hidden = column.name in contract.key and not column.published and not contract.aggregate
        if hidden:
            yield (
                f"columns[{i}] {column.name}",
                "a column of the key is dropped, so public rows could not be told apart",
            )


def _derived(contract: "Contract") -> Iterator[Found]:
    made = contract.aggregate.count_as if contract.aggregate else None
    for i, column in enumerate(contract.columns):
        if column.derived and column.name != made and contract.transform is None:
            yield f"columns[{i}] {column.name}", "derived, but neither a transform nor the aggregate makes it"
        if column.derived and column.source_name:
            yield f"columns[{i}] {column.name}", "derived, and so it comes from no source column: remove from"
        if not column.derived and column.read_as in contract.source.ignore:
            yield f"columns[{i}] {column.name}", f"source.ignore names {column.read_as} too: keep one of the two"


def _aggregate(contract: "Contract") -> Iterator[Found]:
    group = contract.aggregate
    if group is None:
        return
    columns = {column.name: column for column in contract.columns}
    for name in (*group.by, *group.sums):
        if name in columns and not columns[name].published:
            yield "aggregate", f'"{name}" is dropped, so it cannot be shown'
    for i, total in enumerate(group.totals):
        yield from ((f"aggregate.totals[{i}]", problem) for problem in _total(total, columns, group.by))
    if group.count_as in columns and not columns[group.count_as].derived:
        yield "aggregate.count_as", f'"{group.count_as}" is made by the aggregate: give it derived: true'


def _total(total: Iterable[Any], columns: Mapping[str, Any], by: Iterable[str]) -> Iterator[str]:
    """What is wrong with a total that is said to be known: it is by what the groups are by, or by a coarser form of it."""
    for part in total:
        for name, level in ((part, None),) if isinstance(part, str) else part.items():
            if name in columns and name not in by:
                yield f'the groups are not by "{name}": a total by it tells nothing of them'
            elif name in columns and level is not None:
                kind = "string" if columns[name].technique else columns[name].type
                if not level.fits(kind) or level.to in {"exact", "hidden"}:
                    yield f'"{name}" has no coarser form {level.said}: leave the column out, or name it alone'


def _people(contract: "Contract") -> Iterator[Found]:
    who = contract.persons
    exposed = [(i, c) for i, c in enumerate(contract.columns) if c.class_ in NEED_PERSONS and c.technique is None]
    withheld = contract.aggregate is not None or (who is not None and who.rows == "withhold")
    if not withheld:
        for i, column in exposed:
            yield (
                f"columns[{i}] {column.name}",
                f"class {column.class_} may point at a person: give it a technique, or say persons.rows: withhold",
            )
    for i, column in enumerate(contract.columns):
        if column.class_ in _protected_alone(contract) and column.technique is None and not withheld:
            yield f"columns[{i}] {column.name}", f"class {column.class_} has no protection: give it a technique"
        if column.technique and column.technique.rows == "persons" and who is None:
            yield f"columns[{i}] {column.name}", "rows: persons needs a persons section that says which rows those are"
    if who and who.money and not who.count:
        yield "persons.money", "needs count: a sum is told only where enough persons share it"
    if who and who.person_id and not who.ids:
        yield "persons.person_id", "needs ids: the columns in which such a number may stand"


def _protected_alone(contract: "Contract") -> set[str]:
    """Classes that need a technique of their own; among enough persons a sensitive value may be shown."""
    return {"quasi_id"} if contract.anonymity else {"quasi_id", "sensitive"}


def _anonymous(contract: "Contract") -> Iterator[Found]:
    from assets.anonymity import sense  # noqa: PLC0415 - it knows the techniques, whose models import this package

    yield from sense.contradictions(contract)


def _partition(contract: "Contract") -> Iterator[Found]:
    part = contract.partition
    if part and contract.source.kind != "sql":
        yield "partition", f"only a source of kind sql is read in parts. Found kind {contract.source.kind}"
    by = next((column for column in contract.columns if part and column.name == part.by), None)
    if by and by.type not in _PARTED:
        yield "partition.by", f"{by.name} is of type {by.type}; parts are by {', '.join(sorted(_PARTED))}"
    if part and (part.every == "month") != ("-" in part.start):
        yield (
            "partition.start",
            f"a start for every {part.every} is written {'2026-01' if part.every == 'month' else '2026'}",
        )


def _sums(contract: "Contract") -> Iterator[Found]:
    columns = {column.name: column for column in contract.columns}
    money = contract.persons.money if contract.persons else None
    wanted = [("persons.money", money), *((f"reconcile[{i}].sum", r.sum) for i, r in enumerate(contract.reconcile))]
    wanted += [("aggregate.sums", name) for name in (contract.aggregate.sums if contract.aggregate else ())]
    for path, name in wanted:
        if name in columns and not is_number(columns[name].type):
            yield path, f'"{name}" is of type {columns[name].type}; only integer and decimal add up'


def _told_groups(contract: "Contract") -> Iterator[Found]:
    """A group whose total differs is named in messages, logs and Dagster: by what is public alone."""
    columns = {column.name: column for column in contract.columns}
    named = ((i, j, name) for i, one in enumerate(contract.reconcile) for j, name in enumerate(one.by))
    for i, j, column in ((i, j, columns[name]) for i, j, name in named if name in columns):
        protected = f", protected by {column.technique.technique}" if column.technique else ""
        if column.class_ not in TOLD or protected:
            yield (
                f"reconcile[{i}].by[{j}]",
                f"messages name the groups whose totals differ. Found {column.name}, of class {column.class_}"
                f"{protected}; allowed: an unprotected column of class {', '.join(sorted(TOLD))}",
            )


def _kept(contract: "Contract") -> Iterator[Found]:
    if contract.partition and contract.retention and contract.retention.raw:
        yield (
            "retention.raw",
            "the rows of all parts are kept together, and only the newest is read again: leave it out",
        )
