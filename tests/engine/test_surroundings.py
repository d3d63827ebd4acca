"""What the machine lives on, told from the kernel's own files and by a NetworkManager on a real bus.

Whatever is missing, broken or silent is not known, and never an error.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property
from panes import Registry, Scripted, engine_for, good, scripted
from power_bus import PowerBus

from devdash.api import Conditions
from devdash.engine import surroundings
from devdash.engine.context import Context
from devdash.engine.surroundings import NETWORK, NETWORK_PATH, Surroundings, is_on_battery

T = TypeVar("T")
Needs = Callable[[str], str]


async def here(function: Callable[..., T], *args: object) -> T:
    """In no thread at all."""
    return function(*args)


def supply(tree: Path, name: str, **attributes: str) -> None:
    folder = tree / name
    folder.mkdir(parents=True)
    for attribute, text in attributes.items():
        (folder / attribute).write_text(text + "\n")


BAT = {"type": "Battery", "status": "Discharging", "scope": "System"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}

TREES = {
    "a laptop without its plug": ({"AC": {"type": "Mains", "online": "0"}, "BAT0": BAT}, True),
    "a laptop at its plug": ({"AC": {"type": "Mains", "online": "1"}, "BAT0": BAT}, False),
    "at a dock that gives less than it takes": ({"usb": {"type": "USB", "online": "1"}, "BAT0": BAT}, False),
    "no plug is known, and it is charged": ({"BAT0": {**BAT, "status": "Charging"}}, False),
    "no plug is known, and it is run down": ({"BAT0": BAT}, True),
    "a desktop with a mouse": ({"hidpp_battery_0": MOUSE}, False),
    "a desktop": ({}, False),
    "what cannot be understood": ({"odd": {}, "BAT0": {"type": "Battery", "status": "\xff"}}, False),
}


@pytest.mark.parametrize("tree", TREES)
def test_the_plug_decides(tree: str, tmp_path: Path) -> None:
    supplies, expected = TREES[tree]
    (tmp_path / "power").mkdir()
    for name, attributes in supplies.items():
        supply(tmp_path / "power", name, **attributes)
    assert is_on_battery(tmp_path / "power") is expected


class Network(ServiceInterface):
    """NetworkManager, as far as it is asked."""

    def __init__(self) -> None:
        super().__init__(NETWORK)
        self.metered, self.state = 0, 70

    @dbus_property(access=PropertyAccess.READ)
    def Metered(self) -> "u":  # type: ignore[name-defined]  # noqa: F821, N802  # a D-Bus signature
        return self.metered

    @dbus_property(access=PropertyAccess.READ)
    def State(self) -> "u":  # type: ignore[name-defined]  # noqa: F821, N802  # a D-Bus signature
        return self.state

    @dbus_property(access=PropertyAccess.READ)
    def Version(self) -> "s":  # type: ignore[name-defined]  # noqa: F821, N802  # a D-Bus signature
        return "1.42"


@pytest.fixture
async def address(tmp_path: Path, needs: Needs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A private bus in the place of the system's."""
    bus = PowerBus(tmp_path, needs("dbus-daemon"))
    try:
        await bus.begin()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield bus.address
    finally:
        bus.end()


@pytest.fixture
async def network(address: str) -> AsyncIterator[Network]:
    bus = await MessageBus(address).connect()
    network = Network()
    bus.export(NETWORK_PATH, network)
    await bus.request_name(NETWORK)
    yield network
    bus.disconnect()


async def told(tmp_path: Path) -> Conditions:
    """As somebody is told who asks for the first time, on a machine without a battery."""
    (tmp_path / "none").mkdir(exist_ok=True)
    return await Surroundings(lambda: 0.0, tmp_path / "none").look(here)


@pytest.mark.parametrize(
    ("said", "metered"), [(0, None), (1, True), (2, False), (3, True), (4, False), (99, None)]
)
async def test_a_network_that_is_paid_for_by_the_amount(
    said: int, metered: bool | None, network: Network, tmp_path: Path
) -> None:
    """Also where NetworkManager only guesses so, as behind a phone."""
    network.metered = said
    assert await told(tmp_path) == Conditions(on_battery=False, metered=metered, online=True)


@pytest.mark.parametrize(("said", "online"), [(0, None), (20, False), (50, False), (60, True), (70, True)])
async def test_whether_there_is_a_network(
    said: int, online: bool | None, network: Network, tmp_path: Path
) -> None:
    network.state = said
    assert (await told(tmp_path)).online is online


async def test_where_nobody_tells_nothing_is_known(address: str, tmp_path: Path) -> None:
    """A bus without a NetworkManager."""
    assert await told(tmp_path) == Conditions(on_battery=False)


@pytest.mark.parametrize("where", ["unix:path=/nowhere/at/all", "rubbish", ""])
async def test_a_bus_that_is_not_there_is_no_error(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", where)
    assert await told(tmp_path) == Conditions(on_battery=False)


async def test_a_bus_that_accepts_and_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "ANSWER_S", 0.2)
    ended = asyncio.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async with await asyncio.start_unix_server(accept, str(tmp_path / "mute")):
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/mute")
        assert await told(tmp_path) == Conditions(on_battery=False)
        ended.set()


async def test_it_is_looked_at_every_half_minute_at_most(tmp_path: Path) -> None:
    """Fifty repositories may ask."""
    supply(tmp_path, "BAT0", **BAT)
    now = 100.0
    looked = Surroundings(lambda: now, tmp_path)
    assert (await looked.look(here)).on_battery is True
    (tmp_path / "BAT0/status").write_text("Charging\n")
    now += 29
    assert (await looked.look(here)).on_battery is True
    now += 1
    assert (await looked.look(here)).on_battery is False


async def test_a_pane_is_told_whether_it_goes_on(tmp_path: Path) -> None:
    """Read once, as `status` does, nothing is begun that is for later."""
    told: list[tuple[bool, Conditions]] = []

    async def tell(pane: Scripted) -> object:
        context = pane.context
        assert isinstance(context, Context)
        told.append((context.stays, await context.conditions()))
        return good()

    async with engine_for(tmp_path, Registry(one=scripted(tell))) as engine:
        await engine.read_once(["one"])
        engine.start()
        async with asyncio.timeout(20):
            while len(told) < 2:
                await asyncio.sleep(0.01)
    assert [stays for stays, _ in told] == [False, True]
