"""One ping of one alias, with what it tells: latency, version, role.

By vendor, for reasons measured: SQLite answers SELECT 1 from a junk, a locked and
a missing file (which it creates), so it is opened read-only, afresh each time,
and asked for its schema version; MongoDB's `cursor()` does nothing, so it is
sent a command, and a second one because an anonymous ping passes where reading
is refused. The SQL servers keep one connection; a stale one is closed and tried
once afresh.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from devdash_databases.probing import engines
from devdash_databases.probing.failures import Failure, classify
from devdash_databases.probing.file_ping import ask_file
from devdash_databases.states import State


class Ping(NamedTuple):
    """What one ping came to; the pane's `wire.Ping` mirrors it.

    Attributes:
        alias: the alias.
        state: a `State`.
        latency_ms: milliseconds of the ping itself (SQLite: of opening and
            reading the header; servers: of the query on an open connection);
            None when it failed.
        vendor: "sqlite", "mysql", "mariadb", "postgresql", "mongodb" …, or None.
        version: the server's, such as "10.11.6", or "".
        driver: the driver and its version, or "".
        role: "primary", "replica" or "file"; None when it could not be told.
        read_only: whether it refuses writes; None when it could not be told.
        kind: the type of the exception, or "".
        code: the driver's code, or "".
        note: more about the failure, of the probe's own words.
        answers: to the questions that followed, by their keys; see `asking.ask_all`.
    """

    alias: str
    state: State
    latency_ms: float | None = None
    vendor: str | None = None
    version: str = ""
    driver: str = ""
    role: str | None = None
    read_only: bool | None = None
    kind: str = ""
    code: str = ""
    note: str = ""
    answers: Mapping[str, object] = {}


class Cursor(Protocol):
    """The part of a Django cursor that is used."""

    def execute(self, sql: str, /) -> object: ...
    def fetchone(self) -> tuple[object, ...] | None: ...


class Connection(Protocol):
    """The part of a Django connection that is used; a `PlainFile` has it as well."""

    @property
    def vendor(self) -> str: ...
    @property
    def connection(self) -> object: ...
    @property
    def settings_dict(self) -> Mapping[str, object]: ...
    def ensure_connection(self) -> None: ...
    def cursor(self) -> AbstractContextManager[Cursor]: ...
    def close(self) -> None: ...
    def get_database_version(self) -> tuple[int, ...]: ...


class Role(NamedTuple):
    """What a server says of its place: see `Ping.role` and `Ping.read_only`."""

    role: str | None = None
    read_only: bool | None = None


def django_connection(alias: str) -> Connection:
    """Django's, of this thread. May raise anything."""
    from django.db import connections

    return cast("Connection", connections[alias])


def preload(engine: str) -> None:
    """Import a backend now, so that the first ping's time is the database's own."""
    from django.db.utils import load_backend

    # A backend that cannot be imported is told by its ping, in its alias's own answer.
    with contextlib.suppress(Exception):
        load_backend(engine)


def ping(
    alias: str,
    seconds: int,
    connect: Callable[[str], Connection] = django_connection,
    questions: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    until: float = 0.0,
    early: Callable[[Ping], None] = lambda answer: None,
) -> Ping:
    """Ping `alias`, in the thread that owns its connection.

    Args:
        alias: a key of DATABASES.
        seconds: what its driver was given as timeouts.
        connect: gives the connection of an alias.
        questions: by vendor, what is asked after a ping that was answered.
        until: of `time.monotonic`; no question is begun after it.
        early: is given the ping itself before questions are asked, for one of them may hang.

    Every failure is an answer: drivers raise what they like (pymongo's errors
    are no `django.db.Error`), and one alias must not cost another.
    """
    began = time.monotonic()
    vendor: str | None = None
    try:
        connection = connect(alias)
        vendor = _vendor(connection)
        answer = _ask(alias, vendor, connection, seconds)
        follow = (questions or {}).get(answer.vendor or "", ())
        if not follow:
            return answer
        from devdash_databases.probing import asking

        early(answer)
        try:
            return answer._replace(answers=asking.ask_all(connection, follow, until))
        finally:
            if vendor == engines.SQLITE:
                connection.close()  # a kept connection would not see the file replaced
    except Exception as error:  # noqa: BLE001  # whatever a driver raises is this alias's answer
        failure = classify(error)
        late = time.monotonic() - began >= seconds * 0.9
        if failure.state is State.DROPPED and vendor == engines.MYSQL and late:
            # MySQL's "lost connection" (2013) is also how its read timeout shows.
            failure = Failure(State.TIMEOUT, failure.kind, failure.code)
        note = _file_note(connect(alias)) if vendor == engines.SQLITE else ""
        state = State.CANNOT_OPEN if note == _FOLDER else failure.state
        return Ping(alias, state, vendor=vendor, kind=failure.kind, code=failure.code, note=note)


