"""What the tests of the databases pane share: a started pane, and SQLite files in every state."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devdash.api import Duration, PaneContext, Report
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.facts import AliasFacts, DatabasesFacts, ProjectFacts
from devdash_databases.pane import DatabasesPane

SQLITE = "django.db.backends.sqlite3"
MYSQL = "django.db.backends.mysql"
POSTGRESQL = "django.db.backends.postgresql"

LEAKY = '''
"""A backend that puts the whole connection into what it raises, as some drivers do."""
from urllib.parse import quote
from django.db.backends.sqlite3 import base

class DatabaseWrapper(base.DatabaseWrapper):
    vendor = "leaky"

    def get_new_connection(self, params):
        password = self.settings_dict["PASSWORD"]
        print("printed", password, flush=True)
        if self.settings_dict["NAME"] == "exit":
            import os
            os._exit(3)
        raise RuntimeError(password, "leaky://u:" + quote(password, safe="") + "@h", password)
'''


async def started(context: PaneContext, *, ping_timeout: float = 3, **databases: Database) -> DatabasesPane:
    """A pane over `databases`; over devdash's own when there are none."""
    return await started_with(
        context, DatabasesConfig(ping_timeout=Duration(ping_timeout), databases=databases)
    )


async def started_with(context: PaneContext, config: DatabasesConfig) -> DatabasesPane:
    """A pane with `config`, which is sound."""
    assert list(config.problems()) == []
    pane = DatabasesPane(config, context)
    await pane.start()
    return pane


def file(path: Path) -> Database:
    """The alias of a SQLite file."""
    return Database(ENGINE=SQLITE, NAME=str(path))


def project(report: Report) -> ProjectFacts:
    """The one project of a report."""
    assert isinstance(report.facts, DatabasesFacts)
    (only,) = report.facts.projects
    return only


def aliases(report: Report) -> dict[str, AliasFacts]:
    """The facts of each alias."""
    return {alias.alias: alias for alias in project(report).aliases}


def states(report: Report) -> dict[str, str]:
    """The state of each alias."""
    return {alias.alias: alias.state.value for alias in project(report).aliases}


def sound(path: Path) -> Path:
    """A SQLite database with one table."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    return path


def shared(path: Path) -> Path:
    """The same, which others may change as well: it is asked by the probe alone."""
    sound(path).chmod(0o666)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the database exclusively."""
    code = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


def workers(pane: DatabasesPane) -> dict[tuple[str, ...], int | None]:
    """The process of each worker, by the aliases it serves."""
    assert pane._prober is not None
    return {
        tuple(target.alias for target in group.targets): getattr(group.worker, "pid", None)
        for group in pane._prober._groups
    }
