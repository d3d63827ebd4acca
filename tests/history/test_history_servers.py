"""The same store on MariaDB and PostgreSQL, each with a replica, and with samples and levels on MongoDB."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from store_rig import DAY, Worker, number

from devdash.contract.errors import WorkerFailed
from devdash.contract.levels import Level
from devdash.history.wire import AlertRecord, Opened, Record, State, StatusRecord

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

pytestmark = [pytest.mark.xdist_group("beds"), pytest.mark.timeout(180)]

START = 1_790_000_000.0 // 3600 * 3600
HOUR = 3600.0

Databases = dict[str, dict[str, object]]
Start = Callable[..., Worker]


@pytest.fixture(params=["mariadb_bed", "postgres_bed"])
def pair(request: pytest.FixtureRequest) -> "MariadbBed | PostgresBed":
    """A primary and its replica."""
    bed: MariadbBed | PostgresBed = request.getfixturevalue(request.param)
    return bed


@pytest.fixture
def pair_databases(pair: "MariadbBed | PostgresBed") -> Databases:
    """`default` and `replica`, empty."""
    return pair.aliases(pair.new_database())


def some(part: int, *, size: int = 60) -> list[Record]:
    """A batch: an alert, a level and numbers of ten minutes."""
    begin = START + part * 600
    return [
        AlertRecord(f"a{part}", begin, "p", "low", "", "fired", Level.ATTENTION, "größer als 3 🔋"),
        StatusRecord(f"s{part}", begin, "p", Level.OK if part % 4 else Level.CRITICAL, "fine"),
        *(number(begin + i * 600 / size, float(part * size + i)) for i in range(size)),
    ]


def check(worker: Worker, parts: int) -> None:
    """That all of `parts` are there, once, in every answer."""
    values = [float(i) for i in range(parts * 60)]
    (info,) = worker.infos("p")
    assert (info.count, info.least, info.most, info.latest) == (len(values), 0.0, values[-1], values[-1])
    assert info.mean == pytest.approx(sum(values) / len(values))
    assert worker.counters()[("p", "alert.fired")] == parts
    assert len(worker.events(text="GRÖßER")) == parts
    up = worker.uptime(START, START + parts * 600)["p"]
    assert (up.ok_s, up.critical_s) == (parts * 3 / 4 * 600, parts / 4 * 600)
    chart = worker.series("p", since=START, until=START + parts * 600, points=parts)
    assert chart == pytest.approx([part * 60 + 29.5 for part in range(parts)])


def test_a_pair_of_servers_keeps_the_history(
    start: Start, pair: "MariadbBed | PostgresBed", pair_databases: Databases
) -> None:
    """Stored, told, rolled up and purged as on SQLite; twice is as good as once."""
    worker = start(databases=pair_databases)
    assert worker.open() == Opened(State.READY)
    for part in [*range(24), 3, 4]:
        worker.ingest(some(part), f"{part}.jsonl")
    pair.catch_up()
    check(worker, 24)
    end = START + 4 * HOUR
    assert worker.housekeep(end).rolled_up == 24 * 60
    pair.catch_up()
    check(worker, 24)
    worker.housekeep(end + 20 * DAY, raw=20 * DAY - HOUR, five=20 * DAY - HOUR)
    pair.catch_up()
    again = start(databases=pair_databases)
    assert again.open() == Opened(State.READY)
    assert again.infos("p")[0].count == 24 * 60
    assert [(point.at - START, point.value, point.span_s) for point in again.points("p")] == [
        (hour * HOUR, hour * 360 + 179.5, HOUR) for hour in range(4)
    ]


def test_several_hosts_begin_and_fill_one_server_at_once(
    start: Start, pair: "MariadbBed | PostgresBed", pair_databases: Databases
) -> None:
    """Four processes make the tables together and store overlapping batches: nothing twice, nothing lost."""
    databases = {"default": pair_databases["default"]}
    workers = [start(databases=databases) for _ in range(4)]

    def work(index: int) -> State:
        state = workers[index].open().state
        for turn in range(8):
            workers[index].ingest(some((index * 3 + turn) % 12), f"{turn}.jsonl")
        return state

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [State.READY] * 4
    workers[0].housekeep(START + 2 * HOUR)
    check(workers[1], 12)


def test_status_and_analytics_live_on_mongodb(
    start: Start, pair: "MariadbBed | PostgresBed", pair_databases: Databases, mongo_bed: "MongoBed"
) -> None:
    """The routers send the two apps there; every question is answered from both."""
    databases = {"default": pair_databases["default"], "mongo": mongo_bed.alias(mongo_bed.new_database())}
    worker = start(databases=databases)
    assert worker.open() == Opened(State.READY)
    for part in [*range(8), 2, 3]:
        worker.ingest(some(part, size=60), f"{part}.jsonl")
    check(worker, 8)
    assert worker.housekeep(START + 2 * HOUR).rolled_up == 8 * 60
    check(worker, 8)


def test_a_server_that_is_not_there_or_refuses_is_told(start: Start, pair_databases: Databases) -> None:
    """In words without the password."""
    away = {"default": {**pair_databases["default"], "HOST": "127.0.0.1", "PORT": 1, "PASSWORD": "hunter2"}}
    opened = start(databases=away).open()
    assert opened.state is State.SERVER_DOWN
    assert "hunter2" not in opened.message + opened.hint
    wrong = {"default": {**pair_databases["default"], "USER": "nobody", "PASSWORD": "hunter2"}}
    worker = start(databases=wrong)
    assert worker.open().state is State.REFUSED
    with pytest.raises(WorkerFailed):
        worker.infos()
