"""What macOS and Windows would be asked, by a module that stands in: desktop-notifier does not run here."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest
from alert_samples import LOW, message

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import DesktopChannel
from devdash.contract.levels import Level
from devdash.notify.message import ChannelFailed, Choice
from devdash.notify.native import NativeNotifications


class Button:
    def __init__(self, title: str, on_pressed: Callable[[], None]) -> None:
        self.title = title
        self.on_pressed = on_pressed


class System:
    """Stands in for desktop-notifier 6.2: its class, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.buttons: Sequence[Button] = ()
        self.broken = False

    def notifier(self, app_name: str) -> "System":
        self.asked.append(f"app {app_name}")
        return self

    async def send(self, title: str, message: str, urgency: str, buttons: Sequence[Button]) -> str:
        if self.broken:
            raise PermissionError("hunter2")
        self.buttons = buttons
        self.asked.append(f"{title}: {message} ({urgency}) {[one.title for one in buttons]}")
        return message

    async def clear(self, identifier: str) -> None:
        self.asked.append(f"clear {identifier}")


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    one, module = System(), ModuleType("desktop_notifier")
    urgency = type("Urgency", (), {"Critical": "critical", "Normal": "normal"})
    vars(module).update(DesktopNotifier=one.notifier, Urgency=urgency, Button=Button)
    monkeypatch.setitem(sys.modules, "desktop_notifier", module)
    return one


async def test_an_earlier_one_is_cleared_and_a_last_word_stays(system: System) -> None:
    """There is no replacing; so the old goes before the new comes."""
    channel = NativeNotifications(DesktopChannel(), lambda alert, choice: None)
    await channel.send(message("12 %", fix="Suspend"))
    await channel.send(message("4 %", level=Level.CRITICAL))
    await channel.send(message("over", occasion=Occasion.RESOLVED, level=Level.OK))
    await channel.close(LOW)
    await channel.close(LOW)
    await channel.stop()
    assert system.asked == [
        "app devdash",
        "Battery: 12 % (normal) ['Suspend', 'Snooze 1 h', 'Acknowledge']",
        "clear 12 %",
        "Battery: 4 % (critical) ['Snooze 1 h', 'Acknowledge']",
        "Battery: over (normal) []",
        "clear 4 %",
    ]


async def test_a_button_pressed_in_another_thread_is_heard_on_the_loop(system: System) -> None:
    """Systems call back from where they like."""
    pressed: asyncio.Queue[tuple[AlertId, Choice]] = asyncio.Queue()
    channel = NativeNotifications(DesktopChannel(), lambda *choice: pressed.put_nowait(choice))
    await channel.send(message())
    await asyncio.to_thread(system.buttons[1].on_pressed)
    assert await pressed.get() == (LOW, Choice.ACKNOWLEDGE)


async def test_a_system_that_refuses_is_a_sentence(system: System) -> None:
    """Its own words are not passed on."""
    system.broken = True
    with pytest.raises(ChannelFailed, match=r"refused the notification \(PermissionError\)") as raised:
        await NativeNotifications(DesktopChannel(), lambda alert, choice: None).send(message())
    assert raised.value.hint and raised.value.__cause__ is None


async def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The import is not tried before the first message."""
    monkeypatch.setitem(sys.modules, "desktop_notifier", None)
    channel = NativeNotifications(DesktopChannel(), lambda alert, choice: None)
    with pytest.raises(ChannelFailed) as raised:
        await channel.send(message())
    assert raised.value.hint == "pip install desktop-notifier"
