"""G9: no row about a person can be joined with one about the same person in another dataset.

What two datasets each show of a person is safe by itself and not together. One joins them by an amount and a day, a code or
a pseudonym that only this person has in both. Every release of every other dataset counts, also what was taken back.
"""

from assets.errors import TerangError
from assets.past.links import joined
from assets.past.records import Record, about, is_of, of_rows, one_by_one
from assets.store import sha256
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "nobody by joining datasets"
_HELPS = "in one of them no day or a coarser one, a coarser amount, or a pseudonym instead of the code"


def link(material: Material) -> Evidence:
    """Count the persons whose rows a reader can find again in another dataset."""
    contract, store = material.contract, material.store
    if not one_by_one(contract):
        return Evidence(name=NAME, passed=True, facts={"asked": False})
    try:
        others = of_rows(contract, material.settings)
    except TerangError as error:
        return Evidence(name=NAME, passed=False, facts={"asked": True, "why": error.sentence, **error.facts})
    if not is_of(store.told, sha256(store.table)):
        why = "nothing tells who is behind the rows, as the comparison with earlier releases did not pass"
        return Evidence(name=NAME, passed=False, facts={"asked": True, "why": why})
    own = Record(label="", path=store.told, sheet=about(store.told))
    with session([own.path, *(one.path for one in others)], spill=store.restricted / "spill-link") as connection:
        found = joined(connection, own, others)
    facts = {
        "asked": True,
        "releases of other datasets compared with": len(others),
        "persons found again": {f"{one.release}, by {one.by}": one.rows for one in found},
    }
    return Evidence(name=NAME, passed=not found, facts=facts | ({"what helps": _HELPS} if found else {}))
