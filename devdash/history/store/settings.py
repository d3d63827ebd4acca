"""Django's settings for the history's worker, made of `[history.databases]`."""

from collections.abc import Mapping
from typing import TypeAlias

from devdash.history.wire import Database

Option: TypeAlias = str | int | float | bool
Entry: TypeAlias = dict[str, str | int | dict[str, Option]]
"""An entry of DATABASES."""

APPS = ("devdash.history.events", "devdash.history.status", "devdash.history.analytics")
LABELS = ("history", "status", "analytics")

SQLITE = "django.db.backends.sqlite3"

BUSY_S = 5
"""How long a statement waits for another process's transaction."""

CONNECT_S = 5

_CACHE = "PRAGMA cache_size=-4000"
"""KiB: a chart of each series of a pane, drawn again and again, is read once."""

_JOURNAL = "PRAGMA journal_mode=WAL"
_SAFE = "PRAGMA synchronous=FULL"
"""Each commit is on the disk when it is answered: the spool removes what it handed over."""

_TIMEOUTS: dict[str, dict[str, Option]] = {
    "django.db.backends.mysql": {"connect_timeout": CONNECT_S, "read_timeout": 60, "write_timeout": 60},
    "django.db.backends.postgresql": {"connect_timeout": CONNECT_S},
    "django_mongodb_backend": {
        "serverSelectionTimeoutMS": CONNECT_S * 1000,
        "connectTimeoutMS": CONNECT_S * 1000,
    },
}

_ROUTERS = "devdash.history.routers"


def configure(databases: Mapping[str, Database]) -> None:
    """Configure Django and load the apps; once in a process. Connects to nothing.

    Raises:
        ImproperlyConfigured, ImportError: a backend's driver is missing.
    """
    import django
    from django.conf import settings

    if any(database.ENGINE == "django.db.backends.mysql" for database in databases.values()):
        _offer_pymysql()
    routers = len(databases) > 1
    settings.configure(
        DATABASES={alias: entry(alias, database) for alias, database in databases.items()},
        DATABASE_ROUTERS=[f"{_ROUTERS}.AppRouter", f"{_ROUTERS}.PrimaryReplicaRouter"] if routers else [],
        DEVDASH_ROUTERS=_router_settings(databases),
        INSTALLED_APPS=APPS,
        USE_TZ=True,
        DEBUG=False,
        LOGGING_CONFIG=None,
    )
    django.setup()


def entry(alias: str, database: Database) -> Entry:
    """One of DATABASES, with what the history needs of its backend."""
    return {
        "ENGINE": database.ENGINE,
        "NAME": database.NAME,
        "HOST": database.HOST,
        "PORT": str(database.PORT),
        "USER": database.USER,
        "PASSWORD": database.PASSWORD,
        "OPTIONS": _options(alias, database),
    }


def _options(alias: str, database: Database) -> dict[str, Option]:
    if database.ENGINE != SQLITE:
        return {**_TIMEOUTS.get(database.ENGINE, {}), **database.OPTIONS}
    given = str(database.OPTIONS.get("init_command", ""))
    # A replica's file is another's to prepare, and may be read-only.
    commands = [_JOURNAL, _SAFE, _CACHE, given] if alias != "replica" else [given]
    return {
        "timeout": BUSY_S,
        "transaction_mode": "IMMEDIATE",
        **database.OPTIONS,
        "init_command": "; ".join(command for command in commands if command),
    }


def _router_settings(databases: Mapping[str, Database]) -> dict[str, object]:
    """DEVDASH_ROUTERS: reads go to `replica`, and `mongo` is where status and analytics live."""
    return {
        "REPLICAS": [alias for alias in databases if alias == "replica"],
        "APPS": dict.fromkeys(("status", "analytics"), "mongo") if "mongo" in databases else {},
    }


def _offer_pymysql() -> None:
    """Let PyMySQL stand in for mysqlclient, which needs a compiler, where only PyMySQL is installed."""
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec("MySQLdb") is None and find_spec("pymysql") is not None:
        import_module("pymysql").install_as_MySQLdb()
