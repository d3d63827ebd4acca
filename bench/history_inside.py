"""The charts of `bench.history_chart`, in a process of their own: Django's settings are a process's once.

Prints milliseconds and bytes as JSON.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import median
from devdash.history.store.settings import SQLITE, configure
from devdash.history.wire import Database, SeriesQuery, State

DAY_S = 86_400
EVERY_S = 10
METRICS = ("percent", "watts", "load", "memory")
POINTS = 300

_VALUE = "(t / 10 * 7919 + m * 31) % 1000 / 10.0"
"""Numbers that differ; `t` is in seconds, `m` the metric."""

_TIMES = (
    "WITH RECURSIVE times(t) AS (SELECT ? UNION ALL SELECT t + ? FROM times WHERE t + ? < ?),"
    " metrics(m, key) AS (VALUES {keys})"
)


def main(folder: Path, days: int, rounds: int) -> dict[str, float]:
    """Fill both databases with `days`, and draw 30 days of each metric `rounds` times from each."""
    now = int(time.time()) // 3600 * 3600
    ours, plain = folder / "history.sqlite3", folder / "plain.sqlite3"
    ask = _history(ours, now, days)
    reference = _plain(plain, now, days)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for metric in range(len(METRICS)):
            for draw, found in zip((ask, reference), times, strict=True):
                began = time.perf_counter()
                values = draw(metric)
                found.append((time.perf_counter() - began) * 1000)
                assert len(values) == POINTS and None not in values
    return {
        "chart_ms": median(times[0]),
        "reference_ms": median(times[1]),
        "bytes": ours.stat().st_size,
        "reference_bytes": plain.stat().st_size,
    }


def _history(file: Path, now: int, days: int) -> Callable[[int], object]:
    """A history as it is after `days`: samples of a week, five minutes of 90 days, hours of all.

    The last week goes through the roll-ups; what is older is written as they would have left it.
    """
    configure({"default": Database(ENGINE=SQLITE, NAME=str(file))})
    from django.db import connection

    from devdash.history.analytics.models import Series
    from devdash.history.moments import moment_of
    from devdash.history.store.opening import Store
    from devdash.history.store.rollups import roll_up
    from devdash.history.store.series import series

    opened = Store({"default": Database(ENGINE=SQLITE, NAME=str(file))}, "bench").open()
    assert opened.state is State.READY, opened
    begin, five, raw = now - days * DAY_S, now - 90 * DAY_S, now - 7 * DAY_S
    keys = [Series.key_for("bench", "battery", metric, "") for metric in METRICS]
    Series.objects.bulk_create(
        Series(
            key=key,
            host="bench",
            pane="battery",
            name=metric,
            timestamp=moment_of(now * 1000),
            raw_from=raw * 1000,
            five_from=five * 1000,
            rolled=raw * 1000,
        )
        for key, metric in zip(keys, METRICS, strict=True)
    )
    named = ", ".join(f"({number}, '{key}')" for number, key in enumerate(keys))
    row = (
        "INSERT INTO {table} ({fields}) "
        + _TIMES.replace("{keys}", named)
        + " SELECT {values} FROM times, metrics"
    )
    common = {
        "id": "key || printf('%016x', t * 1000)",
        "series_id": "key",
        "timestamp": "t * 1000",
        "is_active": "1",
    }
    rolled = {
        "least": "0.0",
        "most": "99.9",
        "total": f"{_VALUE} * width",
        "count": "width",
        "last": _VALUE,
        "last_at": "t * 1000",
    }
    touched = {"token": "lower(hex(randomblob(16)))"}
    filled: tuple[tuple[str, dict[str, str], int, int, int], ...] = (
        ("analytics_hour", rolled, begin, raw, 3600),
        ("analytics_fiveminutes", rolled, max(begin, five), raw, 300),
        ("analytics_sample", {"value": _VALUE}, raw, now, EVERY_S),
        ("analytics_touched", touched, raw, now, 300),
    )
    connection.ensure_connection()
    raw_connection: sqlite3.Connection = connection.connection
    for table, own, begins, ends, step in filled:
        columns = common | own
        values = ", ".join(columns.values()).replace("width", str(step // EVERY_S))
        statement = row.format(table=table, fields=", ".join(columns), values=values)
        raw_connection.execute("BEGIN")
        raw_connection.execute(statement, (begins, step, step, ends))
        raw_connection.execute("COMMIT")
    for _ in roll_up(now * 1000):
        pass
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return lambda metric: series(
        SeriesQuery(pane="battery", series=METRICS[metric], since=now - 30 * DAY_S, until=now, points=POINTS),
        "bench",
    )


def _plain(file: Path, now: int, days: int) -> Callable[[int], object]:
    """Every sample of `days` in one table with an id and an index, as a model without roll-ups has it."""
    connection = sqlite3.connect(file)
    connection.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "CREATE TABLE sample (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " series VARCHAR(200), timestamp REAL, value REAL)"
    )
    keys = ", ".join(f"({number}, '{metric}')" for number, metric in enumerate(METRICS))
    times = _TIMES.replace("{keys}", keys)
    insert = (
        f"INSERT INTO sample (series, timestamp, value) {times} SELECT key, t, {_VALUE} FROM times, metrics"
    )
    connection.execute(insert, (now - days * DAY_S, EVERY_S, EVERY_S, now))
    connection.execute("CREATE INDEX sample_series_timestamp ON sample (series, timestamp)")
    connection.commit()
    since, step = now - 30 * DAY_S, 30 * DAY_S / POINTS
    chart = (
        "SELECT CAST((timestamp - ?) / ? AS INTEGER) AS step, AVG(value) FROM sample"
        " WHERE series = ? AND timestamp >= ? AND timestamp < ? GROUP BY step ORDER BY step"
    )
    return lambda metric: [
        mean for _, mean in connection.execute(chart, (since, step, METRICS[metric], since, now))
    ]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
