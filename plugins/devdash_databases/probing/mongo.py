"""The ping of MongoDB, which tells what is wrong as soon as it is known, as the other drivers do.

pymongo looks for servers in threads of its own and goes on until its selection time is over, also where the
first answer has settled it: a refused certificate then takes as long as a silent server, and on a busy
machine is taken for one. So a new client is watched here while it looks. Who has all of its servers fail is
told at once, by the failure of one of them. Where some server is there, and none that may be asked, the whole
time is waited: it may be an election.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from devdash_databases.probing.failures import classify
from devdash_databases.states import State

if TYPE_CHECKING:
    from typing import TypeAlias

    from devdash_databases.probing.pings import Connection

    Address: TypeAlias = tuple[str, int | None]

LOOK_S = 0.01
"""Seconds between two looks at what a new client has found; one that knows its servers is not waited for."""

LEAST = (State.TIMEOUT, State.REFUSED, State.DROPPED)
"""What says little beside what another server of the same set says."""


class NotPrimaryError(Exception):
    """There are servers, and none that may be asked."""


class _Server(Protocol):
    @property
    def error(self) -> Exception | None: ...
    @property
    def is_server_type_known(self) -> bool: ...


class _Topology(Protocol):
    def has_writable_server(self) -> bool: ...
    def server_descriptions(self) -> Mapping[Address, _Server]: ...


class _Client(Protocol):
    @property
    def topology_description(self) -> _Topology: ...
    def close(self) -> None: ...


class _Database(Protocol):
    def command(self, name: str) -> dict[str, object]: ...
    def list_collection_names(self) -> list[str]: ...


class _Backend(Protocol):
    """The part of django-mongodb-backend's connection that is used."""

    connection: _Client | None

    @property
    def database(self) -> _Database: ...
    def get_connection_params(self) -> dict[str, object]: ...
    def get_new_connection(self, params: dict[str, object], /) -> _Client: ...
    def ensure_connection(self) -> None: ...
    def close(self) -> None: ...


def ask(connection: Connection, seconds: float) -> tuple[float, bool]:
    """Send a ping, and a command that needs a login, since an anonymous ping passes where reading is refused.

    A client that was kept and does not come through is closed, and tried once afresh, except after a timeout.

    Args:
        connection: of django-mongodb-backend.
        seconds: how long servers are looked for.

    Returns:
        Seconds that the ping took, and whether a primary answered.
    """
    backend = cast("_Backend", connection)
    kept = backend.connection is not None
    try:
        return _commands(backend, seconds)
    except Exception as error:
        _close(backend)
        if not kept or classify(error).state is State.TIMEOUT:
            raise
    return _commands(backend, seconds)


def _commands(backend: _Backend, seconds: float) -> tuple[float, bool]:
    client = backend.connection
    if client is None:
        client = _client(backend, seconds)
    else:
        find(client, seconds)
    database = backend.database
    began = time.perf_counter()
    database.command("ping")
    took = time.perf_counter() - began
    database.list_collection_names()
    return took, bool(database.command("hello").get("isWritablePrimary"))


def _client(backend: _Backend, seconds: float) -> _Client:
    """Connect. Django's own way asks for the server's version, so the client is watched before that."""
    client = backend.get_new_connection(backend.get_connection_params())
    try:
        find(client, seconds)
    except Exception:
        backend.connection = client  # without one nothing would be closed
        raise
    backend.ensure_connection()
    if backend.connection is not client:
        client.close()  # a backend that does not keep its clients
    return client


def find(client: _Client, seconds: float) -> None:
    """Wait until `client` knows a server that it may ask.

    Raises:
        NotPrimaryError: within `seconds` none of those that are there was it.
        TimeoutError: none answered by then.
        Exception: all of them have failed; what the driver raised at the one that tells most.
    """
    until = time.monotonic() + seconds
    while not (topology := client.topology_description).has_writable_server():
        known = topology.server_descriptions()
        found = [known[address] for address in sorted(known, key=str)]
        errors = [server.error for server in found if server.error is not None]
        if errors and len(errors) == len(found):
            raise _telling(errors)
        if time.monotonic() >= until:
            if any(server.is_server_type_known for server in found):
                raise NotPrimaryError
            raise _telling([TimeoutError(), *errors])
        time.sleep(LOOK_S)


def encrypted_at(client: Any) -> tuple[str, int]:
    """Where `client` speaks to its primary, or else to one of its servers, by TLS; ("", 0): without it."""
    if client.options.pool_options._ssl_context is None:  # which no public attribute tells
        return "", 0
    host, port = client.primary or min(client.nodes, default=("", 0))
    return host, port or 0


def _telling(errors: list[Exception]) -> Exception:
    return min(errors, key=lambda error: classify(error).state in LEAST)


def _close(backend: _Backend) -> None:
    """Let go of the client; `close` of this backend keeps it, with the failure that it remembers."""
    getattr(backend, "close_pool", backend.close)()
