"""The procurement API: its key, its pages, and its failures at known requests."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from examples import api

KEY = {"X-API-Key": "kunci-uji"}
ASK = "/api/v1/kontrak?kode_klpd=D999&tahun=2025"


class Client:
    """Asks an application without a server between."""

    def __init__(self, app: Starlette) -> None:
        self.transport = httpx.ASGITransport(app)

    def get(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """One request and its answer."""

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://uji") as session:
                return await session.get(url, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """An API over 25 records of 2025 and one of 2026, that has answered nobody yet."""
    records = [{"kd_klpd": "D999", "tahun_anggaran": 2025.0, "n": n} for n in range(25)]
    records.append({"kd_klpd": "D999", "tahun_anggaran": 2026, "n": 99})
    (tmp_path / "kontrak.json").write_text(json.dumps(records), encoding="utf-8")
    return Client(api.app(tmp_path, "kunci-uji"))


def _walk(client: Client, limit: int) -> tuple[list[int], list[int]]:
    """Read all pages as a patient client does; the statuses and the records."""
    statuses, found, cursor = [], [], ""
    while True:
        answer = client.get(f"{ASK}&limit={limit}&cursor={cursor}", headers=KEY)
        statuses.append(answer.status_code)
        if answer.status_code != 200:
            continue
        body: dict[str, Any] = answer.json()
        found += [one["n"] for one in body["data"]]
        cursor = body["meta"]["cursor"]
        if not body["meta"]["has_more"]:
            return statuses, found


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "salah"}])
def test_without_the_key_there_is_nothing(client: Client, headers: dict[str, str]) -> None:
    """No key and a wrong key get 401 and no record."""
    answer = client.get(ASK, headers=headers)
    assert answer.status_code == 401
    assert "data" not in answer.json()


def test_pages_give_every_record_once(client: Client) -> None:
    """Following the cursor gives all records of the year, in order, whatever fails on the way."""
    statuses, found = _walk(client, 2)
    assert found == list(range(25))
    assert set(statuses) == {200, 429, 502}


def test_every_fifth_request_is_one_too_many(client: Client) -> None:
    """The fifth request gets 429 with Retry-After, and the next one succeeds."""
    statuses = [client.get(ASK, headers=KEY).status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 200]


def test_the_pause_is_told(client: Client) -> None:
    """A 429 says how many seconds to wait."""
    answers = [client.get(ASK, headers=KEY) for _ in range(5)]
    assert answers[-1].headers["Retry-After"] == "1"


def test_the_eleventh_request_breaks_once(client: Client) -> None:
    """The eleventh request gets 502, the twelfth is answered."""
    statuses = [client.get(ASK, headers=KEY).status_code for _ in range(12)]
    assert statuses[10:] == [502, 200]


@pytest.mark.parametrize("query", ["tahun=2025", "kode_klpd=D999&limit=0", "kode_klpd=D999&tahun=2025&limit=1001",
                                   "kode_klpd=D999&tahun=dua", "kode_klpd=D999&tahun=2025&cursor=xx"])  # fmt: skip
def test_incomplete_questions_are_refused(client: Client, query: str) -> None:
    """A missing parameter, a page above 1,000 and a broken cursor get 400."""
    assert client.get(f"/api/v1/kontrak?{query}", headers=KEY).status_code == 400


def test_years_are_kept_apart(client: Client) -> None:
    """A year given as 2025.0 in the record is found by 2025, and nothing of another year."""
    body = client.get(f"{ASK}&limit=1000", headers=KEY).json()
    assert len(body["data"]) == 25
    assert body["meta"] == {"cursor": None, "limit": 1000, "has_more": False}


def test_without_a_year_all_years_come(client: Client) -> None:
    """`tahun` narrows the question and need not be given."""
    body = client.get("/api/v1/kontrak?kode_klpd=D999&limit=1000", headers=KEY).json()
    assert len(body["data"]) == 26
