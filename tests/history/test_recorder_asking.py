"""Asking: the newest is seen, failures have names, and the worker is there only while somebody asks."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from history_rig import STAND_IN, alert, calls, mood, processes, recording, sample, stored, until
from manual_clock import ManualClock

from devdash.config.history import HistoryConfig, Store
from devdash.contract.settings import Secret, SecretEnv, SecretFile
from devdash.history import archive, carrier, charts
from devdash.history.place import SQLITE
from devdash.history.recorder import HistoryUnavailable
from devdash.history.wire import EventQuery, State

ANY = EventQuery()


async def test_a_question_sees_what_was_kept_just_before(tmp_path: Path) -> None:
    """Kept by this process or by another, or left behind by one that is gone."""
    async with recording(tmp_path) as other:
        other.keep([alert("left", at=1.0)])
    async with recording(tmp_path) as one, recording(tmp_path) as two:
        two.keep([alert("two", at=2.0)])
        assert await two.settled()
        one.keep([alert("one", at=3.0)])
        assert [event.at for event in await one.events(ANY)] == [3.0, 2.0, 1.0]
        assert one.trouble == ""
        assert one.spool.hand_over() == ()


async def test_the_worker_ends_when_nobody_has_asked_for_a_minute(tmp_path: Path) -> None:
    """And starts, and is opened, anew with the next question."""
    clock = ManualClock()
    async with recording(tmp_path, clock=clock) as history:
        await history.events(ANY)
        await clock.advance(archive.IDLE_S - 1)
        await history.events(ANY)
        assert len(processes(tmp_path)) == 1
        (first,) = processes(tmp_path)
        await clock.advance(2 * archive.IDLE_S)
        await until(lambda: not Path(f"/proc/{first}").exists())
        await history.events(ANY)
    assert calls(tmp_path) == ["open", "events", "events", "open", "events"]


@pytest.mark.parametrize(
    "state",
    [State.NEWER, State.FOREIGN, State.LOCKED, State.DRIVER_MISSING, State.SERVER_DOWN, State.CORRUPT],
)
async def test_a_database_that_does_not_open_is_said_and_the_records_wait(
    tmp_path: Path, state: State
) -> None:
    """To who asked as an error, to all others as `trouble`; over when it opens again."""
    mood(tmp_path, f"open:{state}")
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        with pytest.raises(HistoryUnavailable) as caught:
            await history.events(ANY)
        assert (caught.value.state, caught.value.message) == (state, f"the history is {state}")
        assert (history.trouble, history.hint) == (f"the history is {state}", f"mend {state}")
        assert await history.series("battery", "percent", "", span_s=60, points=3) == ()
        mood(tmp_path)
        assert len(await history.events(ANY)) == 1
        assert (history.trouble, history.hint) == ("", "")


async def test_a_file_that_was_set_aside_is_said_and_serves(tmp_path: Path) -> None:
    """It stays said: a person has lost something."""
    mood(tmp_path, "open:set-aside")
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        assert len(await history.events(ANY)) == 1
        assert history.trouble == "the history is set-aside"
        await history.events(ANY)
        assert history.trouble == "the history is set-aside"


async def test_a_file_that_is_found_damaged_by_a_question_is_said_and_the_question_answered(
    tmp_path: Path,
) -> None:
    """The worker sets it aside, says so, and serves again."""
    async with recording(tmp_path) as history:
        mood(tmp_path, "events:set-aside!")
        assert await history.events(ANY) == ()
        assert (history.trouble, history.hint) == ("the history is set-aside", "mend set-aside")


async def test_a_worker_that_is_another_than_was_opened_is_opened(tmp_path: Path) -> None:
    """It ended and was started anew between the look and the question."""
    async with recording(tmp_path) as history:
        mood(tmp_path, "events:not-open!")
        assert await history.events(ANY) == ()
        assert history.trouble == ""
    assert calls(tmp_path) == ["open", "events", "open", "events"]


@pytest.mark.parametrize("state", [State.FULL, State.READ_ONLY, State.LOCKED])
async def test_where_nothing_can_be_stored_the_old_can_still_be_asked(tmp_path: Path, state: State) -> None:
    """The records wait; the trouble is over when the next are stored, not when a question is answered."""
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        await history.flush()
        mood(tmp_path, f"ingest:{state}")
        history.keep([alert("b")])
        assert len(await history.events(ANY)) == 1
        assert history.trouble == f"the history is {state}"
        mood(tmp_path)
        assert len(await history.events(ANY)) == 2
        assert history.trouble == ""


@pytest.mark.parametrize("moment", ["ingest:die", "commit:die", "committed:die", "ingest:bug"])
async def test_a_worker_that_dies_while_it_stores_loses_nothing_and_stores_nothing_twice(
    tmp_path: Path, moment: str
) -> None:
    """Before, within and after the transaction."""
    async with recording(tmp_path) as history:
        history.keep([alert("a"), sample(1.0)])
        mood(tmp_path, moment)
        with pytest.raises(HistoryUnavailable):
            await history.flush()
        mood(tmp_path)
        await history.flush()
        assert stored(tmp_path) == ["a"]
        assert stored(tmp_path, "sample", "at") == [1.0]
        assert history.spool.size == 0


async def test_a_file_that_the_worker_always_fails_with_holds_up_nobody(tmp_path: Path) -> None:
    """It is put aside, kept for a person, and said."""
    async with recording(tmp_path) as history:
        history.keep([alert("poison")])
        mood(tmp_path, "ingest:bug")
        for _ in range(carrier.MOST_FAILURES - 1):
            with pytest.raises(HistoryUnavailable):
                await history.flush()
        await history.flush()
        mood(tmp_path)
        history.keep([alert("b")])
        await history.flush()
        assert stored(tmp_path) == ["b"]
        assert "put aside" in history.trouble
        (aside,) = history.spool.folder.glob("refused-*")
        assert b"poison" in aside.read_bytes()


async def test_a_worker_that_hangs_is_killed_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question fails in its time; the next one has a new worker."""
    monkeypatch.setattr("devdash.history.recorder.QUERY_TIMEOUT_S", 0.3)
    async with recording(tmp_path) as history:
        await history.flush()
        await history.events(ANY)
        mood(tmp_path, "events:hang")
        with pytest.raises(HistoryUnavailable, match="does not answer"):
            await history.events(ANY)
        monkeypatch.undo()
        mood(tmp_path)
        assert await history.events(ANY) == ()
        assert len(processes(tmp_path)) == 2


