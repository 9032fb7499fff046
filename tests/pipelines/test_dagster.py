"""What an engineer sees in Dagster of a run: checks that name their rule, figures, pictures, and what stops a run."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.errors import SourceUnreachable
from assets.settings import CONFIG_VARIABLE, load
from assets.store import store_of
from pipelines.definitions import defs
from pipelines.office import make
from publish import ledger
from publish.ckan.client import ATTEMPTS
from publish.standing import ROLLED_BACK

HEADER = "kode_rekening,bulan,nilai\n"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new office as `terang init` makes it."""
    make(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "terang.toml"))
    return tmp_path


def execute(*rooms: str) -> dg.ExecuteInProcessResult:
    """Run the dataset `example` as far as these rooms."""
    wanted = dg.AssetSelection.assets(*(dg.AssetKey([room, "example"]) for room in rooms))
    job = dg.define_asset_job("some", selection=wanted | wanted.required_multi_asset_neighbors())
    code = dg.Definitions.merge(defs(), dg.Definitions(jobs=[job]))
    return code.resolve_job_def("some").execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The checks of a run by name."""
    return {check.check_name: check for check in result.get_asset_check_evaluations()}


def shown(result: dg.ExecuteInProcessResult, room: str) -> Mapping[str, Any]:
    """What Dagster shows of one asset."""
    events = result.get_asset_materialization_events()
    (event,) = [e for e in events if e.asset_key and e.asset_key.path[0] == room]
    return {name: entry.value for name, entry in event.materialization.metadata.items()}


def test_each_rule_is_a_check_that_says_what_it_demands(office: Path) -> None:
    """A good run has one green check for each rule, bound and gate."""
    del office
    found = checks(execute("raw", "public"))
    assert all(check.passed for check in found.values())
    assert {"bulan_is_between_1_and_12", "kode_rekening_matches_its_pattern", "key_is_unique"} <= found.keys()
    assert {"every_row_can_be_read", "share_of_rows_set_aside", "balance", "scan", "recognise"} <= found.keys()


def test_a_row_that_breaks_a_rule_is_a_warning_with_its_count(office: Path) -> None:
    """The check of the broken rule is not green; the run goes on without the row."""
    rows = "".join(f"5.1.02,{month},1.00\n" for month in (*range(1, 13), *range(1, 13)))
    lines = rows.splitlines()
    body = "\n".join(line.replace("5.1.02", f"5.1.{n:02}") for n, line in enumerate(lines))
    (office / "incoming/spending_2026.csv").write_text(f"{HEADER}{body}\n5.9,13,7.00\n", encoding="utf-8")
    result = execute("raw", "public")
    check = checks(result)["bulan_is_between_1_and_12"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.description == "1 row against it, set aside"
    assert shown(result, "public")["quarantined by rule"] == {"bulan is between 1 and 12": 1}
    assert result.success


def test_what_stops_a_release_is_a_red_check_and_nothing_follows(office: Path) -> None:
    """Too many rows set aside: that check is an error, in words, and the public table is not made."""
    (office / "incoming/spending_2026.csv").write_text(f"{HEADER}5.1,13,1.00\n5.1,1,1.00\n", encoding="utf-8")
    result = execute("raw", "public")
    check = checks(result)["share_of_rows_set_aside"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert check.description
    assert "1 of 2 rows (50 %)" in check.description
    assert not result.success
    assert not [e for e in result.get_asset_materialization_events() if e.asset_key and e.asset_key.path[0] == "public"]


def test_assets_show_what_a_colleague_would_ask(office: Path) -> None:
    """Rows, bytes, seconds, totals; what became of the rows; files, a picture over releases, a preview."""
    del office
    result = execute("raw", "public", "release")
    raw, public, release = (shown(result, room) for room in ("raw", "public", "release"))
    assert raw["control totals"] == {"nilai": "3500000.50"}
    assert {"rows", "bytes", "seconds", "rejected lines", "source", "dagster/column_schema"} <= raw.keys()
    assert (public["read"], public["published"], public["quarantined"], public["withheld"]) == (2, 2, 0, 0)
    assert "![rows by release](data:image/svg+xml;base64," in release["rows by release"]
    assert "| 5.1.02 | 1 | 1000000.50 |" in release["preview of the public table"]
    assert "| example.csv |" in release["files"]


def test_only_a_fault_outside_is_tried_again(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that is down asks for a retry; a column that the contract does not name does not."""
    (office / "incoming/spending_2026.csv").write_text("kode_rekening,bulan,jumlah\n5.1,1,1\n", encoding="utf-8")
    changed = execute("raw")
    assert not changed.success
    assert not [e for e in changed.all_events if e.is_step_up_for_retry]

    def down(*_: object, **__: object) -> None:
        raise SourceUnreachable("the source does not answer", dataset="example")

    monkeypatch.setattr("assets.extract.extract", down)
    monkeypatch.setenv("TERANG_RETRIES__WAIT", "0")
    tried = execute("raw")
    assert not tried.success
    assert len([e for e in tried.all_events if e.is_step_up_for_retry]) == 3


