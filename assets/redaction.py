"""Secrets stay unread: values in force and credentials in addresses are blotted out of errors and log records.

A value is known here from the moment that the settings hand it out; before that, nothing in this process has it.
"""

import json
import logging
import re
import string
import traceback
from collections.abc import Iterator
from typing import Any

HIDDEN = "***"
SHORTEST, SHORT = 4, 10  # shorter ones would blot out every text; short ones stand alone, or they blot out words
_USER_INFO = re.compile(r"(?<=://)[^\s'\"<>]*@")
_OPTION = re.compile(
    r"\b(\w*(?:password|passwd|pwd|passphrase|token|api[_-]?key|secret))=('[^']*'|[^\s&;,'\"]+)", re.IGNORECASE
)
_PASSWORD = re.compile(r"://[^\s/?#@]*?:(?P<word>[^\s]*)@")

_PLAIN = frozenset(f"{string.ascii_letters}{string.digits}-._~")

_known: dict[str, None] = {}
_pattern: re.Pattern[str] | None = None


def remember(secret: str) -> str:
    """Blot out this text from now on, also as JSON or an address would write it; returns it."""
    global _pattern  # noqa: PLW0603 - one process has one set of secrets
    new = [form for form in _forms(secret) if len(form) >= SHORTEST and form not in _known]
    if new:
        _known.update(dict.fromkeys(new))
        _pattern = re.compile("|".join(map(_alone, sorted(_known, key=len, reverse=True))))
    return secret


def remember_within(address: str) -> str:
    """Blot out the credentials that stand in an address or a connection string from now on; returns it."""
    for match in _PASSWORD.finditer(address):
        remember(match["word"])
        remember(_unquoted(match["word"]))
    for match in _OPTION.finditer(address):
        remember(match[2].strip("'"))
        remember(_unquoted(match[2].strip("'")))
    return address


def cleaned(text: str) -> str:
    """The text without secrets that are known, without who logs in in an address, without `password=...`."""
    found = _pattern.sub(HIDDEN, text) if _pattern else text
    if "://" in found:
        found = _USER_INFO.sub(f"{HIDDEN}@", found)
    return _OPTION.sub(rf"\1={HIDDEN}", found) if "=" in found else found


def clean_logs() -> None:
    """Clean every log record of this process where it is made, whoever logs and wherever it is written to."""
    make = logging.getLogRecordFactory()
    if getattr(make, "cleans", False):
        return

    def made(*args: Any, **options: Any) -> logging.LogRecord:
        return _cleaned_record(make(*args, **options))

    made.cleans = True  # type: ignore[attr-defined]  # so that it is put in once
    logging.setLogRecordFactory(made)


def _cleaned_record(record: logging.LogRecord) -> logging.LogRecord:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit: logging itself tells of it
        message = str(record.msg)
    clean = cleaned(message)
    if clean != message:
        record.msg, record.args = clean, ()
    if record.exc_info and not isinstance(record.exc_info, bool):
        record.exc_text = cleaned("".join(traceback.format_exception(*record.exc_info)).rstrip())
    if record.stack_info:
        record.stack_info = cleaned(record.stack_info)
    return record


def _alone(form: str) -> str:
    return rf"(?<!\w){re.escape(form)}(?!\w)" if len(form) < SHORT else re.escape(form)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield "".join(chr(b) if chr(b) in _PLAIN else f"%{b:02X}" for b in secret.encode())


def _unquoted(text: str) -> str:
    plain = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode())
    return plain.decode(errors="replace")
