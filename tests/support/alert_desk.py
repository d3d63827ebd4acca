"""A book of alerts, clocks that the test turns, and all that was told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from devdash.alerts.book import Book
from devdash.alerts.model import Alert, AlertId, Moment, Notice, Occasion, Terms, Verdict

TICK_S = 2.0
START = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
LOUD = (Occasion.FIRED, Occasion.REPEATED, Occasion.ESCALATED, Occasion.REMINDED, Occasion.RESOLVED)


def judged(
    terms: Terms,
    entered: Iterable[str] = (),
    cleared: Iterable[str] = (),
    present: Iterable[str] | None = None,
    **texts: str,
) -> Verdict:
    """A verdict."""
    there = None if present is None else frozenset(present)
    return Verdict(terms, frozenset(entered), frozenset(cleared), there, texts)


class AlertDesk:
    """Turns the clocks, hands readings in, and writes down what is told.

    Attributes:
        told: every notice so far, with the seconds since the start, by the wall of one who slept never.
    """

    def __init__(self) -> None:
        self.book = Book(TICK_S)
        self.told: list[tuple[float, Notice]] = []
        self._monotonic = 5000.0
        self._slept = 0.0
        self._set = timedelta()

    @property
    def at(self) -> Moment:
        """Now."""
        return Moment(START + timedelta(seconds=self.elapsed) + self._set, self._monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start, also those that the machine slept."""
        return self._monotonic - 5000.0 + self._slept

    @property
    def occasions(self) -> list[Occasion]:
        """What was told, without when and of what."""
        return [notice.occasion for _, notice in self.told]

    @property
    def loud(self) -> list[Occasion]:
        """What was told with a sound."""
        return [occasion for occasion in self.occasions if occasion in LOUD]

    def read(self, *verdicts: Verdict) -> list[Occasion]:
        """A good reading of the first verdict's pane. Returns what was told of it."""
        return self._note(self.book.observe(verdicts[0].terms.pane, verdicts, self.at))

    def lose(self, pane: str) -> list[Occasion]:
        """The pane cannot be read."""
        return self._note(self.book.lost(pane, self.at))

    def wait(self, seconds: float) -> list[Occasion]:
        """Let time pass, with all its ticks. Returns what was told meanwhile."""
        before = len(self.told)
        end = self._monotonic + seconds
        while self._monotonic < end:
            self._monotonic = min(self._monotonic + TICK_S, end)
            self._note(self.book.tick(self.at))
        return self.occasions[before:]

    def hang(self, seconds: float) -> None:
        """Let time pass without a tick, as when the process is stopped."""
        self._monotonic += seconds

    def sleep(self, seconds: float) -> None:
        """Suspend the machine: wall time goes on, monotonic time does not."""
        self._slept += seconds

    def set_clock(self, by: timedelta) -> None:
        """Somebody sets the wall clock, forward or back."""
        self._set += by

    def acknowledge(self, *alerts: AlertId) -> list[Occasion]:
        """A person acknowledges."""
        return self._note(self.book.acknowledge(alerts, self.at))

    def snooze(self, seconds: float, *alerts: AlertId) -> list[Occasion]:
        """A person snoozes; 0 ends that."""
        until = self.at.wall + timedelta(seconds=seconds) if seconds else None
        return self._note(self.book.snooze(alerts, until, self.at))

    def retain(self, *rules: tuple[str, str]) -> list[Occasion]:
        """The settings were changed: only these rules are left."""
        return self._note(self.book.retain(rules, self.at))

    def restart(self) -> None:
        """The process ends, and another one takes over what was stored."""
        stored = self.book.dump()
        self.book = Book(TICK_S)
        self.book.load(stored, self.at)

    def alert(self, item: str = "", rule: str = "", pane: str = "") -> Alert:
        """The only alert, of those that fit what is named."""
        found = [
            alert
            for alert in self.book.alerts
            if alert.id.item == item and rule in ("", alert.id.rule) and pane in ("", alert.id.pane)
        ]
        assert len(found) == 1, found
        return found[0]

    def _note(self, notices: tuple[Notice, ...]) -> list[Occasion]:
        self.told += [(self.elapsed, notice) for notice in notices]
        return [notice.occasion for notice in notices]
