"""Notifications of the desktop, through org.freedesktop.Notifications on the session bus.

(Desktop Notifications Specification, version 1.2.) The first message makes the
connection; after that nothing runs here but answers to signals, so an idle channel costs
nothing. Three things go wrong in practice, and are states here:

* No bus, or no daemon: `ChannelFailed`, and `on_return` is called when a daemon comes.
* A daemon that hangs keeps the message, and shows it when it wakes. So the call stays
  open: a later `send` first waits for its answer, and shows nothing twice.
* A daemon that was restarted knows none of the old numbers, and neither does a new bus.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from devdash.alerts.model import AlertId
from devdash.config.alerts import DesktopChannel
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.notify.message import ChannelFailed, Choice, Message, OnChoice
from devdash.notify.session_bus import BUS, BUS_PATH, BusRefused, SessionBus
from devdash.notify.shown_file import Desk, Page, ShownFile
from devdash.workers.threads import DaemonThreads

if TYPE_CHECKING:
    from dbus_fast.message import Message as BusMessage
    from dbus_fast.signature import Variant

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

CALL_TIMEOUT_S = 5.0
"""For a connection, and for an answer. A daemon that the bus must start first takes a second or two."""

WRITE_S = 0.2
"""How long the end waits for the disk to take what is shown."""

_URGENCY = {Level.CRITICAL: 2, Level.ATTENTION: 1, Level.UNKNOWN: 1, Level.OK: 0}
_ICONS = {Level.CRITICAL: "dialog-error", Level.ATTENTION: "dialog-warning", Level.OK: "dialog-information"}
_CHOICES = frozenset(choice.value for choice in Choice)
_MATCHES = (
    f"type='signal',sender='{SERVICE}',interface='{SERVICE}',path='{PATH}'",
    f"type='signal',sender='{BUS}',interface='{BUS}',member='NameOwnerChanged',arg0='{SERVICE}'",
)


class DesktopNotifications:
    """Implements `devdash.notify.message.Channel`.

    Args:
        on_choice: called when a button was pressed.
        on_return: called when a notification daemon has come, or another than before.
        timeout: seconds for a connection, and for an answer.
        memory: the file in which the next process finds what is shown.
    """

    def __init__(
        self,
        config: DesktopChannel,
        on_choice: OnChoice,
        on_return: Callable[[], None] = lambda: None,
        timeout: float = CALL_TIMEOUT_S,
        memory: Path | None = None,
    ) -> None:
        self._config = config
        self._on_choice = on_choice
        self._on_return = on_return
        self._timeout = timeout
        self._bus = SessionBus(self._hear, _MATCHES)
        self._threads = DaemonThreads()
        self._owner: str | None = None
        self._abilities: frozenset[str] | None = None
        self._shown: dict[AlertId | None, int] = {}
        self._file = None if memory is None else ShownFile(memory)
        self._page: Page | None = None
        self._looked = False
        self._bus_id = ""
        self._writing: asyncio.Task[None] | None = None
        self._unwritten = False
        self._closed: set[int] | None = None
        self._open_call: tuple[Message | None, asyncio.Task[None]] | None = None
        self._turn = asyncio.Lock()

    async def send(self, message: Message) -> None:
        """Show `message`; a new notification when the earlier one was dismissed. See `Channel.send`."""
        async with self._turn:
            try:
                if await self._settled() == message:
                    return
                await self._join()
                await self._within(message, self._notify(message))
            except ChannelFailed as failure:
                failure.pending = self._open_call is not None and self._open_call[0] == message
                raise

    async def close(self, alert: AlertId) -> None:
        """Take the notification about `alert` away. See `Channel.close`."""
        async with self._turn:
            await self._settled()
            if alert in self.left:
                await self._meet_again()
            number = self._shown.get(alert)
            if number is None:
                return
            await self._within(None, self._take_away(alert, number))

    @property
    def left(self) -> frozenset[AlertId]:
        """What an earlier process has shown, until it is known whether that is still there."""
        if not self._looked and self._file is not None:
            self._looked, self._page = True, self._file.read()
        return frozenset() if self._page is None else frozenset(one.alert for one in self._page.shown)

    async def resume(self) -> None:
        """Be there for the buttons of what an earlier process has shown, if it is still there."""
        async with self._turn:
            await self._settled()
            if self.left:
                await self._meet_again()

    async def stop(self) -> None:
        """Disconnect. What is shown stays."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=WRITE_S)
        if self._open_call is not None:
            self._open_call[1].cancel()
            self._open_call = None
        await self._bus.close()

    async def _join(self) -> None:
        """Have a connection, and know what the daemon can."""
        if not self._bus.connected:
            self._forget()
            await self._bus.connect(self._timeout)
        if self._abilities is None:
            await self._within(None, self._ask_abilities())

    async def _meet_again(self) -> None:
        """Join the daemon that has shown what is left. None is started for it."""
        await self._bus.connect(self._timeout)
        page, owners = self._page, list[str]()

        async def ask() -> None:
            with suppress(BusRefused):
                owners.append(str((await self._ask_bus("GetNameOwner", "s", [SERVICE])).body[0]))

        await self._within(None, ask())
        if page is not None and owners == [page.desk.daemon]:
            await self._join()
        else:
            self._page = None
            self._write_down()

    async def _ask_bus(self, member: str, signature: str = "", body: Sequence[object] = ()) -> "BusMessage":
        return await self._bus.call(BUS, BUS_PATH, BUS, member, signature, body)

    async def _ask_abilities(self) -> None:
        reply = await self._bus.call(SERVICE, PATH, SERVICE, "GetCapabilities")
        told = reply.body[0] if reply.signature == "as" else []
        if self._file is not None:
            self._bus_id = str((await self._ask_bus("GetId")).body[0])
        self._owner, self._abilities = reply.sender, frozenset(str(one) for one in told)
        self._take_over()

    def _take_over(self) -> None:
        """What an earlier process has shown is ours, if this is the daemon that it has shown it through."""
        page = self._page if self.left else None
        if page is not None and page.desk == Desk(self._bus_id, self._owner or ""):
            self._shown = {**{one.alert: one.number for one in page.shown}, **self._shown}
        self._page = None
        self._write_down()

    def _write_down(self) -> None:
        """Have written, by a thread, what is shown now."""
        self._unwritten = self._file is not None and self._page is None
        if self._unwritten and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write(), name="notifications that are shown")

    async def _write(self) -> None:
        while self._unwritten and self._file is not None:
            self._unwritten = False
            shown = {alert: number for alert, number in self._shown.items() if alert is not None}
            with suppress(PaneError):  # too many threads hang; another time, then
                desk = Desk(self._bus_id, self._owner or "")
                await self._threads.call(self._file.write, desk, shown)

    async def _notify(self, message: Message) -> None:
        # What is over is a word of its own: the `CLOSED` that goes with it must not take it away.
        lasts = not message.parting
        replaced = self._shown.get(message.id, 0) if lasts else 0
        abilities = self._abilities or frozenset()
        body = [
            "devdash",
            replaced,
            _ICONS.get(message.level, "dialog-warning"),
            message.title,
            _as_markup(message.text) if "body-markup" in abilities else message.text,
            self._buttons(message) if "actions" in abilities else [],
            _hints(message),
            -1,
        ]
        closed: set[int] = set()
        self._closed = closed
        try:
            reply = await self._bus.call(SERVICE, PATH, SERVICE, "Notify", "susssasa{sv}i", body)
        finally:
            self._closed = None
        if reply.signature != "u":
            raise ChannelFailed("the notification daemon gave an answer that is none", lasting=True)
        if reply.sender != self._owner:
            self._forget()
            self._owner = reply.sender
        number = int(reply.body[0])
        if lasts and number not in closed:
            self._shown[message.id] = number
            self._write_down()

    async def _take_away(self, alert: AlertId, number: int) -> None:
        self._shown.pop(alert, None)
        self._write_down()
        with suppress(BusRefused):  # it says so when the person was faster
            await self._bus.call(SERVICE, PATH, SERVICE, "CloseNotification", "u", [number])

    def _buttons(self, message: Message) -> list[str]:
        """Pairs of what a button is called here and what it says."""
        if not self._config.buttons or message.id is None or message.parting:
            return []
        fix = [Choice.FIX.value, message.fix] if message.fix else []
        return [*fix, Choice.SNOOZE.value, "Snooze 1 h", Choice.ACKNOWLEDGE.value, "Acknowledge"]

    async def _within(self, message: Message | None, work: Coroutine[None, None, None]) -> None:
        """Do `work`, a call about `message`; what is not answered in time stays open."""
        task = asyncio.create_task(work)
        self._open_call = message, task
        await self._answered(task)
        self._open_call = None
        try:
            task.result()
        except BusRefused as refused:
            raise _refusal(refused.name) from None

    async def _settled(self) -> Message | None:
        """Wait until the last call is answered; the message that is shown now because of it."""
        if self._open_call is None:
            return None
        message, task = self._open_call
        await self._answered(task)
        self._open_call = None
        failed = task.cancelled() or task.exception() is not None
        return None if failed else message

    async def _answered(self, task: asyncio.Task[None]) -> None:
        await asyncio.wait({task}, timeout=self._timeout)
        if not task.done():
            raise ChannelFailed(
                f"the notification daemon has not answered for {self._timeout:g} s",
                "It hangs; end it, and the desktop starts it again.",
            )

    def _hear(self, signal: "BusMessage") -> None:
        """A signal has come; anybody on the bus can send some, so the sender counts."""
        match signal.member, signal.signature, signal.body:
            case "NameOwnerChanged", "sss", [name, _, owner] if signal.sender == BUS and name == SERVICE:
                self._forget()
                if owner:
                    self._on_return()
            case "NotificationClosed", "uu", [number, _] if self._from_daemon(signal):
                # For whatever reason: its number means nothing any more, and a repeat makes a new one.
                self._shown = {alert: one for alert, one in self._shown.items() if one != number}
                self._write_down()
                if self._closed is not None:
                    self._closed.add(number)
            case "ActionInvoked", "us", [number, key] if self._from_daemon(signal):
                alert = next((alert for alert, one in self._shown.items() if one == number), None)
                if alert is not None and key in _CHOICES:
                    asyncio.get_running_loop().call_soon(self._on_choice, alert, Choice(key))

    def _from_daemon(self, signal: "BusMessage") -> bool:
        return signal.interface == SERVICE and signal.sender == self._owner

    def _forget(self) -> None:
        self._owner, self._abilities = None, None
        self._shown.clear()


