"""The connection to the session bus: made when it is needed, made again when it has gone.

dbus-fast is imported with the first use, in a thread: it takes longer than a frame.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from devdash.contract.errors import PaneError
from devdash.notify.message import ChannelFailed
from devdash.workers.threads import DaemonThreads

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus
    from dbus_fast.message import Message as BusMessage

BUS = "org.freedesktop.DBus"
BUS_PATH = "/org/freedesktop/DBus"

_SILENT = logging.NullHandler()

OnSignal = Callable[["BusMessage"], None]


class BusRefused(Exception):
    """A call was answered by an error.

    Args:
        name: the error's name, such as "org.freedesktop.DBus.Error.ServiceUnknown".
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SessionBus:
    """One connection at a time.

    Args:
        on_signal: called on the loop with each signal that comes.
        matches: the rules of which signals to ask for.
    """

    def __init__(self, on_signal: OnSignal, matches: Sequence[str]) -> None:
        self._on_signal = on_signal
        self._matches = matches
        self._threads = DaemonThreads()
        self._bus: MessageBus | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._bus is not None and self._bus.connected

    async def connect(self, timeout: float) -> None:
        """Have a connection; does nothing when there is one.

        Raises:
            ChannelFailed: there is no bus, or it does not answer within `timeout` seconds.
        """
        if self.connected:
            return
        await self.close()
        try:
            async with asyncio.timeout(timeout):
                address = _address()  # first: where there is no bus, nothing is loaded for it
                await self._import()
                self._bus = await _open(address)
                self._bus.add_message_handler(self._hear)
                for rule in self._matches:
                    await self.call(BUS, BUS_PATH, BUS, "AddMatch", "s", [rule])
        except TimeoutError:
            await self.close()
            raise ChannelFailed(f"the session bus did not answer within {timeout:g} s") from None
        except BusRefused as refused:
            await self.close()
            raise ChannelFailed(f"the session bus refused: {refused.name}", lasting=True) from None

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[object] = (),
    ) -> "BusMessage":
        """Call a method and wait, as long as it takes, for what it returns.

        Raises:
            BusRefused: the answer is an error.
            ChannelFailed: there is no connection, or it broke.
        """
        from dbus_fast import Message as BusMessage
        from dbus_fast.constants import MessageType

        if self._bus is None or not self._bus.connected:
            raise _gone()
        message = BusMessage(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        try:
            reply: BusMessage | None = await self._bus.call(message)
        except Exception:  # noqa: BLE001 - dbus-fast hands on whatever its reader met: EOF, OSError, nonsense
            raise _gone() from None
        if reply is None:
            raise _gone()
        if reply.message_type is MessageType.ERROR:
            raise BusRefused(reply.error_name or "an error without a name")
        return reply

    async def close(self) -> None:
        """End the connection; what waits for an answer fails."""
        bus, self._bus = self._bus, None
        if bus is None:
            return
        bus.disconnect()
        with suppress(Exception):  # it tells once more how the connection ended
            async with asyncio.timeout(0.2):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast gives it no type

    async def _import(self) -> None:
        try:
            await self._threads.call(import_module, "dbus_fast.aio")
        except ImportError:
            raise ChannelFailed(
                "the package dbus-fast is not installed", "pip install dbus-fast", lasting=True
            ) from None
        except PaneError as error:
            raise ChannelFailed(error.message, error.hint) from None
        # Without a handler of its own what it complains of would go to standard error, onto the screen.
        logging.getLogger("dbus_fast").addHandler(_SILENT)

    def _hear(self, message: "BusMessage") -> None:
        from dbus_fast.constants import MessageType

        if message.message_type is MessageType.SIGNAL:
            self._on_signal(message)


def _address() -> str:
    """Where the session bus is: as its variable says, else where systemd puts it (sd_bus_open_user(3))."""
    told = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if told:
        return told
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime, "bus").is_socket():
        return f"unix:path={escaped(runtime)}/bus"
    raise ChannelFailed(
        "there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set",
        "Notifications of the desktop need devdash to run within a desktop session.",
        lasting=True,
    )


def escaped(path: str) -> str:
    """`path` in a bus address (D-Bus specification, Server Addresses)."""
    plain = "-_/.\\*" + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chr(b) if chr(b) in plain else f"%{b:02x}" for b in os.fsencode(path))


async def _open(address: str) -> "MessageBus":
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import AuthError, InvalidAddressError

    hint = "Look at DBUS_SESSION_BUS_ADDRESS; it must be that of the desktop session."
    try:
        return await MessageBus(bus_address=address).connect()
    except InvalidAddressError:
        raise ChannelFailed("the address of the session bus is none", hint, lasting=True) from None
    except AuthError:
        raise ChannelFailed("the session bus does not let devdash in", hint, lasting=True) from None
    except TimeoutError:
        raise
    except Exception as error:  # noqa: BLE001 - as for a call
        reason = (isinstance(error, OSError) and error.strerror) or "it broke off"
        raise ChannelFailed(f"the session bus cannot be reached: {reason}", hint, lasting=True) from None


def _gone() -> ChannelFailed:
    return ChannelFailed("the session bus has gone away", "It is looked for again; nothing to do.")
