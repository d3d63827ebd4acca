"""What is wrong with MongoDB is told when it is known, and not when the driver's patience ends."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pymongo
import pytest
from fault_ground import Make, Told, alias
from fault_server import GARBAGE, FaultServer, bad_certificate, mongo, mute, says
from ground import free_port

from devdash_databases.probing.failures import classify
from devdash_databases.probing.mongo import NotPrimaryError, find
from devdash_databases.states import State

pytestmark = pytest.mark.timeout(60)

HOUR = 3600.0
"""Far more than a test may take: who waits for it fails."""


@contextmanager
def client(*ports: int, **options: Any) -> Iterator[pymongo.MongoClient[dict[str, object]]]:
    """A client that would look for its servers for an hour."""
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    made: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
        f"mongodb://{hosts}/", serverSelectionTimeoutMS=3600_000, **options
    )
    with made:
        yield made


async def told(one: pymongo.MongoClient[dict[str, object]], seconds: float = HOUR) -> State:
    """The state of what `find` raises."""
    with pytest.raises(Exception) as raised:  # whatever the driver raises
        await asyncio.to_thread(find, one, seconds)
    return classify(raised.value).state


async def test_a_closed_port_is_told_at_once() -> None:
    """As MariaDB's and PostgreSQL's drivers do."""
    with client(free_port()) as one:
        assert await told(one) is State.REFUSED


async def test_a_certificate_that_is_not_trusted_is_told_at_once(tmp_path: Path) -> None:
    """It will not be trusted later either, and is never told as a server that is silent."""
    async with FaultServer(mongo(), tls=bad_certificate(tmp_path)) as server:
        with client(server.port, tls=True) as one:
            assert await told(one) is State.TLS


@pytest.mark.parametrize("first", [True, False])
async def test_of_several_servers_the_one_tells_that_says_most(first: bool) -> None:
    """Another that is down says little beside it, wherever it stands."""
    async with FaultServer(says(GARBAGE, first=False)) as server:
        closed = free_port()
        ports = (server.port, closed) if first else (closed, server.port)
        with client(*ports) as one:
            assert await told(one) is State.PROTOCOL


async def test_a_silent_server_is_waited_for_beside_one_that_is_down() -> None:
    """Only that one may still come."""
    async with FaultServer(mute) as server:
        with client(server.port, free_port()) as one:
            assert await told(one, 0.3) is State.TIMEOUT


async def test_servers_without_a_primary_are_waited_for() -> None:
    """An election may be on; and they are there, so it is not said that they are silent."""
    talk = mongo(ismaster=False, secondary=True, setName="rs", hosts=["127.0.0.1:1"])
    async with FaultServer(talk) as server:
        with client(server.port, replicaSet="rs") as one, pytest.raises(NotPrimaryError):
            await asyncio.to_thread(find, one, 0.3)


ANSWERS: dict[str, dict[str, object]] = {
    "buildinfo": {"ok": 1.0, "version": "7.0.0", "versionArray": [7, 0, 0, 0]},
    "listcollections": {"ok": 1.0, "cursor": {"id": 0, "ns": "x.$cmd.listCollections", "firstBatch": []}},
}


async def test_a_server_that_is_there_again_is_not_told_by_what_was_before(context: Make) -> None:
    """The client that saw it fail remembers that for ten seconds."""
    port = free_port()
    it = Told(context(name="databases"), alias("MongoDB", port))
    said: list[str] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(FaultServer(mongo(answers=ANSWERS), port=port))
        said.append(await it.state())
    said.append(await it.state())
    async with FaultServer(mongo(answers=ANSWERS), port=port):
        said.extend([await it.state(), await it.state()])
    assert said == ["ok", "refused", "ok", "ok"]


async def test_a_server_that_was_restarted_between_two_pings_is_well(context: Make) -> None:
    """The connection that was kept is tried, and then a fresh one, as on the SQL servers."""
    port = free_port()
    it = Told(context(name="databases"), alias("MongoDB", port))
    said: list[str] = []
    for _ in range(2):
        async with FaultServer(mongo(answers=ANSWERS), port=port):
            said.append(await it.state())
    assert said == ["ok", "ok"]