def _as_markup(text: str) -> str:
    from html import escape  # half a MiB of names, which a watch that tells nothing does not need

    return escape(text, quote=False)


def _hints(message: Message) -> "dict[str, Variant]":
    """What the daemon is told beside the text. A last word is not kept in a list of missed ones."""
    from dbus_fast.signature import Variant

    hints = {
        "urgency": Variant("y", _URGENCY[message.level]),
        "desktop-entry": Variant("s", "devdash"),
    }
    if message.parting:
        hints["transient"] = Variant("b", True)
    return hints


def _refusal(name: str) -> ChannelFailed:
    """What an error of the bus or the daemon means (D-Bus specification and reference implementation)."""
    match name.removeprefix(f"{BUS}.Error."):
        case "ServiceUnknown" | "NameHasNoOwner":
            return ChannelFailed(
                "no notification daemon runs",
                "Desktops bring one; elsewhere start dunst or mako.",
                lasting=True,
            )
        case "NoReply" | "Disconnected":
            return ChannelFailed("the notification daemon ended before it answered")
        case "Timeout" | "TimedOut":
            return ChannelFailed("the notification daemon could not be started in time")
        case other:
            return ChannelFailed(
                f"the notification daemon refused: {other}", "Its own log may say more.", lasting=True
            )
