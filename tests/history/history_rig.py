"""What the tests of the recorder and the spool share: records, a recorder, and looks at what is stored."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from devdash.config.history import HistoryConfig
from devdash.contract.levels import Level
from devdash.engine.clock import Clock, SystemClock
from devdash.history.recorder import Recorder
from devdash.history.spool import Bounds
from devdash.history.wire import AlertRecord, SampleRecord

STAND_IN = str(Path(__file__).with_name("history_stand_in.py"))


def alert(uid: str, text: str = "it is low", at: float = 1_700_000_000.0) -> AlertRecord:
    """An event."""
    return AlertRecord(uid, at, "battery", "low", "", "fired", Level.ATTENTION, text)


def sample(at: float, value: float = 1.0, series: str = "percent") -> SampleRecord:
    """A number."""
    return SampleRecord(at, "battery", series, "", value)


@asynccontextmanager
async def recording(
    state: Path,
    *,
    clock: Clock | None = None,
    config: HistoryConfig | None = None,
    worker: str = STAND_IN,
    bounds: Bounds | None = None,
) -> AsyncIterator[Recorder]:
    """A recorder in `state`, closed at the end."""
    recorder = Recorder(
        config or HistoryConfig(),
        folder=state,
        state=state,
        clock=clock or SystemClock(),
        worker=worker,
        bounds=bounds,
    )
    try:
        yield recorder
    finally:
        await recorder.close()


def mood(state: Path, *words: str) -> None:
    """From now on the stand-in does this: "ingest:die", "open:newer", …; no words: it is well."""
    (state / "history.mood").write_text("\n".join(words))


def calls(state: Path) -> list[str]:
    """The calls that the stand-in has had, by name."""
    log = state / "history.calls"
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


def processes(state: Path) -> set[int]:
    """The processes that have served."""
    return {int(line.split()[-1]) for line in (state / "history.calls").read_text().splitlines()}


def stored(state: Path, table: str = "event", column: str = "uid") -> list[object]:
    """What the stand-in's database holds; nothing where there is none yet."""
    file = state / "history.sqlite3"
    if not file.exists():
        return []
    # Read-only: the last one to close a file that it may write tidies up, and locks others out meanwhile.
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            return []
        return [row[0] for row in connection.execute(f"SELECT {column} FROM {table} ORDER BY 1")]
    finally:
        connection.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for `condition`; the test's own timeout is the deadline."""
    while not condition():
        await asyncio.sleep(0.005)
