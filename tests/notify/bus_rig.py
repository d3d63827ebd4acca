"""A session bus of the test's own, and on it a real notification daemon or one that remembers its calls."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.constants import MessageType
from ground import as_user

NOTIFICATIONS = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own: python3-dbusmock needs its dbus-python."""

SECONDS_SHOWN = {"low": 1000, "normal": 2000, "critical": 3000}
"""How long dunst shows a notification of each urgency here."""

_CONFIG = """<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Child:
    """A process of the test's; the kernel ends it when the tests are killed."""

    def __init__(self, argv: list[str], env: Mapping[str, str], stdout: int = subprocess.DEVNULL) -> None:
        self._process = subprocess.Popen(
            [*as_user("", pdeathsig="KILL"), *argv],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
        )

    def first_line(self) -> str:
        """What it says first; empty when it ended without a word."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()

    def freeze(self) -> None:
        """It hangs."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """It ends at once, frozen or not."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class PrivateBus:
    """A dbus-daemon with nothing to activate, on a socket of its own."""

    def __init__(self, program: str) -> None:
        # Below the temporary folder itself: a socket's path has 108 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="bus-"))
        self.address = f"unix:path={self.folder / 'bus'}"
        self._program = program
        self._children: list[Child] = []
        self.daemon = self.start()

    def start(self) -> Child:
        """Start the bus, or start it again at the same address."""
        (self.folder / "bus").unlink(missing_ok=True)
        config = self.folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=self.folder / "bus"))
        argv = [self._program, f"--config-file={config}", "--nofork", "--print-address=1"]
        self.daemon = Child(argv, {}, subprocess.PIPE)
        self._children.append(self.daemon)
        assert self.daemon.first_line(), "dbus-daemon did not start"
        return self.daemon

    async def run(self, argv: list[str], env: Mapping[str, str] = {}) -> Child:
        """Start a notification daemon and wait until it has the name."""
        child = Child(argv, {"DBUS_SESSION_BUS_ADDRESS": self.address, **env})
        self._children.append(child)
        async with Peer(self.address) as peer:
            while not await peer.has_owner(NOTIFICATIONS):
                await asyncio.sleep(0.01)
        return child

    async def mock(self, capabilities: str = "body body-markup actions") -> Child:
        """python-dbusmock's notification daemon; `Peer.calls` tells what it was asked."""
        parameters = json.dumps({"capabilities": capabilities})
        return await self.run(
            [SYSTEM_PYTHON, "-m", "dbusmock", "--template", "notification_daemon", "-p", parameters]
        )

    async def without(self, child: Child) -> None:
        """End `child` and wait until the bus knows."""
        child.kill()
        async with Peer(self.address) as peer:
            while await peer.has_owner(NOTIFICATIONS):
                await asyncio.sleep(0.01)

    def close(self) -> None:
        """End all that was started."""
        for child in reversed(self._children):
            child.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Peer:
    """Another program on the bus: it looks, asks and pretends."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def __aenter__(self) -> "Peer":
        self._bus = await MessageBus(bus_address=self._address).connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    async def call(
        self, destination: str, path: str, member: str, signature: str = "", body: Iterable[Any] = ()
    ) -> list[Any]:
        """Call `member` ("interface.method"); what it returns."""
        interface, _, method = member.rpartition(".")
        reply = await self._bus.call(
            Message(
                destination=destination,
                path=path,
                interface=interface,
                member=method,
                signature=signature,
                body=list(body),
            )
        )
        assert reply.message_type is MessageType.METHOD_RETURN, (member, reply.error_name, reply.body)
        return reply.body

    async def has_owner(self, name: str) -> bool:
        """Whether somebody on the bus has `name`."""
        member = "org.freedesktop.DBus.NameHasOwner"
        (has,) = await self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", member, "s", [name])
        return bool(has)

    async def connections(self) -> int:
        """How many programs are on the bus, this one not counted."""
        member = "org.freedesktop.DBus.ListNames"
        (names,) = await self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", member)
        return sum(name.startswith(":") for name in names) - 1

    async def calls(self, method: str) -> list[list[Any]]:
        """The arguments of each call of `method` that the mock has had, variants opened."""
        (made,) = await self.call(NOTIFICATIONS, PATH, "org.freedesktop.DBus.Mock.GetCalls")
        return [[_plain(one) for one in arguments] for _, name, arguments in made if name == method]

    async def emit(self, name: str, signature: str, *arguments: Any) -> None:
        """Let the mock send the signal `name`."""
        body = ["", name, signature, [Variant(t, a) for t, a in zip(signature, arguments, strict=True)]]
        await self.call(NOTIFICATIONS, PATH, "org.freedesktop.DBus.Mock.EmitSignal", "sssav", body)

    async def forge(self, to: str, name: str, signature: str, *arguments: Any) -> None:
        """Send `to` a signal as if this were the notification daemon."""
        message = Message.new_signal(PATH, NOTIFICATIONS, name, signature, list(arguments))
        message.destination = to
        await self._bus.send(message)


def _plain(value: Any) -> Any:
    if isinstance(value, Variant):
        return _plain(value.value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


class Screen:
    """An X server without a screen, for a daemon that draws."""

    def __init__(self, program: str) -> None:
        argv = [program, "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]
        self._server = Child(argv, {}, subprocess.PIPE)
        self.display = f":{self._server.first_line()}"

    def close(self) -> None:
        """End it."""
        self._server.kill()


class Dunst:
    """dunst, and what it says of itself through dunstctl."""

    def __init__(self, bus: PrivateBus, control: str) -> None:
        self._env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": bus.address}
        self._control = control

    async def ask(self, *words: str) -> str:
        """What dunstctl says."""
        process = await asyncio.create_subprocess_exec(
            self._control, *words, env=self._env, stdout=subprocess.PIPE, stderr=sys.stderr
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, words
        return out.decode()

    async def displayed(self) -> int:
        """How many notifications are on the screen."""
        return int(await self.ask("count", "displayed"))

    async def history(self) -> list[dict[str, Any]]:
        """Those that were closed, newest first, each as dunst stores it, and its urgency."""
        (entries,) = json.loads(await self.ask("history"))["data"]
        known = {seconds * 1_000_000: urgency for urgency, seconds in SECONDS_SHOWN.items()}
        plain = [{key: field["data"] for key, field in entry.items()} for entry in entries]
        return [{**entry, "urgency": known[entry["timeout"]]} for entry in plain]

    async def dismiss_all(self) -> None:
        """The person clicks them away."""
        await self.ask("close-all")
        while await self.displayed():
            await asyncio.sleep(0.01)
