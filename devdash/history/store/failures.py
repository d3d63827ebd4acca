"""What went wrong, as a state with a sentence and a next step.

Drivers put addresses and passwords into their messages, so none of these is passed on: type and code tell
the state. The tables hold SQLite's names, MySQL's and MariaDB's codes, PostgreSQL's SQLSTATEs and MongoDB's
codes.
"""

import errno
from collections.abc import Iterator

from devdash.history.wire import State


class HistoryError(Exception):
    """A failure that is expected. It crosses to devdash with its words, which hold no secret.

    Attributes:
        kind: the state's word.
    """

    def __init__(self, state: State, message: str = "", hint: str = "") -> None:
        told, next_step = WORDS[state]
        self.state = state
        self.kind = state.value
        self.message = message or told
        self.hint = hint or next_step
        super().__init__(self.message)


WORDS = {
    State.READY: ("", ""),
    State.SET_ASIDE: (
        "the history's file was damaged",
        "Nothing needs doing; the old file is kept beside it.",
    ),
    State.NOT_OPEN: ("the history was not opened", "Call open first."),
    State.NEWER: (
        "the history was written by a newer devdash",
        "Update devdash on this machine; nothing is read or written until then.",
    ),
    State.FOREIGN: (
        "the history's file belongs to another program",
        "Name another file under [history.databases.default], or move that one away.",
    ),
    State.LOCKED: (
        "another process holds the history's database",
        "It is tried again; end the other process if it hangs.",
    ),
    State.FULL: ("the disk of the history is full", "Make room; what is new waits on this side until then."),
    State.READ_ONLY: ("the history cannot be written", "Look at the permissions of its file and folder."),
    State.CORRUPT: (
        "the history's file is damaged and could not be set aside",
        "Move the file away; a new one is begun then.",
    ),
    State.CANNOT_OPEN: (
        "the history's file cannot be opened",
        "Look at the permissions of its file and folder.",
    ),
    State.DRIVER_MISSING: (
        "the driver of the history's database is not installed",
        "Install it into devdash's environment: PyMySQL, psycopg[binary] or django-mongodb-backend.",
    ),
    State.SERVER_DOWN: ("the history's database does not answer", "Look at its server; it is tried again."),
    State.REFUSED: (
        "the history's database refuses this user, password or name",
        "Look at [history.databases] in devdash.toml.",
    ),
    State.FAILED: ("the history's database failed", "Run devdash doctor; it is tried again."),
}

_SQLITE = {
    "BUSY": State.LOCKED,
    "LOCKED": State.LOCKED,
    "FULL": State.FULL,
    "READONLY": State.READ_ONLY,
    "CORRUPT": State.CORRUPT,
    "NOTADB": State.CORRUPT,
    "CANTOPEN": State.CANNOT_OPEN,
    "PERM": State.CANNOT_OPEN,
    "AUTH": State.CANNOT_OPEN,
}

_MYSQL = {
    1021: State.FULL,
    1114: State.FULL,
    1205: State.LOCKED,
    1213: State.LOCKED,
    1290: State.READ_ONLY,
    1792: State.READ_ONLY,
    1836: State.READ_ONLY,
    1044: State.REFUSED,
    1045: State.REFUSED,
    1049: State.REFUSED,
    1142: State.REFUSED,
    1698: State.REFUSED,
}

_SQLSTATE = {
    "53100": State.FULL,
    "25006": State.READ_ONLY,
    "40P01": State.LOCKED,
    "55P03": State.LOCKED,
    "28000": State.REFUSED,
    "28P01": State.REFUSED,
    "3D000": State.REFUSED,
    "42501": State.REFUSED,
}

_MONGO = {13: State.REFUSED, 18: State.REFUSED, 10107: State.READ_ONLY, 13435: State.READ_ONLY}

_MONGO_DOWN = ("ServerSelectionTimeoutError", "AutoReconnect", "NetworkTimeout", "ConnectionFailure")

_OS = {
    errno.ENOSPC: State.FULL,
    errno.EDQUOT: State.FULL,
    errno.EROFS: State.READ_ONLY,
    errno.EACCES: State.CANNOT_OPEN,
    errno.EPERM: State.CANNOT_OPEN,
    errno.ENOENT: State.CANNOT_OPEN,
    errno.ENOTDIR: State.CANNOT_OPEN,
    errno.EISDIR: State.CANNOT_OPEN,
}

_TRANSIENT = (State.LOCKED, State.SERVER_DOWN)


def state_of(error: BaseException) -> State:
    """The state that `error`, or what it came from, tells of; FAILED where nothing does."""
    states = [state for one in _chain(error) if (state := _state_of_one(one)) is not None]
    return states[-1] if states else State.FAILED


def is_expected(error: BaseException) -> bool:
    """Whether a database, a driver or the disk is to blame. Everything else is a bug."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error

    known = (Error, ImproperlyConfigured, OSError)
    # SQLite's own as well: a file is made without Django.
    return any(isinstance(one, known) or _module(one) in ("pymongo", "sqlite3") for one in _chain(error))


def may_pass(error: BaseException) -> bool:
    """Whether trying once more, at once and on a new connection, makes sense."""
    return state_of(error) in _TRANSIENT and not _is_sqlite(error)


def _is_sqlite(error: BaseException) -> bool:
    return any(_module(one) == "sqlite3" for one in _chain(error))


def _state_of_one(error: BaseException) -> State | None:
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        return _SQLITE.get(name.removeprefix("SQLITE_").partition("_")[0], State.FAILED)
    module, kind = _module(error), type(error).__name__
    if module == "pymongo":
        code = getattr(error, "code", None)
        return (
            State.SERVER_DOWN if kind in _MONGO_DOWN else _MONGO.get(code) if isinstance(code, int) else None
        )
    if module == "psycopg":
        return _postgresql(error)
    if module in ("MySQLdb", "pymysql"):
        code = error.args[0] if error.args else None
        told = _MYSQL.get(code) if isinstance(code, int) else None
        return told or (State.SERVER_DOWN if isinstance(code, int) and 2000 <= code < 3000 else None)
    if kind == "ImproperlyConfigured" or isinstance(error, ImportError):
        return State.DRIVER_MISSING
    return _OS.get(error.errno or 0) if isinstance(error, OSError) else None


def _postgresql(error: BaseException) -> State | None:
    code = getattr(error, "sqlstate", None)
    if isinstance(code, str):
        return _SQLSTATE.get(code) or (State.SERVER_DOWN if code.startswith(("08", "57")) else None)
    # Failed connections have no code: their words have to tell, and stay here.
    words = str(error).lower()
    refused = "authentication failed" in words or "does not exist" in words or "no password supplied" in words
    down = type(error).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError")
    return State.REFUSED if refused else State.SERVER_DOWN if down else None


def _module(error: BaseException) -> str:
    return type(error).__module__.partition(".")[0]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it came from, the first cause last."""
    one: BaseException | None = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
