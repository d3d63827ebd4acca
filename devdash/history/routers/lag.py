"""How far a replica is behind, asked of the replica itself with the rights of an ordinary user.

Sources: PostgreSQL's recovery functions; MariaDB's and MySQL's SHOW REPLICA STATUS. The replica's own number
says 0 while its primary is frozen: it tells what to read, not whether the pair is well.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class Lag(NamedTuple):
    """What a replica says of itself.

    Attributes:
        seconds: behind its primary; None: its replication does not run.
        known: False where it may not be asked, or has no such thing; `seconds` is 0 then.
    """

    seconds: float | None
    known: bool = True


UNTOLD = Lag(0.0, known=False)

POSTGRESQL = """
SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN NOT EXISTS (SELECT FROM pg_stat_wal_receiver) THEN NULL
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp())
END
"""
"""A standby that has replayed all it received is not behind, however long ago the last commit was."""

MYSQL = ("SHOW REPLICA STATUS", "SHOW SLAVE STATUS")
"""Since MySQL 8.0.22 and MariaDB 10.5; before."""

NO_RIGHT, NO_SUCH_STATEMENT = 1227, 1064


def lag_of(alias: str) -> Lag:
    """Ask `alias` on a connection that is closed afterwards. Blocks for the driver's timeout at most.

    Raises:
        django.db.Error: it does not answer; a backend may let errors of its driver through.
    """
    from django.db import connections

    connection = connections[alias]
    connection.close()
    try:
        if connection.vendor == "postgresql":
            return _postgresql(connection)
        if connection.vendor == "mysql":
            return _mysql(connection)
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA schema_version")
        return UNTOLD
    finally:
        connection.close()


def _postgresql(connection: "BaseDatabaseWrapper") -> Lag:
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL)
        (seconds,) = cursor.fetchone() or (None,)
    return Lag(None if seconds is None else max(0.0, float(seconds)))


def _mysql(connection: "BaseDatabaseWrapper") -> Lag:
    from django.db import DatabaseError

    for statement in MYSQL:
        try:
            status = _row(connection, statement)
        except DatabaseError as error:
            code = error.args[0] if error.args else None
            if code == NO_RIGHT:
                return UNTOLD
            if code != NO_SUCH_STATEMENT:
                raise
        else:
            return UNTOLD if status is None else _behind(status)
    return UNTOLD


def _row(connection: "BaseDatabaseWrapper", statement: str) -> dict[str, object] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description or ()]
    return None if row is None else dict(zip(names, row, strict=True))


def _behind(status: Mapping[str, object]) -> Lag:
    seconds = status.get("Seconds_Behind_Master", status.get("Seconds_Behind_Source"))
    return Lag(None if seconds is None else float(str(seconds)))
