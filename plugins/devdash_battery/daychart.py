"""The charge of the last 24 hours, in steps of half an hour: what the history knows, and own readings.

The history is asked now and then; in between the chart goes on with what the
pane has read itself.
"""

from collections.abc import Sequence

SPAN_S = 86_400.0
POINTS = 48
STEP_S = SPAN_S / POINTS


class DayChart:
    """Means by step.

    Times are seconds since 1970, on a wall clock that may jump: what is not of the last 24 hours is left out.
    """

    def __init__(self) -> None:
        self._past: dict[int, float] = {}
        self._own: dict[int, tuple[float, int]] = {}
        self._seeded = 0

    def seed(self, means: Sequence[float | None], now: float) -> None:
        """Take what the history tells of the 24 hours before `now`, oldest first; empty changes nothing."""
        if not means:
            return
        step = SPAN_S / len(means)
        first = now - SPAN_S + step / 2
        self._seeded = _step(now)
        self._past = {
            _step(first + number * step): mean for number, mean in enumerate(means) if mean is not None
        }

    def add(self, value: float, now: float) -> None:
        """Take one reading."""
        last = _step(now)
        total, count = self._own.get(last, (0.0, 0))
        self._own[last] = (total + value, count + 1)
        for gone in [step for step in self._own if not last - POINTS < step <= last]:
            del self._own[gone]

    def values(self, now: float) -> tuple[float | None, ...]:
        """`POINTS` means up to `now`, oldest first; None where nobody looked. Rounded to tenths."""
        last = _step(now)
        return tuple(self._mean(step) for step in range(last - POINTS + 1, last + 1))

    def _mean(self, step: int) -> float | None:
        """The history's, which knows what other processes read as well; since it was asked, our own."""
        past, own = self._past.get(step), self._own.get(step)
        if own is not None and (past is None or step >= self._seeded):
            total, count = own
            return round(total / count, 1)
        return None if past is None else round(past, 1)


def _step(time: float) -> int:
    return int(time // STEP_S)
