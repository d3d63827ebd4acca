"""Keeping: never waits, never raises; what counts as stored is on the disk."""

import asyncio
import errno
from pathlib import Path

import pytest
from history_rig import alert, calls, mood, processes, recording, sample, stored, until
from manual_clock import ManualClock

from devdash.config.history import HistoryConfig, Store
from devdash.history import archive, pen, recorder
from devdash.history.recorder import Recorder
from devdash.history.spool import Lost, Spool
from devdash.history.wire import EventQuery, Record


def spooled(recorder: Recorder, kind: str = "events") -> int:
    """Lines that wait."""
    file = recorder.spool.folder / f"{kind}.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


async def test_an_event_is_on_the_disk_at_once_and_samples_soon(tmp_path: Path) -> None:
    """Without a word from anybody, and without a worker."""
    clock = ManualClock()
    async with recording(tmp_path, clock=clock) as history:
        history.keep([sample(1.0)])
        await clock.advance(pen.GATHER_S - 1)
        assert spooled(history, "samples") == 0
        await clock.advance(1)
        assert await history.settled()
        assert spooled(history, "samples") == 1
        history.keep([alert("a")])
        await until(lambda: spooled(history) == 1)
        assert calls(tmp_path) == []


async def test_keeping_costs_the_loop_no_file_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that hangs holds a thread, not the loop; and what it keeps from being written is bounded."""
    hang = asyncio.Event()
    loop = asyncio.get_running_loop()

    def append(self: Spool, records: list[Record]) -> Lost:
        asyncio.run_coroutine_threadsafe(hang.wait(), loop).result()
        return Lost()

    monkeypatch.setattr(Spool, "append", append)
    async with recording(tmp_path) as history:
        for number in range(3 * pen.MOST_WAITING):
            history.keep([sample(float(number))])
        history.keep([alert("a")])
        for _ in range(5):
            await asyncio.sleep(0)
        assert "records of history were given up" in history.trouble
        hang.set()
        assert await history.settled()


async def test_a_full_disk_is_a_state_and_nothing_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said with its next step, tried again, and over when there is room again; nothing is lost."""
    full = True
    true_append = Spool.append

    def append(self: Spool, records: list[Record]) -> Lost:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return true_append(self, records)

    monkeypatch.setattr(Spool, "append", append)
    clock = ManualClock()
    async with recording(tmp_path, clock=clock) as history:
        history.keep([alert("a"), sample(1.0)])
        assert not await history.settled()
        assert (
            history.trouble == f"history cannot be written to {tmp_path / 'history'}: No space left on device"
        )
        assert "room" in history.hint
        history.keep([alert("b")])
        full = False
        await clock.advance(pen.FIRST_PAUSE_S)
        assert await history.settled()
        assert (history.trouble, history.hint) == ("", "")
        assert (spooled(history), spooled(history, "samples")) == (2, 1)


async def test_what_cannot_be_kept_is_left_out(tmp_path: Path) -> None:
    """Not-a-number, infinity, lone surrogates: nothing raises."""
    async with recording(tmp_path) as history:
        history.keep([sample(1.0, float("nan")), sample(float("inf")), alert("\ud800")])
        assert await history.settled()
        assert (spooled(history), spooled(history, "samples")) == (1, 0)


async def test_switched_off_nothing_is_kept_and_no_file_is_made(tmp_path: Path) -> None:
    """Panes get no series, and a question says what to change."""
    async with recording(tmp_path, config=HistoryConfig(enabled=False)) as history:
        history.keep([alert("a")])
        assert await history.settled()
        assert history.file is None
        assert await history.series("battery", "percent", "", span_s=60, points=3) == ()
        with pytest.raises(recorder.HistoryUnavailable, match="no history is kept") as caught:
            await history.events(EventQuery())
        assert "[history]" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


async def test_closing_writes_what_waits_and_ends_the_worker(tmp_path: Path) -> None:
    """Samples that were gathered are not lost with the end."""
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        await history.flush()
        history.keep([sample(1.0), alert("b")])
    assert spooled(history) == 1
    assert spooled(history, "samples") == 1
    (pid,) = processes(tmp_path)
    await until(lambda: not Path(f"/proc/{pid}").exists())
    history.keep([alert("c")])
    assert await history.settled()
    assert spooled(history) == 1


