"""A history on servers that several hosts share: workers of each host, and records for them."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.contract.levels import Level
from devdash.history import wire as w
from devdash.history.lines import lines_of
from devdash.workers import wire

T = TypeVar("T")

CHILD = Path(__file__).parents[2] / "devdash" / "workers" / "child.py"
NOW = 1_700_000_000.0


class SharedWorker:
    """The worker of one host, over `databases`; not opened yet."""

    def __init__(self, folder: Path, databases: Mapping[str, Mapping[str, object]], host: str) -> None:
        self._folder = folder
        self._last = 0
        entries = {alias: msgspec.convert(entry, w.Database) for alias, entry in databases.items()}
        self._request = w.OpenRequest(databases=entries, host=host)
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), "devdash.history.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def send_open(self) -> None:
        """Begin to open; `opened` waits for it. So that several do it at once."""
        assert wire.read_hello(self._line()).error is None
        self._send("open", self._request)

    def opened(self) -> w.Opened:
        """What came of `send_open`."""
        return wire.read_answer(self._line(), 1, w.Opened)

    def send_records(self, records: Sequence[w.Record]) -> int:
        """Begin to store records; returns the call's number."""
        path = self._folder / f"{self.process.pid}-{self._last}.jsonl"
        path.write_bytes(lines_of(records))
        return self._send("ingest", w.Ingest(str(path)))

    def stored(self, number: int) -> w.Ingested:
        """What came of `send_records`."""
        return wire.read_answer(self._line(), number, w.Ingested)

    def ingest(self, *records: w.Record) -> w.Ingested:
        """Store records."""
        return self.stored(self.send_records(records))

    def ask(self, name: str, args: msgspec.Struct, reply: type[T]) -> T:
        """A question."""
        number = self._send(name, args)
        return wire.read_answer(self._line(), number, reply)

    def events(self, *, this_host: bool = False) -> tuple[w.Event, ...]:
        """All events, or this host's."""
        return self.ask("events", w.EventQuery(this_host=this_host), tuple[w.Event, ...])

    def counters(self, *, this_host: bool = False) -> dict[tuple[str, str], int]:
        """(host, name) → how often."""
        counted = self.ask("counters", w.CountersQuery(this_host=this_host), tuple[w.Counted, ...])
        return {(one.host, one.name): one.count for one in counted}

    def infos(self) -> tuple[w.SeriesInfo, ...]:
        """The series of this host."""
        return self.ask("infos", w.InfosQuery(since=0.0, until=NOW * 2), tuple[w.SeriesInfo, ...])

    def uptime(self) -> tuple[w.Uptime, ...]:
        """Of an hour from NOW on."""
        return self.ask("uptime", w.UptimeQuery(since=NOW, until=NOW + 3600), tuple[w.Uptime, ...])

    def housekeep(self, now: float) -> w.Housekept:
        """Roll up; keep raw samples for a day."""
        forever = 1e9
        args = w.Housekeep(now=now, raw_s=86_400.0, five_minutes_s=forever, hours_s=forever, events_s=forever)
        return self.ask("housekeep", args, w.Housekept)

    def end(self) -> None:
        """Kill it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def _send(self, name: str, args: msgspec.Struct) -> int:
        assert self.process.stdin is not None
        self._last += 1
        self.process.stdin.write(wire.request_line(self._last, name, args))
        self.process.stdin.flush()
        return self._last

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the worker has ended"
        return line


def alert(uid: str, at: float = NOW) -> w.AlertRecord:
    """An alert that fired."""
    return w.AlertRecord(uid, at, "battery", "low", "", "fired", Level.ATTENTION, f"ﬁre {uid} ü")


def sample(at: float, value: float) -> w.SampleRecord:
    """A number of the series "percent"."""
    return w.SampleRecord(at, "battery", "percent", "", value)


def status(uid: str, at: float, level: Level) -> w.StatusRecord:
    """A level."""
    return w.StatusRecord(uid, at, "battery", level, "so it is")
