"""The buttons of a notification: what pressing one does, as if it had been done on the screen."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from duty_rig import LOW, Rig, Tank, rig
from manual_clock import settle

from devdash.alerts.model import AlertId
from devdash.api import ActionRequest, Level, Outcome, Rule
from devdash.duty import duty
from devdash.notify.build import build
from devdash.notify.dispatcher import Dispatcher
from devdash.notify.message import Choice, OnChoice


class Pressed:
    """Presses the buttons of the dispatchers that are built, and hears the answers to that."""

    def __init__(self) -> None:
        self.on_choice: OnChoice = lambda alert, choice: None
        self.answers: list[tuple[str, Level]] = []

    def build(self, *arguments: Any, on_choice: OnChoice, **more: Any) -> Dispatcher:
        """As the room's own, but for the fingers."""
        self.on_choice = on_choice
        made = build(*arguments, on_choice=on_choice, **more)
        whole = made.answer

        def answer(alert: AlertId, text: str, level: Level) -> None:
            self.answers.append((text, level))
            whole(alert, text, level)

        made.answer = answer  # type: ignore[method-assign]  # the desktop's part is tested where a daemon runs
        return made

    async def press(self, home: Rig, choice: Choice, alert: AlertId = LOW) -> None:
        """Press, and let it take effect."""
        self.on_choice(alert, choice)
        await settle()
        await home.pass_time(3)


@pytest.fixture
def finger(monkeypatch: pytest.MonkeyPatch) -> Pressed:
    """For the duties that begin in the test."""
    pressed = Pressed()
    monkeypatch.setattr(duty, "build", pressed.build)
    return pressed


class Dangerous(Tank):
    """What helps cannot be undone, so it asks first."""

    percent = 10.0
    blown = False

    def rules(self) -> tuple[Rule[Any], ...]:
        (low,) = super().rules()
        return (msgspec.structs.replace(low, action="blow"),)

    async def act(self, request: ActionRequest) -> Outcome:
        type(self).blown = True
        return Outcome(message="blown up")


async def test_snooze_is_for_as_long_as_the_button_says(tmp_path: Path, finger: Pressed) -> None:
    """And then it rings again."""
    async with rig(tmp_path, type("Low", (Tank,), {"percent": 10.0})) as home:
        assert len(home.ears.heard) == 1
        await finger.press(home, Choice.SNOOZE)
        assert await home.pass_time(3590) == []
        assert len(await home.pass_time(20)) == 1


async def test_acknowledge_silences_until_it_is_over(tmp_path: Path, finger: Pressed) -> None:
    """As the key does."""
    async with rig(tmp_path, type("Low", (Tank,), {"percent": 10.0})) as home:
        await finger.press(home, Choice.ACKNOWLEDGE)
        assert [alert.acknowledged for alert in home.duty.alerts] == [True]
        assert await home.pass_time(1000) == []


async def test_the_fix_runs_and_its_outcome_is_told(tmp_path: Path, finger: Pressed) -> None:
    """And the next reading ends the alert."""
    kind = type("Low", (Tank,), {"percent": 10.0})
    async with rig(tmp_path, kind) as home:
        await finger.press(home, Choice.FIX)
        assert finger.answers == [("filled", Level.OK)]
        await home.read()
        assert home.duty.alerts == ()


async def test_what_asks_first_is_not_done_by_a_button(tmp_path: Path, finger: Pressed) -> None:
    """The answer says where the question can be answered."""
    kind = type("OwnDangerous", (Dangerous,), {})
    async with rig(tmp_path, kind) as home:
        await finger.press(home, Choice.FIX)
        assert not kind.blown
        ((text, level),) = finger.answers
        assert level is Level.ATTENTION
        assert "Really?" in text and "devdash run tank blow" in text


async def test_a_button_of_what_is_over_does_nothing(tmp_path: Path, finger: Pressed) -> None:
    """A notification may have stayed on the screen."""
    kind = type("Full", (Tank,), {"percent": 90.0})
    async with rig(tmp_path, kind) as home:
        for choice in Choice:
            await finger.press(home, choice)
        assert (kind.percent, finger.answers, home.duty.alerts) == (90.0, [], ())
