"""What the tests of this room share: a bus of their own, a daemon that draws, and logs to look at."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from bus_rig import SECONDS_SHOWN, Dunst, Peer, PrivateBus, Screen

Needs = Callable[[str], str]


@pytest.fixture
def bus(needs: Needs, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBus]:
    """An empty session bus, which DBUS_SESSION_BUS_ADDRESS names."""
    one = PrivateBus(needs("dbus-daemon"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", one.address)
    yield one
    one.close()


@pytest.fixture
async def peer(bus: PrivateBus) -> AsyncIterator[Peer]:
    """Somebody else on the bus."""
    async with Peer(bus.address) as one:
        yield one


@pytest.fixture(scope="session")
def screen() -> Iterator[Callable[[str], Screen]]:
    """`screen(program)` is the X server that all tests of this process draw on."""
    made: list[Screen] = []

    def get(program: str) -> Screen:
        if not made:
            made.append(Screen(program))
        return made[0]

    yield get
    for one in made:
        one.close()


@pytest.fixture
async def dunst(bus: PrivateBus, needs: Needs, screen: Callable[[str], Screen]) -> Dunst:
    """dunst on the bus, with nothing shown yet."""
    display = screen(needs("Xvfb")).display
    # dunst does not tell a notification's urgency, but how long it shows one of that urgency.
    config = bus.folder / "dunstrc"
    urgencies = "".join(f"[urgency_{name}]\ntimeout = {s}\n" for name, s in SECONDS_SHOWN.items())
    config.write_text(f"[global]\nmarkup = full\n{urgencies}")
    await bus.run([needs("dunst"), "-conf", str(config)], {"DISPLAY": display})
    return Dunst(bus, needs("dunstctl"))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What is logged, from DEBUG on."""
    caplog.set_level(logging.DEBUG)
    return caplog
