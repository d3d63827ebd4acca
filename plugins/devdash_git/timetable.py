"""Which repositories are due to be fetched by the schedule. Pure."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from devdash_git.contact import FetchBook
from devdash_git.identity import Identity
from devdash_git.observation import Observation
from devdash_git.states import Access
from devdash_git.targets import Target

LONGEST_S = 86_400.0
"""Between two tries, however often it has failed: somebody may have mended it."""

SKEW_S = 60.0
"""Clocks of two processes, or of a file server, differ by so much at most; beyond, a time is nonsense."""


class Passenger(msgspec.Struct, frozen=True, kw_only=True):
    """A repository that could be fetched.

    Attributes:
        target, identity: which.
        heard: when a remote was last heard, whoever asked; None: never, as far as is known.
        tried: when devdash last tried.
        failures: how often it has failed since it last went well.
    """

    target: Target
    identity: Identity
    heard: datetime | None = None
    tried: datetime | None = None
    failures: int = 0

    @property
    def repository(self) -> Path:
        """What its linked worktrees share."""
        return self.identity.look.common_dir


def passengers(observations: Iterable[Observation], book: FetchBook) -> tuple[Passenger, ...]:
    """The repositories that can be read and have a remote, each once, whatever worktrees it has."""
    found: dict[Path, Passenger] = {}
    for seen in observations:
        identity = seen.identity
        if seen.access is not Access.OK or identity is None or not identity.settings.remotes:
            continue
        place = identity.look.common_dir
        records = [one for name in identity.settings.remotes if (one := book.of(place, name)) is not None]
        heard = [one.success for one in records if one.success is not None]
        tried = [one.attempt for one in records if one.attempt is not None]
        if seen.contact is not None:
            heard.append(seen.contact.at)
        known = found.get(place)
        if known is not None:
            heard += [known.heard] if known.heard is not None else []
        found[place] = Passenger(
            target=seen.target if known is None else known.target,
            identity=identity if known is None else known.identity,
            heard=max(heard, default=None),
            tried=max(tried, default=None),
            failures=max((one.failures for one in records), default=0),
        )
    return tuple(found.values())


def due(waiting: Iterable[Passenger], now: datetime, every_s: float) -> tuple[Passenger, ...]:
    """Those whose time has come, the one that was not heard for longest first."""
    come = [one for one in waiting if _is_due(one, now, every_s)]
    return tuple(sorted(come, key=lambda one: one.heard.timestamp() if one.heard is not None else 0.0))


def wait_s(failures: int, every_s: float) -> float:
    """Seconds from a try to the next: twice as long for each failure in a row, up to a day."""
    return min(every_s * 2.0 ** min(failures, 16), max(LONGEST_S, every_s))


def _is_due(one: Passenger, now: datetime, every_s: float) -> bool:
    if one.heard is not None and _since(one.heard, now) < every_s:
        return False
    # Heard after the last try, in a terminal perhaps: what failed then does not any more.
    failed = one.tried is not None and (one.heard is None or one.heard <= one.tried)
    if one.tried is None or not failed:
        return True
    return _since(one.tried, now) >= wait_s(one.failures, every_s)


def _since(moment: datetime, now: datetime) -> float:
    """Seconds; endless for a moment that lies ahead: a clock has been set."""
    seconds = (now - moment).total_seconds()
    return seconds if seconds >= -SKEW_S else float("inf")
