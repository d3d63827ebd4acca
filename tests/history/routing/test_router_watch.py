"""Replicas are looked after where nobody else does: down, lagging, hanging, and back after a while."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django_site import Site
from ground import settled
from mariadb_bed import USER
from routing_rig import APPS, OURS, SETTING, MakeSite

from devdash.history.routers import ReplicaHealth
from devdash.history.routers.lag import Lag
from devdash.history.routers.watch import PATIENCE_S, Watch

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

HERE = Path(__file__).parent


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Replica:
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.says: Lag | Exception = Lag(0.0)

    def __call__(self, alias: str) -> Lag:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def watched() -> tuple[Watch, Replica, ReplicaHealth, Hand]:
    """A watch of a replica that may be 10 s behind, with its clock in hand."""
    hand, replica = Hand(), Replica()
    health = ReplicaHealth(rest=30, recoveries=2, clock=hand)
    return Watch("replica", health, 10.0, ask=replica, clock=hand), replica, health, hand


def test_a_replica_that_does_not_answer_is_down_at_once() -> None:
    """And its driver's words, which may hold a password, are told to nobody."""
    watch, replica, health, _ = watched()
    replica.says = OperationalError("canary")
    watch.look()
    assert health.down()["replica"].reason == "OperationalError"


def test_a_replica_that_is_too_far_behind_is_down_and_one_without_replication_too() -> None:
    """Up to what is allowed it is read."""
    for lag, up in ((Lag(9.0), True), (Lag(11.0), False), (Lag(None), False), (Lag(0.0, known=False), True)):
        watch, replica, health, _ = watched()
        replica.says = lag
        watch.look()
        assert health.is_up("replica") is up, lag


def test_it_is_read_again_when_it_has_held_out() -> None:
    """Two good looks and 30 s: one that comes and goes is not read every other moment."""
    watch, replica, health, hand = watched()
    replica.says = OperationalError()
    watch.look()
    replica.says = Lag(0.0)
    watch.look()
    watch.look()
    assert not health.is_up("replica")
    hand.now += 30
    watch.look()
    assert health.is_up("replica")


def test_a_look_that_hangs_counts_as_no_answer() -> None:
    """Somebody else notices, for the thread itself cannot."""
    watch, _, health, hand = watched()
    assert not watch.overdue()
    watch._began = hand.now
    hand.now += PATIENCE_S - 1
    assert not watch.overdue()
    hand.now += 2
    assert watch.overdue()
    assert health.down()["replica"].reason == "no answer"


def test_the_allowed_lag_has_a_lower_way_back() -> None:
    """A third of it, unless it is said."""
    health = ReplicaHealth(rest=0, recoveries=1)
    health.allow(60)
    health.report_lag("replica", 61)
    health.report_lag("replica", 21)
    assert not health.is_up("replica")
    health.report_lag("replica", 20)
    assert health.is_up("replica")


WATCHED = {**SETTING, "WATCH": 0.1}


def test_in_a_project_reads_fall_back_by_themselves(site: MakeSite, tmp_path: Path) -> None:
    """Nobody tells anything: the first read begins the watch, and reads go to default soon."""
    gone = str(tmp_path / "not there" / "file")
    told = site(OURS, replica1=gone, setting=WATCHED).call("watch_scenarios:watch", alias="replica1")
    threads = ["watch replica1", "watch the watches"]
    assert told == {"first": "default", "then": "default", "threads": threads}


def test_a_replica_is_read_once_a_look_has_come_back(site: MakeSite) -> None:
    """Of one that is dead, or hangs, not even the first query of a process fails."""
    told = site(OURS, setting=WATCHED).call("watch_scenarios:first_reads", alias="replica1")
    assert told == {"before": ["default"] * 3, "then": "replica1"}


def test_without_the_setting_nothing_looks(site: MakeSite) -> None:
    """No thread, no connection."""
    assert site(OURS).call("watch_scenarios:fork") == [[], "[] []"]


def test_a_forked_process_watches_for_itself(site: MakeSite) -> None:
    """Servers fork after they have imported the settings; no thread comes along."""
    both = ["watch replica1", "watch the watches"]
    assert site(OURS, setting=WATCHED).call("watch_scenarios:fork") == [both, f"[] {both}"]


@pytest.mark.xdist_group("beds")
def test_mariadb_says_how_far_it_is_behind(mariadb_bed: "MariadbBed") -> None:
    """To who may ask; to others it says nothing, and that is no fault of the replica's."""
    aliases = mariadb_bed.aliases(mariadb_bed.new_database())
    one = Site({"default": aliases["default"], "replica1": aliases["replica"]}, apps=APPS, path=(HERE,))
    mariadb_bed.primary.sql(f"REVOKE SLAVE MONITOR ON *.* FROM {USER}@'127.0.0.1'")
    mariadb_bed.catch_up()
    assert one.call("watch_scenarios:lag", alias="replica1") == [0.0, False]
    mariadb_bed.primary.sql(f"GRANT SLAVE MONITOR ON *.* TO {USER}@'127.0.0.1'")
    mariadb_bed.catch_up()
    assert one.call("watch_scenarios:lag", alias="replica1") == [0.0, True]
    mariadb_bed.pause()
    try:
        assert one.call("watch_scenarios:lag", alias="replica1") == [None, True]
    finally:
        mariadb_bed.resume()


@pytest.mark.xdist_group("beds")
def test_postgresql_says_how_far_it_is_behind(postgres_bed: "PostgresBed") -> None:
    """Caught up and idle is not behind; held up and something waiting is."""
    aliases = postgres_bed.aliases(postgres_bed.new_database())
    one = Site({"default": aliases["default"], "replica1": aliases["replica"]}, apps=APPS, path=(HERE,))
    assert one.call("watch_scenarios:lag", alias="replica1") == [0.0, True]
    assert one.call("watch_scenarios:lag", alias="default") == [0.0, True]
    postgres_bed.pause()
    try:
        postgres_bed.primary.sql("CREATE TABLE held_up (x int)")
        waiting = "SELECT pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn()"
        settled(lambda: postgres_bed.replica.sql(waiting) == [(True,)], "something waits")
        seconds, known = one.call("watch_scenarios:lag", alias="replica1")
        assert known and seconds > 0
    finally:
        postgres_bed.resume()
    postgres_bed.primary.sql("DROP TABLE held_up")
