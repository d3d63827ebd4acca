"""The facts of the databases pane, as rules, JSON and tests read them."""

import msgspec

from devdash.api import Facts
from devdash_databases.replication import ReplicationFacts
from devdash_databases.routes.codes import UNSEEN, UNTOLD
from devdash_databases.routes.facts import FindingFacts, RelationFacts, RouteFacts
from devdash_databases.states import State


class AliasFacts(msgspec.Struct, frozen=True):
    """One alias.

    Attributes:
        alias: its name in DATABASES; of a project under `projects`, "project/alias".
        vendor: "sqlite", "mysql", "mariadb", "postgresql", "mongodb" …; None when it has no engine.
        state: see `State`.
        latency_ms: milliseconds of the last ping; None when it failed.
        role: "primary", "replica" or "file"; None when it could not be told.
        read_only: whether it refuses writes; None when it could not be told.
        lag_s: seconds behind its primary; None when it could not be told.
        error: the exception's type and code, without its message; None when there is none.
        version: the server's, such as "10.11.6", or "".
        driver: the driver and its version, or "".
        connections_used, connections_allowed: of the server; None when it did not say.
        tls: the protocol, such as "TLSv1.3"; "" when nothing is encrypted; None when it could not be told.
        certificate_days: days until the server's certificate ends; None when it could not be told.
        size_bytes: of the database, read every ten minutes.
        oldest_transaction_s: seconds that the oldest transaction has been open, as far as the user may see.
        uptime_s: seconds since the server started.
        topology: of MongoDB, such as "replica set rs0"; "".
        wire_version: of MongoDB.
        replication: how it follows its primary; None when it is no replica, or could not be told.
        p50_ms, p95_ms: milliseconds within which half, and 95 %, of the pings of the last hour were answered.
        up_day_percent, up_month_percent: pings that were answered in the last 24 hours and 30 days, in
            percent; None without a history.
    """

    alias: str
    vendor: str | None
    state: State
    latency_ms: float | None
    role: str | None
    read_only: bool | None
    lag_s: float | None
    error: str | None
    version: str = ""
    driver: str = ""
    connections_used: int | None = None
    connections_allowed: int | None = None
    tls: str | None = None
    certificate_days: float | None = None
    size_bytes: int | None = None
    oldest_transaction_s: float | None = None
    uptime_s: float | None = None
    topology: str = ""
    wire_version: int | None = None
    replication: ReplicationFacts | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    up_day_percent: float | None = None
    up_month_percent: float | None = None


class ProjectFacts(msgspec.Struct, frozen=True):
    """One Django project: its aliases, where its models go, and what is wrong with that.

    Attributes:
        name: what it is called.
        trouble: why it could not be loaded, such as "hang" or "environment"; None when it could.
        routed: what its routers do is known, or not to be asked; False before the first survey.
    """

    name: str
    aliases: tuple[AliasFacts, ...]
    routes: tuple[RouteFacts, ...]
    findings: tuple[FindingFacts, ...]
    trouble: str | None = None
    relations: tuple[RelationFacts, ...] = ()
    routed: bool = True

    @property
    def is_surveyed(self) -> bool:
        """Whether what a survey does not find is not there: it was made, and nothing kept it from looking."""
        kept = any(one.code in UNTOLD or one.code == UNSEEN for one in self.findings)
        return self.routed and self.trouble is None and not kept


class DatabasesFacts(Facts, frozen=True):
    """Everything that the pane tells."""

    projects: tuple[ProjectFacts, ...]