async def test_a_worker_that_was_killed_between_two_questions_is_not_noticed(tmp_path: Path) -> None:
    """As by a person who tidies up."""
    async with recording(tmp_path) as history:
        await history.events(ANY)
        (pid,) = processes(tmp_path)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: history._archive.pid is None)
        assert await history.events(ANY) == ()
        assert history.trouble == ""


async def test_while_another_process_hands_over_a_question_waits_only_so_long(tmp_path: Path) -> None:
    """Then it is answered without the newest."""
    clock = ManualClock()
    async with recording(tmp_path, clock=clock) as history:
        claim = history.spool.claim()
        assert claim is not None
        history.keep([alert("a")])
        assert await history.settled()
        question = asyncio.ensure_future(history.events(ANY))
        while not question.done():
            await clock.advance(1.0)
            await asyncio.sleep(0.01)
        assert question.result() == ()
        claim.release()
        assert len(await history.events(ANY)) == 1


async def test_two_that_hand_over_at_once_store_everything_once(tmp_path: Path) -> None:
    """Each in turn, and each sees all."""
    async with recording(tmp_path) as one, recording(tmp_path) as two:
        for number in range(20):
            one.keep([alert(f"one{number:02}")])
            two.keep([alert(f"two{number:02}")])
            await asyncio.gather(one.flush(), two.flush())
        assert len(await one.events(ANY)) == len(await two.events(ANY)) == 40


async def test_series_are_asked_once_and_kept_for_a_step(tmp_path: Path) -> None:
    """Panes that ask at once share a question; a pane that asks again gets the same object."""
    clock = ManualClock()
    now = clock.now().timestamp()
    async with recording(tmp_path, clock=clock) as history:
        history.keep([sample(now - 3600.0, 10.0), sample(now - 3500.0, 20.0), sample(now, 80.0)])
        first, second = await asyncio.gather(
            *(history.series("battery", "percent", "", span_s=86_400, points=24) for _ in range(2))
        )
        assert first is second
        assert len(first) == 24
        assert first[-2:] == (15.0, 80.0)
        assert set(first[:-2]) == {None}
        await clock.advance(3599)
        assert await history.series("battery", "percent", "", span_s=86_400, points=24) is first
        await clock.advance(1)
        later = await history.series("battery", "percent", "", span_s=86_400, points=24)
        assert later[-3:-1] == (15.0, 80.0)
    assert calls(tmp_path).count("series") == 2


