"""An HTTP API read page by page: patient with a busy server, strict with one that changes its mind."""

import logging
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import product
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import pyarrow as pa
import tenacity

from assets.errors import SourceChanged, SourceError, SourceRefused, SourceUnreachable
from assets.sources.records import NotJson, at, batch_of, parse, records_of, unreadable
from assets.sources.source import Reading, Request

if TYPE_CHECKING:
    from assets.sources.json import Json, Paging

log = logging.getLogger(__name__)
ATTEMPTS = 7
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds
WORTH_TELLING = 4.0  # seconds; who waits so long is told why
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})


class _Later(Exception):
    """The server asks to come back; `after` seconds if it said so."""

    def __init__(self, found: str, after: float | None = None) -> None:
        super().__init__(found)
        self.after = after


def read(source: "Json", request: Request) -> Reading:
    """Stream the pages. Facts: `pages`, `retries`, and `total` when the API tells it."""
    reading = Reading(batches=iter(()), facts={"pages": 0, "retries": 0})
    reading.batches = _batches(source, request, reading)
    return reading


def _batches(source: "Json", request: Request, reading: Reading) -> Iterator[pa.RecordBatch]:
    connection = request.connection
    assert connection is not None  # noqa: S101 - an endpoint demands a connection
    headers = {"Accept": "application/json", **connection.headers}
    # A redirect is not followed: the key would go to whoever the answer names.
    with httpx.Client(headers=headers, timeout=connection.timeout, follow_redirects=False) as client:
        asker = _Asker(client=client, url=connection.url.rstrip("/"), source=source, request=request, reading=reading)
        for sweep in _sweeps(source.parameters):
            asker.sweep = sweep
            for number, page in enumerate(_pages(asker), start=1):
                reading.facts["pages"] += 1
                lines = [f"{asker.part}page {number} item {i}" for i in range(1, len(page) + 1)]
                if page:
                    yield batch_of(page, pa.array(lines), request=request, ignore=source.ignore, where=asker.place)


