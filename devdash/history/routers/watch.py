"""Looks after the replicas of a project: asks each every so often, and tells the routers' health.

Threads of this process, begun by the first read that might go to a replica: a server forks after it has
imported its settings, and threads do not come along. Each replica has its own, since a driver that hangs
cannot be interrupted; the reads do not wait for it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from devdash.history.routers.health import ReplicaHealth
from devdash.history.routers.lag import Lag, lag_of

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""Seconds after which a look that has not come back counts as no answer."""


class Watch:
    """One replica, looked at again and again.

    Args:
        alias: of the replica.
        health: is told what was seen.
        every: seconds between two looks.
        ask: the lag of an alias; raises when it does not answer.
        clock: monotonic seconds.

    Attributes:
        has_looked: a look has come back, so that its health is known.
    """

    def __init__(
        self,
        alias: str,
        health: ReplicaHealth,
        every: float,
        *,
        ask: Callable[[str], Lag] = lag_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._alias = alias
        self._health = health
        self._every = every
        self._ask = ask
        self._clock = clock
        self._began: float | None = None
        self.has_looked = False

    def look(self) -> None:
        """Ask once. Whatever a driver raises means that the replica cannot be read."""
        self._began = self._clock()
        try:
            lag = self._ask(self._alias)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like; their words may hold a password
            self._fell(type(error).__name__)
        else:
            if lag.known:
                self._health.report_lag(self._alias, lag.seconds)
            else:
                self._health.mark_up(self._alias)
        finally:
            self._began = None
            self.has_looked = True

    def overdue(self) -> bool:
        """Whether the look that is under way takes too long; the replica then counts as down."""
        began = self._began
        if began is None or self._clock() - began < PATIENCE_S:
            return False
        self._fell("no answer")
        return True

    def _fell(self, why: str) -> None:
        if self._health.is_up(self._alias):
            log.warning("%s is not read until it answers again: %s", self._alias, why)
        self._health.mark_down(self._alias, why)

    def run(self) -> None:
        """Look, for as long as the process lives."""
        while True:
            self.look()
            time.sleep(self._every)


_lock = threading.Lock()
_running: dict[tuple[str, int], Watch] = {}


def _begin_anew() -> None:
    """In a process that was forked: no thread came along, and the lock may have been held by one."""
    global _lock  # noqa: PLW0603 - there is one for each process
    _lock = threading.Lock()
    _running.clear()


os.register_at_fork(after_in_child=_begin_anew)


def watched(alias: str, health: ReplicaHealth, every: float) -> bool:
    """See to it that `alias` is looked at in this process; returns at once, and more calls do no harm.

    Returns:
        Whether what is known of it is worth anything: a look has come back, or nobody may look.
    """
    key = (alias, id(health))
    known = _running.get(key)
    if known is not None:
        return known.has_looked
    if _only_asked():
        return True
    with _lock:
        if key in _running:
            return False
        first = not _running
        watch = _running[key] = Watch(alias, health, every)
    threading.Thread(target=watch.run, name=f"watch {alias}", daemon=True).start()
    if first:
        threading.Thread(target=_mind_the_slow, name="watch the watches", daemon=True).start()
    return False


def _mind_the_slow() -> None:
    while True:
        time.sleep(1.0)
        for watch in list(_running.values()):
            watch.overdue()


SURVEY = "DEVDASH_SURVEY"
"""The variable that is set while a probe of devdash asks routers what they would say: nothing may connect."""


def _only_asked() -> bool:
    """Whether nobody should be looked at here: in a survey, and in a process that Django's test runner has
    prepared. A replica is the primary's mirror there, and a connection of another thread would keep the test
    database from being removed."""
    from django.core import mail

    return SURVEY in os.environ or hasattr(mail, "outbox")
