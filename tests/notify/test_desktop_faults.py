"""A bus or a daemon that is absent, mute, killed or new is a sentence, and nothing is lost or doubled."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from alert_samples import LOW, message
from bus_rig import Peer, PrivateBus
from manual_clock import settle

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import DesktopChannel
from devdash.notify.desktop import DesktopNotifications
from devdash.notify.message import ChannelFailed

SHORT = 0.3
"""Seconds that the channel waits, where it is meant to wait in vain."""


class Watched:
    """A channel that tells when a daemon has come."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.channel = DesktopNotifications(
            DesktopChannel(), lambda alert, choice: None, self.came.set, timeout=SHORT
        )


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    one = Watched()
    yield one
    await one.channel.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def patiently(desktop: DesktopNotifications, text: str) -> None:
    """Send until it succeeds, as the dispatcher does; on a busy machine `SHORT` may be too short."""
    while True:
        try:
            return await desktop.send(message(text))
        except ChannelFailed:
            await asyncio.sleep(0)


async def refused(desktop: DesktopNotifications) -> ChannelFailed:
    """How a message fails."""
    with pytest.raises(ChannelFailed) as raised:
        await desktop.send(message())
    assert raised.value.message
    return raised.value


async def test_without_a_bus_nothing_is_loaded_for_one(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two MiB, all day, on a machine that has no desktop."""
    monkeypatch.setitem(sys.modules, "dbus_fast.aio", None)  # importing it fails
    with pytest.raises(ChannelFailed, match="there is no session bus"):
        await watched.channel.send(message())


async def test_no_bus(watched: Watched) -> None:
    """A watch on a server, or before the desktop is there."""
    failure = await refused(watched.channel)
    assert "no session bus" in failure.message
    assert failure.hint and failure.lasting


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("garbage", "is none"),
        ("unix:path=/nowhere/bus", "cannot be reached"),
        ("unix:guid=0", "is none"),
        ("pigeon:loft=3", "is none"),
        ("unix:path=%ff", "cannot be reached"),
        (";;", "is none"),
        ("tcp:host=127.0.0.1,port=none", "is none"),
    ],
)
async def test_an_address_that_leads_nowhere(
    address: str, said: str, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the variable holds is a sentence."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    failure = await refused(watched.channel)
    assert said in failure.message
    assert failure.lasting


async def test_the_bus_of_systemd_is_found_without_the_variable(
    watched: Watched, bus: PrivateBus, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$XDG_RUNTIME_DIR/bus, for a unit that was started with a bare environment."""
    await bus.mock()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(bus.folder))
    await watched.channel.send(message())
    assert len(await peer.calls("Notify")) == 1


async def test_a_bus_that_says_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, bus: PrivateBus
) -> None:
    """It takes the connection, and no more."""
    bus.daemon.freeze()
    failure = await refused(watched.channel)
    assert "did not answer within 0.3 s" in failure.message


@pytest.mark.parametrize("answer", [b"", b"NO\r\n", b"OK 00\r\n\xff\xff\xff\xff", b"\0" * 70_000])
async def test_a_bus_that_talks_nonsense(
    answer: bytes, watched: Watched, monkeypatch: pytest.MonkeyPatch, bus: PrivateBus
) -> None:
    """It hangs up, refuses, or speaks something else than D-Bus."""
    path = Path(bus.folder, "odd")

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.readline()
            writer.write(answer)
            if answer:
                await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()

    async with await asyncio.start_unix_server(babble, path):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={path}")
        failure = await refused(watched.channel)
        await watched.channel.stop()
        await ended.wait()
    assert "session bus" in failure.message


async def test_no_daemon_and_then_one(watched: Watched, bus: PrivateBus, peer: Peer) -> None:
    """The channel says that nobody is there, and hears when somebody comes."""
    failure = await refused(watched.channel)
    assert failure.message == "no notification daemon runs"
    assert failure.hint and failure.lasting
    assert not watched.came.is_set()
    await bus.mock()
    await watched.came.wait()
    await patiently(watched.channel, "now")
    assert [arguments[4] for arguments in await peer.calls("Notify")] == ["now"]


