"""What can be told of one database: the words that the probe and the pane share.

Standard library only, Python 3.8 or later: the probe imports this in interpreters that have no devdash.
"""

from enum import Enum


class State(str, Enum):  # noqa: UP042  # StrEnum came with Python 3.11
    """What a ping of one alias came to."""

    def __str__(self) -> str:
        return str(self.value)

    OK = "ok"
    NOT_CONFIGURED = "not-configured"
    """The alias has no ENGINE: nothing to ask."""
    PRIVATE = "in-memory"
    """A SQLite database in memory belongs to the process that opened it: nothing to ask."""
    PAUSED = "paused"
    """A person wants it not to be asked."""
    STARTING = "starting"
    """Its first answer is awaited."""
    UNSAFE_ENGINE = "unsafe-engine"
    """An engine whose answer means nothing, such as djongo, which says OK with no server at all."""

    CANNOT_OPEN = "cannot-open"
    NOT_A_DATABASE = "not-a-database"
    CORRUPT = "corrupt"
    IO_ERROR = "io-error"
    BUSY = "locked"
    """Another process holds the SQLite file, so that nobody else can read it."""
    READ_ONLY = "read-only"
    """What is needed to answer (a recovery, a shared-memory file) would have to be written."""

    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    DROPPED = "dropped"
    PROTOCOL = "wrong-protocol"
    AUTH = "auth"
    TLS = "tls"
    UNKNOWN_DATABASE = "unknown-database"
    TOO_MANY = "too-many"
    NOT_PRIMARY = "not-primary"
    TOO_OLD = "too-old"

    DRIVER_MISSING = "driver-missing"
    SETTINGS = "settings"
    """The engine refuses its settings."""
    SECRET_MISSING = "secret-missing"  # noqa: S105  # a state's name, not a secret
    """The password's reference leads nowhere; nothing was asked."""
    PROBE_FAILED = "probe-failed"
    """The helper process ended or fell silent, twice: the database itself is untold."""
    FAILED = "failed"
    """Something else; the exception's type and code say more."""


CALM = frozenset({State.NOT_CONFIGURED, State.PRIVATE, State.PAUSED, State.STARTING})
"""States in which nothing is asked, or known yet, and so nothing needs a hand."""
