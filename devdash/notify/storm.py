"""How many notifications a person can bear: a limit per time, with a larger one for what is critical.

`most` notifications pass in any `per_s` seconds. When those are used up, the first
word of a critical alert (it has fired, or escalated) still passes, up to
`CRITICAL_FACTOR` × `most` more in the same time; its repeats do not. So a storm of
harmless alerts cannot hide a critical one, and a storm of critical ones ends too.
Whoever is refused is counted, and told of in one summary.
"""

from collections import deque

from devdash.alerts.model import Notice, Occasion
from devdash.contract.levels import Level

CRITICAL_FACTOR = 2


class Limit:
    """Remembers when notifications passed. Pure: the time is handed in.

    Args:
        most: notifications in any `per_s` seconds; less than 1 counts as 1.
        per_s: seconds.
    """

    def __init__(self, most: int, per_s: float) -> None:
        self._most = max(most, 1)
        self._per_s = per_s
        self._passed: deque[float] = deque()
        self._urgent: deque[float] = deque()

    def admits(self, notice: Notice, now: float) -> bool:
        """Whether `notice` may pass at `now` (seconds, never going back); if so, it is counted."""
        for times in (self._passed, self._urgent):
            while times and times[0] <= now - self._per_s:
                times.popleft()
        if len(self._passed) < self._most:
            self._passed.append(now)
            return True
        if is_urgent(notice) and len(self._urgent) < CRITICAL_FACTOR * self._most:
            self._urgent.append(now)
            return True
        return False


def is_urgent(notice: Notice) -> bool:
    """Whether it is the first word of an alert that is critical."""
    first = notice.occasion in (Occasion.FIRED, Occasion.ESCALATED)
    return first and notice.alert.level is Level.CRITICAL