async def test_a_daemon_that_hangs_shows_the_message_once_when_it_wakes(
    watched: Watched, bus: PrivateBus, peer: Peer
) -> None:
    """It has got the call; saying the same again must not make two of it, and closing must find it."""
    daemon = await bus.mock()
    await patiently(watched.channel, "first")
    daemon.freeze()
    later = message("second", occasion=Occasion.REPEATED)
    for _ in range(2):
        with pytest.raises(ChannelFailed, match="has not answered") as raised:
            await watched.channel.send(later)
        assert raised.value.hint and raised.value.pending
    with pytest.raises(ChannelFailed, match="has not answered") as raised:
        await watched.channel.send(message("another", alert=AlertId("git", "diverged")))
    assert not raised.value.pending, "the daemon has heard nothing of this one"
    with pytest.raises(ChannelFailed, match="has not answered"):
        await watched.channel.close(LOW)
    daemon.thaw()
    while True:
        try:
            await watched.channel.send(later)
            break
        except ChannelFailed:
            await asyncio.sleep(0)
    assert [(a[1], a[4]) for a in await peer.calls("Notify")] == [(0, "first"), (1, "second")]
    await watched.channel.close(LOW)
    assert await peer.calls("CloseNotification") == [[1]]


async def test_what_a_daemon_that_hangs_was_never_given_is_not_in_its_hands(
    watched: Watched, bus: PrivateBus
) -> None:
    """It was asked what it can, and has not answered even that: whoever comes next has to tell."""
    daemon = await bus.mock()
    daemon.freeze()
    assert not (await refused(watched.channel)).pending
    assert not (await refused(watched.channel)).pending


async def test_stopping_does_not_wait_for_a_daemon_that_hangs(bus: PrivateBus) -> None:
    """And leaves no task."""
    daemon = await bus.mock()
    one = Watched()
    await patiently(one.channel, "first")
    daemon.freeze()
    await refused(one.channel)
    async with asyncio.timeout(5):
        await one.channel.stop()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_daemon_that_is_killed_while_it_hangs(watched: Watched, bus: PrivateBus, peer: Peer) -> None:
    """What it had not shown is shown by the next."""
    daemon = await bus.mock()
    await patiently(watched.channel, "first")
    daemon.freeze()
    await refused(watched.channel)
    await bus.without(daemon)
    assert (await refused(watched.channel)).message == "no notification daemon runs"
    await bus.mock()
    await watched.came.wait()
    await patiently(watched.channel, "second")
    assert [(a[1], a[4]) for a in await peer.calls("Notify")] == [(0, "second")]


async def test_a_daemon_that_was_restarted_is_asked_anew(
    watched: Watched, bus: PrivateBus, peer: Peer
) -> None:
    """Its numbers begin again, so the old one would be another's; and it may know other things."""
    daemon = await bus.mock("body body-markup actions")
    await patiently(watched.channel, "<first>")
    await bus.without(daemon)
    await bus.mock("body")
    await watched.came.wait()
    await watched.channel.close(LOW)
    await patiently(watched.channel, "<second>")
    assert await peer.calls("CloseNotification") == []
    ((_, number, _, _, text, buttons, _, _),) = await peer.calls("Notify")
    assert (number, text, buttons) == (0, "<second>", [])


async def test_a_bus_that_is_killed_and_comes_again(watched: Watched, bus: PrivateBus) -> None:
    """A session that ended and began: the connection is made anew, and old numbers are void."""
    await bus.mock()
    await patiently(watched.channel, "first")
    bus.daemon.kill()
    assert "session bus" in (await refused(watched.channel)).message
    bus.start()
    await bus.mock()
    await patiently(watched.channel, "second")
    async with Peer(bus.address) as peer:
        assert [(a[1], a[4]) for a in await peer.calls("Notify")] == [(0, "second")]


async def test_a_bus_that_is_killed_during_a_call(watched: Watched, bus: PrivateBus) -> None:
    """The call fails at once, not after its time."""
    daemon = await bus.mock()
    one = DesktopNotifications(DesktopChannel(), lambda alert, choice: None, timeout=50)
    await one.send(message())
    daemon.freeze()
    sending = asyncio.create_task(one.send(message("second")))
    await settle()
    bus.daemon.kill()
    with pytest.raises(ChannelFailed, match="session bus has gone away"):
        await sending
    await one.stop()


def test_a_socket_s_path_is_written_as_addresses_are() -> None:
    """A user's runtime folder may have any characters (D-Bus specification, Server Addresses)."""
    from dbus_fast._private.address import parse_address

    from devdash.notify.session_bus import escaped

    odd = "/run/a b,c;d=é%"
    assert parse_address(f"unix:path={escaped(odd)}") == [("unix", {"path": odd})]
