"""From `[alerts]` to channels that work, with what each of them needs imported as late as can be."""

import asyncio
import subprocess
import sys
from pathlib import Path

from alert_samples import Names, notice
from bus_rig import Peer, PrivateBus
from manual_clock import ManualClock
from test_terminal_channel import Heard

from devdash.alerts.model import AlertId, Occasion
from devdash.config.alerts import AlertsConfig, CommandChannel, DesktopChannel
from devdash.contract.levels import Level
from devdash.engine.clock import SystemClock
from devdash.notify.build import build
from devdash.notify.message import Choice


async def test_desktop_and_terminal_are_there_by_themselves(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """One notice, as a person at the dashboard meets it; and the button that is pressed then."""
    await bus.mock()
    heard, pressed = Heard(), asyncio.Queue[tuple[AlertId, Choice]]()
    dispatcher = build(
        AlertsConfig(),
        folder=tmp_path,
        names=Names(),
        clock=SystemClock(),
        on_choice=lambda *choice: pressed.put_nowait(choice),
        voice=heard,
    )
    dispatcher.tell([notice(action="suspend")])
    while not await peer.calls("Notify"):
        await asyncio.sleep(0.01)
    assert heard.all == ["toast attention: Battery: battery at 12 %", "bell"]
    await peer.emit("ActionInvoked", "us", 1, "fix")
    assert await pressed.get() == (AlertId("battery", "low"), Choice.FIX)
    dispatcher.tell([notice(occasion=Occasion.CLOSED)])
    while not await peer.calls("CloseNotification"):
        await asyncio.sleep(0.01)
    assert dispatcher.troubles == ()
    await dispatcher.stop()


async def test_an_alarm_before_the_daemon_is_shown_when_it_comes(
    bus: PrivateBus, peer: Peer, tmp_path: Path
) -> None:
    """At login: no clock is turned here, the daemon's coming is what is heard."""
    clock = ManualClock()
    config = AlertsConfig(channels=("desktop",))
    dispatcher = build(
        config, folder=tmp_path, names=Names(), clock=clock, on_choice=lambda alert, choice: None
    )
    dispatcher.tell([notice(text="early")])
    while not dispatcher.troubles:
        await asyncio.sleep(0.01)
    assert dispatcher.troubles[0].sentence == "no notification daemon runs"
    await bus.mock()
    while not (made := await peer.calls("Notify")):
        await asyncio.sleep(0.01)
    assert [arguments[4] for arguments in made] == ["early"]
    await dispatcher.stop()


async def test_without_a_voice_there_is_no_terminal_and_that_is_no_trouble(tmp_path: Path) -> None:
    """A watch; its own channel, `least` included, works beside."""
    argv = (sys.executable, "-c", "import os; open('told', 'a').write(os.environ['DEVDASH_TEXT'])")
    config = AlertsConfig(
        channels=("terminal", "mine"), channel={"mine": CommandChannel(argv=argv, least=Level.CRITICAL)}
    )
    dispatcher = build(
        config, folder=tmp_path, names=Names(), clock=SystemClock(), on_choice=lambda alert, choice: None
    )
    dispatcher.tell([notice("full", text="full"), notice(text="low", level=Level.CRITICAL)])
    told = tmp_path / "told"
    while not (told.exists() and told.read_text()):
        await asyncio.sleep(0.01)
    assert told.read_text() == "low"
    assert dispatcher.troubles == ()
    await dispatcher.stop()


async def test_a_person_s_own_words_for_a_standard_channel_hold(tmp_path: Path) -> None:
    """`[alerts.channel.desktop]` with `least = "critical"`: nothing is tried for less."""
    config = AlertsConfig(channel={"desktop": DesktopChannel(least=Level.CRITICAL)})
    clock = ManualClock()
    dispatcher = build(
        config, folder=tmp_path, names=Names(), clock=clock, on_choice=lambda alert, choice: None
    )
    dispatcher.tell([notice()])
    await clock.advance(60)
    assert dispatcher.troubles == ()
    await dispatcher.stop()


def test_no_library_is_imported_before_its_first_message() -> None:
    """dbus-fast takes longer than a frame, and so does what speaks HTTP."""
    late = ("dbus_fast", "desktop_notifier", "http.client", "textual")
    code = f"import devdash.notify.build, sys; print([name for name in {late} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]", done.stderr
