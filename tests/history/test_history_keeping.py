"""What the worker stores, how often it counts it, and what it tells of it."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from store_rig import FAULTY, Worker, number

from devdash.contract.errors import WorkerFailed
from devdash.contract.levels import Level
from devdash.history.lines import lines_of
from devdash.history.wire import (
    ActionRecord,
    AlertRecord,
    Database,
    Housekeep,
    Housekept,
    Ingest,
    Ingested,
    Kind,
    Opened,
    OpenRequest,
    State,
    StatusRecord,
)
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

NOW = 1_790_000_000.0


def alert(uid: str, at: float = NOW, text: str = "battery is low", pane: str = "battery") -> AlertRecord:
    return AlertRecord(uid, at, pane, "low", "", "fired", Level.CRITICAL, text)


def action(uid: str, at: float = NOW, level: Level = Level.OK) -> ActionRecord:
    return ActionRecord(uid, at, "git", "push", "api", level, "pushed 2 commits", 1.25)


def level(uid: str, at: float, value: Level = Level.OK, pane: str = "git") -> StatusRecord:
    return StatusRecord(uid, at, pane, value, "all well")


class Nothing(msgspec.Struct):
    """No arguments."""


def test_storing_the_same_twice_stores_and_counts_it_once(worker: Worker) -> None:
    """The spool hands over again what it does not know to be stored."""
    records = [alert("a"), action("b"), level("c", NOW), number(NOW, 1.0), number(NOW + 1, 3.0)]
    first, second = worker.ingest(records), worker.ingest([*records, alert("d")])
    assert (first.samples, first.events, second.samples, second.events) == (2, 3, 2, 4)
    assert len(worker.events()) == 4
    assert worker.counters() == {
        ("battery", "alert.fired"): 2,
        ("git", "action.ok"): 1,
        ("git", "level.ok"): 1,
    }
    (info,) = worker.infos()
    assert (info.count, info.least, info.mean, info.most, info.latest) == (2, 1.0, 2.0, 3.0, 3.0)


def test_one_batch_that_says_a_thing_twice_counts_it_once(worker: Worker) -> None:
    """Torn and repeated lines of a spool cost nothing."""
    worker.ingest([alert("a"), alert("a"), number(NOW, 1.0), number(NOW, 1.0)])
    assert worker.counters() == {("battery", "alert.fired"): 1}
    assert worker.infos()[0].count == 1


def test_eight_processes_at_once_lose_nothing_and_count_nothing_twice(
    start: Callable[..., Worker],
) -> None:
    """Eight real processes begin one file together and store batches that overlap, each record four times."""
    workers = [start() for _ in range(8)]
    size, batches = 25, 16
    records = [
        [
            *(alert(f"a{batch}-{i}", NOW + i) for i in range(size)),
            *(action(f"b{batch}-{i}", NOW + i) for i in range(size)),
            *(number(NOW + batch * size + i, float(i)) for i in range(size)),
        ]
        for batch in range(batches)
    ]

    def work(index: int) -> list[Opened | State]:
        opened = workers[index].open()
        for turn in range(batches // 2):
            # Each batch is stored by four of the eight, in different orders.
            workers[index].ingest(records[(index * 5 + turn) % batches], f"{turn}.jsonl")
        return [opened.state]

    with ThreadPoolExecutor(8) as threads:
        states = [state for found in threads.map(work, range(8)) for state in found]
    assert states == [State.READY] * 8
    total = size * batches
    assert workers[0].counters() == {("battery", "alert.fired"): total, ("git", "action.ok"): total}
    assert len(workers[1].events(limit=5000)) == 2 * total
    assert workers[2].infos()[0].count == total
    workers[3].housekeep(NOW + 1e6)
    (info,) = workers[4].infos()
    assert (info.count, info.mean) == (total, (size - 1) / 2)


def test_what_was_answered_survives_a_kill(worker: Worker, start: Callable[..., Worker]) -> None:
    """kill -9 right after the answer; another life of the worker has it all."""
    worker.ingest([alert("a"), number(NOW, 5.0)])
    worker.end()
    again = start()
    assert again.open().state is State.READY
    assert [event.text for event in again.events()] == ["battery is low"]
    assert again.infos()[0].count == 1


def test_lines_that_are_none_cost_themselves_alone(worker: Worker, tmp_path: Path) -> None:
    """Junk, a number that no total can hold, and a file that somebody else was faster with."""
    path = tmp_path / "spool.jsonl"
    huge = b'{"type":"sample","at":1,"pane":"p","series":"n","item":"","value":1e308}\n'
    path.write_bytes(b"junk\n\n\xff\n" + huge + lines_of([alert("a")]) + b'{"type":"alert","uid"')
    assert worker.call("ingest", Ingest(str(path)), Ingested) == Ingested(0, 1, 4)
    path.unlink()
    assert worker.call("ingest", Ingest(str(path)), Ingested) == Ingested(0, 0, 0)
    assert len(worker.events()) == 1


def test_times_beyond_reason_are_kept_at_the_border_of_reason(worker: Worker) -> None:
    """A clock before 1970 or beyond the year 9999 stops nothing."""
    worker.ingest([alert("a", -5.0), alert("b", 1e15), number(-1.0, 1.0), number(1e15, 2.0)])
    assert [event.at for event in worker.events()] == [253402300799.999, 0.0]
    assert worker.infos(until=1e12)[0].count in (1, 2)


def test_a_level_that_stays_is_one_event_that_lasts(worker: Worker) -> None:
    """devdash repeats a level every ten minutes; that is no news, but it is up time."""
    worker.ingest([level(str(i), NOW + 600 * i) for i in range(7)])
    worker.ingest([level("x", NOW + 3700, Level.CRITICAL), level("y", NOW + 4000)])
    assert [event.at - NOW for event in worker.events()] == [4000, 3700, 0]
    found = worker.uptime(NOW, NOW + 10_000)["git"]
    assert (found.ok_s, found.critical_s, found.attention_s) == (3700 + 900, 300, 0)
    assert found.unknown_s == 10_000 - 4900


def test_what_nobody_saw_is_unknown(worker: Worker) -> None:
    """devdash was off for an hour: that is not up time, whatever the level before was."""
    worker.ingest([level("a", NOW), level("b", NOW + 3600)])
    found = worker.uptime(NOW - 100, NOW + 4600)["git"]
    assert (found.ok_s, found.unknown_s) == (1800, 4700 - 1800)


def test_levels_that_come_late_and_in_any_order_give_the_same(worker: Worker) -> None:
    """Another host's spool may be days old; records of one time are not always stored in order."""
    changes = [
        level(str(i), NOW + 300 * i, Level.CRITICAL if i % 3 == 0 else Level.OK, "p") for i in range(12)
    ]
    shuffled = [
        StatusRecord(one.uid + "s", one.at, "q", one.level, one.summary)
        for one in sorted(changes, key=lambda one: hash((one.at * 7919) % 13))
    ]
    worker.ingest(changes)
    for one in shuffled:
        worker.ingest([one])
    found = worker.uptime(NOW, NOW + 5000)
    p, q = found["p"], found["q"]
    assert (p.ok_s, p.critical_s) == (8 * 300 + 600, 4 * 300)
    assert (q.ok_s, q.critical_s, q.unknown_s) == (p.ok_s, p.critical_s, p.unknown_s)


