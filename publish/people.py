"""Who made a release and who decided on it, kept beside the ledger for the office alone.

The ledger, which everyone may read, tells a digest of each record; a salt keeps names from being tried out. What the
operating system says of a person is as good as its accounts are: see docs/decisions/0013.
"""

import hashlib
import json
import os
import pwd
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from assets.errors import Unproven
from assets.store import Store, read_json, write_json

FILE: Final = ".people.json"
LOGIN: Final = Path("/proc/self/loginuid")  # set when somebody logs in; sudo and su do not change it
NOBODY: Final = 2**32 - 1


def me() -> str:
    """The account of the person who works here: who logged in, else whose process this is."""
    return _logged_in() or _name(os.getuid())


def everybody(*others: str | None) -> tuple[str, ...]:
    """Every name that this process goes by, and others that are known, such as of who started it in Dagster."""
    names = (_name(os.getuid()), _logged_in(), os.environ.get("SUDO_USER"), *others)
    return tuple(sorted({name for name in names if name}))


def keep(store: Store, record: Mapping[str, Any]) -> str:
    """Write a record down, for the owner alone; the digest that the ledger tells of it."""
    salted = {**record, "salt": secrets.token_hex(32)}
    digest = _digest(salted)
    write_json(store.releases / FILE, {**_records(store), digest: salted}, private=True)
    return digest


def read(store: Store, digest: str) -> dict[str, Any]:
    """The record of that digest; raises `Unproven` where it is missing or was changed."""
    found = _records(store).get(digest)
    if found is None or _digest(found) != digest:
        raise Unproven(
            "who made or approved a release is not what the ledger tells of; nothing was published",
            dataset=store.dataset,
            file=FILE,
            found="no such record" if found is None else "a record that was changed",
            next=f"restore {FILE} from a backup",
        )
    return found


def of_version(store: Store, kind: str, version: str) -> list[str]:
    """The digests of the records of that kind on a version."""
    return sorted(d for d, one in _records(store).items() if (one.get("kind"), one.get("version")) == (kind, version))


def _records(store: Store) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_json(store.releases / FILE) or {}
    return found


def _digest(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _logged_in() -> str:
    try:
        number = int(LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return ""
    return "" if number == NOBODY else _name(number)


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
