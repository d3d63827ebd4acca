"""The recorder with the real worker: what goes in comes out, and a locked database costs nothing but time."""

import sqlite3
from pathlib import Path

import pytest
from history_rig import alert, recording, sample

from devdash.contract.levels import Level
from devdash.history.archive import WORKER
from devdash.history.recorder import HistoryUnavailable, Recorder
from devdash.history.wire import (
    ActionRecord,
    Event,
    EventQuery,
    InfosQuery,
    Kind,
    Point,
    PointsQuery,
    SeriesInfo,
    SeriesQuery,
    State,
    StatusRecord,
    Uptime,
    UptimeQuery,
)

T0 = 1_763_800_000.0


def keep_a_day(history: Recorder) -> None:
    """A little of everything."""
    history.keep([sample(T0 + 60 * step, float(step)) for step in range(10)])
    history.keep(
        [
            alert("a", "battery is low", at=T0 + 10),
            ActionRecord("b", T0 + 20, "battery", "copy", "pack", Level.OK, "copied", 0.5),
            StatusRecord("c", T0 + 30, "battery", Level.OK, "fine"),
            StatusRecord("d", T0 + 90, "battery", Level.ATTENTION, "low"),
        ]
    )


async def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    """Every call of the worker is understood on both sides."""
    async with recording(tmp_path, worker=WORKER) as history:
        keep_a_day(history)
        events = await history.events(EventQuery())
        assert [event.kind for event in events] == [Kind.STATUS, Kind.STATUS, Kind.ACTION, Kind.ALERT]
        host = events[0].host
        assert events[-1] == Event(
            kind=Kind.ALERT,
            at=T0 + 10,
            host=host,
            pane="battery",
            name="low",
            item="",
            what="fired",
            level=Level.ATTENTION,
            text="battery is low",
        )
        (info,) = await history.infos(InfosQuery(since=T0, until=T0 + 600))
        assert info == SeriesInfo("battery", "percent", "", 10, T0, T0 + 540, 9.0, 0.0, 4.5, 9.0)
        page = await history.points(PointsQuery(pane="battery", since=T0, until=T0 + 600, skip=8, limit=5))
        assert page == (Point(T0 + 480, "percent", "", 8.0), Point(T0 + 540, "percent", "", 9.0))
        query = SeriesQuery(pane="battery", series="percent", since=T0, until=T0 + 600, points=5)
        assert await history.means(query) == (0.5, 2.5, 4.5, 6.5, 8.5)
        (uptime,) = await history.uptime(UptimeQuery(since=T0 + 30, until=T0 + 150))
        assert (uptime.pane, uptime.ok_s, uptime.attention_s) == ("battery", 60.0, 60.0)
        assert isinstance(uptime, Uptime)
        assert history.trouble == ""
        assert history.file == tmp_path / "history.sqlite3"
        assert history.file.stat().st_mode & 0o777 == 0o600


async def test_a_locked_database_is_a_state_and_what_waits_goes_in_later(tmp_path: Path) -> None:
    """As while somebody looks at the file with a tool that holds it."""
    async with recording(tmp_path, worker=WORKER) as history:
        history.keep([alert("a", "first")])
        assert len(await history.events(EventQuery())) == 1
        assert history.file is not None
        holder = sqlite3.connect(history.file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        history.keep([alert("b", "second")])
        with pytest.raises(HistoryUnavailable) as caught:
            await history.flush()
        assert caught.value.state is State.LOCKED
        assert history.trouble == caught.value.message
        holder.execute("ROLLBACK")
        holder.close()
        assert len(await history.events(EventQuery())) == 2
        assert history.trouble == ""


async def test_a_file_that_is_none_is_set_aside_and_said(tmp_path: Path) -> None:
    """Nothing of the spool is lost by it."""
    (tmp_path / "history.sqlite3").write_bytes(b"this is not a database, it only looks like a file" * 40)
    async with recording(tmp_path, worker=WORKER) as history:
        history.keep([alert("a", "first")])
        assert [event.text for event in await history.events(EventQuery())] == ["first"]
        assert history.trouble != ""
    assert any(b"only looks like" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


async def test_an_empty_file_that_the_databases_pane_has_made_is_taken_over(tmp_path: Path) -> None:
    """Whoever comes first."""
    from devdash_databases.probe import create

    create(path=str(tmp_path / "history.sqlite3"))
    async with recording(tmp_path, worker=WORKER) as history:
        history.keep([alert("a")])
        assert len(await history.events(EventQuery())) == 1
        assert history.trouble == ""
