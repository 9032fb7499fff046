"""Every request to a CKAN portal: one session, counted, with time limits, and errors that a person can act on.

Reads are tried again. Writes never are: when the answer to one is lost, `Unclear` is raised and the caller looks first.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from assets.errors import PortalError, PortalRefused, PortalUnreachable
from assets.settings import Portal

if TYPE_CHECKING:
    from tenacity import RetryCallState

log = logging.getLogger(__name__)

CONNECT_S = 10.0
WRITE_PATIENCE = 10  # a write may take this many times the portal's time limit: a lost answer costs more than waiting
ATTEMPTS = 4
CHUNK = 1 << 20
TEMPORARY = frozenset({429, 500, 502, 503, 504})
MOVED = frozenset({301, 302, 307, 308})
TOO_LARGE = 413


class Unclear(PortalUnreachable):
    """The answer to a write was lost: it may have been carried out. Look before repeating it."""


class Missing(PortalError):
    """The portal has no such thing, or this reader may not see it."""


class Rejected(PortalError):
    """The portal does not accept what was sent; `fields` names what it complains about."""

    def __init__(self, sentence: str, **facts: str | int | None) -> None:
        super().__init__(sentence, **facts)
        self.fields: frozenset[str] = frozenset()


class Client:
    """A reader and writer of one portal; `reads` and `writes` count the calls."""

    def __init__(self, portal: Portal, *, dataset: str, anonymous: bool = False) -> None:
        from ckanapi import RemoteCKAN  # noqa: PLC0415 - 0.2 s, only where a portal is asked
        from requests import Session  # noqa: PLC0415

        self.portal, self.dataset = portal, dataset
        self.reads = self.writes = 0
        self._token = None if anonymous else portal.token
        self._status = 0
        self._session = Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _large_blocks())
        self._session.hooks["response"].append(self._note)
        self._session.headers["User-Agent"] = user_agent()
        self._remote = RemoteCKAN(portal.url, apikey=self._token, user_agent=user_agent(), session=self._session)

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def read(self, action: str, **data: Any) -> Any:
        """The answer of a reading action, tried again while the portal is down or overloaded."""
        self.reads += 1
        timeout = {"timeout": (CONNECT_S, self.portal.timeout)}
        return again(
            lambda: self._guarded(action, lambda: self._remote.call_action(action, data, requests_kwargs=timeout))
        )

    def write(self, action: str, **data: Any) -> Any:
        """The answer of a writing action, sent once; raises `Unclear` when the answer is lost."""
        return self.write_body(action, json.dumps(data).encode(), {"Content-Type": "application/json"})

    def write_body(self, action: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The same, with a body that is already written."""
        from ckanapi.common import reverse_apicontroller_action  # noqa: PLC0415

        self.writes += 1
        url = f"{self.portal.url}/api/action/{action}"
        timeout = {"timeout": (CONNECT_S, self.portal.timeout * WRITE_PATIENCE)}
        sent = {**headers, "Authorization": self._token or ""}

        def send() -> Any:
            status, text = self._remote._request_fn(url, body, sent, None, timeout)
            return reverse_apicontroller_action(url, status, text)

        try:
            return self._guarded(action, send)
        except PortalUnreachable as error:
            raise Unclear(error.sentence, **error.facts) from error

    def write_files(self, action: str, fields: Mapping[str, str], files: Mapping[str, Path]) -> Any:
        """The same, as a form with files, which are streamed from disk."""
        from requests_toolbelt import MultipartEncoder  # noqa: PLC0415

        with ExitStack() as opened:
            parts: dict[str, Any] = dict(fields)
            for name, path in files.items():
                parts[name] = (path.name, opened.enter_context(path.open("rb")), "application/octet-stream")
            form = MultipartEncoder(parts)
            return self.write_body(action, form, {"Content-Type": form.content_type})

    def download(self, url: str, into: BinaryIO | None = None) -> str:
        """The SHA-256 of what stands at `url`, which is written to `into` too when given."""
        self.reads += 1
        return str(again(lambda: self._guarded("download", lambda: self._stream(url, into))))

    def look(self, path: str, asked: Mapping[str, str], take: Callable[[int, Iterator[bytes]], Any]) -> Any:
        """What `take` makes of the status and the body of a public address, whatever it answers; being sent to log in is 403."""
        self.reads += 1
        return again(lambda: self._guarded("look", lambda: self._looked(path, asked, take)))

    def _looked(self, path: str, asked: Mapping[str, str], take: Callable[[int, Iterator[bytes]], Any]) -> Any:
        url, wait = f"{self.portal.url}{path}", (CONNECT_S, self.portal.timeout)
        with closing(self._session.get(url, params=dict(asked), stream=True, timeout=wait)) as answer:
            if answer.status_code in TEMPORARY:
                raise self._by_status()
            login = "/user/login" in answer.url
            return take(403 if login else answer.status_code, iter(()) if login else answer.iter_content(CHUNK))

    def _stream(self, url: str, into: BinaryIO | None) -> str:
        digest = hashlib.sha256()
        own = url.startswith(f"{self.portal.url}/")
        headers = {"Authorization": self._token} if self._token and own else {}
        if into:
            into.seek(0)
            into.truncate()
        with closing(
            self._session.get(url, headers=headers, stream=True, timeout=(CONNECT_S, self.portal.timeout))
        ) as answer:
            if answer.status_code != 200:  # noqa: PLR2004
                raise self._by_status()
            for part in answer.iter_content(CHUNK):
                digest.update(part)
                if into:
                    into.write(part)
        return digest.hexdigest()

    def _note(self, answer: Any, *_: Any, **__: Any) -> None:
        self._status = answer.status_code

    def _guarded(self, action: str, call: Callable[[], Any]) -> Any:
        import requests  # noqa: PLC0415
        from ckanapi import errors  # noqa: PLC0415

        self._status = 0
        try:
            return call()
        except (requests.RequestException, errors.SearchIndexError) as error:
            raise self._unreachable(type(error).__name__) from None
        except errors.NotAuthorized:
            raise self._refused(action) from None
        except errors.NotFound:
            raise self._missing(action) from None
        except errors.ValidationError as error:
            raise self._rejected(action, error.error_dict) from None
        except (errors.CKANAPIError, errors.ServerIncompatibleError):
            raise self._by_status() from None

    def _whom(self) -> dict[str, str]:
        return {"dataset": self.dataset}

    def _unreachable(self, found: str) -> PortalUnreachable:
        return PortalUnreachable(
            "the portal does not answer",
            **self._whom(),
            where=self.portal.url,
            found=found,
            next="try again when it is up; what was begun is continued, not repeated",
        )

    def _missing(self, action: str) -> Missing:
        return Missing(
            "the portal has no such thing, or does not show it to this token",
            **self._whom(),
            where=f"{action} at {self.portal.url}",
            found="not found",
            next=f"run again: what is gone is made anew (terang publish {self.dataset})",
        )

    def _refused(self, action: str) -> PortalRefused:
        return PortalRefused(
            "the portal does not let this token do it",
            **self._whom(),
            where=f"{action} at {self.portal.url}",
            found="not authorized",
            next=f"the token must be of an editor of {self.portal.organization}; its administrator adds one",
        )

    def _rejected(self, action: str, errors: Any) -> Rejected:
        """The names of fields alone: the portal's words may quote what was sent."""
        named = {k: v for k, v in errors.items() if k != "__type"} if isinstance(errors, dict) else {}
        error = Rejected(
            "the portal does not accept these fields of what was sent",
            **self._whom(),
            where=f"{action} at {self.portal.url}",
            found=", ".join(paths(named)) or "no field named",
            allowed="what the portal's form takes: ask its operator which values and which fields it must have",
            next="mend these in the contract; where they are not from it, report it with these lines",
        )
        error.fields = frozenset(named)
        return error

    def _by_status(self) -> PortalError:
        status = self._status
        if status in TEMPORARY:
            return self._unreachable(f"HTTP {status}")
        facts = {**self._whom(), "where": self.portal.url, "found": f"HTTP {status}"}
        if status in MOVED:
            return PortalError("the portal has moved", **facts, next="write the address it moved to, usually https")
        if status == TOO_LARGE:
            return PortalError("the portal takes no file so large", **facts, next="ask its operator to raise the limit")
        if status in {401, 403}:
            return self._refused("request")
        return PortalError("this does not answer as a CKAN portal does", **facts, next="check the portal's url")


