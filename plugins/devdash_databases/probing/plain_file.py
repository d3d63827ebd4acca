"""SQLite files asked without Django: what its backend does for a ping, in 10 MiB instead of 29.

Only where that is all the same: see `engines.is_plain`. It runs in the probe, and in a thread of devdash for
files that cannot keep it.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing

from devdash_databases.probing import engines


class PlainFile:
    """The part of Django's SQLite connection that a ping uses; implements `pings.Connection`.

    Args:
        uri: of the file; it opens read-only.
        timeout: seconds that a lock is waited for.
    """

    vendor = engines.SQLITE
    Database = sqlite3

    def __init__(self, uri: str, timeout: float) -> None:
        self.settings_dict: dict[str, object] = {"NAME": uri}
        self._uri = uri
        self._timeout = timeout
        self.connection: sqlite3.Connection | None = None

    def ensure_connection(self) -> None:
        """Open the file, unless it is open."""
        if self.connection is None:
            self.connection = sqlite3.connect(self._uri, timeout=self._timeout, uri=True)

    def cursor(self) -> "closing[sqlite3.Cursor]":
        """A cursor for a `with`."""
        self.ensure_connection()
        assert self.connection is not None
        return closing(self.connection.cursor())

    def close(self) -> None:
        """Close the file, if it is open."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def get_database_version(self) -> tuple[int, ...]:
        """SQLite's own."""
        return sqlite3.sqlite_version_info


def plain_files(
    databases: Mapping[str, engines.Settings], ping_timeout: float
) -> dict[str, PlainFile] | None:
    """All `databases`, when every one of them can be asked here; else None."""
    if not all(engines.is_plain(settings) for settings in databases.values()):
        return None
    return {
        alias: PlainFile(engines.read_only_uri(str(one.get("NAME", ""))), engines.lock_seconds(ping_timeout))
        for alias, one in databases.items()
    }