QUERIES: tuple[tuple[dict[str, object], str], ...] = (
    ({}, "54321"),
    ({"limit": 2}, "54"),
    ({"limit": 0}, ""),
    ({"kinds": (Kind.ACTION, Kind.STATUS)}, "53"),
    ({"panes": ("battery",)}, "421"),
    ({"levels": (Level.ATTENTION,)}, "3"),
    ({"since": NOW + 2, "until": NOW + 4}, "32"),
    ({"text": "IS low"}, "1"),
    ({"text": "Low"}, "421"),
    ({"text": "fired"}, "421"),
    ({"text": "API"}, "3"),
    ({"text": "GRÖß"}, "2"),
    ({"text": "100%"}, "4"),
    ({"text": "1_0%"}, ""),
    ({"text": "g.ö"}, ""),
    ({"text": "nothing of the kind"}, ""),
)


def test_events_are_found_by_what_is_asked(worker: Worker) -> None:
    """Newest first; filters join; text is text, whatever its letters' case, and no pattern."""
    texts = {1: "battery is low", 2: "größer", 4: "at 100%"}
    worker.ingest([alert(str(i), NOW + i, text) for i, text in texts.items()])
    worker.ingest([action("3", NOW + 3, Level.ATTENTION), level("5", NOW + 5)])
    found = ["".join(str(int(event.at - NOW)) for event in worker.events(**query)) for query, _ in QUERIES]
    assert found == [uids for _, uids in QUERIES]


