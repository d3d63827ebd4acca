"""What an ENGINE is, and the settings that are forced on it before anything connects.

The forced timeouts make the drivers give up by themselves, with a telling
error, before the probe's own deadline does. They are not enough to rely on
(psycopg hangs on a connection whose server was stopped), which is why a probe
is a process that can be killed.
"""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    Option: TypeAlias = "str | int | bool | float | dict[str, Option] | None"
    Settings: TypeAlias = dict[str, Option]
    """One alias of Django's DATABASES."""
else:  # Python 3.8, which runs this too, knows neither form
    Option = Settings = dict

SQLITE, MYSQL, POSTGRESQL, MONGODB, ORACLE = "sqlite", "mysql", "postgresql", "mongodb", "oracle"
DJONGO = "djongo"

GIVEN = "GIVEN_OPTIONS"
"""Where the names of the options stand that the settings themselves gave; for the survey of the routers."""

_PLAIN = "django.db.backends.sqlite3"

_VENDORS = (
    (DJONGO, DJONGO),
    ("sqlite3", SQLITE),
    ("spatialite", SQLITE),
    ("mysql", MYSQL),
    ("mariadb", MYSQL),
    ("postg", POSTGRESQL),
    ("mongodb", MONGODB),
    ("oracle", ORACLE),
)


_SECRET = re.compile(r"pass(word|wd|phrase)?$|^auth$|secret|token|credential", re.IGNORECASE)

ASSIGNED = re.compile(r"(passw(or)?d|passphrase|secret|token)\w*\s*[=:]", re.IGNORECASE)
"""A secret within a text of parameters, such as "dbname=x sslpassword=…" or "AWS_SESSION_TOKEN:…"."""


def vendor_of(engine: str) -> str | None:
    """The vendor that an ENGINE names, told before anything is imported; None when it tells nothing."""
    return next((vendor for part, vendor in _VENDORS if part in engine.lower()), None)


def in_memory(name: str) -> bool:
    """Whether a SQLite NAME means a database in memory."""
    return name == ":memory:" or (name.startswith("file:") and ("mode=memory" in name or ":memory:" in name))


def is_plain(settings: Mapping[str, object]) -> bool:
    """Whether an alias is a SQLite file as Django's own backend opens it; OPTIONS may change that."""
    return settings.get("ENGINE") == _PLAIN and not settings.get("OPTIONS")


def read_only_uri(name: str) -> str:
    """The URI that opens the SQLite database `name` for reading and never creates it.

    `name` is a path or already a URI, whose other parameters stay.
    """
    if not name.startswith("file:"):
        return f"file:{urllib.parse.quote(bytes(Path(name).absolute()))}?mode=ro"
    path, _, query = name.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("mode=")]
    return f"{path}?{'&'.join([*kept, 'mode=ro'])}"


def file_of(name: str) -> Path:
    """The file behind a SQLite NAME, a path or a URI."""
    if not name.startswith("file:"):
        return Path(name)
    path = urllib.parse.unquote(name[len("file:") :].partition("?")[0])
    return Path("/" + path.lstrip("/") if path.startswith("//") else path)


def forced(settings: Mapping[str, Option], ping_timeout: float) -> Settings:
    """`settings` with what a probe needs: timeouts, one lasting connection, no implicit transactions.

    Args:
        settings: one alias of DATABASES.
        ping_timeout: seconds after which the probe gives up; drivers are told less.
    """
    result: Settings = {**settings, "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": None, "AUTOCOMMIT": True}
    given = settings.get("OPTIONS")
    result[GIVEN] = dict.fromkeys(given, True) if isinstance(given, dict) else {}
    options: dict[str, Option] = dict(given) if isinstance(given, dict) else {}
    options.pop("pool", None)  # psycopg's pool starts threads and refuses lasting connections
    engine = str(settings.get("ENGINE", ""))
    seconds = driver_seconds(ping_timeout)
    vendor = vendor_of(engine)
    if vendor == SQLITE:
        options.pop("init_command", None)  # such as PRAGMA journal_mode=WAL, which writes
        options.update(uri=True, timeout=lock_seconds(ping_timeout))
        result["NAME"] = read_only_uri(str(settings.get("NAME", "")))
    elif vendor == MYSQL:
        connect = "connection_timeout" if "connector" in engine else "connect_timeout"
        options.update({connect: seconds, "read_timeout": seconds, "write_timeout": seconds})
    elif vendor == POSTGRESQL:
        own = f"{options.get('options') or ''} -c statement_timeout={seconds * 1000}"
        options.update(connect_timeout=max(2, seconds), options=own.strip())
    elif vendor == MONGODB:
        options.pop("connect", None)  # connect only with the first command: the ping watches it
        for name in ("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"):
            options[name] = seconds * 1000
    result["OPTIONS"] = options
    return result


def names_secret(name: str) -> bool:
    """Whether an option or variable of this name holds a secret."""
    return _SECRET.search(name) is not None


def bare_url(text: str) -> str:
    """A URL without its user and parameters: either may hold a password."""
    scheme, _, rest = text.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def lock_seconds(ping_timeout: float) -> float:
    """Seconds that SQLite waits for a lock."""
    return ping_timeout / 3


def driver_seconds(ping_timeout: float) -> int:
    """Whole seconds that a driver is given: less than the ping's own, but at least one."""
    return max(1, math.ceil(ping_timeout) - 1)
