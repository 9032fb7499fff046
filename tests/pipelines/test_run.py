"""`terang run` that does not go well: the exit code of the first error's class, its facts for machines, words for people."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.settings import load
from assets.store import store_of
from publish import ledger
from tests.pipelines.command import NOWHERE, Terang

pytestmark = pytest.mark.slow
SPENDING = "incoming/spending_2026.csv"
HEADER = "kode_rekening,bulan,nilai\n"

Spoil = Callable[[Path, pytest.MonkeyPatch], None]


def _rewrite(office: Path, name: str, old: str, new: str) -> None:
    text = (office / name).read_text(encoding="utf-8")
    assert old in text
    (office / name).write_text(text.replace(old, new), encoding="utf-8")


def _unset_token(_: Path, patch: pytest.MonkeyPatch) -> None:
    patch.delenv("TERANG_CKAN_TOKEN")


def _renamed(office: Path, _: pytest.MonkeyPatch) -> None:
    _rewrite(office, SPENDING, "nilai", "jumlah")


def _unmounted(office: Path, _: pytest.MonkeyPatch) -> None:
    (office / "incoming").rename(office / "elsewhere")


def _retyped(office: Path, _: pytest.MonkeyPatch) -> None:
    (office / SPENDING).write_text(f"{HEADER}5.1,satu,1.00\n5.2,dua,2.00\n", encoding="utf-8")


def _twice(office: Path, _: pytest.MonkeyPatch) -> None:
    (office / SPENDING).write_text(f"{HEADER}5.1,1,1.00\n5.1,1,2.00\n5.2,2,2.00\n", encoding="utf-8")


def _full(_: Path, __: pytest.MonkeyPatch) -> None:
    restricted = store_of("example", load()).restricted
    (restricted / f".raw.parquet.{os.getpid()}.part").symlink_to("/dev/full")


def _unforeseen(_: Path, patch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("Budi Contoh")

    patch.setattr("assets.extract.extract", broken)


@pytest.mark.parametrize(
    ("spoil", "code", "error", "said"),
    [
        (_unset_token, 2, "SettingsError", "set TERANG_CKAN_TOKEN"),
        (_renamed, 3, "SourceChanged", '"nilai" looks renamed to "jumlah"'),
        (_unmounted, 3, "SourceUnreachable", "trying again in 0 s (1 of 1)"),
        (_retyped, 4, "Blocked", "2 of 2 rows (100 %)"),
        (_twice, 4, "Blocked", "2 of 3 rows"),
        (_full, 6, "StorageError", "No space left on device"),
        (lambda *_: None, 7, "PortalUnreachable", NOWHERE),
        (_unforeseen, 1, "Defect", "assets/defs.py:"),
    ],
)
def test_a_run_ends_with_the_code_of_its_first_error(  # noqa: PLR0917 - a row of the table above
    office: Path, terang: Terang, monkeypatch: pytest.MonkeyPatch, spoil: Spoil, code: int, error: str, said: str
) -> None:
    """Exit code, class and facts for machines; on standard error words with what to do; no traceback and no cell."""
    spoil(office, monkeypatch)
    ended = terang("run", "--json")
    (told,) = json.loads(ended.out)
    assert (ended.code, told["exit_code"], told["error"], told["success"]) == (code, code, error, False)
    assert told["facts"]["dataset"] == "example"
    assert said in ended.err
    assert told["message"] in ended.err
    assert "Traceback" not in ended.err
    assert "Budi" not in f"{ended.out}{ended.err}{_everything(Path(os.environ['DAGSTER_HOME']))}"


def test_an_error_outside_our_steps_is_told_without_its_words(
    office: Path, terang: Terang, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster caught it: its class and where it happened, as of any defect."""
    del office

    def broken(*_: object) -> None:
        raise KeyError("Budi Contoh")

    monkeypatch.setattr("assets.defs._seen", broken)
    ended = terang("run", "--json")
    (told,) = json.loads(ended.out)
    assert (told["error"], told["exit_code"]) == ("Defect", 1)
    assert "KeyError" in told["facts"]["found"]
    assert "assets/defs.py:" in told["facts"]["where"]
    assert "Budi" not in f"{ended.out}{ended.err}"