async def test_closing_ends_within_its_time_though_worker_and_disk_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing there is waited for without end; without the bounds this test never ends."""
    mood(tmp_path, "ingest:hang")
    never = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        flush = asyncio.ensure_future(history.flush())
        await until(lambda: "ingest" in calls(tmp_path))
        monkeypatch.setattr(
            Spool, "append", lambda *_: asyncio.run_coroutine_threadsafe(never.wait(), loop).result()
        )
        history.keep([alert("b")])
        await asyncio.sleep(0)
    with pytest.raises(recorder.HistoryUnavailable):
        await flush
    never.set()


@pytest.mark.parametrize(
    ("shared", "pause"), [(False, recorder.OWN_FLUSH_S), (True, recorder.SHARED_FLUSH_S)]
)
async def test_records_reach_the_database_now_and_then_by_themselves(
    tmp_path: Path, shared: bool, pause: float
) -> None:
    """What must go a minute after the first, then each hour, or quarter of one where other machines may ask.

    It must when it is old, or when other machines may ask for it.

    The worker goes at once: nobody has asked.
    """
    store = Store(ENGINE="django.db.backends.sqlite3", NAME=str(tmp_path / "history.sqlite3"))
    config = HistoryConfig(databases={"default": store} if shared else {})
    clock = ManualClock()
    async with recording(tmp_path, clock=clock, config=config) as history:
        history.keep(
            [alert("a", at=clock.now().timestamp() if shared else 1.0), sample(clock.now().timestamp())]
        )
        assert await history.settled()
        await clock.advance(recorder.FIRST_FLUSH_S)
        await until(lambda: calls(tmp_path)[-1:] == ["housekeep"])
        assert stored(tmp_path) == ["a"]
        history.keep([alert("b")])
        assert await history.settled()
        (first,) = processes(tmp_path)
        began = clock.monotonic()
        while Path(f"/proc/{first}").exists():
            await clock.advance(0.1)
            await asyncio.sleep(0.01)
        assert clock.monotonic() - began < archive.IDLE_S
        await clock.advance(pause - 1 - (clock.monotonic() - began))
        assert stored(tmp_path) == ["a"]
        await clock.advance(1)
        await until(lambda: stored(tmp_path) == ["a", "b"])
        assert len(processes(tmp_path)) == 2


async def test_what_is_young_waits_until_the_oldest_is_an_hour_old(tmp_path: Path) -> None:
    """Over the ends of devdash, and whoever of several processes has kept it: to start a worker is dear."""
    clock = ManualClock()

    def now() -> float:
        return float(clock.now().timestamp())

    async with recording(tmp_path, clock=clock) as history:
        history.keep([alert("a", at=now()), sample(now())])
        await clock.advance(1800)
        assert await history.settled()
        assert spooled(history) == 1
    assert calls(tmp_path) == []
    async with recording(tmp_path, clock=clock) as history, recording(tmp_path, clock=clock) as other:
        history.keep([alert("b", at=now())])
        other.keep([alert("c", at=now())])
        assert await history.settled()
        assert await other.settled()
        for _ in range(30):
            await clock.advance(59)
            await asyncio.sleep(0.01)
        assert calls(tmp_path) == []
        while "housekeep" not in calls(tmp_path):
            await clock.advance(1)
            await asyncio.sleep(0.01)
        assert 3600 <= now() - ManualClock().now().timestamp() < 3700
        assert stored(tmp_path) == ["a", "b", "c"]


async def test_what_an_earlier_devdash_left_goes_a_minute_after_the_start(tmp_path: Path) -> None:
    """So short lives in a row lose nothing: it would never be an hour of one."""
    clock = ManualClock()
    async with recording(tmp_path, clock=clock) as history:
        history.keep([alert("a", at=clock.now().timestamp())])
        assert await history.settled()
    clock.sleep_machine(7200)
    async with recording(tmp_path, clock=clock) as history:
        history.keep([alert("b", at=clock.now().timestamp())])
        assert await history.settled()
        await clock.advance(recorder.FIRST_FLUSH_S)
        await until(lambda: stored(tmp_path) == ["a", "b"])


async def test_housekeeping_is_done_once_an_hour_by_all_processes_together(tmp_path: Path) -> None:
    """Whoever comes first."""
    config = HistoryConfig()
    clock = ManualClock()
    async with (
        recording(tmp_path, clock=clock, config=config) as one,
        recording(tmp_path, clock=clock) as other,
    ):
        for number, history in enumerate((one, other)):
            history.keep([alert(f"a{number}")])
            assert await history.settled()
        await clock.advance(recorder.FIRST_FLUSH_S)
        await until(lambda: "ingest" in calls(tmp_path))
        while "housekeep" not in calls(tmp_path):
            await clock.advance(0.2)  # one waits for the other
            await asyncio.sleep(0.01)
        both = asyncio.gather(one.flush(), other.flush())
        while not both.done():
            await clock.advance(0.2)
            await asyncio.sleep(0.01)
        await both
    assert stored(tmp_path) == ["a0", "a1"]
    assert calls(tmp_path).count("housekeep") == 1
    line = next(text for text in (tmp_path / "history.calls").read_text().splitlines() if "housekeep" in text)
    assert f'"raw_s": {float(config.raw)}' in line
