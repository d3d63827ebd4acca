"""Wake the pane when the system says that something about power has changed.

UPower tells of plugs, charges and devices, logind of the end of a suspend, both
on the system bus. They only wake: what is so is read from the kernel. Without a
bus, or without either of them, the pane is read at its interval, as ever.
"""

import asyncio
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from devdash.api import PaneContext, PaneError, Unavailable

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

SETTLE_S = 2.0
"""A command that reads once and goes has gone by then; the first frame is drawn."""

SOCKET = Path("/var/run/dbus/system_bus_socket")
"""Where the bus is unless the variable says otherwise (D-Bus specification, System message bus)."""

CONNECT_S = 10.0
GAP_S = 5.0
"""At most one wake in so many seconds, however many signals come."""

UPOWER, LOGIND = "org.freedesktop.UPower", "org.freedesktop.login1"
MATCHES = (
    f"type='signal',sender='{UPOWER}',path_namespace='/org/freedesktop/UPower',"
    "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
    f"type='signal',sender='{UPOWER}',interface='{UPOWER}'",
    f"type='signal',sender='{LOGIND}',interface='{LOGIND}.Manager',member='PrepareForSleep'",
)

TELLING = frozenset(
    {"OnBattery", "Online", "State", "Percentage", "IsPresent", "WarningLevel", "BatteryLevel"}
)
"""Properties whose change is worth a reading. UPower changes others (flow, voltage) every half minute."""


async def listen(context: PaneContext, *, settle_s: float = SETTLE_S, gap_s: float = GAP_S) -> None:
    """Wake `context` at signals until the bus goes away.

    Raises:
        PaneError: there is no bus, or it has ended the connection.
    """
    await asyncio.sleep(settle_s)
    bus = await _connect(context)
    from dbus_fast.errors import DBusFastError

    throttle = Throttle(context.wake, gap_s)
    try:
        bus.add_message_handler(lambda message: throttle.ring() if is_telling(message) else None)
        async with asyncio.timeout(CONNECT_S):
            for rule in MATCHES:
                await _add_match(bus, rule)
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # it has no annotations
    except TimeoutError as error:
        raise PaneError("the system bus does not answer") from error
    except (OSError, EOFError, ValueError, DBusFastError) as error:
        raise PaneError(f"the system bus is gone: {type(error).__name__}") from error
    finally:
        throttle.stop()
        bus.disconnect()
    raise PaneError("the system bus has ended the connection")


class Throttle:
    """Calls `wake` at once, and then at most every `gap_s` seconds while it goes on ringing."""

    def __init__(self, wake: Callable[[], None], gap_s: float) -> None:
        self._wake = wake
        self._gap_s = gap_s
        self._rung = False
        self._timer: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Something changed."""
        if self._timer is not None:
            self._rung = True
            return
        self._wake()
        self._timer = asyncio.get_running_loop().call_later(self._gap_s, self._open)

    def stop(self) -> None:
        """Wake nobody any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _open(self) -> None:
        self._timer = None
        if self._rung:
            self._rung = False
            self.ring()


def is_telling(message: "Message") -> bool:
    """Whether a signal is about something that the pane shows. Its content may be anything."""
    body = message.body
    match message.member:
        case "PropertiesChanged":
            names = {*_names(body, 1), *_names(body, 2)}
            return bool(names & TELLING)
        case "DeviceAdded" | "DeviceRemoved":
            return True
        case "PrepareForSleep":
            return bool(body) and body[0] is False
        case _:
            return False


def _names(body: list[object], place: int) -> frozenset[str]:
    """The names in a dictionary or a list at `place` of a signal's body."""
    told = body[place] if len(body) > place else None
    if not isinstance(told, dict | list):
        return frozenset()
    return frozenset(name for name in told if isinstance(name, str))


async def _connect(context: PaneContext) -> "MessageBus":
    """Import the library in a thread, since that takes three frames, and say hello to the system bus."""
    if not _may_be_there():
        raise PaneError("there is no system bus to hear of changes")  # 2 MiB are not loaded for that
    try:
        await context.in_thread(import_module, "dbus_fast.aio")
    except ImportError as error:
        raise Unavailable("changes of power are not heard of at once: dbus-fast is not installed") from error
    from dbus_fast import BusType
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusFastError

    try:
        async with asyncio.timeout(CONNECT_S):
            return await MessageBus(bus_type=BusType.SYSTEM).connect()
    except TimeoutError as error:
        raise PaneError("the system bus does not answer") from error
    except (OSError, EOFError, ValueError, DBusFastError) as error:
        why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        raise PaneError(f"there is no system bus to hear of changes ({why})") from error


def _may_be_there() -> bool:
    return bool(os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")) or SOCKET.exists()


async def _add_match(bus: "MessageBus", rule: str) -> None:
    from dbus_fast import Message, MessageType

    reply = await bus.call(
        Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member="AddMatch",
            signature="s",
            body=[rule],
        )
    )
    if reply.message_type is MessageType.ERROR:
        raise PaneError(f"the system bus does not let signals be heard: {reply.error_name}")
