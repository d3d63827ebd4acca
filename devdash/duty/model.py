"""What the faces know of the duty."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

from devdash.alerts.model import Alert, AlertId
from devdash.history.wire import Event, EventQuery


class Role(StrEnum):
    """This process's part."""

    ON_DUTY = "on-duty"
    """It evaluates the rules, tells and keeps."""
    BESIDE = "beside"
    """Another process, with the same devdash.toml, is on duty; its alerts are shown here."""
    APART = "apart"
    """Another process is on duty with another devdash.toml: rules are evaluated here, for the eye only."""


class AlertDesk(Protocol):
    """The alerts, as a face sees and handles them, whichever process is on duty."""

    @property
    def role(self) -> Role:
        """This process's part, now."""
        ...

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that are open (firing or clearing), worst first, then by time."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the loop, when alerts or role have changed. Returns what ends that."""
        ...

    def acknowledge(self, ids: Iterable[AlertId]) -> None:
        """Silence these until they are over; at once here, soon where the process on duty is another."""
        ...

    def snooze(self, ids: Iterable[AlertId], seconds: float) -> None:
        """Silence these for so long; 0 ends a snooze."""
        ...


class EventLog(Protocol):
    """The history, as far as the screen asks it."""

    async def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Those that `query` names, newest first. Raises `devdash.history.recorder.HistoryUnavailable`."""
        ...


class DutyDesk(AlertDesk, Protocol):
    """What the screen has beside its engine."""

    @property
    def recorder(self) -> EventLog | None:
        """The history; None where none is kept."""
        ...

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with alerts, channels and history now, a sentence each."""
        ...
