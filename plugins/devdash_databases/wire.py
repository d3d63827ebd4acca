"""What the pane and its probe say to each other, as the pane sees it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

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
    questions: "Questions" = msgspec.field(default_factory=dict)
    patience: float | None = None


class Rest(msgspec.Struct, frozen=True):
    """Arguments of `probe.rest`."""

    aliases: tuple[str, ...]
    timeout: float


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of a server after its ping; see `probing.asking.ask_all`.

    Attributes:
        key: what its answer is called.
        sql: a statement; with `params`.
        command: a document, for MongoDB.
        columns: which columns leave the probe; none: all.
        certificate: when the server's certificate ends is looked at, in a handshake of its own.
    """

    key: str
    sql: str = ""
    params: tuple[str | int, ...] = ()
    command: dict[str, int | str] = msgspec.field(default_factory=dict)
    columns: tuple[str, ...] = ()
    certificate: bool = False


Questions: TypeAlias = Mapping[str, tuple[Question, ...]]
"""By vendor."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one question came to: rows, or a failure's state, type and code."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    state: str = ""
    kind: str = ""
    code: str = ""


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
    answers: dict[str, Answer] = msgspec.field(default_factory=dict)


Early: TypeAlias = Callable[[tuple[Ping, ...]], None]
"""Is given answers while others are waited for."""


def unheard(pings: tuple[Ping, ...]) -> None:
    """For who waits for all."""


async def told(early: Early, asking: Awaitable[tuple[Ping, ...]]) -> tuple[Ping, ...]:
    """What `asking` answers, told to `early` as soon as it is there."""
    pings = await asking
    if pings:
        early(pings)
    return pings


class Pings(msgspec.Struct, frozen=True):
    """The answer of `probe.ping_all` and `probe.rest`."""

    connected: bool
    pings: tuple[Ping, ...]
    hung: tuple[str, ...]
    late: tuple[str, ...] = ()


class Create(msgspec.Struct, frozen=True):
    """Arguments of `probe.create`."""

    path: str


class Created(msgspec.Struct, frozen=True):
    """Its answer."""

    created: bool
    failure: str


class OpenProject(msgspec.Struct, frozen=True):
    """Arguments of `project_probe.open_project`; `environment` may hold secrets."""

    path: str
    settings: str
    environment: dict[str, str]
    seconds: float
    ping_timeout: float
    busy: float = 0.0


class Trouble(msgspec.Struct, frozen=True):
    """Why a project could not be loaded; see `probing.project.Trouble`."""

    kind: str
    name: str = ""
    where: str = ""


class ProjectAlias(msgspec.Struct, frozen=True, kw_only=True):
    """One alias of a project's DATABASES; see `probing.project.describe`."""

    alias: str
    engine: str
    name: str
    host: str
    port: str
    user: str
    mirror: str


class OpenedProject(msgspec.Struct, frozen=True, kw_only=True):
    """Its answer."""

    trouble: Trouble | None
    python: str
    root: str = ""
    manage: str = ""
    settings: str = ""
    django: str = ""
    aliases: tuple[ProjectAlias, ...] = ()
    files: tuple[str, ...] = ()


class Pending(msgspec.Struct, frozen=True):
    """Arguments of `project_probe.pending`."""

    aliases: tuple[str, ...]
    seconds: float


class PendingAlias(msgspec.Struct, frozen=True, kw_only=True):
    """The migrations that wait on one alias; see `probing.migrations.pending`."""

    alias: str
    names: tuple[str, ...] = ()
    count: int = 0
    state: str = ""
    kind: str = ""
    code: str = ""


class Pendings(msgspec.Struct, frozen=True):
    """Its answer."""

    trouble: Trouble | None
    aliases: tuple[PendingAlias, ...] = ()
