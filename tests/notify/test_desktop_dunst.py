"""Notifications as dunst, a daemon that people use, shows, replaces, closes and forgets them."""

from collections.abc import AsyncIterator

import pytest
from alert_samples import LOW, message
from bus_rig import Dunst

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import DesktopChannel
from devdash.contract.levels import Level
from devdash.notify.desktop import DesktopNotifications


@pytest.fixture
async def desktop(dunst: Dunst) -> AsyncIterator[DesktopNotifications]:
    channel = DesktopNotifications(DesktopChannel(), lambda alert, choice: None)
    yield channel
    await channel.stop()


async def test_an_alert_is_shown_with_its_urgency_and_its_text_as_it_is(
    desktop: DesktopNotifications, dunst: Dunst
) -> None:
    """Critical is critical; "<" and "&" are text and no markup."""
    await desktop.send(message("pushed <b>R&D</b> & co", title="Git"))
    await desktop.send(message("4 %", level=Level.CRITICAL, alert=AlertId("battery", "critical")))
    assert await dunst.displayed() == 2
    await dunst.dismiss_all()
    shown = {entry["summary"]: entry for entry in await dunst.history()}
    assert {name: entry["urgency"] for name, entry in shown.items()} == {
        "Git": "normal",
        "Battery": "critical",
    }
    assert shown["Git"]["body"] == "pushed &lt;b&gt;R&amp;D&lt;/b&gt; &amp; co"
    assert {entry["appname"] for entry in shown.values()} == {"devdash"}


async def test_seventy_messages_about_one_alert_are_one_notification(
    desktop: DesktopNotifications, dunst: Dunst
) -> None:
    """A repeat takes the place of the last, so nothing piles up."""
    for number in range(70):
        await desktop.send(message(f"{number} %", occasion=Occasion.REPEATED))
    assert await dunst.displayed() == 1
    await dunst.dismiss_all()
    assert [entry["body"] for entry in await dunst.history()] == ["69 %"]


async def test_what_is_over_disappears_and_others_stay(desktop: DesktopNotifications, dunst: Dunst) -> None:
    """No "battery low" is left on the screen of a laptop that charges."""
    other = AlertId("git", "diverged")
    await desktop.send(message("low"))
    await desktop.send(message("diverged", alert=other))
    await desktop.close(LOW)
    await desktop.close(LOW)
    assert await dunst.displayed() == 1
    assert [entry["body"] for entry in await dunst.history()] == ["low"]


async def test_a_repeat_after_the_person_has_dismissed_it_is_seen_again(
    desktop: DesktopNotifications, dunst: Dunst
) -> None:
    """The number of a dismissed notification means nothing any more; another is made."""
    await desktop.send(message("first"))
    await dunst.dismiss_all()
    await desktop.send(message("second"))
    assert await dunst.displayed() == 1
    await dunst.dismiss_all()
    first, second = sorted(await dunst.history(), key=lambda entry: entry["id"])
    assert (first["body"], second["body"]) == ("first", "second")
    assert first["id"] != second["id"]


async def test_the_word_that_it_is_over_outlives_the_notification(
    desktop: DesktopNotifications, dunst: Dunst
) -> None:
    """RESOLVED and CLOSED come together; the one must not take the other away."""
    await desktop.send(message("low"))
    await desktop.send(message("over: low", occasion=Occasion.RESOLVED, level=Level.OK))
    await desktop.close(LOW)
    assert await dunst.displayed() == 1
    assert [entry["body"] for entry in await dunst.history()] == ["low"]
