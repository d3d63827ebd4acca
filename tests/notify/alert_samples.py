"""Alerts, notices and messages for the tests of this room, and channels that remember what they are told."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from devdash.alerts.model import Alert, AlertId, Notice, Occasion, Status, Terms
from devdash.contract.levels import Level
from devdash.notify.message import ChannelFailed, Message

NOW = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
LOW = AlertId("battery", "low")


def notice(
    rule: str = "low",
    occasion: Occasion = Occasion.FIRED,
    *,
    level: Level = Level.ATTENTION,
    text: str = "battery at 12 %",
    item: str = "",
    channels: tuple[str, ...] | None = None,
    action: str | None = None,
) -> Notice:
    """A notice about the battery's rule `rule`."""
    terms = Terms(pane="battery", name=rule, level=level, channels=channels, action=action)
    alert = Alert(
        id=AlertId("battery", rule, item),
        terms=terms,
        status=Status.FIRING,
        level=level,
        text=text,
        since=NOW,
    )
    return Notice(occasion, alert)


def message(
    text: str = "12 %, 20 min left",
    *,
    alert: AlertId | None = LOW,
    level: Level = Level.ATTENTION,
    occasion: Occasion = Occasion.FIRED,
    title: str = "Battery",
    fix: str = "",
    at: datetime = NOW,
) -> Message:
    """A message about `alert`."""
    return Message(id=alert, occasion=occasion, at=at, level=level, title=title, text=text, fix=fix)


class Names:
    """Implements `devdash.notify.wording.Names`."""

    def title(self, pane: str) -> str:
        return pane.capitalize()

    def fix(self, pane: str, action: str) -> str:
        return action.capitalize()


class Recorder:
    """A channel in memory: it keeps what it was told, and fails, hangs or raises as `trouble` says."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.messages: list[Message] = []
        self.attempts = 0
        self.trouble: Callable[[Message | None], BaseException | asyncio.Event | None] = lambda message: None
        self.stopped = False

    async def send(self, message: Message) -> None:
        await self._meet(message)
        self.messages.append(message)
        self.told.append(message.text)

    async def close(self, alert: AlertId) -> None:
        await self._meet(None)
        self.told.append(f"close {alert.rule}")

    async def stop(self) -> None:
        self.stopped = True

    async def _meet(self, message: Message | None) -> None:
        self.attempts += 1
        trouble = self.trouble(message)
        if isinstance(trouble, asyncio.Event):
            await trouble.wait()
        elif trouble is not None:
            raise trouble

    def fail(self, sentence: str = "it is down", *, lasting: bool = False) -> None:
        """From now on, refuse everything."""
        self.trouble = lambda message: ChannelFailed(sentence, "mend it", lasting=lasting)

    def recover(self) -> None:
        """From now on, take everything."""
        self.trouble = lambda message: None