def _vendor(connection: Connection) -> str:
    return engines.MONGODB if "mongo" in connection.vendor else connection.vendor


def _ask(alias: str, vendor: str, connection: Connection, seconds: int) -> Ping:
    if vendor == engines.SQLITE:
        took, refuses = ask_file(connection)
        role = Role("file", refuses)
    elif vendor == engines.MONGODB:
        from devdash_databases.probing import mongo

        took, primary = mongo.ask(connection, seconds)
        role = Role("primary" if primary else "replica", not primary)
    else:
        took, role = _ask_server(connection, vendor)
    version = ".".join(map(str, connection.get_database_version()))
    if getattr(connection, "mysql_is_mariadb", False):
        vendor = "mariadb"
    return Ping(
        alias,
        State.OK,
        latency_ms=round(took * 1000, 3),
        vendor=vendor,
        version=version,
        driver=_driver(connection),
        role=role.role,
        read_only=role.read_only,
    )


def _ask_server(connection: Connection, vendor: str) -> tuple[float, Role]:
    kept = connection.connection is not None
    try:
        return _query(connection, vendor)
    except Exception:
        connection.close()
        if not kept:
            raise
    return _query(connection, vendor)  # the kept connection was stale: once afresh


def _query(connection: Connection, vendor: str) -> tuple[float, Role]:
    connection.ensure_connection()
    suffix = getattr(getattr(connection, "features", None), "bare_select_suffix", "")
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(f"SELECT 1{suffix}")
        cursor.fetchone()
        took = time.perf_counter() - began
        return took, _server_role(cursor, vendor)


def _server_role(cursor: Cursor, vendor: str) -> Role:
    if vendor == engines.MYSQL:
        cursor.execute("SELECT @@global.read_only")
        row = cursor.fetchone()
        read_only = bool(row and row[0])
        return Role("replica" if read_only else "primary", read_only)
    if vendor == engines.POSTGRESQL:
        cursor.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
        row = cursor.fetchone()
        return Role("replica" if row and row[0] else "primary", bool(row and row[1]))
    return Role()


def _driver(connection: Connection) -> str:
    module = getattr(connection, "Database", None)
    name = str(getattr(module, "__name__", "")).partition(".")[0]
    # PyMySQL calls itself by a version of mysqlclient, for which it stands in; VERSION_STRING is its own.
    names = ("sqlite_version", "VERSION_STRING", "__version__")
    version = next((found for one in names if (found := getattr(module, one, None))), None)
    return f"{name} {version}".strip() if isinstance(version, str) else name


_MISSING, _FOLDER, _NO_PARENT, _UNREADABLE = (
    "there is no such file",
    "it is a folder",
    "its folder does not exist",
    "the file may not be read",
)


def _file_note(connection: Connection) -> str:
    """Why a SQLite file does not open, in the probe's own words; "" when that is not the file's fault."""
    name = str(connection.settings_dict["NAME"])
    path: Path = engines.file_of(name)
    if path.is_dir():
        return _FOLDER
    if not path.parent.is_dir():
        return _NO_PARENT
    if not path.exists():
        return _MISSING
    return "" if os.access(path, os.R_OK) else _UNREADABLE
