"""What a driver raises becomes a class, a type and a code, and never its message."""

import sqlite3

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError, OperationalError

from devdash_databases.probing.failures import Failure, classify
from devdash_databases.states import State


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """`error` as if raised from `cause`."""
    error.__cause__ = cause
    return error


class ConnectionTimeout(Exception):
    """Named as psycopg's."""


class PgError(Exception):
    """With a SQLSTATE, as psycopg's."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("text")
        self.sqlstate = sqlstate


class OperationFailure(Exception):
    """With a code, as pymongo's."""

    def __init__(self, code: int) -> None:
        super().__init__("text")
        self.code = code


@pytest.mark.parametrize(
    ("number", "message", "state"),
    [
        (2005, "Unknown server host 'db'", State.DNS),
        (2003, "Can't connect to MySQL server on 'db' ([Errno -2] Name or service not known)", State.DNS),
        (2003, "Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)", State.REFUSED),
        (2002, "Can't connect to local server through socket '/x' (2)", State.FAILED),
        (2002, "Can't connect to server on 'db' (110)", State.TIMEOUT),
        (2003, "Can't connect to server on 'db' (111)", State.REFUSED),
        (2003, "Can't connect to server on 'db' (113)", State.TIMEOUT),
        (2003, "Can't connect to MySQL server on 'db' ([Errno 101] Network is unreachable)", State.TIMEOUT),
        (2013, "Lost connection to server during query", State.DROPPED),
        (1045, "Access denied for user 'u'@'h' (using password: YES)", State.AUTH),
        (4151, "Access denied, this account is locked", State.AUTH),
        (1820, "You must SET PASSWORD", State.AUTH),
        (2026, "TLS/SSL error", State.TLS),
        (1049, "Unknown database 'x'", State.UNKNOWN_DATABASE),
        (1040, "Too many connections", State.TOO_MANY),
        (1290, "running with the --read-only option", State.READ_ONLY),
    ],
)
def test_mysql_and_mariadb_are_told_by_number(number: int, message: str, state: State) -> None:
    """2002, 2003 and 2013 mean several things, and their text tells which."""
    error = raised(OperationalError(number, message), OSError(number, message))
    assert classify(error) == Failure(state, "OperationalError", str(number))


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ('failed to resolve host "db": [Errno -2] Name or service not known', State.DNS),
        (
            'connection failed: connection to server at "::1", port 1 failed: Connection refused',
            State.REFUSED,
        ),
        ("connection timeout expired", State.TIMEOUT),
        ('connection to server at "10.0.0.1", port 5432 failed: No route to host', State.TIMEOUT),
        ("server closed the connection unexpectedly", State.DROPPED),
        ("received invalid response to SSL negotiation: S", State.PROTOCOL),
        ('FATAL:  password authentication failed for user "app"', State.AUTH),
        ('FATAL:  role "app" is not permitted to log in', State.AUTH),
        ('FATAL:  role "app" does not exist', State.AUTH),
        ("server does not support SSL, but SSL was required", State.TLS),
        ('FATAL:  database "x" does not exist', State.UNKNOWN_DATABASE),
        ("FATAL:  remaining connection slots are reserved", State.TOO_MANY),
        ('invalid connection option "nonsense"', State.SETTINGS),
        ("something new", State.FAILED),
    ],
)
def test_connect_errors_of_postgresql_are_told_by_text(message: str, state: State) -> None:
    """They have no SQLSTATE."""
    assert classify(OperationalError(message)) == Failure(state, "OperationalError")


@pytest.mark.parametrize(
    ("cause", "state", "code"),
    [
        (PgError("25006"), State.READ_ONLY, "25006"),
        (PgError("28P01"), State.AUTH, "28P01"),
        (PgError("08006"), State.DROPPED, "08006"),
        (PgError("XX000"), State.FAILED, "XX000"),
        (OperationFailure(13), State.AUTH, "13"),
        (OperationFailure(10107), State.NOT_PRIMARY, "10107"),
        (ConnectionTimeout("password=canary"), State.TIMEOUT, ""),
    ],
)
def test_a_code_or_a_type_underneath_is_found(cause: Exception, state: State, code: str) -> None:
    """Django wraps the driver's exception, which holds them."""
    assert classify(raised(DatabaseError("text"), cause)) == Failure(state, "DatabaseError", code)


def test_sqlite_is_told_by_its_result_code() -> None:
    """Extended codes count as their primary one."""
    try:
        sqlite3.connect("file:/nowhere/x?mode=ro", uri=True)
    except sqlite3.Error as error:
        found = classify(raised(OperationalError("text"), error))
    assert found == Failure(State.CANNOT_OPEN, "OperationalError", "SQLITE_CANTOPEN")


def test_a_missing_driver_is_no_wrong_setting() -> None:
    """Both are ImproperlyConfigured; the import underneath, or psycopg's text, makes the difference."""
    missing = raised(ImproperlyConfigured("Error loading MySQLdb module."), ModuleNotFoundError("MySQLdb"))
    psycopg = ImproperlyConfigured("Error loading psycopg2 or psycopg module")
    wrong = ImproperlyConfigured("settings.DATABASES is improperly configured. Please supply the NAME value.")
    assert classify(missing).state is State.DRIVER_MISSING
    assert classify(psycopg).state is State.DRIVER_MISSING
    assert classify(wrong).state is State.SETTINGS


def test_nothing_of_a_message_leaves() -> None:
    """Only the number does, not the text beside it or instead of it."""
    for error in (OperationalError("canary"), OperationalError(2003, "canary"), ValueError("CANARY")):
        assert "canary" not in repr(classify(error)).lower()
