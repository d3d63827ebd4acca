"""The probe: connects to the aliases of one Django project and answers what a ping told.

It runs in a worker process, because a database driver can hang for good, hold
the interpreter, or crash. Django is imported here and nowhere else in this
plug-in. It is never given a command line or an environment with a secret:
settings arrive through the worker's standard input.

Each alias has a lane, see `probing.lanes`: one thread and, within it, one connection.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devdash_databases.probing import engines
from devdash_databases.probing.lanes import open_lane, ping_all
from devdash_databases.probing.pings import django_connection, preload
from devdash_databases.probing.plain_file import plain_files

APPLICATION_ID = 0x64657664
"""What marks a SQLite file as devdash's own: "devd" in ASCII, at offset 68 of the file."""


def connect(
    *, databases: Mapping[str, engines.Settings], ping_timeout: float, python_path: Sequence[str] = ()
) -> dict[str, object]:
    """Take the settings of the aliases; connects to nothing yet.

    Args:
        databases: Django's DATABASES; a name in it may be "default".
        ping_timeout: seconds that a ping may take.
        python_path: folders in which drivers and backends are looked for first.

    Returns:
        `django`: Django's version; "" where all of them are files that are asked without it.
    """
    sys.path[:0] = python_path
    files = plain_files(databases, ping_timeout)
    if files is None:
        _configure(databases, ping_timeout)
    source = django_connection if files is None else files.__getitem__
    for alias in databases:
        open_lane(alias, engines.driver_seconds(ping_timeout), source)
    return {"django": "" if files is not None else _django_version()}


def create(*, path: str) -> dict[str, object]:
    """Make an empty SQLite database at `path`, with its folder, unless something is there.

    The file is devdash's own: readable by its owner only, marked by `APPLICATION_ID`.

    Returns:
        `created`: whether it was made now; `failure`: the type of the exception
        that prevented it, or "".
    """
    import sqlite3

    file = Path(path)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(file, timeout=1, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        finally:
            connection.close()
    except FileExistsError:
        return {"created": False, "failure": ""}
    except (OSError, sqlite3.Error) as error:
        return {"created": False, "failure": type(error).__name__}
    return {"created": True, "failure": ""}


def routes(
    *,
    databases: Mapping[str, engines.Settings],
    routers: Sequence[str],
    apps: Sequence[str],
    ping_timeout: float,
    asked: Mapping[str, Sequence[str]],
    python_path: Sequence[str] = (),
) -> dict[str, object]:
    """Ask the routers about every model of `apps`. Connects to nothing but the aliases that `asked` names.

    Args:
        databases: Django's DATABASES, with the passwords of those aliases alone.
        routers: Django's DATABASE_ROUTERS.
        apps: Django's INSTALLED_APPS.
        ping_timeout: what drivers' timeouts are taken from.
        asked: see `survey.survey`; the keys that this plug-in gives.
        python_path: folders in which routers and apps are looked for first.

    Returns:
        See `routing.scan`; `files`: see `project.code_files`.
    """
    from devdash_databases.probing import project, routing

    sys.path[:0] = python_path
    _offer_pymysql(databases)
    live = asked.get("live") or ()
    given = {
        alias: engines.forced(entry, ping_timeout) if alias in live else entry
        for alias, entry in databases.items()
    }
    told = routing.scan(given, routers, apps, asked)
    return {**told, "files": project.code_files(python_path)}


def _configure(databases: Mapping[str, engines.Settings], ping_timeout: float) -> None:
    _offer_pymysql(databases)
    from django.conf import settings

    forced = {alias: engines.forced(entry, ping_timeout) for alias, entry in databases.items()}
    settings.configure(DATABASES={"default": {}, **forced}, DEBUG=False, USE_TZ=True)
    from django.apps import apps

    apps.populate(())  # no apps; without this Django warns of queries during start-up
    for entry in databases.values():
        preload(str(entry.get("ENGINE", "")))


def _django_version() -> str:
    import django

    return django.get_version()


def _offer_pymysql(databases: Mapping[str, engines.Settings]) -> None:
    """Let PyMySQL stand in for mysqlclient, which needs a compiler, where only PyMySQL is installed."""
    if all(engines.vendor_of(str(entry.get("ENGINE", ""))) != engines.MYSQL for entry in databases.values()):
        return
    try:
        importlib.import_module("MySQLdb")
    except ImportError:
        try:
            pymysql = importlib.import_module("pymysql")
        except ImportError:
            return  # the ping says that the driver is missing
        pymysql.install_as_MySQLdb()


CALLS = {"connect": connect, "ping": ping_all, "create": create, "routes": routes}
