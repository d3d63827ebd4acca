"""The battery pane with the real UPower, over a machine that umockdev makes up.

What python-dbusmock says, its authors wrote; here UPower itself decides which signals a change of the
kernel's files makes.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from power_bus import DEBIAN_PYTHON, UPOWER, PowerBus, until

from devdash.api import Level
from devdash.engine.context import Context
from devdash_battery.config import BatteryConfig
from devdash_battery.pane import BatteryPane
from devdash_battery.signals import listen

MakeContext = Callable[..., Context]
Needs = Callable[[str], str]

UPOWERD = "/usr/libexec/upowerd"


class Machine:
    """The made-up machine; `root` stands for its /."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.root = Path()

    async def say(self, command: str) -> str:
        """Give a command to the bed and return its answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{command}\n".encode())
        return (await asyncio.wait_for(stdout.readline(), 20)).decode().strip()


@pytest.fixture
async def machine(tmp_path: Path, needs: Needs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Machine]:
    bus = PowerBus(tmp_path, needs("dbus-daemon"))
    wrapper = needs("umockdev-wrapper")
    needs(UPOWERD)
    import_bed = subprocess.run(
        [DEBIAN_PYTHON, "-c", "import gi; gi.require_version('UMockdev', '1.0')"], capture_output=True
    )
    if import_bed.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("gir1.2-umockdev-1.0 is not installed")
    await bus.begin()
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
    process = await asyncio.create_subprocess_exec(
        *(wrapper, DEBIAN_PYTHON, str(Path(__file__).with_name("upower_bed.py"))),
        env={"DBUS_SYSTEM_BUS_ADDRESS": bus.address, "PATH": "/usr/bin:/bin"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        made = Machine(process)
        made.root = Path(await made.say(UPOWERD))
        while not await bus.owned(UPOWER[0]):
            await asyncio.sleep(0.02)
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        await process.wait()
        bus.end()


async def test_what_upower_notices_wakes_the_pane(machine: Machine, context: MakeContext) -> None:
    """A charge, a plug, a device that comes, a pack that is taken out: each is on the screen long before the
    interval is over."""
    woken: list[None] = []
    inner = context(on_wake=lambda: woken.append(None))
    pane = BatteryPane(BatteryConfig(sysfs=machine.root / "sys/class/power_supply"), inner)
    listener = asyncio.create_task(listen(inner, settle_s=0, gap_s=0))
    charge = 70
    while not woken:  # until its matches are there
        charge -= 1
        await machine.say(f"battery capacity {charge} energy_now {charge * 600_000}")
        await asyncio.sleep(0.05)
        assert not listener.done()
    try:
        for command, level, words in (
            ("battery capacity 18 energy_now 10800000", Level.CRITICAL, "18 %"),
            ("plug 1", Level.ATTENTION, "18 %"),
            ("battery status Charging capacity 60 energy_now 36000000", Level.OK, "charging"),
            ("mouse 5", Level.ATTENTION, "60 %"),
            ("remove", Level.ATTENTION, "no battery"),
        ):
            woken.clear()
            await machine.say(command)
            await until(lambda: bool(woken))
            report = await pane.read()
            assert (report.level, words in report.summary) == (level, True), (command, report.summary)
    finally:
        listener.cancel()
        await asyncio.wait({listener})