async def test_series_never_raise_and_do_not_start_a_failing_worker_again_and_again(tmp_path: Path) -> None:
    """A pane that asks each second would else start a process each second."""
    clock = ManualClock()
    mood(tmp_path, "open:server-down")
    async with recording(tmp_path, clock=clock) as history:
        for number in range(20):
            assert await history.series("battery", f"s{number}", "", span_s=60, points=2) == ()
        assert calls(tmp_path).count("open") == 1
        await clock.advance(archive.FIRST_PAUSE_S + charts.LEAST_S)
        mood(tmp_path)
        assert await history.series("battery", "s0", "", span_s=60, points=2) == (None, None)
        for span_s, points in ((0.0, 3), (60.0, 0), (float("nan"), 1), (float("inf"), 1)):
            assert await history.series("battery", "s0", "", span_s=span_s, points=points) == ()


async def test_a_pane_that_gives_up_waiting_does_not_end_the_question_of_others(tmp_path: Path) -> None:
    """Its reading has timed out; the other still gets its answer."""
    async with recording(tmp_path) as history:
        one, two = (
            asyncio.ensure_future(history.series("battery", "percent", "", span_s=60, points=2))
            for _ in range(2)
        )
        await asyncio.sleep(0)
        one.cancel()
        assert await two == (None, None)


async def test_passwords_reach_the_worker_through_its_stdin_and_are_never_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not its environment, nor its command line, nor an error that quotes one."""
    monkeypatch.setenv("STORE_PASSWORD", "open sesame")
    config = HistoryConfig(
        databases={
            "default": Store(
                ENGINE=SQLITE, NAME="history.sqlite3", PASSWORD=Secret(SecretEnv("STORE_PASSWORD"))
            )
        }
    )
    async with recording(tmp_path, config=config) as history:
        assert history.file == tmp_path / "history.sqlite3"
        await history.events(ANY)
        (pid,) = processes(tmp_path)
        for part in ("environ", "cmdline"):
            assert b"sesame" not in Path(f"/proc/{pid}/{part}").read_bytes()
        mood(tmp_path, "events:bug")
        with pytest.raises(HistoryUnavailable) as caught:
            await history.events(ANY)
        assert "sesame" not in f"{caught.value!r} {caught.value.hint} {history.trouble} {caplog.text}"
        assert "ZeroDivisionError" in caught.value.message


async def test_a_secret_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    """By its reference."""
    store = Store(ENGINE=SQLITE, NAME="x", PASSWORD=Secret(SecretFile("nowhere")))
    async with recording(tmp_path, config=HistoryConfig(databases={"default": store})) as history:
        with pytest.raises(HistoryUnavailable, match="nowhere"):
            await history.events(ANY)


@pytest.mark.parametrize("module", ["devdash.history.not_there", STAND_IN + "x.py"])
async def test_a_worker_that_does_not_start_is_said(tmp_path: Path, module: str) -> None:
    """As when an installation is half gone."""
    async with recording(tmp_path, worker=module) as history:
        with pytest.raises(HistoryUnavailable, match="did not start"):
            await history.events(ANY)
        assert "did not start" in history.trouble


async def test_a_state_folder_that_cannot_be_made_costs_history_alone(tmp_path: Path) -> None:
    """Keeping goes on in memory; asking says why."""
    (tmp_path / "state").write_text("a file where the folder should be")
    async with recording(tmp_path / "state") as history:
        history.keep([alert("a")])
        assert not await history.settled()
        assert history.trouble.startswith("history cannot be written")
        with pytest.raises(HistoryUnavailable):
            await history.events(ANY)


@pytest.mark.parametrize("hanging", ["open", "ingest", "events"])
async def test_an_end_in_the_middle_of_a_question_is_no_fault_of_the_history(
    tmp_path: Path, hanging: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each end of devdash would else leave a warning that the worker was killed; who asked is told."""
    mood(tmp_path, f"{hanging}:hang")
    async with recording(tmp_path) as history:
        history.keep([alert("a")])
        question = asyncio.create_task(history.events(ANY))
        await until(lambda: hanging in calls(tmp_path))
    with pytest.raises(HistoryUnavailable, match="devdash ends"):
        await question
    with pytest.raises(HistoryUnavailable, match="devdash ends"):
        await history.events(ANY)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []
