"""The battery pane hears of changes at once, and works just as well where there is nobody to hear.

The bus is a real one; UPower and logind on it are python-dbusmock's.
"""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbus_fast import Variant
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import ManualClock
from power_bus import PowerBus, has_dbusmock, power_bus, until

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash.engine.guard import StepGuard
from devdash.engine.listeners import Listeners
from devdash_battery import signals
from devdash_battery.signals import Throttle, is_telling, listen

MakeContext = Callable[..., Context]
Needs = Callable[[str], str]


@pytest.fixture
async def bus(tmp_path: Path, needs: Needs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PowerBus]:
    daemon = needs("dbus-daemon")
    if not has_dbusmock():
        if os.environ.get("CI"):
            pytest.fail("python3-dbusmock is not installed; under CI that is a failure")
        pytest.skip("python3-dbusmock is not installed")
    async with power_bus(tmp_path, daemon) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield bus


class Woken:
    """Counts wakes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@asynccontextmanager
async def listening(
    bus: PowerBus, context: MakeContext, gap_s: float = 0.0
) -> AsyncIterator[tuple[Woken, asyncio.Task[None]]]:
    """A listener that has been heard to wake once."""
    woken = Woken()
    task = asyncio.create_task(listen(context(on_wake=woken), settle_s=0, gap_s=gap_s))
    percent = 40.0
    while woken.count == 0:  # until its matches are there
        percent += 0.1
        await bus.change(Percentage=Variant("d", percent))
        await asyncio.sleep(0.01)
        assert not task.done()
    try:
        yield woken, task
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize(
    "change",
    [
        {"Percentage": Variant("d", 12.0)},
        {"State": Variant("u", 1)},
        {"IsPresent": Variant("b", False)},
        {"Percentage": Variant("s", "no number at all")},
    ],
)
async def test_a_changed_property_wakes(
    bus: PowerBus, context: MakeContext, change: dict[str, Variant]
) -> None:
    """Also one whose value is nonsense: the signal only wakes, the kernel is read."""
    async with listening(bus, context) as (woken, _):
        before = woken.count
        await bus.change(**change)
        await until(lambda: woken.count > before)


async def test_a_device_that_comes_or_goes_wakes(bus: PowerBus, context: MakeContext) -> None:
    """A mouse is switched on, a pack is taken out."""
    async with listening(bus, context) as (woken, _):
        for change in (bus.remove_battery, bus.add_battery):
            before = woken.count
            await change()
            await until(lambda before=before: woken.count > before)  # type: ignore[misc]  # a default


async def test_waking_up_wakes_and_falling_asleep_does_not(bus: PowerBus, context: MakeContext) -> None:
    """After a suspend all is old; before it there is nothing to gain."""
    async with listening(bus, context, gap_s=0.0) as (woken, _):
        before = woken.count
        await bus.sleep(True)
        await bus.sleep(False)
        await until(lambda: woken.count > before)
        assert woken.count == before + 1


async def test_a_changed_estimate_alone_does_not_wake(bus: PowerBus, context: MakeContext) -> None:
    """UPower tells of another flow and time every half minute; the poll reads it soon enough."""
    async with listening(bus, context) as (woken, _):
        before = woken.count
        for seconds in range(50):
            await bus.change(TimeToEmpty=Variant("x", seconds))
        await bus.change(Percentage=Variant("d", 7.0))
        await until(lambda: woken.count > before)
        assert woken.count == before + 1


async def test_a_flood_is_one_wake(bus: PowerBus, context: MakeContext) -> None:
    """A thousand signals within the gap read the battery once."""
    async with listening(bus, context, gap_s=3600.0) as (woken, _):
        for number in range(1000):
            await bus.change(Percentage=Variant("d", number / 10))
        assert woken.count == 1


async def test_what_came_during_the_gap_is_not_lost() -> None:
    """Ten rings: one wake at once, one after the gap, for the nine others."""
    woken = Woken()
    throttle = Throttle(woken, 0.001)
    for _ in range(10):
        throttle.ring()
    assert woken.count == 1
    await until(lambda: woken.count > 1)
    await until(lambda: throttle._timer is None)
    assert woken.count == 2


async def test_a_throttle_that_is_stopped_wakes_nobody() -> None:
    """The pane may be gone."""
    woken = Woken()
    throttle = Throttle(woken, 0.001)
    throttle.ring()
    throttle.ring()
    throttle.stop()
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, passed.set)
    await passed.wait()
    assert woken.count == 1


async def test_a_bus_that_dies_is_an_expected_failure(bus: PowerBus, context: MakeContext) -> None:
    """One sentence for the log, and the engine tries again."""
    async with listening(bus, context) as (_, task):
        bus.end()
        async with asyncio.timeout(20):
            await asyncio.wait({task})
        with pytest.raises(PaneError, match="the system bus"):
            task.result()


async def test_the_listener_comes_back_with_the_bus(bus: PowerBus, context: MakeContext) -> None:
    """As the engine runs it: the bus is killed, the tries fail, the bus begins anew, wakes come again."""
    woken, clock = Woken(), ManualClock()
    lent, listeners = context(on_wake=woken), Listeners(clock, StepGuard())
    listeners.add("power signals", lambda: listen(lent, settle_s=0, gap_s=0.0))
    try:
        for _ in range(2):
            before, percent = woken.count, 0.0
            while woken.count == before:
                percent += 0.1
                await bus.change(Percentage=Variant("d", percent))
                await clock.advance(1)
                await asyncio.sleep(0.01)
            bus.end()
            await clock.advance(30)
            await bus.begin()
            await bus.add("upower", "org.freedesktop.UPower")
            await bus.add_battery()
    finally:
        await listeners.close()


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "nonsense", "unix:abstract=devdash-none", ""])
async def test_no_bus_is_an_expected_failure(
    address: str, context: MakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container, a minimal machine, a wrong variable: the poll goes on, the log has one sentence."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    if not address and Path("/run/dbus/system_bus_socket").exists():
        pytest.skip("this machine has a system bus")
    with pytest.raises(PaneError, match="system bus") as told:
        await listen(context(), settle_s=0)
    assert "NotFoundError" not in told.value.message, "a sentence for a person"


async def test_without_a_bus_nothing_is_loaded_for_one(
    context: MakeContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two MiB, all day, on a machine that never had a bus."""
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS", raising=False)
    monkeypatch.setattr("devdash_battery.signals.SOCKET", tmp_path / "none")
    monkeypatch.setitem(sys.modules, "dbus_fast.aio", None)  # importing it fails
    with pytest.raises(PaneError, match="there is no system bus"):
        await listen(context(), settle_s=0)


