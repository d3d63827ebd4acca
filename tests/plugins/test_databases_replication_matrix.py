"""What is said of a replica in each state that replication can be in, made for real.

`pytest --snapshot-update` on this file writes the table in docs/databases.md anew.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fault_page import NOTHING, Table
from following_rig import Make, Watched, let_monitor, watching, write
from ground import settled

from devdash_databases.replication import ReplicationFacts

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

    Pair = MariadbBed | PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(180)]

BEDS = {"MariaDB": "mariadb_bed", "PostgreSQL": "postgres_bed"}
TABLE = Table("the replication matrix", tuple(BEDS), "what is the matter")


class Scene:
    """A pair of servers with a table, and the pane that watches them.

    Attributes:
        pair: the servers.
        watched: what the pane reads.
    """

    def __init__(self, pair: "Pair", watched: Watched, database: str) -> None:
        self.pair = pair
        self.watched = watched
        self._database = database

    def write(self, statement: str = "INSERT INTO t VALUES (1)") -> None:
        """Something for the replica to follow."""
        write(self.pair, self._database, statement)

    def at_replica(self, statement: str) -> None:
        """Something that the primary does not know of."""
        assert self.pair.vendor == "mariadb"
        self.pair.replica.sql("SET sql_log_bin = 0", f"USE {self._database}", statement)

    def on_replica(self, *statements: str) -> None:
        """Tell the replica's server something."""
        for statement in statements:
            self.pair.replica.sql(statement)

    async def after_a_write(self) -> str:
        """What is said half a minute after something was written."""
        self.write()
        await self.watched.read()
        await self.watched.read()
        return await self.said()

    async def said(self, *, after_s: float = 15.0) -> str:
        """What is said a reading later."""
        return words_of(await self.watched.read(after_s=after_s))


def words_of(following: ReplicationFacts) -> str:
    """A cell of the table."""
    behind = "no lag is told" if following.lag_s is None else f"{following.lag_s:.0f} s behind"
    code = f" (error {following.code})" if following.code else ""
    told = f", told to stay {following.delay_s:.0f} s" if following.delay_s else ""
    return f"{following.state.value}, {behind}{told}{code}"


State = Callable[[Scene], Awaitable[str]]
STATES: dict[str, tuple[State, tuple[str, ...]]] = {}
"""What is the matter, by its words in the table; how it is made, and for which vendors."""


def state(words: str, vendors: tuple[str, ...] = tuple(BEDS)) -> Callable[[State], State]:
    """Put a state into the table."""

    def keep(make: State) -> State:
        STATES[words] = (make, vendors)
        return make

    return keep


@state("nothing was written for an hour")
async def _idle(scene: Scene) -> str:
    return await scene.said(after_s=3600)


@state("it is told to stay an hour behind")
async def _delayed(scene: Scene) -> str:
    if scene.pair.vendor == "mariadb":
        change = ("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY={}", "START SLAVE")
    else:
        change = ("ALTER SYSTEM SET recovery_min_apply_delay = '{}s'", "SELECT pg_reload_conf()")
    scene.on_replica(*(one.format(3600) for one in change))
    if scene.pair.vendor != "mariadb":
        # It reloads when it gets to that; where a new session sees it, replay has been told as well.
        while scene.pair.replica.sql("SHOW recovery_min_apply_delay") != [("1h",)]:
            await asyncio.sleep(0.01)
    try:
        return await scene.after_a_write()
    finally:
        scene.on_replica(*(one.format(0) for one in change))


@state("its replay is stopped")
async def _paused(scene: Scene) -> str:
    scene.pair.pause()
    try:
        return await scene.after_a_write()
    finally:
        scene.pair.resume()


@state("the primary is frozen")
async def _frozen(scene: Scene) -> str:
    with scene.pair.primary.server.frozen():
        return await scene.said()


@state("the same, while something is not applied that was written before")
async def _frozen_behind(scene: Scene) -> str:
    scene.pair.pause()
    try:
        scene.write()
        await scene.watched.read()
        with scene.pair.primary.server.frozen():
            return await scene.said()
    finally:
        scene.pair.resume()


@state("the primary is gone")
async def _gone(scene: Scene) -> str:
    pair = scene.pair
    pair.primary.server.stop(signal.SIGINT if pair.vendor == "postgresql" else signal.SIGTERM)
    try:
        settled(lambda: not receives(pair), "the replica notices")
        return await scene.said()
    finally:
        pair.primary.server.start()
        pair.primary.server.wait_until(pair.primary.answers)
        settled(lambda: receives(pair), "the replica receives again")


