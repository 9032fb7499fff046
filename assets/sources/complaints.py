"""What a database means by an error that SQLAlchemy hands on: told by its code, never in its words.

A wrong password is not tried again: that would lock the account. A connection that was lost is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assets.errors import SourceChanged, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """The class of the error, its sentence, and what to do."""

    kind: type[SourceError]
    sentence: str
    advice: str


REFUSED = Meaning(
    kind=SourceRefused, sentence="the database refuses this user", advice="mend the user or password of the url"
)
NO_DATABASE = Meaning(kind=SourceRefused, sentence="there is no such database", advice="mend the connection's url")
NO_RIGHT = Meaning(
    kind=SourceRefused, sentence="the user may not read the table", advice="GRANT SELECT to the connection's user"
)
UNFIT = Meaning(
    kind=SourceChanged, sentence="the database cannot answer: what is asked does not fit its tables",
    advice="see whether the table and columns exist, and mend source.table or source.query",
)  # fmt: skip
SLOW = Meaning(
    kind=SourceUnreachable, sentence="the query took too long", advice="raise source.timeout, or run at a quiet hour"
)
HELD = Meaning(
    kind=SourceUnreachable, sentence="another program holds the database", advice="run again when it has ended"
)
SILENT = Meaning(
    kind=SourceUnreachable, sentence="the database does not answer", advice="see whether it runs, then run again"
)
BROKE_OFF = Meaning(kind=SourceUnreachable, sentence="the database broke off", advice="run again")
DAMAGED = Meaning(
    kind=SourceUnreadable, sentence="the file is no database, or a damaged one", advice="ask its owner for a whole copy"
)
STRANGE = Meaning(kind=SourceUnreadable, sentence="the database could not answer", advice="try the query by hand")

# Codes as the drivers give them: numbers of MySQL and MariaDB, SQL Server and Oracle, names of SQLite.
_CODES: Mapping[str, Mapping[Meaning, str]] = {
    "mysql": {
        REFUSED: "1045 1130 1698 1820 1862 3118", NO_DATABASE: "1044 1049", NO_RIGHT: "1142 1143 1227 1370",
        UNFIT: "1054 1064 1146", SLOW: "1969 3024", HELD: "1205 1213", SILENT: "1040 1203 2002 2003 2005",
        BROKE_OFF: "1053 1317 1927 2006 2013 2055 4031",
    },
    "mssql": {
        REFUSED: "18452 18456 18486 18487 18488", NO_DATABASE: "4060 911", NO_RIGHT: "229 230 916",
        UNFIT: "102 156 207 208", SLOW: "20003 HYT00", HELD: "1205 1222", SILENT: "20002 20009 17142",
        BROKE_OFF: "20004 20006 20047 10054 HYT01",
    },
    "oracle": {
        REFUSED: "1005 1017 1045 28000 28001 28009", NO_DATABASE: "12505 12514", NO_RIGHT: "1031", UNFIT: "904 942 933",
        SLOW: "1013 4024", HELD: "54 60", SILENT: "1033 1034 12170 12541 12545 6005", BROKE_OFF: "28 1012 3113 3114 3135 4011",
    },
    "sqlite": {
        NO_DATABASE: "CANTOPEN", NO_RIGHT: "AUTH PERM READONLY", UNFIT: "ERROR", SLOW: "INTERRUPT", HELD: "BUSY LOCKED",
        BROKE_OFF: "IOERR", DAMAGED: "CORRUPT NOTADB",
    },
}  # fmt: skip
_STATES: Mapping[Meaning, str] = {REFUSED: "28", NO_DATABASE: "3D", UNFIT: "42", BROKE_OFF: "08 57 53 40 58"}
_SAME = {"mariadb": "mysql"}
_NATIVE = {"oracle": re.compile(r"\b(?:ORA|DPY)-0*(\d+)"), "mssql": re.compile(r"\((\d+)\)")}
_WHO = re.compile(r"password|authenticat|log[io]n failed|access denied|role .* does not exist", re.IGNORECASE)
_KINDS: Mapping[str, Meaning] = {
    "ProgrammingError": UNFIT, "NotSupportedError": UNFIT, "OperationalError": BROKE_OFF, "InterfaceError": BROKE_OFF,
    "DisconnectionError": BROKE_OFF, "TimeoutError": SLOW,
}  # fmt: skip


def meaning(error: Exception, backend: str, *, connecting: bool) -> tuple[Meaning, str]:
    """What the database means, and the code by which that is known, or the kind of error."""
    own: BaseException = getattr(error, "orig", None) or error
    table = _CODES.get(_SAME.get(backend, backend), {})
    for code in _codes(own, backend):
        known = [one for one, codes in table.items() if code in codes.split()]
        known += [one for one, states in _STATES.items() if len(code) == len("08000") and code[:2] in states.split()]
        if known:
            return _while(known[0], connecting=connecting), code
    return _while(_by_kind(error, own, connecting=connecting), connecting=connecting), type(own).__name__


def _while(found: Meaning, *, connecting: bool) -> Meaning:
    """Who is not let in did not break off."""
    return SILENT if connecting and found in {BROKE_OFF, SLOW} else found


def _codes(own: BaseException, backend: str) -> Iterator[str]:
    """Every code that the driver gives, its own number first."""
    if backend in _NATIVE:
        yield from _NATIVE[backend].findall(str(own))
    name = str(getattr(own, "sqlite_errorname", "")).split("_")
    yield from name[1:2]
    for given in (getattr(own, "errno", None), *own.args[:1], getattr(own, "sqlstate", None)):
        if isinstance(given, int | str):
            yield str(given)


def _by_kind(error: Exception, own: BaseException, *, connecting: bool) -> Meaning:
    """By the classes that all drivers have, where a code says nothing."""
    if connecting and _WHO.search(str(own)):
        return REFUSED
    if getattr(error, "connection_invalidated", False) or isinstance(error, OSError):
        return BROKE_OFF
    return _KINDS.get(type(error).__name__, SILENT if connecting else STRANGE)
