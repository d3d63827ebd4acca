"""When a pane is read next: pure arithmetic, so that its promises can be tested."""

import msgspec

HIDDEN_FACTOR = 5.0
"""A pane that nobody sees is read this many times less often."""

JITTER = 0.05
"""Intervals vary by this part, so that panes do not march in step."""

FIRST_RETRY_S = 5.0
LAST_RETRY_S = 300.0
WAKE_GAP_S = 1.0
"""Readings that a pane asks for itself are at least this far apart: a pane that floods is slowed."""

UNSEEN_NEWS_S = 15.0
"""While nobody sees a pane, files that change under somebody's hands are looked at together, so far apart."""

BLOCKED_RETRY_S = 60.0
"""A pane that held up the loop is not soon given another chance to."""

CATCH_UP_STEP_S = 0.7
"""After a suspend, panes are read one after the other, this far apart."""


class Pace(msgspec.Struct, frozen=True):
    """How often one pane is read.

    Attributes:
        interval_s: between two readings of a visible pane.
        visible: whether anybody sees it.
        unseen_s: how often it is to be read, for the sake of its alerts, while nobody sees it; but not
            more often than a visible one. None: nobody relies on it.
    """

    interval_s: float
    visible: bool = True
    unseen_s: float | None = None

    @property
    def current_s(self) -> float:
        """The interval that applies now."""
        if self.visible:
            return self.interval_s
        if self.unseen_s is None:
            return self.interval_s * HIDDEN_FACTOR
        return max(self.interval_s, self.unseen_s)


def jittered(seconds: float, chance: float) -> float:
    """`seconds` varied by ± `JITTER`; `chance` in 0–1 chooses where."""
    return seconds * (1.0 + JITTER * (2.0 * chance - 1.0))


def after_success(pace: Pace, chance: float) -> float:
    """Seconds from the end of a good reading to the next."""
    return jittered(pace.current_s, chance)


def after_failure(pace: Pace, failures: int, chance: float, *, blocked: bool = False) -> float:
    """Seconds from the end of the `failures`-th failed reading in a row (≥ 1) to the next try.

    Doubles from min(interval, 5 s) up to max(interval, 5 min).
    """
    ceiling = max(pace.current_s, LAST_RETRY_S)
    first = BLOCKED_RETRY_S if blocked else min(pace.interval_s, FIRST_RETRY_S)
    doubled = first * 2.0 ** min(failures - 1, 30)
    return jittered(min(doubled, ceiling), chance)


def late_after(pace: Pace, timeout_s: float) -> float:
    """The age in seconds from which data count as late: a reading was missed and had time to end."""
    return 2.0 * pace.current_s + timeout_s


def catch_up_delay(position: int, chance: float) -> float:
    """Seconds until the pane at `position` (from 0) is read after a suspend."""
    return position * CATCH_UP_STEP_S + jittered(CATCH_UP_STEP_S, chance) / 2
