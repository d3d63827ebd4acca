"""What is asked of a notification daemon, word by word, and what its signals lead to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from alert_samples import LOW, message
from bus_rig import Peer, PrivateBus

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import DesktopChannel
from devdash.contract.levels import Level
from devdash.notify.desktop import DesktopNotifications
from devdash.notify.message import Choice

SNOOZE_AND_ACKNOWLEDGE = ["snooze", "Snooze 1 h", "acknowledge", "Acknowledge"]

Made = Callable[[], Awaitable[DesktopNotifications]]


class Chosen:
    """The buttons that were pressed."""

    def __init__(self) -> None:
        self.pressed: asyncio.Queue[tuple[AlertId, Choice]] = asyncio.Queue()

    def __call__(self, alert: AlertId, choice: Choice) -> None:
        self.pressed.put_nowait((alert, choice))


@pytest.fixture
def chosen() -> Chosen:
    return Chosen()


@pytest.fixture
async def desktop(bus: PrivateBus, chosen: Chosen) -> AsyncIterator[DesktopNotifications]:
    channel = DesktopNotifications(DesktopChannel(), chosen)
    yield channel
    await channel.stop()


@pytest.mark.parametrize(
    ("level", "urgency"), [(Level.OK, 0), (Level.ATTENTION, 1), (Level.UNKNOWN, 1), (Level.CRITICAL, 2)]
)
async def test_the_level_becomes_the_urgency(
    level: Level, urgency: int, desktop: DesktopNotifications, bus: PrivateBus, peer: Peer
) -> None:
    """A byte, as the specification says."""
    await bus.mock()
    await desktop.send(message(level=level))
    (arguments,) = await peer.calls("Notify")
    assert arguments[6] == {"urgency": urgency, "desktop-entry": "devdash"}


async def test_all_that_is_asked(desktop: DesktopNotifications, bus: PrivateBus, peer: Peer) -> None:
    """Name, number, icon, texts, buttons, hints, and for how long; then the same number again."""
    await bus.mock()
    await desktop.send(message("a < b", fix="Fetch"))
    await desktop.send(message("b", occasion=Occasion.REPEATED))
    first, second = await peer.calls("Notify")
    hints = {"urgency": 1, "desktop-entry": "devdash"}
    buttons = ["fix", "Fetch", *SNOOZE_AND_ACKNOWLEDGE]
    assert first == ["devdash", 0, "dialog-warning", "Battery", "a &lt; b", buttons, hints, -1]
    assert second == ["devdash", 1, "dialog-warning", "Battery", "b", SNOOZE_AND_ACKNOWLEDGE, hints, -1]


async def test_buttons_and_markup_only_where_the_daemon_knows_them(
    desktop: DesktopNotifications, bus: PrivateBus, peer: Peer
) -> None:
    """Without body-markup "&lt;" would be shown as such; without actions, buttons are a menu or nothing."""
    await bus.mock("body")
    await desktop.send(message("a < b", fix="Fetch"))
    (arguments,) = await peer.calls("Notify")
    assert arguments[4:6] == ["a < b", []]


async def test_no_buttons_when_the_person_wants_none(bus: PrivateBus, peer: Peer, chosen: Chosen) -> None:
    """`buttons = false`."""
    await bus.mock()
    channel = DesktopNotifications(DesktopChannel(buttons=False), chosen)
    await channel.send(message(fix="Fetch"))
    await channel.stop()
    assert (await peer.calls("Notify"))[0][5] == []


async def test_a_summary_and_a_last_word_have_no_buttons(
    desktop: DesktopNotifications, bus: PrivateBus, peer: Peer
) -> None:
    """There is no one alert to act on; and a last word is not kept in a list of missed ones."""
    await bus.mock()
    await desktop.send(message("and 12 more", alert=None))
    await desktop.send(message("over", occasion=Occasion.RESOLVED, level=Level.OK))
    many, over = await peer.calls("Notify")
    assert (many[5], over[5]) == ([], [])
    assert over[6]["transient"] is True
    assert "transient" not in many[6]


@pytest.mark.parametrize("choice", list(Choice))
async def test_a_button_leads_to_its_alert(
    choice: Choice, desktop: DesktopNotifications, bus: PrivateBus, peer: Peer, chosen: Chosen
) -> None:
    """Of two notifications, the one that was pressed."""
    await bus.mock()
    await desktop.send(message(alert=AlertId("git", "diverged", "api"), fix="Fetch"))
    await desktop.send(message(fix="Suspend"))
    await peer.emit("ActionInvoked", "us", 1, choice.value)
    assert await chosen.pressed.get() == (AlertId("git", "diverged", "api"), choice)
    await peer.emit("ActionInvoked", "us", 2, choice.value)
    assert await chosen.pressed.get() == (LOW, choice)


async def test_a_button_that_is_none_and_others_notifications_lead_nowhere(
    desktop: DesktopNotifications, bus: PrivateBus, peer: Peer, chosen: Chosen
) -> None:
    """The daemon tells everybody of everything; "default" is a click on the notification itself."""
    await bus.mock()
    await desktop.send(message())
    await peer.emit("ActionInvoked", "us", 1, "default")
    await peer.emit("ActionInvoked", "us", 77, "snooze")
    await peer.emit("ActionInvoked", "us", 1, "acknowledge")
    assert await chosen.pressed.get() == (LOW, Choice.ACKNOWLEDGE)
    assert chosen.pressed.empty()


async def test_only_the_daemon_can_press_a_button(
    desktop: DesktopNotifications, bus: PrivateBus, peer: Peer, chosen: Chosen
) -> None:
    """Another program on the bus that pretends to be it runs no fix."""
    await bus.mock()
    await desktop.send(message(fix="Suspend"))
    member = "org.freedesktop.DBus.ListNames"
    (names,) = await peer.call("org.freedesktop.DBus", "/org/freedesktop/DBus", member)
    for name in names:
        if name.startswith(":"):
            await peer.forge(name, "ActionInvoked", "us", 1, "fix")
    await peer.emit("ActionInvoked", "us", 1, "snooze")
    assert await chosen.pressed.get() == (LOW, Choice.SNOOZE)
    assert chosen.pressed.empty()


@pytest.mark.parametrize("reason", [1, 2, 3, 4])
async def test_what_has_been_closed_is_not_replaced_but_shown_anew(
    reason: int, desktop: DesktopNotifications, bus: PrivateBus, peer: Peer, chosen: Chosen
) -> None:
    """Whether it expired, the person dismissed it, or anything else: the number is void."""
    await bus.mock()
    await desktop.send(message())
    await peer.emit("NotificationClosed", "uu", 1, reason)
    await peer.emit("ActionInvoked", "us", 1, "snooze")
    await desktop.send(message("again"))
    assert [arguments[1] for arguments in await peer.calls("Notify")] == [0, 0]
    assert chosen.pressed.empty()


async def test_closing_asks_once_and_only_for_what_is_shown(
    desktop: DesktopNotifications, bus: PrivateBus, peer: Peer
) -> None:
    """A number that is void might be somebody else's by now."""
    await bus.mock()
    await desktop.close(LOW)
    await desktop.send(message())
    await desktop.close(AlertId("git", "diverged"))
    await desktop.close(LOW)
    await desktop.close(LOW)
    assert await peer.calls("CloseNotification") == [[1]]


async def test_stopping_leaves_nothing_behind(bus: PrivateBus, peer: Peer, chosen: Chosen) -> None:
    """No connection, no task."""
    await bus.mock()
    before, tasks = await peer.connections(), asyncio.all_tasks()
    channel = DesktopNotifications(DesktopChannel(), chosen)
    assert await peer.connections() == before, "connected before there was anything to say"
    await channel.send(message())
    assert await peer.connections() == before + 1
    await channel.stop()
    await channel.stop()
    while await peer.connections() > before:
        await asyncio.sleep(0.01)
    assert asyncio.all_tasks() == tasks
