"""What the machine lives on: its power supplies, and what NetworkManager says of the network.

It is for work that can wait, so nothing here may cost much or fail loudly: it is looked at when somebody
asks, at most every half minute, and whatever cannot be told is None.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from devdash.contract.conditions import Conditions
from devdash.contract.errors import PaneError

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

T = TypeVar("T")

SUPPLIES = Path("/sys/class/power_supply")
SYSTEM_BUS = Path("/run/dbus/system_bus_socket")

FRESH_S = 30.0
ANSWER_S = 2.0

NETWORK = "org.freedesktop.NetworkManager"
NETWORK_PATH = "/org/freedesktop/NetworkManager"
METERED = {1: True, 2: False, 3: True, 4: False}
"""NMMetered: yes, no, guessed yes, guessed no; 0: not known."""
STATES = {10: False, 20: False, 30: False, 40: False, 50: False, 60: True, 70: True}
"""NMState: asleep, disconnected, disconnecting, connecting, local only, site, global; 0: not known."""


class InThread(Protocol):
    """Runs a function that blocks."""

    def __call__(self, function: Callable[..., T], /, *args: object) -> Awaitable[T]:
        """Its result."""
        ...


class Surroundings:
    """Looks, and remembers for half a minute.

    Args:
        monotonic: seconds.
        supplies: the kernel's folder of power supplies.
    """

    def __init__(self, monotonic: Callable[[], float], supplies: Path = SUPPLIES) -> None:
        self._monotonic = monotonic
        self._supplies = supplies
        self._known: tuple[float, Conditions] | None = None
        self._turn = asyncio.Lock()

    async def look(self, in_thread: InThread) -> Conditions:
        """What holds now, or did less than half a minute ago."""
        async with self._turn:
            now = self._monotonic()
            if self._known is None or now - self._known[0] >= FRESH_S:
                self._known = now, await self._look(in_thread)
            return self._known[1]

    async def _look(self, in_thread: InThread) -> Conditions:
        on_battery: bool | None = None
        with suppress(PaneError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):  # an embedded controller may hang
                on_battery = await in_thread(is_on_battery, self._supplies)
        metered, online = await _network(in_thread)
        return Conditions(on_battery, metered, online)


def is_on_battery(supplies: Path) -> bool | None:
    """Whether the machine runs down its battery; None: it cannot be told. Blocks shortly.

    A plug that gives power is enough for no, and so is having no battery: those of mice do not count.
    Source: Linux, Documentation/ABI/testing/sysfs-class-power.
    """
    try:
        folders = sorted(supplies.iterdir())
    except OSError:
        return None if sys.platform == "linux" and supplies == SUPPLIES else _elsewhere()
    kinds = [(folder, _word(folder / "type")) for folder in folders if _word(folder / "scope") != "Device"]
    if any(
        kind not in ("", "Battery") and _word(folder / "online") not in ("", "0") for folder, kind in kinds
    ):
        return False
    states = [_word(folder / "status") for folder, kind in kinds if kind == "Battery"]
    return any(state == "Discharging" for state in states)


def _elsewhere() -> bool | None:
    """The same where there is no such folder: macOS, Windows, BSD."""
    try:
        import psutil

        battery = psutil.sensors_battery()
    except (ImportError, AttributeError, OSError):
        return None
    return battery is not None and battery.power_plugged is False


def _word(file: Path) -> str:
    """What stands in an attribute; "" when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(64).decode("ascii", "replace").strip()
    except OSError:
        return ""


async def _network(in_thread: InThread) -> tuple[bool | None, bool | None]:
    """Whether the network is metered, and whether there is any."""
    try:
        if not await in_thread(_prepared):
            return None, None
    except PaneError:
        return None, None
    from dbus_fast import BusType
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import DBusFastError

    bus: MessageBus | None = None
    try:
        async with asyncio.timeout(ANSWER_S):
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            told = await _properties(bus)
    except (TimeoutError, OSError, EOFError, ValueError, DBusFastError):
        return None, None
    finally:
        if bus is not None:
            bus.disconnect()
    return METERED.get(told.get("Metered", 0)), STATES.get(told.get("State", 0))


def _prepared() -> bool:
    """Whether there is a bus to be asked, and what asks it; to import that takes three frames. Blocks."""
    if "DBUS_SYSTEM_BUS_ADDRESS" not in os.environ and not SYSTEM_BUS.exists():
        return False
    try:
        import_module("dbus_fast.aio")
    except ImportError:
        return False
    return True


async def _properties(bus: "MessageBus") -> dict[str, int]:
    """NetworkManager's own numbers; nothing where it does not run: it is not started for this."""
    from dbus_fast import Message, MessageFlag, MessageType, Variant

    reply = await bus.call(
        Message(
            destination=NETWORK,
            path=NETWORK_PATH,
            interface="org.freedesktop.DBus.Properties",
            member="GetAll",
            signature="s",
            body=[NETWORK],
            flags=MessageFlag.NO_AUTOSTART,
        )
    )
    if reply.message_type is not MessageType.METHOD_RETURN or reply.signature != "a{sv}":
        return {}
    told: dict[str, Variant] = reply.body[0]
    return {name: one.value for name, one in told.items() if isinstance(one.value, int)}
