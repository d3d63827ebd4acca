"""A laptop's day through the whole house: files like the kernel's, the real pane and its rules, the engine,
the duty, the dispatcher, and a person who only hears what is said."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from duty_rig import TERMINAL_ONLY, Ears
from manual_clock import ManualClock
from panes import Registry, engine_for, settings_for

from devdash.config.history import HistoryConfig
from devdash.duty.duty import Duty
from devdash.duty.keeper import Keeper
from devdash.engine.engine import Engine
from devdash.workers.threads import DaemonThreads
from devdash_battery.config import BatteryConfig
from devdash_battery.pane import BatteryPane

LOW = ((26, 19), (28, 17), (30, 15), (32, 13), (34, 11), (36, 9), (38, 7))
KEYBOARD = "hid-00:11:22:33:44:55-battery"
CRITICAL = ((38, 5), (40, 5), (42, 4), (44, 4), (46, 4))


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would run in threads runs at once, so that it takes no time on the day's clock."""

    async def call(self: DaemonThreads, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    monkeypatch.setattr(DaemonThreads, "call", call)
    monkeypatch.setattr("devdash.engine.heartbeat.BEAT_S", 20.0)


class Laptop:
    """Power supplies as files, and what is said about them."""

    def __init__(self, tree: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.told: list[tuple[str, str]] = []
        self.naive = 0
        self._tree = tree
        self._began = clock.now()
        self._percent, self._plugged = 70, False
        self._engine: Engine | None = None
        self.duty: Duty | None = None
        self._write()

    def run(self, engine: Engine) -> None:
        """devdash runs on it; the kernel's signals wake the pane."""
        self._engine = engine

    async def plug(self, plugged: bool) -> None:
        """Put the plug in, or pull it."""
        self._plugged = plugged
        self._write()
        assert self._engine is not None
        self._engine.refresh(["battery"])
        await self.clock.advance(5)

    async def keyboard(self, percent: int | None, status: str = "Discharging") -> None:
        """A Bluetooth keyboard is here, or sleeps: then the kernel has nothing of it."""
        if percent is None:
            shutil.rmtree(self._tree / KEYBOARD)
        else:
            told = {"type": "Battery", "scope": "Device", "present": "1", "model_name": "Keys"}
            self._supply(KEYBOARD, **told, capacity=str(percent), status=status)
        await self.pass_minutes(6)

    async def pass_minutes(self, minutes: int, *, per_minute: int = 0, until: int | None = None) -> None:
        """Let time pass and the charge change, until it is `until`."""
        for minute in range(minutes):
            if per_minute and self._percent != until:
                self._percent = max(0, min(100, self._percent + per_minute))
                self._write()
            if minute % 2 == 0:
                self.naive += self._percent >= 85 if self._plugged else self._percent <= 20
            await self.clock.advance(60)

    def hear(self, text: str) -> None:
        """Note it, with the time since the day began."""
        minutes = int((self.clock.now() - self._began).total_seconds()) // 60
        self.told.append((f"{minutes // 60}:{minutes % 60:02d}", text.removeprefix("Battery: ")))

    def _write(self) -> None:
        status = "Charging" if self._plugged else "Discharging"
        self._supply("BAT0", type="Battery", present="1", capacity=str(self._percent), status=status)
        self._supply("AC", type="Mains", online=str(int(self._plugged)))

    def _supply(self, name: str, **attributes: str) -> None:
        (self._tree / name).mkdir(parents=True, exist_ok=True)
        for key, value in attributes.items():
            (self._tree / name / key).write_text(value + "\n")


@asynccontextmanager
async def laptop(folder: Path) -> AsyncIterator[Laptop]:
    """A laptop with devdash on it, unplugged at 70 %."""
    clock, ears = ManualClock(), Ears()
    machine = Laptop(folder / "power", clock)
    ears.on_hear = machine.hear
    registry = Registry(battery=BatteryPane)
    config = BatteryConfig(sysfs=folder / "power")
    settings = settings_for(registry, config, alerts=TERMINAL_ONLY, history=HistoryConfig(enabled=False))
    state = folder / "state"
    keeper = Keeper(settings, state=state, clock=clock)
    async with (
        engine_for(folder, registry, settings, clock=clock) as engine,
        Duty(engine, state=state, what="devdash", keeper=keeper, voice=ears, tick_s=20.0) as machine.duty,
    ):
        engine.start()
        machine.run(engine)
        await clock.advance(1)
        yield machine


async def test_a_day_and_exactly_what_is_said_about_it(tmp_path: Path) -> None:
    """Plug in, reach 85, stay eight hours, flap, unplug, drain to 4 %, sleep a week, wake, plug in."""
    async with laptop(tmp_path) as day:
        await day.plug(True)
        await day.pass_minutes(30, per_minute=1, until=97)
        await day.pass_minutes(450)
        for _ in range(40):
            await day.plug(False)
            await day.plug(True)
        await day.plug(False)
        await day.pass_minutes(100, per_minute=-1, until=4)
        day.clock.sleep_machine(7 * 86_400)
        await day.pass_minutes(20)
        await day.plug(True)
        await day.pass_minutes(10, per_minute=1)
        assert day.told == [
            # Charged for a minute, and once more; then eight hours and a flapping plug without a word.
            ("0:17", "battery at 86 % and plugged in: unplug"),
            ("0:19", "battery at 88 % and plugged in: unplug"),
            # Every two minutes while it drains, as the person wanted it.
            ("9:24", "battery at 19 %: plug in"),
            *((f"9:{minute}", f"battery at {percent} %: plug in") for minute, percent in LOW),
            # Below 5 % another rule speaks in the place of the first.
            *((f"9:{minute}", f"battery at {percent} %: plug in") for minute, percent in CRITICAL),
            # After a week asleep it goes on where it was, once the battery was read anew.
            *((f"177:{minute}", "battery at 4 %: plug in") for minute in range(47, 58, 2)),
        ]
        assert day.naive == 255


async def test_a_keyboard_that_sleeps_rings_once_and_stays_acknowledged(tmp_path: Path) -> None:
    """It is away at each pause and back with the next key, and the person knows already."""
    async with laptop(tmp_path) as day:
        for _ in range(3):
            await day.keyboard(9)
            await day.keyboard(None)
        assert [text for _, text in day.told] == ["Keys at 9 %: charge it"]
        assert day.duty is not None
        day.duty.acknowledge([alert.id for alert in day.duty.alerts])
        for _ in range(40):
            await day.keyboard(8)
            await day.keyboard(None)
        assert len(day.told) == 1
        await day.keyboard(60)
        assert day.duty.alerts == ()


async def test_a_keyboard_that_is_given_away_leaves_no_alert(tmp_path: Path) -> None:
    """After an hour it is gone. One that was well, or was being charged, is gone at once."""
    async with laptop(tmp_path) as day:
        assert day.duty is not None
        await day.keyboard(9)
        await day.keyboard(None)
        await day.pass_minutes(40)
        assert len(day.duty.alerts) == 1
        await day.pass_minutes(20)
        assert day.duty.alerts == ()
        await day.keyboard(9)
        await day.keyboard(9, "Charging")
        await day.keyboard(None)
        assert (day.duty.alerts, len(day.told)) == ((), 2)
