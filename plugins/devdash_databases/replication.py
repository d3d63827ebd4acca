"""How far replicas are behind, told by the logs' positions rather than by their own numbers. Pure.

A replica's own number says 0 while its primary is frozen, and grows while the primary is idle. So the
position of the primary's log is remembered with each reading: a replica that has applied what was
written at 12:00:15 and not what was written by 12:00:30 is between the two moments behind; its own number
is believed within these bounds. Where the primary cannot be asked, nothing is claimed.
"""

from collections import deque
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from devdash_databases.observed import Follower, Observed
from devdash_databases.probing.engines import MONGODB, POSTGRESQL

KEPT = 500
"""Positions that are remembered of a primary."""


class Following(StrEnum):
    """How a replica follows."""

    FOLLOWS = "follows"
    PAUSED = "paused"
    """A person has paused the replay."""
    STOPPED = "stopped"
    """It does not receive, or does not apply, but can go on: nothing has failed, or it tries again."""
    BROKEN = "broken"
    """An error has stopped it, and it does not go on by itself."""
    UNKNOWN = "unknown"
    """Its primary does not answer, or the user may not ask."""


class ReplicationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How one replica follows.

    Attributes:
        state: see `Following`.
        lag_s: seconds behind; None when it could not be told.
        lag_by: "position" (of the logs), "server" (its own number), or None.
        behind: how much is missing, in bytes (PostgreSQL) or transactions (MariaDB, MySQL); None when it
            could not be told.
        receiving, applying: whether each half runs; None: it may not be told.
        code: the driver's code of what stopped it, or "".
        source: the primary: its alias, or else its address; "" when neither is known.
        delay_s: seconds that it is told to stay behind.
    """

    state: Following
    lag_s: float | None
    lag_by: str | None
    behind: int | None
    receiving: bool | None
    applying: bool | None
    code: str
    source: str
    delay_s: float = 0.0


def parse(text: str | None) -> dict[str, int] | None:
    """A position as numbers by domain; None when it is none.

    MariaDB's GTIDs ("0-1-15,2-7-3": domain, server, number), MySQL's sets ("uuid:1-5:7": the last number
    of each server, which is enough for a set without gaps), PostgreSQL's LSN ("0/3000148"), and MongoDB's
    time of the last write, in seconds.
    """
    if not text:
        return None
    try:
        if "/" in text:
            high, low = text.split("/")
            return {"": (int(high, 16) << 32) + int(low, 16)}
        if ":" in text:
            parts = [part.strip().split(":") for part in text.split(",")]
            return {part[0]: int(part[-1].rpartition("-")[2]) for part in parts}
        if "-" in text:
            return {one.split("-")[0].strip(): int(one.split("-")[2]) for one in text.split(",")}
        return {"": int(float(text))}
    except (ValueError, IndexError):
        return None


def missing(applied: Mapping[str, int], written: Mapping[str, int]) -> int:
    """How much of `written` is not in `applied`; 0 when nothing is."""
    return sum(max(0, number - applied.get(domain, 0)) for domain, number in written.items())


class _Log:
    """The positions of one primary's log, each with when it was first and last seen there."""

    def __init__(self) -> None:
        self._seen: deque[tuple[dict[str, int], float, float]] = deque(maxlen=KEPT)

    def note(self, written: dict[str, int], now: float) -> None:
        if self._seen and self._seen[-1][0] == written:
            _, first, _ = self._seen.pop()
            self._seen.append((written, first, now))
        else:
            self._seen.append((written, now, now))

    def bounds(self, applied: Mapping[str, int], now: float) -> tuple[float, float | None]:
        """Seconds that who has applied so much is behind: at least, and at most (None: not known)."""
        last_covered: float | None = None
        for written, first, last in self._seen:
            if missing(applied, written):
                return now - first, None if last_covered is None else now - last_covered
            last_covered = last
        return 0.0, 0.0


class Followers:
    """The replicas of one project, over time."""

    def __init__(self) -> None:
        self._logs: dict[str, _Log] = {}
        self._sources: dict[str, str] = {}

    def follow(self, observed: Mapping[str, Observed], now: float) -> dict[str, ReplicationFacts]:
        """How each replica follows, after a reading.

        Args:
            observed: what those said that answered, by alias.
            now: of a clock that does not jump.
        """
        for alias, one in observed.items():
            written = parse(one.written) if one.follower is None else None
            if written is not None:
                self._logs.setdefault(alias, _Log()).note(written, now)
        return {
            alias: self._judge(alias, one, one.follower, observed, now)
            for alias, one in observed.items()
            if one.follower is not None and one.role == "replica"
        }

    def _judge(
        self, alias: str, one: Observed, follower: Follower, observed: Mapping[str, Observed], now: float
    ) -> ReplicationFacts:
        source, asked = self._source(alias, one, follower, observed)
        applied = parse(one.applied)
        written = parse(observed[source].written) if asked else None
        lag_s: float | None = None
        lag_by: str | None = None
        behind: int | None = None
        if one.vendor == MONGODB and applied is not None and written is not None:
            lag_s, lag_by = float(missing(applied, written)), "position"
        elif applied is not None and written is not None:
            behind = missing(applied, written)
            lag_s, lag_by = self._by_position(source, applied, follower, now), "position"
        elif not source and _runs(follower) and follower.server_lag_s is not None:
            lag_s, lag_by = follower.server_lag_s, "server"
        elif source and not asked and applied is not None and source in self._logs:
            # What the primary had written when it was last asked, and this one has not, is certain.
            least, _ = self._logs[source].bounds(applied, now)
            lag_s, lag_by = (least, "position") if least else (None, None)
        return ReplicationFacts(
            state=_state(follower, known=lag_by is not None),
            lag_s=None if lag_s is None else round(lag_s, 1),
            lag_by=lag_by,
            behind=behind,
            receiving=follower.receiving,
            applying=follower.applying,
            code=follower.code,
            source=source or follower.source,
            delay_s=follower.delay_s,
        )

    def _by_position(self, source: str, applied: Mapping[str, int], follower: Follower, now: float) -> float:
        least, most = self._logs[source].bounds(applied, now)
        own = follower.server_lag_s
        if own is None or not _runs(follower):
            return least
        return max(least, own if most is None else min(own, most))

    def _source(
        self, alias: str, one: Observed, follower: Follower, observed: Mapping[str, Observed]
    ) -> tuple[str, bool]:
        """The alias of the primary, or "", and whether it answered now."""
        others = {other: its for other, its in observed.items() if other != alias and its.written}
        named = [other for other, its in others.items() if its.system and its.system == follower.source_id]
        leading = {
            other: its for other, its in others.items() if its.follower is None and its.vendor == one.vendor
        }
        kin = [other for other, its in leading.items() if one.system and its.system == one.system]
        unknown = not (follower.source_id or one.vendor == POSTGRESQL)
        for found in (named, kin, list(leading) if unknown else []):
            if len(found) == 1:
                self._sources[alias] = found[0]
                return found[0], True
        known = self._sources.get(alias, "")
        return known, known in others


def _runs(follower: Follower) -> bool:
    return follower.receiving is not False and follower.applying is not False and not follower.paused


def _state(follower: Follower, *, known: bool) -> Following:
    if follower.code and not _runs(follower) and not follower.trying:
        return Following.BROKEN
    if follower.paused:
        return Following.PAUSED
    if not _runs(follower):
        return Following.STOPPED
    return Following.FOLLOWS if known else Following.UNKNOWN