def paths(errors: Any, before: str = "") -> Iterator[str]:
    """Where errors are in what was sent, as dotted names: `resources[1].format`."""
    if isinstance(errors, Mapping):
        for name in sorted(errors):
            yield from paths(errors[name], f"{before}.{name}".lstrip("."))
    elif isinstance(errors, list) and any(isinstance(one, Mapping) for one in errors):
        for at, one in enumerate(errors):
            yield from paths(one, f"{before}[{at}]") if one else ()
    else:
        yield before


def _large_blocks() -> Any:
    """Sends bodies in blocks of a megabyte: in its own of 16 kB a large file costs a second of computing."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    class LargeBlocks(HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, blocksize=CHUNK, **named)

    return LargeBlocks()


def again(call: Callable[[], Any]) -> Any:
    """Call, and call again with growing pauses while the portal is unreachable."""
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential  # noqa: PLC0415

    retrying = Retrying(
        retry=retry_if_exception_type(PortalUnreachable),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=0.5, max=8),
        before_sleep=_told,
        reraise=True,
    )
    return retrying(call)


def _told(state: "RetryCallState") -> None:
    error = state.outcome.exception() if state.outcome else None
    facts = error.facts if isinstance(error, PortalUnreachable) else {}
    wait = state.next_action.sleep if state.next_action else 0
    words = (facts.get("dataset", ""), facts.get("where", ""), facts.get("found", ""))
    log.warning("%s: %s does not answer (%s); trying again in %.0f s", *words, wait)


def user_agent() -> str:
    """How we name ourselves to a portal."""
    return f"terang/{own_version()}"


def own_version() -> str:
    """The version of Terang; "0" where it runs from a folder that was not installed."""
    try:
        return version("terang")
    except PackageNotFoundError:
        return "0"
