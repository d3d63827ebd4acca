"""How states, latencies and names are said to a person."""

import math
from functools import lru_cache

from devdash.api import Level, Tone
from devdash_databases.probing import engines
from devdash_databases.states import CALM, State

_VENDORS = {
    engines.SQLITE: "SQLite",
    engines.MYSQL: "MySQL",
    "mariadb": "MariaDB",
    engines.POSTGRESQL: "PostgreSQL",
    engines.MONGODB: "MongoDB",
    engines.ORACLE: "Oracle",
}

_STATES = {
    State.NOT_CONFIGURED: "not configured",
    State.PRIVATE: "in memory",
    State.PAUSED: "paused",
    State.UNSAFE_ENGINE: "unsafe engine",
    State.CANNOT_OPEN: "cannot open",
    State.NOT_A_DATABASE: "not a database",
    State.IO_ERROR: "I/O error",
    State.READ_ONLY: "read-only",
    State.DNS: "unknown host",
    State.TIMEOUT: "no answer",
    State.PROTOCOL: "wrong protocol",
    State.AUTH: "login refused",
    State.TLS: "TLS failed",
    State.UNKNOWN_DATABASE: "no such database",
    State.TOO_MANY: "too many connections",
    State.NOT_PRIMARY: "not primary",
    State.TOO_OLD: "server too old",
    State.DRIVER_MISSING: "driver missing",
    State.SETTINGS: "bad settings",
    State.SECRET_MISSING: "no password",
    State.PROBE_FAILED: "probe failed",
}

_HINTS = {
    State.UNSAFE_ENGINE: "djongo answers OK with no server at all; use django-mongodb-backend instead.",
    State.CANNOT_OPEN: "Look at the path, and at the permissions of the file and of its folder.",
    State.NOT_A_DATABASE: "The file is something else, or encrypted; look at NAME.",
    State.CORRUPT: "Copy the file away, then run `sqlite3 FILE '.recover'` on the copy.",
    State.IO_ERROR: "Look at the disk, and at the system's log.",
    State.BUSY: "Another process holds it exclusively; `fuser FILE` names it.",
    State.READ_ONLY: "Reading it would need to write (a recovery): open it once where it may be written.",
    State.DNS: "Look at HOST, and at the network or VPN.",
    State.REFUSED: "Nothing listens there: start the server, or look at HOST and PORT.",
    State.TIMEOUT: "The server, the network or a firewall is silent; try the same host by another way.",
    State.DROPPED: "The server closed the connection; look at its log.",
    State.PROTOCOL: "Something else answers on that port; look at PORT and ENGINE.",
    State.AUTH: "Look at USER and at what PASSWORD refers to.",
    State.TLS: "Look at the certificate and at the TLS options.",
    State.UNKNOWN_DATABASE: "Look at NAME, or create the database.",
    State.TOO_MANY: "Connections pile up: look for clients that do not close theirs.",
    State.NOT_PRIMARY: "Look at the replica set: it has no primary, or HOST names a secondary.",
    State.TOO_OLD: "The driver no longer speaks to a server of this version.",
    State.DRIVER_MISSING: "Install the driver beside devdash, or name its folder in python_path.",
    State.SETTINGS: "Look at ENGINE, NAME and OPTIONS.",
    State.SECRET_MISSING: "Make the reference in PASSWORD lead somewhere.",
    State.PROBE_FAILED: "The database itself could not be asked; `devdash doctor` says more.",
    State.FAILED: "The type and code of the error say more.",
}

_DRIVERS = {
    engines.MYSQL: "Install mysqlclient or PyMySQL beside devdash, or name its folder in python_path.",
    engines.POSTGRESQL: "Install psycopg[binary] beside devdash, or name its folder in python_path.",
    engines.MONGODB: "Install django-mongodb-backend beside devdash, or name its folder in python_path.",
}


_OF_PROJECTS = {
    State.DRIVER_MISSING: "Install the driver in the project's environment.",
    State.AUTH: "Look at USER and PASSWORD in the project's settings.",
    State.SETTINGS: "Look at ENGINE, NAME and OPTIONS in the project's settings.",
}

_FILE_SILENT = "The file does not answer: is it on a drive that is gone, or no plain file?"


def vendor_name(vendor: str | None) -> str:
    """A vendor as its makers write it; "" for none."""
    return _VENDORS.get(vendor, vendor.capitalize()) if vendor else ""


def state_name(state: State) -> str:
    """A state in two or three words."""
    return _STATES.get(state, state.value)


def hint(state: State, vendor: str | None, project: bool = False) -> str:
    """The next step for a state; "" where there is none.

    Args:
        project: a Django project's own interpreter asks, with its own settings.
    """
    if project and state in _OF_PROJECTS:
        return _OF_PROJECTS[state]
    if state is State.DRIVER_MISSING and vendor in _DRIVERS:
        return _DRIVERS[vendor]
    if state is State.TIMEOUT and vendor == engines.SQLITE:
        return _FILE_SILENT
    return _HINTS.get(state, "")


def level_of(state: State) -> Level:
    """How much an alias in this state needs a hand.

    A locked file and an unsafe engine need one, but nothing is known to be
    down; a failed probe tells nothing about the database.
    """
    if state is State.OK or state in CALM:
        return Level.OK
    if state is State.PROBE_FAILED:
        return Level.UNKNOWN
    return Level.ATTENTION if state in (State.BUSY, State.UNSAFE_ENGINE) else Level.CRITICAL


def tone_of(state: State) -> Tone:
    """The tone in which a state's name is shown."""
    if state in CALM:
        return Tone.DIM
    tones = {Level.OK: Tone.GOOD, Level.CRITICAL: Tone.BAD}
    return tones.get(level_of(state), Tone.WARN)


@lru_cache(maxsize=8192)  # trends are told anew with each reading, one latency further
def coarse(latency_ms: float) -> float:
    """A latency in milliseconds to one significant digit, at least 1: so that jitter repaints nothing."""
    if latency_ms <= 1:
        return 1.0
    step = 10.0 ** math.floor(math.log10(latency_ms))
    return round(latency_ms / step) * step


def latency(latency_ms: float | None) -> str:
    """A latency for a table: "<1 ms", "3 ms", "40 ms", "2 s"; "" for none."""
    if latency_ms is None:
        return ""
    if latency_ms < 1:
        return "<1 ms"
    value = coarse(latency_ms)
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.0f} s"


def duration(seconds: float | None) -> str:
    """A time in its largest unit, coarsely: "12 s", "3 min", "5 h", "9 days"; "" for none."""
    if seconds is None:
        return ""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def size(count: int | None) -> str:
    """Bytes: "812 bytes", "4.2 MB"; "" for none."""
    if count is None:
        return ""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
