"""What servers say of themselves, and how far replicas are behind: asked of real ones."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pymysql
import pytest
from following_rig import Make, Watch, let_monitor, watching, write
from ground import settled
from projects_rig import django_project

from devdash_databases.chronicle import Chronicle
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.projects import ProjectProber
from devdash_databases.questions import asked
from devdash_databases.replication import Following
from devdash_databases.states import State

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(180)]


@pytest.fixture(params=["mariadb_bed", "postgres_bed"])
def pair(request: pytest.FixtureRequest) -> "MariadbBed | PostgresBed":
    """A primary and its replica."""
    bed: MariadbBed | PostgresBed = request.getfixturevalue(request.param)
    return bed


@pytest.fixture
def watch(context: Make, tmp_path: Path) -> Watch:
    """See `watching`."""
    return watching(context, tmp_path)


async def test_an_idle_replica_is_not_behind(pair: "MariadbBed | PostgresBed", watch: Watch) -> None:
    """However long nothing was written: its own number grows there, on PostgreSQL."""
    watched = watch(pair, pair.new_database())
    for _ in range(3):
        replica = await watched.read(after_s=3600)
        assert (replica.state, replica.lag_s, replica.lag_by) == (Following.FOLLOWS, 0.0, "position")
        assert replica.source == "shop/default"
    assert watched.observed["shop/default"].role == "primary"
    assert watched.observed["shop/replica"].read_only is True


async def test_what_was_written_and_not_applied_counts_from_when_it_was_seen(
    pair: "MariadbBed | PostgresBed", watch: Watch
) -> None:
    """While replay is paused the lag grows with the clock; afterwards it is 0 again."""
    database = pair.new_database()
    watched = watch(pair, database)
    await watched.read()
    pair.pause()
    try:
        write(pair, database, "CREATE TABLE t (x int)")
        lags = [(await watched.read()).lag_s for _ in range(3)]
        behind = (await watched.read()).behind
    finally:
        pair.resume()
    assert lags == [0.0, 15.0, 30.0]
    assert behind
    after = await watched.read()
    assert (after.state, after.lag_s, after.behind) == (Following.FOLLOWS, 0.0, 0)


async def test_a_frozen_primary_s_replica_is_not_said_to_be_up_to_date(
    pair: "MariadbBed | PostgresBed", watch: Watch
) -> None:
    """The replica itself says so: threads run, 0 s behind. Nobody can know."""
    watched = watch(pair, pair.new_database(), ping_timeout=2)
    await watched.read()
    with pair.primary.server.frozen():
        replica = await watched.read()
    assert "shop/default" not in watched.observed
    assert (replica.state, replica.lag_s) == (Following.UNKNOWN, None)
    assert replica.source == "shop/default"


async def test_a_paused_standby_is_told(postgres_bed: "PostgresBed", watch: Watch) -> None:
    """The primary still says streaming."""
    watched = watch(postgres_bed, postgres_bed.new_database())
    postgres_bed.pause()
    try:
        replica = await watched.read()
    finally:
        postgres_bed.resume()
    assert (replica.state, replica.receiving, replica.applying) == (Following.PAUSED, True, False)


async def test_a_standby_whose_primary_is_gone_has_stopped(postgres_bed: "PostgresBed", watch: Watch) -> None:
    """There is no receiver any more."""
    watched = watch(postgres_bed, postgres_bed.new_database())
    await watched.read()
    postgres_bed.primary.server.stop(signal.SIGINT)
    try:
        replica = await watched.read()
    finally:
        postgres_bed.primary.server.start()
        postgres_bed.primary.server.wait_until(postgres_bed.primary.answers)
        settled(lambda: postgres_bed.replication() == "running", "the standby streams again")
    assert (replica.state, replica.receiving) == (Following.STOPPED, False)


@pytest.fixture
def monitor(mariadb_bed: "MariadbBed") -> dict[str, str]:
    """A user who may ask for everything."""
    return let_monitor(mariadb_bed)


async def test_broken_replication_is_told_with_its_code(
    mariadb_bed: "MariadbBed", monitor: dict[str, str], watch: Watch
) -> None:
    """A row that somebody wrote into the replica: error 1062, and no word of the row."""
    database = mariadb_bed.new_database()
    watched = watch(mariadb_bed, database, **monitor)
    write(mariadb_bed, database, "CREATE TABLE t (x int PRIMARY KEY)")
    mariadb_bed.catch_up()
    assert (await watched.read()).state is Following.FOLLOWS
    mariadb_bed.replica.sql("SET sql_log_bin = 0", f"INSERT INTO {database}.t VALUES (4711)")
    try:
        write(mariadb_bed, database, "INSERT INTO t VALUES (4711)")
        mariadb_bed.wait_until_broken()
        replica = await watched.read()
        later = await watched.read()
    finally:
        mariadb_bed.replica.sql(
            "SET sql_log_bin = 0", f"DELETE FROM {database}.t", "STOP SLAVE", "START SLAVE"
        )
        mariadb_bed.catch_up()
    assert (replica.state, replica.code, replica.applying) == (Following.BROKEN, "1062", False)
    assert (later.lag_s, later.behind) == (15.0, 1)
    assert "4711" not in repr(replica)


async def test_a_replica_whose_primary_is_gone_tries_again(
    mariadb_bed: "MariadbBed", monitor: dict[str, str], watch: Watch
) -> None:
    """It has an error, which is told, and is not broken: it goes on by itself."""
    watched = watch(mariadb_bed, mariadb_bed.new_database(), **monitor)
    assert (await watched.read()).state is Following.FOLLOWS
    mariadb_bed.primary.server.stop()
    try:
        settled(lambda: mariadb_bed.replication().endswith(" 2003"), "the replica tries in vain")
        replica, gone = await watched.read(), watched.pings["shop/default"]
    finally:
        mariadb_bed.primary.start()
        settled(lambda: mariadb_bed.replication() == "running", "the replica goes on")
    assert (replica.state, replica.code, replica.receiving) == (Following.STOPPED, "2003", False)
    assert (gone.state, gone.vendor) == (State.REFUSED, "mariadb")
    assert gone.version, "what it was when it last answered is still known"
    assert (await watched.read()).state is Following.FOLLOWS


async def test_a_replica_that_is_told_to_stay_behind_says_so(
    mariadb_bed: "MariadbBed", monitor: dict[str, str], watch: Watch
) -> None:
    """It is behind nevertheless; why, is told with it."""
    watched = watch(mariadb_bed, mariadb_bed.new_database(), **monitor)
    mariadb_bed.replica.sql("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY=3600", "START SLAVE")
    try:
        replica = await watched.read()
    finally:
        mariadb_bed.replica.sql("STOP SLAVE", "CHANGE MASTER TO MASTER_DELAY=0", "START SLAVE")
    assert (replica.state, replica.delay_s) == (Following.FOLLOWS, 3600.0)


async def test_a_stopped_replica_and_one_that_may_be_written_to(
    mariadb_bed: "MariadbBed", monitor: dict[str, str], watch: Watch
) -> None:
    """It is a replica because it follows, not because it refuses writes."""
    watched = watch(mariadb_bed, mariadb_bed.new_database(), **monitor)
    mariadb_bed.replica.sql("STOP SLAVE", "SET GLOBAL read_only = 0")
    try:
        replica = await watched.read()
    finally:
        mariadb_bed.replica.sql("SET GLOBAL read_only = 1", "START SLAVE")
    assert (replica.state, replica.receiving, replica.applying) == (Following.STOPPED, False, False)
    seen = watched.observed["shop/replica"]
    assert (seen.role, seen.read_only) == ("replica", False)


async def test_what_a_server_tells_of_itself(pair: "MariadbBed | PostgresBed", watch: Watch) -> None:
    """Connections, size and age; without TLS that is said, and not left open."""
    database = pair.new_database()
    write(pair, database, "CREATE TABLE t (x int)")
    watched = watch(pair, database)
    await watched.read()
    primary = watched.observed["shop/default"]
    assert primary.used is not None
    assert primary.allowed is not None
    assert 1 <= primary.used < primary.allowed
    assert primary.size_bytes is not None
    assert primary.size_bytes > 1000
    assert primary.uptime_s is not None
    assert primary.tls == ""
    drivers = {"mariadb": f"pymysql {pymysql.VERSION_STRING}", "postgresql": f"psycopg {psycopg.__version__}"}
    assert watched.pings["shop/default"].driver == drivers[pair.vendor]


async def test_what_mongodb_tells_of_itself(context: Make, tmp_path: Path, mongo_bed: "MongoBed") -> None:
    """Topology, role, wire version, connections and size."""
    alias = mongo_bed.alias(mongo_bed.new_database())
    folder = django_project(tmp_path / "shop", f"DATABASES = {{'default': {alias!r}}}\n")
    made = context()
    prober, chronicle = ProjectProber(Project(path=folder), DatabasesConfig(), made), Chronicle(made)
    pings = await prober.ping(None, asked(seldom=True))
    assert [ping.state.value for ping in pings] == ["ok"]
    chronicle.note(pings, whole=True)
    told = chronicle.observed("shop/default")
    assert (told.role, told.read_only, told.follower) == ("primary", False, None)
    assert told.topology.startswith("replica set ")
    assert told.wire_version is not None
    assert told.used is not None
    assert told.uptime_s is not None
    assert told.size_bytes is not None


async def test_when_a_server_s_certificate_ends(
    postgres_bed: "PostgresBed", watch: Watch, tmp_path: Path, needs: Callable[[str], str]
) -> None:
    """PostgreSQL's drivers do not tell; where nothing is encrypted there is none to look at."""
    database, data = postgres_bed.new_database(), postgres_bed.primary.data
    key, certificate = data / "server.key", data / "server.crt"
    made = (needs("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "9")
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    key.chmod(0o600)
    for file in (key, certificate):
        os.chown(file, data.stat().st_uid, data.stat().st_gid)
    watched = watch(postgres_bed, database)
    await watched.read()
    assert watched.observed["shop/default"].certificate_end is None
    postgres_bed.primary.sql("ALTER SYSTEM SET ssl = on")
    try:
        postgres_bed.primary.sql("SELECT pg_reload_conf()")
        settled(lambda: postgres_bed.primary.sql("SHOW ssl") == [("on",)], "TLS is on")
        watched = watch(postgres_bed, database, place="again")
        await watched.read()
        seen = watched.observed["shop/default"]
    finally:
        postgres_bed.primary.sql("ALTER SYSTEM RESET ssl")
        postgres_bed.primary.sql("SELECT pg_reload_conf()")
    assert seen.tls is not None
    assert seen.tls.startswith("TLSv1")
    assert seen.certificate_end is not None
    assert 8.9 < (seen.certificate_end - time.time()) / 86400 < 9.1
