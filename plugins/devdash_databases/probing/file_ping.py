"""The ping of a SQLite file, through whatever connection: Django's, or that of a `PlainFile`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from devdash_databases.probing import engines

if TYPE_CHECKING:
    from devdash_databases.probing.pings import Connection


def ask_file(connection: Connection) -> tuple[float, bool]:
    """Open, read the schema version, close: a kept connection would not see the file replaced.

    Returns:
        The seconds that it took, and whether the file refuses writes.
    """
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA schema_version")
            cursor.fetchone()
        took = time.perf_counter() - began
    finally:
        connection.close()
    path = engines.file_of(str(connection.settings_dict["NAME"]))
    return took, not os.access(path, os.W_OK)
