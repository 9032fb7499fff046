"""Starts the internal systems of Kabupaten Contoh: PostgreSQL "keuangan", the procurement API, the drop folder.

What they hold is made on first use (`examples/kabupaten/`); how programs are kept on a leash is `portal/supervisor.py`.
"""

import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from examples.kabupaten import VERSION
from portal import postgres
from portal.layout import ROOT, State, only_one, write_private
from portal.supervisor import LOCAL, ProgramError, Supervisor, free_port, http_answers, wait_until

DATABASE, READER = "keuangan", "terang"
LEDGER = Path(__file__).with_name("kabupaten") / "ledger.sql"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What to start, and where its secrets go."""

    state: State
    secrets: Path
    scale: int = 1
    say: Callable[[str], None] = print

    @property
    def world(self) -> Path:
        """The folder of everything that was generated."""
        return self.state.data


def run(order: Order) -> int:
    """Start everything, write `ready.json`, and stay until a program ends by itself: return 1 then."""
    with only_one(order.state, what="set of systems") as lock:
        order.state.ready.unlink(missing_ok=True)
        try:
            with Supervisor(logs=order.state.logs, keep=(lock,)) as supervisor:
                start(order, supervisor)
                ended = supervisor.wait()
                order.say(f"{ended.name} ended by itself: stopping. Read {ended.log}")
                return 1
        finally:
            order.state.ready.unlink(missing_ok=True)


def start(order: Order, supervisor: Supervisor) -> dict[str, Any]:
    """Make what is missing, start the programs, write the secrets and last `ready.json`; return its facts."""
    began = time.monotonic()
    fresh = not complete(order)
    if fresh:
        prepare(order)
    server = postgres.start(order.world / "postgres", supervisor=supervisor, port=free_port())
    if fresh:
        load(order, server)
    password, key = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    server.sql(f"alter role {READER} password '{password}'")
    port = free_port()
    _start_api(order, supervisor, port=port, key=key)
    url = server.url(database=DATABASE, user=READER, password=password)
    _hand_over(order, {"keuangan_url": url, "procurement_url": f"http://{LOCAL}:{port}", "procurement_key": key,
                       "drop_folder": str(order.world / "drop")})  # fmt: skip
    facts = {"pid": os.getpid(), "scale": order.scale, "version": VERSION, "procurement": f"http://{LOCAL}:{port}",
             "drop_folder": str(order.world / "drop"), "ground_truth": str(order.world / "ground_truth.json"),
             "admin": server.socket_url(database=DATABASE), "changed": str(order.world / "changed"), "secrets": str(order.secrets)}  # fmt: skip
    write_private(order.state.ready, json.dumps(facts, indent=1) + "\n")
    order.say(
        f"systems: PostgreSQL keuangan, procurement API, drop folder answer after {time.monotonic() - began:.1f} s"
    )
    return facts


def complete(order: Order) -> bool:
    """Whether everything was made to its end, at this scale and by this version."""
    try:
        return bool(json.loads(order.state.done.read_text(encoding="utf-8")) == _made_of(order))
    except (OSError, ValueError):
        return False


def _made_of(order: Order) -> dict[str, Any]:
    return {"version": VERSION, "scale": order.scale}


def prepare(order: Order) -> None:
    """Make the data in an empty folder, whatever lay there."""
    from examples.kabupaten import world  # noqa: PLC0415 (a warm start needs neither Arrow nor what it brings)

    order.say("systems: first start, making the data of Kabupaten Contoh")
    shutil.rmtree(order.world, ignore_errors=True)
    order.world.mkdir(parents=True, mode=0o711)  # PostgreSQL, as root run under another account, passes through
    world.write(order.world, order.scale, lambda words: order.say(f"systems: {words}"))


def load(order: Order, server: postgres.Postgres) -> None:
    """Fill the ledger by COPY, then mark the whole as made; the files that were copied are no longer needed."""
    began = time.monotonic()
    if not server.sql(f"select 1 from pg_database where datname = '{DATABASE}'"):
        server.sql(f"create database {DATABASE}")
    server.sql(ledger_script(order.world / "tables"), database=DATABASE)
    order.say(f"systems: ledger loaded in {time.monotonic() - began:.1f} s")
    shutil.rmtree(order.world / "tables")
    write_private(order.state.done, json.dumps(_made_of(order)))


def ledger_script(tables: Path) -> str:
    """The script that makes the ledger from the CSV files in a folder, in one transaction."""
    script = LEDGER.read_text(encoding="utf-8").replace(" from '", f" from '{tables.resolve()}/")
    return f"begin;\n{script}\ncommit;\n"


def _start_api(order: Order, supervisor: Supervisor, *, port: int, key: str) -> None:
    command: list[str | Path] = [sys.executable, "-m", "examples.api", order.world / "api", str(port)]
    program = supervisor.start("procurement", command, cwd=ROOT, env={"EXAMPLE_API_KEY": key})
    wait_until(lambda: http_answers(f"http://{LOCAL}:{port}/"), program=program, timeout=30)


def _hand_over(order: Order, values: dict[str, str]) -> None:
    """Write the secrets that the pipeline reads; the keys of pseudonyms and of statements are made once and stay."""
    order.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, value in values.items():
        write_private(order.secrets / name, value)
    if not (order.secrets / "pseudonym_key").exists():
        write_private(order.secrets / "pseudonym_key", secrets.token_hex(32))
    if not (order.secrets / "statements.pem").exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(order.secrets / "statements.pem", pem.decode())


def running(state: State) -> dict[str, Any]:
    """The facts of the systems that run on a state folder; ProgramError when none do."""
    try:
        facts: dict[str, Any] = json.loads(state.ready.read_text(encoding="utf-8"))
        os.kill(int(facts["pid"]), 0)
    except (OSError, ValueError, KeyError):
        raise ProgramError(f"no systems run on {state.folder}; start them: python -m examples up") from None
    return facts
