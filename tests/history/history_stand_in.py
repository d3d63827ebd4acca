"""A small worker in place of the real one, with moods: what databases do on bad days.

The file `<database>.mood` holds one word per line: "ingest:die", "open:newer", … ; it is read at each call.
A "!" after a word means: this once.
Every call is written to `<database>.calls`.
"""

import json
import os
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from devdash.history.lines import read_lines
from devdash.history.wire import SampleRecord, State

_file = Path()
_password = ""


class Mood(Exception):
    """A failure with a name, as the real worker has them."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind, self.message, self.hint = kind, f"the history is {kind}", f"mend {kind}"


def in_mood(call: str) -> str:
    """Log the call; do what the mood says."""
    with _file.with_suffix(".calls").open("a") as log:
        log.write(f"{call} {os.getpid()}\n")
    mood = _file.with_suffix(".mood")
    for word in mood.read_text().split() if mood.exists() else ():
        when, _, what = word.partition(":")
        if when != call:
            continue
        if what.endswith("!"):
            mood.unlink()
            what = what[:-1]
        if what == "hang":
            time.sleep(600)
        if what == "die":
            os._exit(7)
        if what == "bug":
            raise ZeroDivisionError(_password)
        if call != "open":
            raise Mood(what)
        return what
    return ""


def open_(databases: Mapping[str, Mapping[str, str]], host: str) -> dict[str, str]:
    global _file, _password
    _file, _password = Path(databases["default"]["NAME"]), databases["default"]["PASSWORD"]
    what = in_mood("open") or "ready"
    opened = {"state": what, "message": f"the history is {what}", "hint": f"mend {what}"}
    if what not in ("ready", "set-aside"):
        return opened
    with sqlite3.connect(_file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS event (uid TEXT PRIMARY KEY, at, pane, text)")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS sample"
            " (pane, series, item, at, value, UNIQUE (pane, series, item, at))"
        )
    return opened if what != "ready" else {"state": what}


def ingest(path: str) -> dict[str, int]:
    counts = {"samples": 0, "events": 0, "spoilt": 0}
    in_mood("ingest")
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except FileNotFoundError:
        return counts
    with sqlite3.connect(_file, timeout=10) as connection:
        for record in read_lines(lines):
            if record is None:
                counts["spoilt"] += 1
            elif isinstance(record, SampleRecord):
                counts["samples"] += 1
                row = (record.pane, record.series, record.item, record.at, record.value)
                connection.execute("INSERT OR IGNORE INTO sample VALUES (?, ?, ?, ?, ?)", row)
            else:
                counts["events"] += 1
                event = (record.uid, record.at, record.pane, getattr(record, "text", ""))
                connection.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)", event)
        in_mood("commit")
    in_mood("committed")
    return counts


def events(**query: object) -> list[dict[str, object]]:
    if _file == Path():
        raise Mood(State.NOT_OPEN.value)
    in_mood("events")
    with sqlite3.connect(_file) as connection:
        rows = connection.execute("SELECT at, pane, text FROM event ORDER BY at DESC, uid").fetchall()
    rest = {"kind": "alert", "host": "here", "name": "r", "item": "", "what": "fired", "level": "ok"}
    return [{"at": at, "pane": pane, "text": text, **rest} for at, pane, text in rows]


def series(
    pane: str, series: str, item: str, since: float, until: float, points: int, host: str = ""
) -> list[float | None]:
    in_mood("series")
    with sqlite3.connect(_file) as connection:
        rows = connection.execute(
            "SELECT CAST((at - ?) * ? / (? - ?) AS INT), AVG(value) FROM sample"
            " WHERE pane = ? AND series = ? AND item = ? AND at >= ? AND at < ? GROUP BY 1",
            (since, points, until, since, pane, series, item, since, until),
        ).fetchall()
    means = dict(rows)
    return [means.get(step) for step in range(points)]


def housekeep(**query: float) -> dict[str, int]:
    in_mood("housekeep " + json.dumps(query, sort_keys=True))
    return {"rolled_up": 0, "purged": 0}


CALLS = {"open": open_, "ingest": ingest, "events": events, "series": series, "housekeep": housekeep}
