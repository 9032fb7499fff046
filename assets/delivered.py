"""Which files earlier runs read, by the sha256 of what is in them: `delivered.json`, beside the rows.

No row is kept here: names of files, their sizes and hashes, and the day on which each was read first.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from assets.sources.files import Delivered
from assets.store import Store, read_json, write_json


def replaced(store: Store) -> tuple[Delivered, ...]:
    """The files that some run read, but not the last one: others came in their place."""
    return tuple(one for one, last in _known(store) if not last)


def remember(store: Store, files: Iterable[Mapping[str, Any]], *, today: datetime | None = None) -> None:
    """Write down what a run read, once its rows are in their place; `files` as the source told them."""
    day = f"{today or datetime.now(UTC):%Y-%m-%d}"
    known = {(one.sha256, *sorted(one.fields.items())): one for one, _ in _known(store)}
    last = set()
    for facts in files:
        fields = dict(facts.get("fields", {}))
        key = (facts["sha256"], *sorted(fields.items()))
        name = facts["name"].removesuffix(f"/{facts['member']}") if facts.get("member") else facts["name"]
        new = Delivered(names=(), bytes=facts["bytes"], sha256=facts["sha256"], fields=fields, read=day)
        before = known.get(key, new)
        known[key] = before._replace(names=tuple(dict.fromkeys([*before.names, name])))
        last.add(key)
    if last:
        write_json(store.delivered, [{**one._asdict(), "last": key in last} for key, one in known.items()])


def _known(store: Store) -> list[tuple[Delivered, bool]]:
    found = read_json(store.delivered) or []
    return [(Delivered(**{**one, "names": tuple(one["names"])}), last) for one in found for last in [one.pop("last")]]
