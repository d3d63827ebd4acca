"""Which replicas may be read: marked down at once, up again only when they have held out for a while.

Nothing here connects to anything. Whoever watches the servers says what was seen: `mark_down`,
`mark_up`, `report_lag`. The state belongs to the process.
"""

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Down(NamedTuple):
    """A replica that is not read.

    Attributes:
        reason: of the last `mark_down`, for people.
        since: the clock's seconds of the last `mark_down`.
        good: how many times in a row it was seen well since.
    """

    reason: str
    since: float
    good: int = 0


class ReplicaHealth:
    """What is known of the replicas; one that nothing was said of is up. Safe to use from any thread.

    Args:
        rest: a replica stays down for at least so many seconds after it was last seen down,
        recoveries: and until it was seen well so many times in a row. Together they keep one that
            flaps from being read every other moment.
        max_lag: `report_lag` of more seconds than this marks down,
        resume_lag: of at most this counts as well; what is between the two changes nothing for a
            replica that is up.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        rest: float = 30.0,
        recoveries: int = 3,
        max_lag: float = 10.0,
        resume_lag: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 <= resume_lag <= max_lag:
            raise ValueError("resume_lag must lie between 0 and max_lag")
        self._rest = rest
        self._recoveries = recoveries
        self._max_lag = max_lag
        self._resume_lag = resume_lag
        self._clock = clock
        self._lock = threading.Lock()
        self._down: dict[str, Down] = {}

    def allow(self, max_lag: float, resume_lag: float | None = None) -> None:
        """Set the thresholds of `report_lag`; without `resume_lag` it is a third of `max_lag`.

        Raises:
            ValueError: they cross.
        """
        resume = max_lag / 3 if resume_lag is None else resume_lag
        if not 0 <= resume <= max_lag:
            raise ValueError("resume_lag must lie between 0 and max_lag")
        with self._lock:
            self._max_lag, self._resume_lag = max_lag, resume

    def is_up(self, alias: str) -> bool:
        """Whether `alias` may be read."""
        return alias not in self._down

    def down(self) -> Mapping[str, Down]:
        """The replicas that are not read."""
        with self._lock:
            return MappingProxyType(dict(self._down))

    def mark_down(self, alias: str, reason: str = "") -> None:
        """`alias` was seen in trouble: it is not read from now on."""
        with self._lock:
            self._down[alias] = Down(reason, self._clock())

    def mark_up(self, alias: str) -> None:
        """`alias` was seen well; it is read again when that has lasted."""
        with self._lock:
            down = self._down.get(alias)
            if down is None:
                return
            down = down._replace(good=down.good + 1)
            if down.good >= self._recoveries and self._clock() - down.since >= self._rest:
                del self._down[alias]
            else:
                self._down[alias] = down

    def report_lag(self, alias: str, seconds: float | None) -> None:
        """`alias` is `seconds` behind; None: it cannot tell, which is what a broken replication says."""
        if seconds is None:
            self.mark_down(alias, "its replication does not run")
        elif seconds > self._max_lag:
            self.mark_down(alias, f"it is {seconds:.0f} s behind")
        elif seconds <= self._resume_lag:
            self.mark_up(alias)
        else:
            with self._lock:
                down = self._down.get(alias)
                if down is not None:
                    self._down[alias] = down._replace(good=0)


health = ReplicaHealth()
"""What routers ask that were given no other."""
