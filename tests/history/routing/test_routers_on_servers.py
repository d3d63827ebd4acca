"""The routers over real replication, and over MongoDB's protocol."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django_site import Site
from mariadb_bed import MariadbBed
from routing_rig import APPS, NAIVE, OURS, SETTING, Chain, MakeSite

if TYPE_CHECKING:
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(180)]

HERE = Path(__file__).parent

Project = Callable[[Chain], Site]


@pytest.fixture(params=["mariadb_bed", "postgres_bed"])
def pair(request: pytest.FixtureRequest) -> "MariadbBed | PostgresBed":
    """A primary and its replica."""
    bed: MariadbBed | PostgresBed = request.getfixturevalue(request.param)
    return bed


@pytest.fixture
def project(pair: "MariadbBed | PostgresBed", mongo_bed: "MongoBed") -> Project:
    """`project(routers)`: default and replica1 on the pair, mongo on mongo; default is migrated."""

    def make(routers: Chain) -> Site:
        site = over(pair, mongo_bed, routers)
        site.call("router_scenarios:migrate", aliases=["default"])
        pair.catch_up()
        return site

    return make


def over(pair: "MariadbBed | PostgresBed", mongo: "MongoBed", routers: Chain) -> Site:
    """A project over empty databases."""
    aliases = pair.aliases(pair.new_database())
    databases = {
        "default": aliases["default"],
        "replica1": aliases["replica"],
        "mongo": mongo.alias(mongo.new_database()),
    }
    return Site(databases, apps=APPS, routers=routers, path=(HERE,), DEVDASH_ROUTERS=SETTING)


def test_own_writes_are_seen_while_the_replica_is_behind(
    project: Project, pair: "MariadbBed | PostgresBed"
) -> None:
    """All of them with ours, none with the naive ones."""
    for routers, expected in ((NAIVE, False), (OURS, True)):
        site = project(routers)
        pair.pause()
        try:
            seen = site.call("router_scenarios:write_and_read")
        finally:
            pair.resume()
        told = {seen[what] for what in ("atomic", "refresh", "after commit", "update", "related")}
        assert told == {expected}, (routers, seen)


def test_reads_go_to_the_replica_when_that_cannot_be_noticed(
    project: Project, pair: "MariadbBed | PostgresBed"
) -> None:
    """A process that has written nothing reads there: while it is behind, the old state."""
    site = project(OURS)
    site.call("router_scenarios:add_entry", title="old")
    pair.catch_up()
    pair.pause()
    try:
        site.call("router_scenarios:add_entry", title="new")
        assert site.call("router_scenarios:titles") == ["old"]
    finally:
        pair.resume()
    assert site.call("router_scenarios:titles") == ["new", "old"]


@pytest.mark.parametrize("pair", ["postgres_bed"], indirect=True)
def test_makemigrations_needs_no_replica(project: Project) -> None:
    """With ours a replica that is gone is not asked."""
    site = project(OURS)
    site.databases["replica1"]["PORT"] = 1
    assert not [told for told in site.call("router_scenarios:ask_for_migrations") if "replica1" in told]


def test_apps_on_mongo_work_like_others(site: MakeSite, mongo_bed: "MongoBed") -> None:
    """Stored, related to a person on default, found again, unique; and the check knows of the key."""
    one = site(OURS, mirrored=True)
    one.databases["mongo"] = mongo_bed.alias(mongo_bed.new_database())
    one.call("router_scenarios:migrate", aliases=["default", "mongo"])
    assert one.call("router_scenarios:live_on_mongo") == {
        "user": "ada",
        "again": "IntegrityError",
        "on default": False,
        "found": ["a"],
    }
    assert one.call("router_scenarios:findings") == [
        ["devdash_routers.W004", "The key of status.Note is a BigAutoField, and MongoDB does not count."]
    ]


def test_counters_on_mongo_lose_nothing_with_eight_processes(site: MakeSite, mongo_bed: "MongoBed") -> None:
    """By F()."""
    one = site(OURS)
    one.databases["mongo"] = mongo_bed.alias(mongo_bed.new_database())
    one.call("router_scenarios:migrate", aliases=["mongo"])
    one.call("router_scenarios:make_counter")
    calls = [one.start("router_scenarios:count_up", times=10) for _ in range(8)]
    for call in calls:
        call.answer(100)
    assert one.call("router_scenarios:counted") == 80


def test_naive_routers_cannot_migrate_mongo_at_all(site: MakeSite, mongo_bed: "MongoBed") -> None:
    """They admit auth there, whose keys MongoDB does not count; what is made then is half a project."""
    one = site(NAIVE)
    one.databases["mongo"] = mongo_bed.alias(mongo_bed.new_database())
    with pytest.raises(pytest.fail.Exception, match="without primary key value"):
        one.call("router_scenarios:migrate", aliases=["mongo"])
    assert "auth_user" in one.call("router_scenarios:tables", alias="mongo")


def test_migrating_a_replica_breaks_the_replication(
    bed_folder: Path, mongo_bed: "MongoBed", needs: Callable[[str], str]
) -> None:
    """Where the replica takes writes, naive routers let `migrate` write there; ours stop it."""
    for name, routers, survives in (("ours", OURS, True), ("naive", NAIVE, False)):
        bed = MariadbBed(bed_folder / name, needs)
        try:
            bed.start()
            bed.replica.sql("SET GLOBAL read_only = OFF", "SET GLOBAL gtid_strict_mode = OFF")
            site = over(bed, mongo_bed, routers)
            migrated = site.call("router_scenarios:try_to_migrate", alias="replica1")
            assert migrated is not survives
            site.call("router_scenarios:migrate", aliases=["default"])
            if survives:
                bed.catch_up()
                assert bed.replication() == "running"
            else:
                bed.wait_until_broken()
                assert bed.replication().split()[0] != "0"
        finally:
            bed.stop()
