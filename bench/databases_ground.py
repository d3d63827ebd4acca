"""What the benchmarks of the databases pane stand on: real servers, a Django project over them, and a count.

The servers are those of the tests. What is not installed is named, and the rest is measured without it.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.processes import descendants
from bench.sandbox import ROOT

sys.path.append(str(ROOT / "tests" / "servers"))

Entry = dict[str, Any]
"""One of Django's DATABASES, as it stands in settings."""

Bed = Callable[[Path, Callable[[str], str]], Any]

SETTINGS = """
try:
    import MySQLdb
except ImportError:
    try:
        import pymysql
    except ImportError:
        pass
    else:
        pymysql.install_as_MySQLdb()
SECRET_KEY = "x"
USE_TZ = True
DATABASES = {databases!r}
"""


class Listening(msgspec.Struct, frozen=True):
    """One server.

    Attributes:
        vendor: "mariadb" or "postgresql".
        pid: of its first process.
    """

    vendor: str
    port: int
    pid: int

    def opened(self) -> int:
        """How many connections it has from what is measured, as it says itself."""
        if self.vendor == "mariadb":
            import pymysql

            user = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'devdash'"
            root = pymysql.connect(host="127.0.0.1", port=self.port, user="root", connect_timeout=5)
            with root, root.cursor() as cursor:
                cursor.execute(user)
                ((count,),) = cursor.fetchall()
            return int(count)
        import psycopg

        clients = (
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid() AND usename = 'devdash'"
        )
        where = f"host=127.0.0.1 port={self.port} user=devdash dbname=postgres connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as asked:
            ((count,),) = asked.execute(clients).fetchall()
        return int(count)

    def family(self) -> list[int]:
        """All its processes."""
        return [self.pid, *descendants(self.pid)]


class Ground(msgspec.Struct, frozen=True):
    """What is there.

    Attributes:
        entries: one of each server, or, where there is none, of a file.
        servers: all that listen.
        missing: the names of those that are not installed.
    """

    entries: list[Entry]
    servers: list[Listening]
    missing: list[str]

    @property
    def told(self) -> str:
        """What is measured, for the name of a row."""
        if not self.missing:
            return "MariaDB and PostgreSQL"
        there = "PostgreSQL" if "MariaDB" in self.missing else "MariaDB"
        return f"{there if self.servers else 'files'}; no {' and no '.join(self.missing)} here"

    def databases(self, count: int) -> dict[str, Entry]:
        """Django's DATABASES with `count` aliases, the servers in turns."""
        names = ["default", *(f"alias{number}" for number in range(1, count))]
        return {name: self.entries[place % len(self.entries)] for place, name in enumerate(names)}

    def opened(self) -> int:
        """The connections to all servers; see `Listening.opened`."""
        return sum(server.opened() for server in self.servers)


def project(ground: Ground, count: int, folder: Path) -> Path:
    """A Django project with `count` aliases and no apps, in `folder`."""
    folder.mkdir(parents=True)
    (folder / "manage.py").write_text(
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")\n'
    )
    (folder / "site_settings.py").write_text(SETTINGS.format(databases=ground.databases(count)))
    return folder


@contextmanager
def servers(folder: Path) -> Iterator[Ground]:
    """Two servers of each vendor that is installed, one following the other; ended at the end.

    Args:
        folder: for the file that is asked where there is no server at all.
    """
    from ground import open_folder
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

    ground = Ground([], [], [])
    with ExitStack() as stack:
        home = stack.enter_context(open_folder())
        kinds: tuple[tuple[str, Bed], ...] = (("MariaDB", MariadbBed), ("PostgreSQL", PostgresBed))
        for name, bed in kinds:
            started = _started(stack, home / name.lower(), bed)
            if started is None:
                ground.missing.append(name)
                continue
            if name == "MariaDB":  # what the pane asks of a replica, its user may ask
                started.primary.sql("GRANT PROCESS, REPLICA MONITOR ON *.* TO devdash@'127.0.0.1'")
            database = started.new_database()
            for one in (started.primary, started.replica):
                ground.entries.append(one.alias(database))
                ground.servers.append(Listening(started.vendor, one.port, one.server.pid))
        if not ground.entries:
            file = folder / "only.sqlite3"
            sqlite3.connect(file).execute("CREATE TABLE t (x)").connection.close()
            ground.entries.append({"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)})
        yield ground


def _started(stack: ExitStack, folder: Path, bed: Bed) -> Any:
    """The bed, which ends with `stack`; None when a program that it needs is not installed."""
    from ground import located

    def find(program: str) -> str:
        path = located(program)
        if path is None:
            raise LookupError(program)
        return path

    try:
        made = bed(folder, find)
    except LookupError:
        return None
    stack.callback(made.stop)
    made.start()
    return made
