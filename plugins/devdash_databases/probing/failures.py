"""Which class of failure an exception is, told by type and code: its message stays here.

Drivers put URLs, and with them passwords, into their messages. So messages are
read for the class (psycopg's connect errors and pymongo's have nothing else) but
never passed on; what leaves is the state, the exception's type and a code.

Numbers: MySQL and MariaDB error codes; PostgreSQL SQLSTATE; MongoDB codes; SQLite
result codes by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from devdash_databases.states import State


class Failure(NamedTuple):
    """A classified failure.

    Attributes:
        state: its class.
        kind: the exception's type name.
        code: the driver's code, or "".
    """

    state: State
    kind: str
    code: str = ""


_SQLITE = {
    "SQLITE_CANTOPEN": State.CANNOT_OPEN,
    "SQLITE_PERM": State.CANNOT_OPEN,
    "SQLITE_AUTH": State.CANNOT_OPEN,
    "SQLITE_BUSY": State.BUSY,
    "SQLITE_LOCKED": State.BUSY,
    "SQLITE_NOTADB": State.NOT_A_DATABASE,
    "SQLITE_CORRUPT": State.CORRUPT,
    "SQLITE_READONLY": State.READ_ONLY,
    "SQLITE_IOERR": State.IO_ERROR,
}

_MYSQL = {
    1040: State.TOO_MANY,
    1044: State.UNKNOWN_DATABASE,
    1045: State.AUTH,
    1049: State.UNKNOWN_DATABASE,
    1226: State.TOO_MANY,
    1290: State.READ_ONLY,
    1698: State.AUTH,
    1820: State.AUTH,
    1862: State.AUTH,
    2005: State.DNS,
    2006: State.DROPPED,
    2026: State.TLS,
    4151: State.AUTH,
}

_SQLSTATE = {
    "25006": State.READ_ONLY,
    "28000": State.AUTH,
    "28P01": State.AUTH,
    "3D000": State.UNKNOWN_DATABASE,
    "53300": State.TOO_MANY,
    "57014": State.TIMEOUT,
    "57P01": State.DROPPED,
    "57P03": State.REFUSED,
}

_MONGO = {13: State.AUTH, 18: State.AUTH, 10107: State.NOT_PRIMARY, 13435: State.NOT_PRIMARY}

_TEXT: tuple[tuple[State, str], ...] = (
    (State.SETTINGS, r"invalid (dsn|connection option|uri)"),
    # SQLite's, which has no codes before Python 3.11
    (State.CANNOT_OPEN, r"unable to open database file"),
    (State.NOT_A_DATABASE, r"file is not a database"),
    (State.CORRUPT, r"database disk image is malformed"),
    (State.BUSY, r"database (table )?is locked"),
    (State.READ_ONLY, r"attempt to write a readonly database"),
    (State.IO_ERROR, r"disk i/o error"),
    (State.TLS, r"certificate_verify_failed|does not support ssl|ssl handshake|ssl error|\btls\b"),
    (
        State.PROTOCOL,
        r"invalid response to ssl|got response id|packet sequence|malformed packet|protocol version",
    ),
    (State.TOO_OLD, r"wire version"),
    (State.NOT_PRIMARY, r"no replica set members match|not primary"),
    (
        State.DNS,
        r"errno -[235]\b|failed to resolve host|could not translate host|name or service not known",
    ),
    (State.AUTH, r"password authentication failed|no password supplied|no pg_hba|authentication failed"),
    (State.AUTH, r"not permitted to log in|role .* does not exist"),
    (State.TOO_MANY, r"remaining connection slots|too many (clients|connections)"),
    (State.UNKNOWN_DATABASE, r"database .* does not exist"),
    (State.REFUSED, r"refused|errno 111|\(111\)|errno 61\b|no such file or directory"),
    (
        State.DROPPED,
        r"server closed the connection|lost connection|connection (was )?reset|gone away|closed",
    ),
    (State.TIMEOUT, r"timed? ?out|\((101|110|113)\)|timeout|network is unreachable|no route to host"),
)
"""Tried in this order on the text of a failure that has no telling code; compiled with the first one."""

_KINDS = {
    "ConnectionTimeout": State.TIMEOUT,
    "QueryCanceled": State.TIMEOUT,
    "NetworkTimeout": State.TIMEOUT,
    "NotPrimaryError": State.NOT_PRIMARY,
    "TimeoutError": State.TIMEOUT,
    "TypeError": State.SETTINGS,
}


def chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it came from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def classify(error: BaseException) -> Failure:
    """The class, type and code of what a ping raised.

    `django.core.exceptions.ImproperlyConfigured` is a missing driver when an
    import failed underneath (or the message says so, as psycopg's does), else
    settings that the engine refuses. Oracle's engine lets the ImportError itself through.
    """
    kind = type(error).__name__
    if isinstance(error, ImportError):
        return Failure(State.DRIVER_MISSING, kind)
    if kind == "ImproperlyConfigured":
        return Failure(_improper(error), kind)
    for link in chain(error):
        found = _by_code(link)
        if found is not None:
            return Failure(found[0], kind, found[1])
    for link in chain(error):
        named = _KINDS.get(type(link).__name__)
        if named is not None:
            return Failure(named, kind, _code(link))
    text = " ".join(str(link) for link in chain(error))
    for state, pattern in _TEXT:
        if re.search(pattern, text, re.IGNORECASE):
            return Failure(state, kind, _code(error))
    return Failure(State.FAILED, kind, _code(error))


def _improper(error: BaseException) -> State:
    imports = any(isinstance(link, ImportError) for link in chain(error))
    return State.DRIVER_MISSING if imports or "Error loading" in str(error) else State.SETTINGS


def _by_code(error: BaseException) -> tuple[State, str] | None:
    """The state that a driver's own code tells, with the code; None when it tells nothing."""
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        primary = "_".join(name.split("_")[:2])
        return _SQLITE.get(primary, State.FAILED), name
    sqlstate = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if isinstance(sqlstate, str):
        state = _SQLSTATE.get(sqlstate) or (State.DROPPED if sqlstate.startswith("08") else None)
        return (state or State.FAILED), sqlstate
    number = error.args[0] if error.args else None
    if isinstance(number, int) and number in _MYSQL:
        return _MYSQL[number], str(number)
    mongo = getattr(error, "code", None)
    if isinstance(mongo, int) and mongo in _MONGO:
        return _MONGO[mongo], str(mongo)
    return None


def _code(error: BaseException) -> str:
    """The first number that a driver gave; text is not passed on."""
    for link in chain(error):
        number = link.args[0] if link.args else getattr(link, "errno", None)
        if isinstance(number, int):
            return str(number)
    return ""
