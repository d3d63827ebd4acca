"""A worker of the history for tests: the real process, spoken to line by line, without an event loop."""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.history import wire as w
from devdash.history.lines import lines_of
from devdash.workers import wire

T = TypeVar("T")

CHILD = Path(__file__).parents[2] / "devdash" / "workers" / "child.py"
FAULTY = Path(__file__).parent / "handlers" / "faulty_history.py"
SQLITE = "django.db.backends.sqlite3"
FOREVER = 1e9
DAY = 86_400.0


class Worker:
    """One life of the worker. Its files are in `folder`.

    Args:
        module: what runs; another than the history's own adds faults to it.
        options: of the SQLite database.
        databases: others than a SQLite file, as Django has them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "box",
        module: str = "devdash.history.worker",
        env: dict[str, str] | None = None,
        options: dict[str, str | int | float | bool] | None = None,
        databases: Mapping[str, object] | None = None,
    ) -> None:
        self.folder, self.host = folder, host
        self.file = folder / "devdash.sqlite3"
        self.options = options or {}
        self.databases = databases
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            start_new_session=True,
        )
        self._number = 0
        if (error := wire.read_hello(self._line()).error) is not None:
            self.end()
            raise AssertionError(error.message)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def send(self, name: str, args: msgspec.Struct) -> None:
        """A call, whose answer is left in the pipe."""
        assert self.process.stdin is not None
        self._number += 1
        self.process.stdin.write(wire.request_line(self._number, name, args))
        self.process.stdin.flush()

    def answer(self, reply: type[T]) -> T:
        """The answer to the last call."""
        return wire.read_answer(self._line(), self._number, reply)

    def call(self, name: str, args: msgspec.Struct, reply: type[T]) -> T:
        """A call; raises WorkerFailed as devdash's side does."""
        self.send(name, args)
        return self.answer(reply)

    def open(self, file: Path | None = None) -> w.Opened:
        """Open the file."""
        return self.call("open", self.request(file), w.Opened)

    def request(self, file: Path | None = None) -> w.OpenRequest:
        """The request that opens it."""
        if self.databases is not None:
            known = msgspec.convert(self.databases, dict[str, w.Database])
            return w.OpenRequest(databases=known, host=self.host)
        database = w.Database(ENGINE=SQLITE, NAME=str(file or self.file), OPTIONS=self.options)
        return w.OpenRequest(databases={"default": database}, host=self.host)

    def ingest(self, records: Iterable[w.Record], name: str = "one.jsonl") -> w.Ingested:
        """Store records through a file, which is left."""
        path = self.folder / f"{self.process.pid}-{name}"
        path.write_bytes(lines_of(records))
        return self.call("ingest", w.Ingest(str(path)), w.Ingested)

    def housekeep(self, now: float, *, raw: float = 7 * DAY, five: float = 90 * DAY) -> w.Housekept:
        """Roll up and purge as if it were `now`."""
        args = w.Housekeep(now=now, raw_s=raw, five_minutes_s=five, hours_s=FOREVER, events_s=FOREVER)
        return self.call("housekeep", args, w.Housekept)

    def infos(self, pane: str = "", *, since: float = 0.0, until: float = 1e11) -> tuple[w.SeriesInfo, ...]:
        """What there is."""
        return self.call("infos", w.InfosQuery(pane=pane, since=since, until=until), tuple[w.SeriesInfo, ...])

    def series(self, pane: str, *, since: float, until: float, points: int) -> tuple[float | None, ...]:
        """A chart of the series "n"."""
        query = w.SeriesQuery(pane=pane, series="n", since=since, until=until, points=points)
        return self.call("series", query, tuple[float | None, ...])

    def points(self, pane: str, *, skip: int = 0, limit: int = 5000) -> tuple[w.Point, ...]:
        """All that is kept."""
        query = w.PointsQuery(pane=pane, since=0.0, until=1e11, skip=skip, limit=limit)
        return self.call("points", query, tuple[w.Point, ...])

    def events(self, **fields: object) -> tuple[w.Event, ...]:
        """The events of `EventQuery(**fields)`."""
        return self.call("events", msgspec.convert(fields, w.EventQuery), tuple[w.Event, ...])

    def counters(self) -> dict[tuple[str, str], int]:
        """(pane, name) → count, of this host."""
        found = self.call("counters", w.CountersQuery(), tuple[w.Counted, ...])
        return {(one.pane, one.name): one.count for one in found}

    def uptime(self, since: float, until: float) -> dict[str, w.Uptime]:
        """Each pane's."""
        found = self.call("uptime", w.UptimeQuery(since=since, until=until), tuple[w.Uptime, ...])
        return {one.pane: one for one in found}

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def number(at: float, value: float, pane: str = "p") -> w.SampleRecord:
    """A sample of the series "n"."""
    return w.SampleRecord(at, pane, "n", "", value)
