"""What the pane and its probe say to each other, as the pane sees it."""

from typing import TypeAlias

import msgspec

from devdash_databases.config import OptionValue
from devdash_databases.states import State

Setting: TypeAlias = str | int | dict[str, OptionValue]
"""A value of one alias of DATABASES."""


class Connect(msgspec.Struct, frozen=True):
    """Arguments of `probe.connect`; the only message that holds passwords."""

    databases: dict[str, dict[str, Setting]]
    ping_timeout: float
    python_path: tuple[str, ...]


class Connected(msgspec.Struct, frozen=True):
    """Its answer: Django's version."""

    django: str


class PingAll(msgspec.Struct, frozen=True):
    """Arguments of `probe.ping_all`."""

    aliases: tuple[str, ...]
    timeout: float


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """One alias's answer; the fields are those of `probing.pings.Ping`."""

    alias: str
    state: State
    latency_ms: float | None = None
    vendor: str | None = None
    version: str = ""
    driver: str = ""
    role: str | None = None
    read_only: bool | None = None
    kind: str = ""
    code: str = ""
    note: str = ""


class Pings(msgspec.Struct, frozen=True):
    """The answer of `probe.ping_all`."""

    connected: bool
    pings: tuple[Ping, ...]
    hung: tuple[str, ...]


class Create(msgspec.Struct, frozen=True):
    """Arguments of `probe.create`."""

    path: str


class Created(msgspec.Struct, frozen=True):
    """Its answer."""

    created: bool
    failure: str


class Scan(msgspec.Struct, frozen=True):
    """Arguments of `probe.routes`; without passwords."""

    databases: dict[str, dict[str, Setting]]
    routers: tuple[str, ...]
    apps: tuple[str, ...]
    python_path: tuple[str, ...]


class Scanned(msgspec.Struct, frozen=True):
    """Its answer, already in the form of the facts."""

    routes: tuple["RouteFacts", ...]
    findings: tuple["FindingFacts", ...]


class RouteFacts(msgspec.Struct, frozen=True):
    """Where one model is read, written and migrated; see `probing.routing.Route`."""

    model: str
    read: str | None
    write: str | None
    migrate: tuple[str, ...]
    decided_by: str


class FindingFacts(msgspec.Struct, frozen=True):
    """Something wrong in how a project uses its databases.

    Attributes:
        code: "router-missing", "router-raises", "apps-unloadable", "unknown-alias" or "scan-failed".
        level: "attention" or "critical".
        alias: the alias concerned, or None.
        model: the model concerned, or None.
        text: one sentence.
    """

    code: str
    level: str
    alias: str | None
    model: str | None
    text: str
