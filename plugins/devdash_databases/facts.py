"""The facts of the databases pane, as rules, JSON and tests read them."""

import msgspec

from devdash.api import Facts
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
    """

    alias: str
    vendor: str | None
    state: State
    latency_ms: float | None
    role: str | None
    read_only: bool | None
    lag_s: float | None
    error: str | None


class ProjectFacts(msgspec.Struct, frozen=True):
    """One Django project: its aliases, where its models go, and what is wrong with that.

    Attributes:
        name: what it is called.
        trouble: why it could not be loaded, such as "hang" or "environment"; None when it could.
    """

    name: str
    aliases: tuple[AliasFacts, ...]
    routes: tuple[RouteFacts, ...]
    findings: tuple[FindingFacts, ...]
    trouble: str | None = None
    relations: tuple[RelationFacts, ...] = ()


class DatabasesFacts(Facts, frozen=True):
    """Everything that the pane tells."""

    projects: tuple[ProjectFacts, ...]
