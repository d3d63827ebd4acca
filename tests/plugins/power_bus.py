"""A system bus of the test's own, with stand-ins for UPower and logind on it (python-dbusmock)."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from ground import as_user

UPOWER = ("org.freedesktop.UPower", "/org/freedesktop/UPower")
LOGIND = ("org.freedesktop.login1", "/org/freedesktop/login1")
DEVICE = "/org/freedesktop/UPower/devices/battery_BAT0"
MOCK = "org.freedesktop.DBus.Mock"
DEBIAN_PYTHON = "/usr/bin/python3"
"""dbusmock is a module of Debian's own Python."""

PATIENCE_S = 20.0

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


async def until(holds: Callable[[], bool]) -> None:
    """Wait until `holds`, and fail when it takes too long."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


class PowerBus:
    """The bus. `address` stays the same when it is ended and begun again."""

    def __init__(self, folder: Path, daemon: str) -> None:
        self.socket = folder / "bus"
        self.address = f"unix:path={self.socket}"
        self._config = folder / "bus.conf"
        self._config.write_text(CONFIG.format(address=self.address))
        self._daemon = daemon
        self._processes: list[subprocess.Popen[bytes]] = []
        self._client: MessageBus | None = None

    async def begin(self) -> None:
        """Start the daemon and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        self._start([self._daemon, "--nofork", "--nopidfile", "--config-file", str(self._config)])
        async with asyncio.timeout(PATIENCE_S):
            while self._client is None:
                with suppress(OSError, EOFError):
                    self._client = await MessageBus(self.address).connect()
                await asyncio.sleep(0.005)

    async def add(self, template: str, name: str) -> None:
        """Start a stand-in and wait until it owns its name."""
        self._start([DEBIAN_PYTHON, "-m", "dbusmock", "--system", "--template", template])
        async with asyncio.timeout(PATIENCE_S):
            while not await self.owned(name):
                await asyncio.sleep(0.01)

    async def owned(self, name: str) -> bool:
        """Whether somebody on the bus has this name."""
        bus = "org.freedesktop.DBus"
        return await self.call((bus, "/org/freedesktop/DBus"), bus, "NameHasOwner", "s", name) == [True]

    async def call(
        self, peer: tuple[str, str], interface: str, member: str, signature: str, *body: Any
    ) -> list[Any]:
        """Call a method and return what it answers."""
        assert self._client is not None
        name, path = peer
        message = Message(
            destination=name,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        reply = await self._client.call(message)
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return list(reply.body)

    async def change(self, **properties: Variant) -> None:
        """Let UPower say that its battery has changed."""
        await self.call(UPOWER, MOCK, "SetDeviceProperties", "oa{sv}", DEVICE, properties)

    async def add_battery(self) -> None:
        await self.call(UPOWER, MOCK, "AddDischargingBattery", "ssdx", "battery_BAT0", "Mock", 50.0, 3600)

    async def remove_battery(self) -> None:
        await self.call(UPOWER, MOCK, "RemoveDevice", "o", DEVICE)

    async def sleep(self, before: bool) -> None:
        """Let logind say that the machine is about to sleep, or has woken."""
        arguments = [Variant("b", before)]
        interface = "org.freedesktop.login1.Manager"
        await self.call(LOGIND, MOCK, "EmitSignal", "sssav", interface, "PrepareForSleep", "b", arguments)

    def end(self) -> None:
        """Kill everything at once."""
        if self._client is not None:
            self._client.disconnect()
            self._client = None
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()

    def _start(self, argv: list[str]) -> None:
        environment = {"DBUS_SYSTEM_BUS_ADDRESS": self.address, "PATH": "/usr/bin:/bin"}
        quiet = subprocess.DEVNULL
        tied = [*as_user("", pdeathsig="KILL"), *argv]
        self._processes.append(subprocess.Popen(tied, env=environment, stdout=quiet, stderr=quiet))


@asynccontextmanager
async def power_bus(folder: Path, daemon: str) -> AsyncIterator[PowerBus]:
    """A bus with UPower, its battery, and logind."""
    bus = PowerBus(folder, daemon)
    try:
        await bus.begin()
        await bus.add("upower", UPOWER[0])
        await bus.add("logind", LOGIND[0])
        await bus.add_battery()
        yield bus
    finally:
        bus.end()


def has_dbusmock() -> bool:
    """Whether Debian's Python has it."""
    run = subprocess.run([DEBIAN_PYTHON, "-c", "import dbusmock"], capture_output=True)
    return sys.platform == "linux" and run.returncode == 0