def _sweeps(parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is asked for, one value of each list at a time, in the order that they are written."""
    lists = {name: value for name, value in parameters.items() if isinstance(value, list | tuple)}
    for values in product(*lists.values()):
        yield {**parameters, **dict(zip(lists, values, strict=True))}


@dataclass(kw_only=True, slots=True)
class _Asker:
    """Asks one question of the API as often as is decent."""

    client: httpx.Client
    url: str
    source: "Json"
    request: Request
    reading: Reading
    sweep: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where, for a message: never the address, which may hold a key."""
        return f"connection {self.source.connection}, {self.source.endpoint} {self.part}".rstrip()

    @property
    def part(self) -> str:
        """Which of the values that are swept, when there are several: "tahun 2025 "."""
        swept = [name for name, value in self.source.parameters.items() if isinstance(value, list | tuple)]
        return "".join(f"{name} {self.sweep[name]} " for name in swept)

    def ask(self, parameters: dict[str, Any]) -> Any:
        """The document; raises the `SourceError` that fits."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Later),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            before_sleep=self._told,
            reraise=True,
        )
        try:
            text = retrying(self._once, {**self.sweep, **parameters})
            return parse(text)
        except _Later as error:
            raise self._error(SourceUnreachable, "the API does not answer", str(error), "run again later") from None
        except NotJson as error:
            raise unreadable(self.request, self.place, str(error)) from None

    def _once(self, parameters: dict[str, Any]) -> str:
        endpoint = (self.source.endpoint or "").lstrip("/")
        try:
            answer = self.client.get(f"{self.url}/{endpoint}", params=parameters)
        except httpx.TimeoutException:
            raise _Later("no answer in time") from None
        except httpx.TransportError as error:
            raise _Later(type(error).__name__) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise self._error(SourceRefused, "the connection's url is none", None, "mend the connection") from None
        self._check(answer)
        return answer.content.decode("utf-8-sig", errors="replace")

    def _check(self, answer: httpx.Response) -> None:
        status = answer.status_code
        found = f"HTTP {status}"
        if status in _BUSY:
            raise _Later(found, _retry_after(answer))
        if status in _REFUSED:
            raise self._error(SourceRefused, "the API refuses the key", found, "renew the key of the connection")
        if answer.is_redirect:
            raise self._error(SourceChanged, "the API moved", found, "set the connection's url to its new address")
        if not answer.is_success:
            raise self._error(
                SourceChanged, "the API does not take this question", found, "mend endpoint or parameters"
            )

    def _error(self, kind: type[SourceError], sentence: str, found: str | None, advice: str) -> SourceError:
        return kind(sentence, dataset=self.request.dataset, where=self.place, found=found, next=advice)

    def _told(self, state: tenacity.RetryCallState) -> None:
        self.reading.facts["retries"] += 1
        wait = state.next_action.sleep if state.next_action else 0
        level = logging.WARNING if wait >= WORTH_TELLING else logging.INFO
        found = state.outcome.exception() if state.outcome else None
        log.log(level, "%s: %s, %s; trying again in %.0f s", self.request.dataset, self.place, found, wait)


def _wait(state: tenacity.RetryCallState) -> float:
    """What the server asked for, else twice as long each time, with a part left to chance."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, _Later) else None
    if asked is not None:
        return min(asked, LONGEST_WAIT)
    longest = min(FIRST_WAIT * 2 ** (state.attempt_number - 1), LONGEST_WAIT)
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret depends on it


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds until the moment that Retry-After names."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _pages(asker: _Asker) -> Iterator[list[Any]]:
    paging = asker.source.paging
    if paging is None:
        yield records_of(asker.ask({}), asker.source.records, request=asker.request, where=asker.place)
        return
    book = _Book(asker=asker, paging=paging)
    parameters: dict[str, Any] | None = {**book.sized(), **book.start()}
    while parameters is not None:
        document = asker.ask(parameters)
        page = records_of(document, asker.source.records, request=asker.request, where=asker.place)
        book.turn(page, document)
        yield page
        parameters = book.next(page, document)
    book.close()


@dataclass(kw_only=True, slots=True)
class _Book:
    """What the pages must agree on."""

    asker: _Asker
    paging: "Paging"
    length: int | None = None
    ended: bool = False
    total: int | None = None
    count: int = 0
    number: int = 0
    last: list[Any] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def sized(self) -> dict[str, Any]:
        """The parameter that asks for pages of one size."""
        return {self.paging.size_parameter: self.paging.size}

    def start(self) -> dict[str, Any]:
        """Where the first page begins."""
        return {"offset": {self.paging.parameter: 0}, "page": {self.paging.parameter: self.paging.first}}.get(
            self.paging.by, {}
        )

    def turn(self, page: list[Any], document: Any) -> None:
        """Count a page in; raises `SourceChanged` where it contradicts those before."""
        if self.length is not None and page and (self.ended or len(page) > self.length):
            self._changed("pages changed their size while they were read", f"a page of {len(page)} after {self.length}")
        if self.length is None and len(page) > self.paging.size:
            self._changed("a page is longer than asked for", f"{len(page)} records, asked for {self.paging.size}")
        if page and page == self.last:
            self._changed("the API gives the same page again", f"page {self.number + 1} is the one before it")
        self.last = page
        self.length = self.length or len(page)
        self.ended = len(page) < self.length
        self.count += len(page)
        self.number += 1
        total = self._total(document)
        if total != self.total and self.number > 1:
            self._changed("the total changed while pages were read", f"{self.total}, then {total}")
        self.total = total

    def next(self, page: list[Any], document: Any) -> dict[str, Any] | None:
        """The parameters of the next page; None when this was the last."""
        more = at(document, self.paging.more) if self.paging.more else None
        if more in (False, "false", "0"):
            return None
        if self.paging.by == "cursor":
            return self._by_cursor(at(document, self.paging.next or ""), more)
        if not page or (self.total is not None and self.count >= self.total):
            return None
        place = self.count if self.paging.by == "offset" else self.paging.first + self.number
        return {**self.sized(), self.paging.parameter: place}

    def close(self) -> None:
        """All pages are read; raises `SourceChanged` where they are not as many records as the API said."""
        if self.total is not None:
            facts = self.asker.reading.facts
            facts["total"] = facts.get("total", 0) + self.total
            if self.count != self.total:
                self._changed("the API told another total than it gave", f"{self.count} records, total {self.total}")

    def _by_cursor(self, cursor: Any, more: Any) -> dict[str, Any] | None:
        if cursor in (None, ""):
            if more is True:
                self._changed("the API has more pages, but does not say where", f"no {self.paging.next}")
            return None
        if str(cursor) in self.seen:
            self._changed("the cursor goes in a circle", f"page {self.number} leads back to an earlier one")
        self.seen.add(str(cursor))
        return {**self.sized(), self.paging.parameter: cursor}

    def _total(self, document: Any) -> int | None:
        if self.paging.total is None:
            return None
        found = at(document, self.paging.total)
        if not isinstance(found, str) or not found.isdigit():
            self._changed("the API does not tell its total any more", f"no number at {self.paging.total}")
        return int(found)

    def _changed(self, sentence: str, found: str) -> NoReturn:
        raise SourceChanged(
            sentence, dataset=self.asker.request.dataset, where=self.asker.place, found=found, next="run again"
        )