@dataclass(kw_only=True, slots=True)
class Portal:
    """A portal that answers everything with one status, and counts how often it was asked."""

    url: str = ""
    status: int = 503
    asked: int = 0


@pytest.fixture
def portal(office: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """The portal of the office; nobody waits between two tries."""
    made = Portal()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked += 1
            self.send_response(made.status)
            self.end_headers()
            if made.status == 403:
                error = {"__type": "Authorization Error", "message": "no"}
                self.wfile.write(json.dumps({"success": False, "error": error}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {
            "PORTALS__DEFAULT__URL": made.url,
            "CKAN_TOKEN": "token-of-nobody",
            "RETRIES__WAIT": "0",
        }.items():
            monkeypatch.setenv(f"TERANG_{name}", value)
        monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
        monkeypatch.setattr("pipelines.ready._silent", set())
        yield made
        server.shutdown()
    del office


def started(result: dg.ExecuteInProcessResult, step: str) -> int:
    """How often a step was begun, or begun again."""
    return len([e for e in result.all_events if e.step_key == step and (e.is_step_start or e.is_step_restarted)])


def test_a_portal_that_is_down_is_tried_again_and_nothing_else_is(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as terang.toml says; the source is read once, and the release is made once."""
    monkeypatch.setenv("TERANG_RETRIES__TIMES", "2")
    result = execute("raw", "public", "release", "portal")
    assert not result.success
    assert [e.step_key for e in result.all_events if e.is_step_up_for_retry] == ["portal__example"] * 2
    assert [started(result, f"{room}__example") for room in ("raw", "release", "portal")] == [1, 1, 3]
    assert portal.asked == (1 + 3) * ATTEMPTS  # once before the source is read, then by each try


def test_a_portal_that_refuses_is_not_tried_again(portal: Portal) -> None:
    """It is asked before the source is read; a token does not become better by waiting."""
    portal.status = 403
    result = execute("raw", "public", "release", "portal")
    assert not result.success
    assert not [e for e in result.all_events if e.is_step_up_for_retry]
    assert [started(result, f"{room}__example") for room in ("raw", "portal")] == [1, 0]


@pytest.mark.slow
def test_a_content_that_was_rolled_back_stays_away_and_dagster_says_so(office: Path) -> None:
    """The run is green, the version before stays, and why and what to do stands with the release."""
    file = office / "incoming/spending_2026.csv"
    before = file.read_text(encoding="utf-8")
    first = shown(execute("raw", "public", "release"), "release")["version"]
    file.write_text(f"{before}5.1.03,3,7.00\n", encoding="utf-8")
    second = shown(execute("raw", "public", "release"), "release")["version"]
    facts = {"from": second, "reason": "salah baca"}
    event = ledger.Event(event=ROLLED_BACK, time=datetime.now(UTC), version=first, facts=facts)
    ledger.append(store_of("example", load()), event)
    result = execute("raw", "public", "release")
    told = shown(result, "release")
    assert result.success
    assert (told["version"], told["new"]) == (first, False)
    assert f"version {second}, which was rolled back" in told["not released"]
    assert "terang run example --again" in told["not released"]
