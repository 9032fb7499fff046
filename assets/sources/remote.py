"""Files that lie elsewhere: fetched whole by https, or by fsspec (s3, sftp and its others), for as long as they are read."""

import ipaddress
import os
import shutil
import socket
import tempfile
import weakref
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, urlsplit

import httpx

from assets.errors import SettingsError, SourceChanged, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.sources.source import Request

if TYPE_CHECKING:
    from assets.settings import Connection
    from assets.sources.source import Files

_HOPS = 5
_CHUNK = 1 << 20
_REFUSED, _GONE = (401, 403), (404, 410)
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_EXTRAS = {"s3": "s3", "s3a": "s3", "sftp": "sftp", "ssh": "sftp"}


def fetched(source: "Files", request: Request) -> Path:
    """A folder of this machine with the files of the source, which goes when the request does."""
    folder = Path(tempfile.mkdtemp(prefix="terang-"))
    weakref.finalize(request, shutil.rmtree, folder, ignore_errors=True)
    connection, path = request.connection, source.path or ""
    assert connection is not None  # noqa: S101 - an address is a connection's
    if ".." in PurePosixPath(path).parts or path.startswith("/"):
        _fail(SourceRefused, request, "the path leads out of the connection's address", None, "mend source.path")
    if urlsplit(connection.url).scheme in {"http", "https"}:
        _by_https(connection, path, request, folder)
    else:
        _by_fsspec(connection, source, request, folder)
    return folder


def _by_https(connection: "Connection", path: str, request: Request, folder: Path) -> None:
    if set(path) & set("*?["):
        _fail(
            SourceUnreadable, request, "a web address has no list of files", "a pattern", "name one file in source.path"
        )
    url = httpx.URL(f"{connection.url.rstrip('/')}/{quote(path)}")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with httpx.Client(timeout=connection.timeout, follow_redirects=False) as client:
        for _ in range(_HOPS):
            headers = connection.headers if _same_place(url, httpx.URL(connection.url)) else {}
            try:
                with client.stream("GET", url, headers=headers) as answer:
                    if not answer.is_redirect:
                        _save(answer, target, request)
                        return
                    url = _next(url, answer, connection, request)
            except httpx.TransportError as error:
                _fail(
                    SourceUnreachable,
                    request,
                    "the server does not answer, or broke off",
                    type(error).__name__,
                    "run again later",
                )
    _fail(
        SourceChanged,
        request,
        "the server leads from one address to the next without end",
        f"{_HOPS} times",
        "ask who runs it",
    )


def _save(answer: httpx.Response, target: Path, request: Request) -> None:
    found = f"HTTP {answer.status_code}"
    if answer.status_code in _REFUSED:
        _fail(SourceRefused, request, "the server refuses the file", found, "renew the key of the connection")
    if answer.status_code in _BUSY:
        _fail(SourceUnreachable, request, "the server is busy", found, "run again later")
    if not answer.is_success:
        gone = (
            "there is no such file at the address"
            if answer.status_code in _GONE
            else "the server does not give the file"
        )
        _fail(SourceUnreadable, request, gone, found, "mend source.path, or ask who moved it")
    with target.open("wb") as written:
        for chunk in answer.iter_bytes(_CHUNK):
            written.write(chunk)


def _next(url: httpx.URL, answer: httpx.Response, connection: "Connection", request: Request) -> httpx.URL:
    """Where the server leads to; raises `SourceRefused` where that is not safe."""
    try:
        target = url.join(answer.headers.get("Location", ""))
    except httpx.InvalidURL:
        target = httpx.URL("")
    if target.scheme not in {"http", "https"} or (url.scheme == "https" and target.scheme != "https"):
        _fail(SourceRefused, request, "the server leads to an address that is not encrypted", "no https",
              "set the connection's url to the file's new address")  # fmt: skip
    if not _same_place(url, target) and not connection.private and _is_private(target.host):
        _fail(SourceRefused, request, "the server leads to an address within this network", "a private address",
              "if that is meant, set private = true for the connection")  # fmt: skip
    return target


def _same_place(one: httpx.URL, two: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (two.scheme, two.host, two.port)


def _is_private(host: str) -> bool:
    """Whether any address of the host is not one of the open internet; a host without address is none to go to."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return True
    return not all(ipaddress.ip_address(str(address).split("%")[0]).is_global for address in found)


def _by_fsspec(connection: "Connection", source: "Files", request: Request, folder: Path) -> None:
    system, root = _system(connection, request)
    try:
        found = [name for name in sorted(system.glob(f"{root.rstrip('/')}/{source.path}")) if system.isfile(name)]
        if source.files == "newest":
            found = sorted(found, key=lambda name: (_changed(system, name), name))[-1:]
        for name in found:
            target = folder / str(name).removeprefix(root).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            system.get_file(name, str(target))
            moment = _changed(system, name)
            if moment:
                os.utime(target, (moment, moment))
    except PermissionError:
        _fail(SourceRefused, request, "the store refuses the files", "no permission", "renew the key of the connection")
    except Exception as error:  # noqa: BLE001 - each store has errors of its own
        _fail(SourceUnreachable, request, "the store does not answer", type(error).__name__, "run again later")


def _system(connection: "Connection", request: Request) -> tuple[Any, str]:
    scheme = urlsplit(connection.url).scheme
    try:
        import fsspec  # noqa: PLC0415 - loaded when a store is read

        return tuple(fsspec.core.url_to_fs(connection.url))
    except ImportError:
        extra = _EXTRAS.get(scheme)
        advice = f'pip install "terang[{extra}]"' if extra else f"install the library that fsspec names for {scheme}"
        raise SettingsError(
            f"files at {scheme}:// need a library that is not installed", dataset=request.dataset,
            where=f"connection {connection.name}", next=advice,
        ) from None  # fmt: skip
    except Exception as error:  # noqa: BLE001
        _fail(
            SourceUnreachable, request, "the store does not answer", type(error).__name__, "mend the connection's url"
        )


def _changed(system: Any, name: str) -> float:
    """When a file was written last, where the store tells it."""
    try:
        moment = system.modified(name)
    except (NotImplementedError, KeyError, TypeError):
        return 0.0
    return moment.timestamp() if isinstance(moment, datetime) else 0.0


def _fail(kind: type[SourceError], request: Request, sentence: str, found: str | None, advice: str) -> NoReturn:
    where = f"connection {request.connection.name}" if request.connection else None
    raise kind(sentence, dataset=request.dataset, where=where, found=found or "another path", next=advice) from None
