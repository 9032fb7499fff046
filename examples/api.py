"""The procurement API of the demo, shaped like INAPROC's: a key, pages by cursor, and the failures of the real one.

Run as `python -m examples.api FOLDER PORT`, with the key in the environment as `EXAMPLE_API_KEY`.
"""

import base64
import hmac
import itertools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LARGEST_PAGE = 1000
TOO_MANY_EVERY, BROKEN_EVERY = 5, 11  # of the requests that carry the key, counted from the start


@dataclass(kw_only=True, slots=True)
class Api:
    """The records, the key that opens them, and how many requests there have been."""

    records: dict[str, list[dict[str, Any]]]
    key: str
    seen: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def answer(self, request: Request) -> JSONResponse:
        """One page, or the refusal that fits: 401, 429 with Retry-After, 502, 400."""
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self.key.encode()):
            return _refusal(401, "kunci API tidak dikenal")
        number = self.seen()
        if number % TOO_MANY_EVERY == 0:
            return _refusal(429, "terlalu banyak permintaan", {"Retry-After": "1"})
        if number % BROKEN_EVERY == 0:
            return _refusal(502, "gerbang tidak mendapat jawaban")
        try:
            return JSONResponse(page(self.records[request.path_params["resource"]], dict(request.query_params)))
        except (KeyError, ValueError) as error:
            return _refusal(400, f"permintaan tidak sah: {error}")


def page(records: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
    """The page that is asked for, of one year or of all; raises KeyError or ValueError when the question makes no sense."""
    klpd, year = asked["kode_klpd"], int(asked["tahun"]) if "tahun" in asked else None
    limit = int(asked.get("limit", "100"))
    if not 1 <= limit <= LARGEST_PAGE:
        raise ValueError(f"limit 1 sampai {LARGEST_PAGE}")
    chosen = [one for one in records if one["kd_klpd"] == klpd and year in {None, int(one["tahun_anggaran"])}]
    start = _position(asked.get("cursor", ""))
    end = start + limit
    more = end < len(chosen)
    return {
        "data": chosen[start:end],
        "meta": {"cursor": _cursor(end) if more else None, "limit": limit, "has_more": more},
    }


def app(folder: Path, key: str) -> Starlette:
    """The application over the JSON files in a folder."""
    records = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}
    api = Api(records=records, key=key)

    async def serve(request: Request) -> JSONResponse:
        return api.answer(request)

    async def alive(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/", alive), Route("/api/v1/{resource}", serve)])


def _refusal(status: int, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"status": status, "message": words}}, status_code=status, headers=headers)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"sesudah:{position}".encode()).decode()


def _position(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("sesudah:")) if cursor else 0


if __name__ == "__main__":
    uvicorn.run(app(Path(sys.argv[1]), os.environ["EXAMPLE_API_KEY"]), host="127.0.0.1", port=int(sys.argv[2]),
                log_level="warning", access_log=False)  # fmt: skip
