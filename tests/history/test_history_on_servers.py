"""The history on real servers: shared by hosts, read from a replica, partly on MongoDB."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from shared_store import NOW, SharedWorker, alert, sample, status

from devdash.contract.levels import Level
from devdash.history.wire import State

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(120)]

Databases = Mapping[str, Mapping[str, object]]
Open = Callable[..., SharedWorker]


@pytest.fixture(params=["mariadb_bed", "postgres_bed"])
def pair(request: pytest.FixtureRequest) -> "MariadbBed | PostgresBed":
    """A primary and its replica."""
    bed: MariadbBed | PostgresBed = request.getfixturevalue(request.param)
    return bed


@pytest.fixture(params=["one kind", "with mongo"])
def databases(request: pytest.FixtureRequest, pair: "MariadbBed | PostgresBed") -> Databases:
    """Empty databases: `default`, `replica`, and perhaps `mongo`."""
    aliases = pair.aliases(pair.new_database())
    if request.param == "with mongo":
        mongo: MongoBed = request.getfixturevalue("mongo_bed")
        aliases["mongo"] = mongo.alias(mongo.new_database())
    return aliases


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Open]:
    """`hosts(databases, "a", "b")`: an open worker of each host; ended with the test."""
    made: list[SharedWorker] = []

    def make(databases: Databases, *names: str) -> list[SharedWorker]:
        some = [SharedWorker(tmp_path, databases, name) for name in names]
        made.extend(some)
        for one in some:
            one.send_open()
        for one in some:
            opened = one.opened()
            assert opened.state is State.READY, opened
        return some

    yield make
    for worker in made:
        worker.end()


def test_everything_that_is_kept_comes_back(hosts: Open, databases: Databases) -> None:
    """Alerts, samples and levels, stored twice and there once; asked by who wrote, at once."""
    (box,) = hosts(databases, "box")
    records = [
        alert("a1"),
        *(sample(NOW + step * 10, float(step)) for step in range(100)),
        status("s1", NOW, Level.OK),
        status("s2", NOW + 600, Level.CRITICAL),
    ]
    for _ in range(2):
        told = box.ingest(*records)
        assert (told.samples, told.events, told.spoilt) == (100, 3, 0)
    assert [one.text for one in box.events() if one.kind == "alert"] == ["ﬁre a1 ü"]
    assert box.counters()["box", "alert.fired"] == 1
    (series,) = box.infos()
    assert (series.count, series.least, series.most, series.mean) == (100, 0.0, 99.0, pytest.approx(49.5))
    (up,) = box.uptime()
    assert up.ok_s == 600.0


def test_roll_ups_leave_what_is_asked_the_same(hosts: Open, databases: Databases) -> None:
    """After raw samples are purged as well."""
    (box,) = hosts(databases, "box")
    # What comes late is kept for longer, so these come in time.
    began = time.time() - 1800
    box.ingest(*(sample(began + step * 30, float(step)) for step in range(60)))
    (before,) = box.infos()
    done = box.housekeep(began + 5 * 86_400)
    assert done.rolled_up > 0 and done.purged > 0
    (after,) = box.infos()
    assert (after.count, after.least, after.most, after.mean, after.latest) == (
        (before.count, before.least, before.most, pytest.approx(before.mean), before.latest)
    )


def test_eight_processes_lose_no_count(hosts: Open, databases: Databases) -> None:
    """Each stores alerts of its own and those that all store, at the same time, of one host."""
    eight = hosts(databases, *["box"] * 8)
    common = [alert(f"common{number}") for number in range(10)]
    calls = []
    for number, one in enumerate(eight):
        own = [alert(f"own{number}-{step}") for step in range(10)]
        calls.append((one, one.send_records(own + common)))
    for one, call in calls:
        assert one.stored(call).events == 20
    assert eight[0].counters()["box", "alert.fired"] == 8 * 10 + 10


def test_two_hosts_share_one_store(hosts: Open, databases: Databases) -> None:
    """Who asks sees both, or its own; equal records of two hosts do not meet."""
    one, other = hosts(databases, "one", "other")
    for host, worker in (("one", one), ("other", other)):
        worker.ingest(alert(f"{host}-1"), sample(NOW, 1.0), sample(NOW + 10, 2.0))
    for host, worker in (("one", one), ("other", other)):
        assert {event.host for event in worker.events(this_host=True)} == {host}
        assert worker.counters(this_host=True) == {(host, "alert.fired"): 1}
        assert [series.count for series in worker.infos()] == [2]


def test_reads_go_to_the_replica_and_never_miss_what_they_wrote(
    hosts: Open, pair: "MariadbBed | PostgresBed"
) -> None:
    """While the replica is behind, a writer sees its rows and another process does not; then both do."""
    writer, reader = hosts(pair.aliases(pair.new_database()), "box", "box")
    pair.catch_up()
    pair.pause()
    try:
        writer.ingest(alert("new"))
        assert len(writer.events()) == 1
        assert reader.events() == ()
    finally:
        pair.resume()
    assert len(reader.events()) == 1


def test_a_replica_that_dies_costs_no_answer(hosts: Open, pair: "MariadbBed | PostgresBed") -> None:
    """Who has read from it, and who comes later, is answered by the primary, with what is new there."""
    aliases = pair.aliases(pair.new_database())
    writer, reader = hosts(aliases, "box", "box")
    writer.ingest(alert("before"))
    pair.catch_up()
    assert len(reader.events()) == 1
    pair.stop_replica()
    try:
        writer.ingest(alert("after"))
        assert len(reader.events()) == 2
        assert len(reader.infos()) == 0
        (late,) = hosts(aliases, "late")
        assert len(late.events()) == 2
    finally:
        pair.start_replica()


def test_a_primary_that_went_away_is_a_state(
    hosts: Open, pair: "MariadbBed | PostgresBed", tmp_path: Path
) -> None:
    """Nothing listens there: the worker says so and goes on living."""
    aliases = pair.aliases(pair.new_database())
    aliases["default"]["PORT"] = 1
    worker = SharedWorker(tmp_path, aliases, "box")
    try:
        worker.send_open()
        told = worker.opened()
        assert told.state is State.SERVER_DOWN
        assert "127.0.0.1" not in told.message + told.hint
    finally:
        worker.end()
