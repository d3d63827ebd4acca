"""What is known of each alias beyond its last ping: pace, uptime, what its server said, how it follows."""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from devdash.api import PaneContext, Sample
from devdash_databases import wire
from devdash_databases.observed import Observed, observe
from devdash_databases.probing import engines
from devdash_databases.questions import MARIADB
from devdash_databases.replication import Followers, ReplicationFacts
from devdash_databases.states import CALM, State

LATENCY, UP, LAG = "latency-ms", "up", "lag-s"
"""Series of the history, by alias."""

TREND = 30
"""Latencies that are drawn of each alias."""

POSITION = "position"
"""The key of the answer that only counts at its moment."""

NOTHING = Observed()

UNTOLD = CALM | {State.PROBE_FAILED, State.SECRET_MISSING, State.UNSAFE_ENGINE}
"""States that say nothing of whether the database is up."""

HOUR_S, DAY_S, MONTH_S = 3600.0, 86400.0, 30 * 86400.0

KEPT = 240
"""Latencies of which the median is told: an hour of pings every 15 s."""

SEED_AGAIN_S = 1800.0
"""Seconds between two looks into the history."""


SAMPLE_S = 55.0
"""Seconds between two samples of an alias: a year of them every 15 s would be a hundred megabytes."""


class Seen(NamedTuple):
    """What one reading found of an alias: its latency, None when it was down; seconds behind, or None."""

    latency_ms: float | None
    lag_s: float | None


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How an alias has been.

    Attributes:
        p50_ms, p95_ms: latencies that half, and 95 %, of the pings of the last hour took at most; None
            without any.
        up_day, up_month: percent of the pings of the last 24 hours and 30 days that were answered, as far as
            the history has them; None without a history.
    """

    p50_ms: float | None = None
    p95_ms: float | None = None
    up_day: float | None = None
    up_month: float | None = None


class Chronicle:
    """Keeps it, for the aliases of one project.

    Args:
        context: the pane's.

    Attributes:
        pings: the last ping of each alias; of one that is down, with the version that answered before.
        following: how each replica that answered follows.
        samples: what the history keeps with the last reading.
    """

    def __init__(self, context: PaneContext) -> None:
        self.pings: dict[str, wire.Ping] = {}
        self.following: dict[str, ReplicationFacts] = {}
        self.samples: tuple[Sample, ...] = ()
        self._context = context
        self._answers: dict[str, dict[str, wire.Answer]] = {}
        self._observed: dict[str, Observed] = {}
        self._followers = Followers()
        self._latencies: dict[str, deque[float | None]] = {}
        self._ups: dict[str, tuple[float | None, float | None]] = {}
        self._seeded: dict[str, float] = {}
        self._since: dict[str, list[Seen]] = {}
        self._sampled = float("-inf")

    def note(self, pings: Sequence[wire.Ping], *, whole: bool) -> None:
        """Take pings: those of a reading, or (not `whole`) those that a person asked for in between."""
        answered: dict[str, Observed] = {}
        for told in pings:
            self.pings[told.alias] = ping = self._known(told)
            if ping.state is State.OK:
                if whole or ping.alias not in self._observed:
                    self._observed[ping.alias] = self._observe(ping)
                answered[ping.alias] = self._observed[ping.alias]
            if whole and ping.state not in CALM:
                self._latencies.setdefault(ping.alias, deque(maxlen=KEPT)).append(ping.latency_ms)
        if not whole:
            return
        self.following = self._followers.follow(answered, self._context.monotonic())
        for ping in pings:
            if ping.state not in UNTOLD:
                following = self.following.get(ping.alias)
                lag_s = None if following is None else following.lag_s
                self._since.setdefault(ping.alias, []).append(Seen(ping.latency_ms, lag_s))
        self.samples = self._sample()

    def _known(self, ping: wire.Ping) -> wire.Ping:
        """`ping`, with what its server was when it last answered: one that is down tells nothing of it."""
        last = self.pings.get(ping.alias)
        if ping.version or last is None or not last.version:
            return ping
        if last.vendor != ping.vendor and (last.vendor, ping.vendor) != (MARIADB, engines.MYSQL):
            return ping  # settings were edited: it is another server
        return msgspec.structs.replace(ping, vendor=last.vendor, version=last.version)

    def _observe(self, ping: wire.Ping) -> Observed:
        """What its server said, now or, where there was no time to ask or it is asked seldom, before.

        Not so the log's position, which would make a replica late that is not.
        """
        known = {key: answer for key, answer in self._answers.get(ping.alias, {}).items() if key != POSITION}
        self._answers[ping.alias] = {**known, **ping.answers}
        return observe(msgspec.structs.replace(ping, answers=self._answers[ping.alias]))

    def observed(self, alias: str) -> Observed:
        """What its server said when it last answered; nothing when it does not answer now."""
        ping = self.pings.get(alias)
        return self._observed.get(alias, NOTHING) if ping is not None and ping.state is State.OK else NOTHING

    def trend(self, alias: str) -> tuple[float | None, ...]:
        """The last latencies, oldest first; None: that ping failed. Empty when all have."""
        last = tuple(self._latencies.get(alias, ()))[-TREND:]
        return last if any(value is not None for value in last) else ()

    def pace(self, alias: str) -> Pace:
        """How it has been."""
        known = sorted(value for value in self._latencies.get(alias, ()) if value is not None)
        day, month = self._ups.get(alias, (None, None))
        return Pace(p50_ms=percentile(known, 0.5), p95_ms=percentile(known, 0.95), up_day=day, up_month=month)

    def _sample(self) -> tuple[Sample, ...]:
        """What the history keeps of the readings since the last time, once a minute."""
        now = self._context.monotonic()
        if now - self._sampled < SAMPLE_S:
            return ()
        self._sampled = now
        since, self._since = self._since, {}
        return tuple(sample for alias, seen in since.items() for sample in _of(alias, seen))

    async def look_back(self) -> None:
        """Ask the history of the aliases that it was not asked of for a while."""
        for alias in [alias for alias, ping in self.pings.items() if ping.state not in CALM]:
            now = self._context.monotonic()
            if now - self._seeded.get(alias, float("-inf")) < SEED_AGAIN_S:
                continue
            if alias not in self._seeded:
                past = await self._history(LATENCY, alias, HOUR_S, KEPT)
                latencies = self._latencies.setdefault(alias, deque(maxlen=KEPT))
                latencies.extendleft(reversed(_known(past)[: KEPT - len(latencies)]))
            day = share(await self._history(UP, alias, DAY_S, 96))
            month = share(await self._history(UP, alias, MONTH_S, 120))
            self._ups[alias] = (day, month)
            self._seeded[alias] = now

    async def _history(self, series: str, alias: str, span_s: float, points: int) -> Sequence[float | None]:
        return await self._context.history(series, item=alias, span_s=span_s, points=points)


def _of(alias: str, seen: Sequence[Seen]) -> Iterator[Sample]:
    latencies = sorted(one.latency_ms for one in seen if one.latency_ms is not None)
    yield Sample(UP, len(latencies) / len(seen), alias)
    if (median := percentile(latencies, 0.5)) is not None:
        yield Sample(LATENCY, median, alias)
    lags = [one.lag_s for one in seen if one.lag_s is not None]
    if lags:
        yield Sample(LAG, max(lags), alias)


def percentile(values: Sequence[float], part: float) -> float | None:
    """The smallest of the sorted `values` that `part` of them do not exceed; None of none."""
    return values[max(0, math.ceil(part * len(values)) - 1)] if values else None


def share(ups: Sequence[float | None]) -> float | None:
    """The percent of answered pings, steps without any left out; None when there are none."""
    known = _known(ups)
    return 100.0 * sum(known) / len(known) if known else None


def _known(means: Sequence[float | None]) -> list[float]:
    return [mean for mean in means if mean is not None]
