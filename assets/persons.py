"""Which rows are about a person. Whatever is not clearly an organisation is one."""

import pyarrow as pa
import pyarrow.compute as pc

from assets.contract import Persons


def about_persons(batch: pa.RecordBatch, who: Persons | None) -> pa.BooleanArray:
    """True for every row about a person.

    A row is about an organisation only when its kind is listed as one and none of its ids looks like a person's.
    Without a `persons` section no row is about a person: then the contract declares no column that could name one.
    """
    if who is None:
        return pa.array([False] * batch.num_rows, pa.bool_())
    kinds = batch.column(who.column).cast(pa.string())
    organisation = pc.is_in(kinds, value_set=pa.array(who.organisations, pa.string()))
    for name in who.ids:
        if who.person_id:
            looks = pc.match_substring_regex(batch.column(name).cast(pa.string()), pattern=f"^(?:{who.person_id})$")
            organisation = pc.and_(organisation, pc.invert(pc.fill_null(looks, False)))  # noqa: FBT003 - Arrow's form
    return pc.invert(organisation)
