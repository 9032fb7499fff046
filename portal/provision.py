"""Makes a portal's contents on first use: databases, roles, CKAN's tables, accounts, organisation and topics.

Wholesale: without the marker of a complete provisioning the data is emptied and made again, so an interruption leaves
nothing half-made. What is made once more on a warm state (texts of `site.yml`, a changed address) changes nothing else.
"""

import hashlib
import importlib.util
import json
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from portal import words
from portal.layout import HERE, ROOT, State, write_private
from portal.postgres import Postgres
from portal.supervisor import ProgramError, Supervisor

DATABASE, DATASTORE = "ckan", "datastore"
OWNER, READER = "ckan", "datastore_read"
MADE_FROM = (
    HERE / "site.yml",
    HERE / "schema.yml",
    HERE / "seed.py",
    HERE / "words.py",
    HERE / "words.yml",
    HERE / "solr",
    ROOT / "requirements/portal.txt",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """What a portal keeps for itself: the signing key and the passwords of its accounts."""

    key: str
    passwords: dict[str, str]


def prepare(state: State) -> bool:
    """Empty a half-made state; return whether it is complete."""
    if state.done.exists():
        return True
    shutil.rmtree(state.data, ignore_errors=True)
    (state.data / "files").mkdir(parents=True)
    return False


def kept_secrets(state: State, accounts: list[str]) -> Secrets:
    """Read the portal's secrets, or make them."""
    file = state.data / "secrets.json"
    if not file.exists():
        made = {"key": secrets.token_urlsafe(40), "passwords": {name: secrets.token_urlsafe(12) for name in accounts}}
        write_private(file, json.dumps(made))
    return Secrets(**json.loads(file.read_text(encoding="utf-8")))


def make_databases(server: Postgres) -> None:
    """Make both databases and their roles, as CKAN's own `datastore set-permissions` prescribes; again is harmless."""
    roles = set(server.sql("select rolname from pg_roles").split())
    server.sql("".join(f"create role {role} login;" for role in (OWNER, READER) if role not in roles))
    databases = set(server.sql("select datname from pg_database").split())
    for name in {DATABASE, DATASTORE} - databases:
        server.sql(f"create database {name} owner {OWNER}")
    server.sql(_permissions(), database=DATASTORE)
    # rows are cut into words as questions are (ckan.datastore.default_fts_lang)
    server.sql(f"alter database {DATASTORE} set default_text_search_config to 'pg_catalog.indonesian'")


def seed(state: State, *, url: str, supervisor: Supervisor) -> dict[str, str]:
    """Fill CKAN where something it was made from, or its address, has changed; return the accounts' API tokens."""
    mark = {"url": url, "made_from": _fingerprint()}
    tokens = state.data / "tokens.json"
    if not state.done.exists() or json.loads(state.done.read_text(encoding="utf-8")) != mark:
        words.build(state.data / "i18n", state.data / "files/i18n/js")
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "portal.seed",
            state.ini,
            state.data / "secrets.json",
            tokens,
        ]
        supervisor.run("seed", command, cwd=ROOT, env=environment(state))
        write_private(state.done, json.dumps(mark))
    found: dict[str, str] = json.loads(tokens.read_text(encoding="utf-8"))
    return found


def environment(state: State) -> dict[str, str]:
    """Return the environment that CKAN's processes need; keeping byte code halves their start."""
    return {
        "CKAN_INI": str(state.ini),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONWARNINGS": "ignore",
    }


def _permissions() -> str:
    """Return the SQL that ckanext-datastore prescribes for its database."""
    spec = importlib.util.find_spec("ckanext.datastore")
    if spec is None or spec.origin is None:
        raise ProgramError("CKAN is not installed in this environment: run this with the portal's own Python")
    template = Path(spec.origin).with_name("set_permissions.sql").read_text(encoding="utf-8")
    names = {"maindb": DATABASE, "datastoredb": DATASTORE, "mainuser": OWNER, "writeuser": OWNER, "readuser": READER}
    script = template.format(**{key: f'"{name}"' for key, name in names.items()})
    return "\n".join(line for line in script.splitlines() if not line.startswith("\\connect"))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in MADE_FROM:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()