def receives(pair: "Pair") -> bool:
    """Whether the replica is connected to its primary."""
    if pair.vendor == "mariadb":
        return pair.replica.sql("SHOW SLAVE STATUS")[0]["Slave_IO_Running"] == "Yes"
    return pair.replica.sql("SELECT status FROM pg_stat_wal_receiver") == [("streaming",)]


@state("a row is there already", ("MariaDB",))
async def _broken(scene: Scene) -> str:
    scene.at_replica("INSERT INTO t VALUES (1)")
    try:
        scene.write()
        scene.pair.wait_until_broken()
        await scene.watched.read()
        return await scene.said()
    finally:
        scene.at_replica("DELETE FROM t")
        scene.on_replica("STOP SLAVE", "START SLAVE")


@state("its user may not log in any more", ("MariaDB",))
async def _refused(scene: Scene) -> str:
    scene.pair.primary.sql("SET sql_log_bin = 0", "ALTER USER repl@'127.0.0.1' ACCOUNT LOCK")
    scene.on_replica("STOP SLAVE IO_THREAD", "START SLAVE IO_THREAD")
    try:
        settled(lambda: scene.pair.replication() == "0 4151", "the replica is refused")
        scene.write()
        await scene.watched.read()
        return await scene.said()
    finally:
        scene.pair.primary.sql("SET sql_log_bin = 0", "ALTER USER repl@'127.0.0.1' ACCOUNT UNLOCK")
        scene.on_replica("STOP SLAVE", "START SLAVE")


@state("it takes writes", ("MariaDB",))
async def _writable(scene: Scene) -> str:
    scene.on_replica("SET GLOBAL read_only = 0")
    try:
        said = await scene.said()
    finally:
        scene.on_replica("SET GLOBAL read_only = 1")
    return f"{said}; it is {role_of(scene, 'replica')}"


@state("its primary refuses writes")
async def _read_only(scene: Scene) -> str:
    mariadb = scene.pair.vendor == "mariadb"
    change = (
        ("SET GLOBAL read_only = {}",)
        if mariadb
        else ("ALTER SYSTEM SET default_transaction_read_only = {}", "SELECT pg_reload_conf()")
    )
    for one in change:
        scene.pair.primary.sql(one.format("on"))
    try:
        said = await scene.said()
        role = role_of(scene, "default")
    finally:
        for one in change:
            scene.pair.primary.sql(one.format("off"))
    return f"{said}; its primary is {role}"


def role_of(scene: Scene, alias: str) -> str:
    """What is said of an alias beside how it follows."""
    seen = scene.watched.observed[f"shop/{alias}"]
    return f"a {seen.role} that {'refuses' if seen.read_only else 'takes'} writes"


@pytest.fixture(scope="module")
def matrix(request: pytest.FixtureRequest) -> Iterator[dict[tuple[str, str], str]]:
    """Collects what is said; with --snapshot-update the page is written anew."""
    cells: dict[tuple[str, str], str] = {}
    yield cells
    if request.config.option.update_snapshots:
        TABLE.write(tuple(STATES), cells)


CASES = [(words, vendor) for words, (_, vendors) in STATES.items() for vendor in vendors]


@pytest.mark.parametrize(("words", "vendor"), CASES)
async def test_replication_is_what_the_page_says(
    context: Make,
    tmp_path: Path,
    matrix: dict[tuple[str, str], str],
    request: pytest.FixtureRequest,
    words: str,
    vendor: str,
) -> None:
    """Read before, by a user who may ask, so that the positions have a past; and well again afterwards."""
    pair: Pair = request.getfixturevalue(BEDS[vendor])
    database = pair.new_database()
    user = let_monitor(pair) if pair.vendor == "mariadb" else {}
    scene = Scene(pair, watching(context, tmp_path)(pair, database, **user), database)
    scene.write("CREATE TABLE t (x int PRIMARY KEY)")
    pair.catch_up()
    assert await scene.said() == "follows, 0 s behind"
    matrix[words, vendor] = told = await STATES[words][0](scene)
    pair.catch_up()
    assert await scene.said() == "follows, 0 s behind"
    if not request.config.option.update_snapshots:
        assert told == TABLE.cells().get((words, vendor))


def test_the_page_has_all_of_them_and_no_others(request: pytest.FixtureRequest) -> None:
    """A cell that no test makes is a dash."""
    if request.config.option.update_snapshots:
        return  # it is written after this
    told = TABLE.cells()
    assert {words for words, _ in told} == set(STATES)
    assert {key for key, cell in told.items() if cell != NOTHING} == set(CASES)
