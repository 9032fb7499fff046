"""Which rows are about a person. Whatever is not clearly an organisation is one."""

import pyarrow as pa
import pyarrow.compute as pc

from assets.contract import Persons
from assets.sql import name, text, texts


def about_persons(batch: pa.RecordBatch, who: Persons | None) -> pa.BooleanArray:
    """True for every row about a person.

    A row is about an organisation only when its kind is listed as one and none of its ids looks like a person's.
    Without a `persons` section no row is about a person: then the contract declares no column that could name one.
    """
    if who is None:
        return pa.array([False] * batch.num_rows, pa.bool_())
    kinds = batch.column(who.column).cast(pa.string())
    organisation = pc.is_in(kinds, value_set=pa.array(who.organisations, pa.string()))
    for column in who.ids:
        if who.person_id:
            looks = pc.match_substring_regex(batch.column(column).cast(pa.string()), pattern=f"^(?:{who.person_id})$")
            organisation = pc.and_(organisation, pc.invert(pc.fill_null(looks, False)))  # noqa: FBT003 - Arrow's form
    return pc.invert(organisation)


def sql_about_persons(who: Persons) -> str:
    """The same as a condition in DuckDB's SQL, over the columns of the raw table."""
    kinds = texts(who.organisations)
    kind = f"coalesce(CAST({name(who.column)} AS VARCHAR) NOT IN ({kinds}), true)"
    looks = [
        f"coalesce(regexp_full_match(CAST({name(column)} AS VARCHAR), {text(who.person_id)}), false)"
        for column in who.ids
        if who.person_id
    ]
    return f"({' OR '.join([kind, *looks])})"
