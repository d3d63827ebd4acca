"""Notifications that outlive the process that showed them: the next one takes them over, and no others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from alert_samples import LOW, Names, message, notice
from bus_rig import NOTIFICATIONS, PATH, Dunst, Peer, PrivateBus
from manual_clock import ManualClock, settle

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import AlertsConfig, DesktopChannel
from devdash.notify.build import build
from devdash.notify.desktop import DesktopNotifications
from devdash.notify.dispatcher import Dispatcher
from devdash.notify.message import Choice
from devdash.notify.shown_file import Desk, ShownFile

OTHER = AlertId("git", "diverged", "api")


@asynccontextmanager
async def process(
    folder: Path, on_choice: Callable[[AlertId, Choice], None] = lambda alert, choice: None
) -> AsyncIterator[DesktopNotifications]:
    """The channel, as one devdash process after the other has it."""
    channel = DesktopNotifications(DesktopChannel(), on_choice, memory=folder / "shown.json")
    yield channel
    await channel.stop()


def dispatcher(folder: Path, on_choice: Callable[[AlertId, Choice], None]) -> Dispatcher:
    """Tells through the desktop alone."""
    return build(
        AlertsConfig(channels=("desktop",)),
        folder=folder,
        names=Names(),
        clock=ManualClock(),
        on_choice=on_choice,
        state=folder / "state",
    )


async def foreign(peer: Peer, title: str = "mail") -> int:
    """Another program's notification; its number."""
    body = ["mail", 0, "", title, "", [], {}, 0]
    (number,) = await peer.call(NOTIFICATIONS, PATH, f"{NOTIFICATIONS}.Notify", "susssasa{sv}i", body)
    assert isinstance(number, int)
    return number


async def test_a_button_works_when_devdash_was_started_anew(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """Without a word from anybody: the next repeat may be hours away."""
    await bus.mock()
    async with process(tmp_path) as first:
        await first.send(message())
        await first.send(message(alert=OTHER))
    pressed: asyncio.Queue[tuple[AlertId, Choice]] = asyncio.Queue()
    async with process(tmp_path, lambda alert, choice: pressed.put_nowait((alert, choice))) as second:
        assert second.left == {LOW, OTHER}
        await second.resume()
        await peer.emit("ActionInvoked", "us", 2, "snooze")
        assert await pressed.get() == (OTHER, Choice.SNOOZE)


async def test_the_next_process_replaces_and_closes_what_the_last_has_shown(
    dunst: Dunst, tmp_path: Path
) -> None:
    """One notification about one alert, and none about what is over."""
    async with process(tmp_path) as first:
        await first.send(message("low"))
        await first.send(message("diverged", alert=OTHER))
    async with process(tmp_path) as second:
        await second.send(message("lower", occasion=Occasion.REPEATED))
        assert await dunst.displayed() == 2
        await second.close(OTHER)
        assert await dunst.displayed() == 1
    async with process(tmp_path) as third:
        await third.close(LOW)
        assert await dunst.displayed() == 0
        assert third.left == frozenset()
    assert not (tmp_path / "shown.json").exists()


async def test_a_daemon_that_was_started_anew_has_nothing_of_ours(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """It counts from 1 again: the number that was ours is now somebody's mail."""
    daemon = await bus.mock()
    async with process(tmp_path) as first:
        await first.send(message())
    await bus.without(daemon)
    await bus.mock()
    assert await foreign(peer) == 1
    async with process(tmp_path) as second:
        await second.close(LOW)
        await second.resume()
        assert await peer.calls("CloseNotification") == []
    assert not (tmp_path / "shown.json").exists()


async def test_a_bus_that_was_started_anew_gives_the_same_names_to_others(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """A new session: daemon and number may be called as before."""
    await bus.mock()
    async with process(tmp_path) as first:
        await first.send(message())
    page = ShownFile(tmp_path / "shown.json").read()
    assert page is not None
    ShownFile(tmp_path / "shown.json").write(Desk("another", page.desk.daemon), {LOW: 1})
    async with process(tmp_path) as second:
        await second.close(LOW)
        assert await peer.calls("CloseNotification") == []


async def test_no_daemon_is_started_for_what_is_left(bus: PrivateBus, tmp_path: Path) -> None:
    """What was shown went with the one that showed it; nobody is told of a fault."""
    daemon = await bus.mock()
    async with process(tmp_path) as first:
        await first.send(message())
    await bus.without(daemon)
    async with process(tmp_path) as second:
        await second.resume()
        await second.close(LOW)
        assert second.left == frozenset()


async def test_who_is_on_duty_next_closes_what_is_over_and_serves_the_rest(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """As when `[alerts]` has changed, or after the night."""
    await bus.mock()
    first = dispatcher(tmp_path, lambda alert, choice: None)
    first.tell([notice("low"), notice("full")])
    while len(await peer.calls("Notify")) < 2:
        await asyncio.sleep(0.01)
    await settle()
    await first.stop()
    pressed: asyncio.Queue[tuple[AlertId, Choice]] = asyncio.Queue()
    second = dispatcher(tmp_path, lambda alert, choice: pressed.put_nowait((alert, choice)))
    second.take_over({LOW})
    while not (closed := await peer.calls("CloseNotification")):
        await asyncio.sleep(0.01)
    assert closed == [[2]]
    await peer.emit("ActionInvoked", "us", 1, "acknowledge")
    assert await pressed.get() == (LOW, Choice.ACKNOWLEDGE)
    await second.stop()


@pytest.mark.parametrize("text", [b"", b"\xff", b"[]", b'{"desk":{"bus":1}}', b"[" * 100_000])
async def test_a_file_that_is_none_is_as_good_as_absent(bus: PrivateBus, tmp_path: Path, text: bytes) -> None:
    await bus.mock()
    (tmp_path / "shown.json").write_bytes(text)
    async with process(tmp_path) as one:
        assert one.left == frozenset()
        await one.send(message())
    async with process(tmp_path) as next_one:
        assert next_one.left == {LOW}