def _everything(folder: Path) -> str:
    return "".join(file.read_bytes().decode(errors="replace") for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a portal that knows no token."""

    class Portal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            known = self.path.endswith("status_show")
            answer = {"success": known, "result": {}, "error": {"__type": "Authorization Error", "message": "no"}}
            self.send_response(200 if known else 403)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_token_that_the_portal_does_not_know_stops_the_run_before_it_reads(
    office: Path, terang: Terang, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would fail at the end is told at the start; so is a secret that is missing."""
    del office
    monkeypatch.setenv("TERANG_PORTALS__DEFAULT__URL", stranger)
    ended = terang("run", "--json")
    assert (ended.code, json.loads(ended.out)[0]["error"]) == (7, "PortalRefused")
    assert "revoked" in ended.err
    monkeypatch.delenv("TERANG_CKAN_TOKEN")
    assert terang("run").code == 2
    assert not store_of("example", load()).raw.exists()


@pytest.mark.parametrize("lock", ["job", "run"])
def test_another_run_at_the_same_time_is_told_so_at_once(office: Path, terang: Terang, lock: str) -> None:
    """Whether the other is a whole job or a step that Dagster runs: it neither waits nor reads; the first goes on."""
    del office
    with store_of("example", load()).lock(lock):
        ended = terang("run", "--json")
    assert (ended.code, json.loads(ended.out)[0]["error"]) == (5, "Busy")
    assert not store_of("example", load()).raw.exists()


def test_of_several_failures_the_first_gives_the_code(office: Path, terang: Terang) -> None:
    """All datasets are tried; each is told; the code is that of the one that failed first."""
    text = (office / "contracts/example.yml").read_text(encoding="utf-8")
    (office / "contracts/later.yml").write_text(text.replace("spending_", "nothing_"), encoding="utf-8")
    ended = terang("run", "--json")
    assert [(one["dataset"], one["exit_code"]) for one in json.loads(ended.out)] == [("example", 7), ("later", 3)]
    assert ended.code == 7


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["run", "exampel"], 2, "SettingsError"),
        (["plan"], 4, "Unproven"),
        (["publish", "example"], 4, "Unproven"),
    ],
)
def test_what_stops_a_command_before_it_begins_is_a_document_too(
    office: Path, terang: Terang, words: list[str], code: int, error: str
) -> None:
    """With --json a machine reads the error where it reads the answer."""
    del office
    ended = terang(*words, "--json")
    answer: dict[str, Any] = json.loads(ended.out)
    told = answer.get("example", answer)
    assert (ended.code, told["exit_code"], told["error"]) == (code, code, error)
    assert told["message"] in ended.err


def test_every_mistake_of_a_contract_is_in_the_document(office: Path, terang: Terang) -> None:
    """In words, with the line."""
    _rewrite(office, "contracts/example.yml", "public_measure", "public_mesure")
    told = json.loads(terang("check", "--json").out)
    assert (told["error"], told["exit_code"], len(told["mistakes"])) == ("ContractError", 2, 1)
    assert "public_measure" in told["mistakes"][0]


def test_a_part_that_is_not_there_is_told(office: Path, terang: Terang) -> None:
    """A year that the contract does not know costs a second, not a run."""
    _rewrite(office, "contracts/example.yml", 'source: {kind: csv, path: "spending_*.csv", connection: files}',
             "source: {kind: sql, table: t, connection: files}\npartition: {by: bulan, every: year, start: '2025'}")  # fmt: skip
    ended = terang("run", "--partition", "1999", "--json")
    assert (ended.code, json.loads(ended.out)[0]["error"]) == (2, "SettingsError")
    assert "2025 to " in ended.err


def test_who_is_told_to_stop_begins_nothing_else(office: Path, terang: Terang, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the run of one dataset, and of all that would have followed."""
    text = (office / "contracts/example.yml").read_text(encoding="utf-8")
    (office / "contracts/later.yml").write_text(text, encoding="utf-8")

    def stop(*_: object, **__: object) -> None:
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("assets.extract.extract", stop)
    ended = terang("run")
    assert ended.code == 130
    assert ended.err.splitlines()[-1].startswith("example: stopped;")
    assert "later" not in ended.err


def test_a_reason_is_kept_and_looked_at_as_all_else(office: Path, terang: Terang) -> None:
    """The publisher's reason stands in the release and in the ledger; with a person's number in it nothing is released."""
    del office
    store = store_of("example", load())
    refused = terang("run", "--json", "--reason", "diminta NIK 3507010101900001")
    assert (refused.code, json.loads(refused.out)[0]["error"]) == (4, "Blocked")
    assert "3507010101900001" not in f"{refused.out}{refused.err}"
    assert ledger.entries(store) == []
    assert terang("run", "--reason", "pagu perubahan\nmulai berlaku").code == 7  # the portal does not answer
    (entry,) = ledger.entries(store)
    assert entry.facts == {"reason": "pagu perubahan mulai berlaku"}