def test_hosts_share_a_store_and_keep_apart(start: Callable[..., Worker]) -> None:
    """Series, counters and up time are this host's; events are everybody's unless this host's are wanted."""
    here, there = start(host="here"), start(host="there")
    for one, value in ((here, 1.0), (there, 2.0)):
        one.open()
        one.ingest([alert(one.host), number(NOW, value), level(f"l{one.host}", NOW)])
    assert here.infos()[0].latest == 1.0
    assert there.infos()[0].latest == 2.0
    assert {event.host for event in here.events()} == {"here", "there"}
    assert {event.host for event in here.events(this_host=True)} == {"here"}
    assert here.counters()[("battery", "alert.fired")] == 1
    assert here.uptime(NOW, NOW + 60)["git"].ok_s == 60


def test_rows_can_be_hidden_shown_again_and_purged_in_batches(start: Callable[..., Worker]) -> None:
    """The managers of `Base`: `objects` has every row, `active` those that are not hidden."""
    one = start(module=str(FAULTY))
    one.open()
    assert one.call("managers", Nothing(), dict[str, object]) == {
        "hidden": 2,
        "hidden_again": 0,
        "active": ["c"],
        "objects": ["a", "b", "c"],
        "restored": 1,
        "active_then": ["a", "b"],
        "purged": [1, 1],
        "left": ["c"],
        "default_manager": "objects",
        "rows": True,
    }


def test_events_go_when_their_time_is_over_but_the_last_level_stays(worker: Worker) -> None:
    """A pane that nobody has read for years is still known at the level that it had."""
    worker.ingest([alert("a"), action("b", NOW + 50), level("c", NOW), level("d", NOW + 10, Level.CRITICAL)])
    args = Housekeep(now=NOW + 140, raw_s=1, five_minutes_s=1, hours_s=1, events_s=100)
    assert worker.call("housekeep", args, Housekept).purged == 2
    assert [(event.kind, event.level) for event in worker.events()] == [
        (Kind.ACTION, Level.OK),
        (Kind.STATUS, Level.CRITICAL),
    ]


def test_a_call_before_open_says_so(start: Callable[..., Worker]) -> None:
    """A worker that was started anew knows nothing; its caller opens again."""
    with pytest.raises(WorkerFailed) as told:
        start().events()
    assert told.value.failure == State.NOT_OPEN


async def test_it_serves_devdash_s_own_side_of_a_worker(tmp_path: Path) -> None:
    """Through WorkerProcess, as the recorder calls it; the file is its owner's alone."""
    fleet = Fleet()
    one, rig = WorkerProcess("devdash.history.worker", fleet=fleet), tmp_path / "deep" / "devdash.sqlite3"
    request = OpenRequest(
        databases={"default": Database(ENGINE="django.db.backends.sqlite3", NAME=str(rig))}, host="box"
    )
    assert (await one.call("open", request, Opened, timeout=30)).state is State.READY
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in rig.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(rig.parent.stat().st_mode) == 0o700
    await fleet.close()
