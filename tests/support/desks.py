"""A desk over alerts that a test puts there, and a history over events that a test wrote down."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from msgspec.structs import replace

from devdash.alerts.model import Alert, AlertId, Status, Terms
from devdash.api import Level
from devdash.contract.errors import DevdashError
from devdash.duty.model import Role
from devdash.engine.engine import Engine
from devdash.history.wire import Event, EventQuery
from devdash.notify.voice import Voice

NOW = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
"""Where `ManualClock` begins: a Sunday."""


def alert(pane: str, rule: str, item: str = "", **more: Any) -> Alert:
    """A firing alert of a rule."""
    level = more.pop("level", Level.CRITICAL)
    terms = Terms(
        pane=pane,
        name=rule,
        level=level,
        action=more.pop("action", None),
        inhibited_by=more.pop("inhibited_by", ()),
    )
    since = more.pop("since", NOW - timedelta(hours=2))
    base = Alert(
        id=AlertId(pane, rule, item),
        terms=terms,
        status=Status.FIRING,
        level=level,
        text=f"{item or pane} is {rule}",
        since=since,
        fired=(since,),
    )
    return replace(base, **more)


class Events:
    """A history that answers from `kept`, when `gate` is open, or fails."""

    def __init__(self, kept: Iterable[Event] = (), failure: DevdashError | None = None) -> None:
        self.kept = tuple(kept)
        self.failure = failure
        self.asked: list[EventQuery] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def events(self, query: EventQuery) -> tuple[Event, ...]:
        self.asked.append(query)
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return tuple(event for event in self.kept if _matches(event, query))[: query.limit]


def _matches(event: Event, query: EventQuery) -> bool:
    return (
        (not query.kinds or event.kind in query.kinds)
        and (not query.panes or event.pane in query.panes)
        and (not query.levels or event.level in query.levels)
        and any(
            query.text.casefold() in one.casefold()
            for one in (event.text, event.name, event.item, event.what)
        )
        and (query.since is None or event.at >= query.since)
        and (query.until is None or event.at < query.until)
    )


class PlainDesk:
    """Implements `devdash.duty.model.DutyDesk`, and makes itself: `make_desk=desk`."""

    def __init__(self, *alerts: Alert, role: Role = Role.ON_DUTY, recorder: Events | None = None) -> None:
        self._alerts = {one.id: one for one in alerts}
        self._listeners: list[Callable[[], None]] = []
        self.role = role
        self.recorder = recorder
        self.troubles: tuple[str, ...] = ()
        self.voice: Voice | None = None
        self.engine: Engine | None = None
        self.ended = False

    def __call__(self, engine: Engine, voice: Voice) -> "PlainDesk":
        self.engine, self.voice = engine, voice
        return self

    async def __aenter__(self) -> "PlainDesk":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended = True

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return tuple(sorted(self._alerts.values(), key=lambda one: (-one.level.weight, one.since, one.id)))

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def put(self, *alerts: Alert) -> None:
        """These alerts are open now, and no others."""
        self._alerts = {one.id: one for one in alerts}
        self._tell()

    def acknowledge(self, ids: Iterable[AlertId]) -> None:
        for one in ids:
            self._alerts[one] = replace(self._alerts[one], acknowledged=True)
        self._tell()

    def snooze(self, ids: Iterable[AlertId], seconds: float) -> None:
        assert self.engine is not None
        until = self.engine.clock.now() + timedelta(seconds=seconds) if seconds else None
        for one in ids:
            self._alerts[one] = replace(self._alerts[one], snoozed_until=until)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
