"""What a channel is given, and what it may give back."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol, runtime_checkable

import msgspec

from devdash.alerts.model import AlertId, Occasion
from devdash.contract.levels import Level


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One notification; its texts are clean: one line each, no control characters.

    Attributes:
        id: of the alert; a later message with the same id replaces this one. None: a summary of many.
        title: such as "Battery" or "devdash".
        text: the alert's text.
        fix: the title of the action that helps, for a button; "" for none.
        at: since when there is something to tell; aware. A retry tells the same.
    """

    id: AlertId | None
    occasion: Occasion
    at: datetime
    level: Level
    title: str
    text: str
    fix: str = ""

    @property
    def key(self) -> str:
        """The same in every try to deliver this message, and in that of no other."""
        text = repr((self.id, self.occasion.value, self.at.isoformat(), self.level.value, self.text))
        return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]

    @property
    def parting(self) -> bool:
        """Whether it is a word of its own: it replaces nothing, offers nothing and is not taken away."""
        return self.occasion in (Occasion.RESOLVED, Occasion.ANSWERED)


class Choice(StrEnum):
    """A button of a notification."""

    SNOOZE = "snooze"
    ACKNOWLEDGE = "acknowledge"
    FIX = "fix"


OnChoice = Callable[[AlertId, Choice], None]
"""Called on the event loop when a person has pressed a button."""


class ChannelFailed(Exception):
    """A message could not be delivered.

    Args:
        message: one sentence without any secret.
        hint: the next step; may be empty.
        lasting: trying again soon is in vain (there is no bus, no such program).

    Attributes:
        pending: it is in the hands of one who hangs, and shown when that one wakes.
    """

    pending = False

    def __init__(self, message: str, hint: str = "", *, lasting: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.lasting = lasting


class Channel(Protocol):
    """One way to tell a person. All methods run on the event loop and must not block it."""

    async def send(self, message: Message) -> None:
        """Show `message`, in place of an earlier one with the same id.

        Raises:
            ChannelFailed: it could not be delivered.
        """
        ...

    async def close(self, alert: AlertId) -> None:
        """Take the message about `alert` away, if it is still there and the channel can. Raises as `send`."""
        ...

    async def stop(self) -> None:
        """Let go of connections and programs, within half a second."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """A channel whose messages are still there, with their buttons, when their process is not."""

    @property
    def left(self) -> frozenset[AlertId]:
        """What an earlier process has shown, as far as is known."""
        ...

    async def resume(self) -> None:
        """Be there for the buttons of what is left. Raises as `Channel.send`."""
        ...