def serve(path: Path, answer: Callable[[socket.socket], None]) -> threading.Thread:
    """A socket that answers one caller in its own way."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)

    def run() -> None:
        with server:
            caller, _ = server.accept()
            with caller:
                answer(caller)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def mute(caller: socket.socket) -> None:
    while caller.recv(4096):
        pass


def rude(caller: socket.socket) -> None:
    caller.recv(4096)
    caller.sendall(b"\x00\xff GO AWAY\r\n" * 100)


def brief(caller: socket.socket) -> None:
    caller.recv(4096)


def broken(caller: socket.socket) -> None:
    """Lets in, then talks nonsense."""
    told = b""
    while b"BEGIN\r\n" not in told:
        got = caller.recv(4096)
        if not got:
            return
        told += got
        if b"NEGOTIATE" in got:
            caller.sendall(b"AGREE_UNIX_FD\r\n")
        elif b"AUTH" in got:
            caller.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
    caller.sendall(b"no message" * 1000)


@pytest.mark.parametrize("answer", [mute, rude, brief, broken])
async def test_a_bus_that_is_mute_or_talks_nonsense_is_an_expected_failure(
    answer: Callable[[socket.socket], None],
    tmp_path: Path,
    context: MakeContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It neither hangs nor counts as a bug of the pane."""
    monkeypatch.setattr(signals, "CONNECT_S", 0.5)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    thread = serve(tmp_path / "bus", answer)
    with pytest.raises(PaneError, match="system bus"):
        await listen(context(), settle_s=0)
    thread.join(5)
    assert not thread.is_alive(), "the connection was let go"


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)


@given(st.text(max_size=20) | st.sampled_from(["PropertiesChanged", "PrepareForSleep"]), st.lists(VALUES))
def test_any_signal_is_understood_or_ignored(member: str, body: list[Any]) -> None:
    """Whatever a peer puts into a signal, nothing is raised."""
    message: Any = SimpleNamespace(member=member, body=body)
    assert is_telling(message) in (True, False)
