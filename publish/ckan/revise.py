"""One change of a dataset's fields, resources and files, whole or not at all (CKAN's `package_revise`).

Ids are stable here; `package_update` without them would replace them all, so it is never called.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assets.errors import Busy
from publish.ckan.client import Client, Rejected


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """What to change; a field of None is taken away. `match` holds flattened keys that must be so, else `Busy`: somebody else was there first."""

    package: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    added: Sequence[Mapping[str, Any]] = ()
    removed: Sequence[str] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    match: Mapping[str, str] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """The call's parameters. Lists are taken away before they are set: CKAN merges them item by item."""
        lists = [name for name, value in self.fields.items() if value is None or isinstance(value, list)]
        new = {name: value for name, value in self.fields.items() if value is not None}
        nested = [f"{id_}__{n}" for id_, to in self.resources.items() for n, v in to.items() if isinstance(v, list)]
        filters = [*lists, *(f"resources__{path}" for path in (*nested, *self.removed))]
        return {
            "match__id": self.package,
            **{f"match__{key}": value for key, value in self.match.items()},
            **({"filter": [f"-{name}" for name in filters]} if filters else {}),
            **({"update": new} if new else {}),
            **({"update__resources__extend": [dict(one) for one in self.added]} if self.added else {}),
            **{f"update__resources__{id_}": dict(to) for id_, to in self.resources.items()},
        }


def moved(client: Client, found: str) -> Busy:
    """The error for a dataset that another run or a person changed meanwhile."""
    return Busy(
        "somebody changed the dataset on the portal since this plan was made",
        dataset=client.dataset,
        where=client.portal.url,
        found=found,
        allowed="as it was when the plan was made",
        next="wait until the other run has ended, then plan again",
    )


def revise(client: Client, revision: Revision) -> None:
    """Make the change; raises `Busy` when the dataset is no longer what `match` says."""
    try:
        _send(client, revision)
    except Rejected as error:
        if "match" not in error.fields:
            raise
        raise moved(client, ", ".join(revision.match) or "another state") from None


def _send(client: Client, revision: Revision) -> None:
    flat = revision.flat()
    if not revision.files:
        client.write("package_revise", **flat)
        return
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in flat.items()}
    files = {f"update__resources__{id_}__upload": path for id_, path in revision.files.items()}
    client.write_files("package_revise", form, files)
