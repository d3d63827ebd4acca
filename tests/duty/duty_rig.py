"""A duty over panes whose facts the test sets, on a clock whose hands it turns."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from manual_clock import ManualClock, settle
from panes import Registry, engine_for, settings_for

from devdash.alerts.model import AlertId
from devdash.api import (
    Action,
    ActionRequest,
    Facts,
    Level,
    Outcome,
    Pane,
    PaneConfig,
    PaneError,
    Report,
    Rule,
    Sample,
)
from devdash.config.alerts import AlertsConfig, CommandChannel, TerminalChannel
from devdash.config.model import Settings
from devdash.contract.settings import Duration
from devdash.duty.duty import Duty
from devdash.duty.keeper import Keeper
from devdash.engine.engine import Engine


class TankFacts(Facts, frozen=True):
    """How full a tank is."""

    percent: float | None


class Tank(Pane[PaneConfig]):
    """A tank that the test fills and drains."""

    title = "Tank"
    percent: float | None = 50.0
    broken = False
    bad_rule = False

    async def read(self) -> Report:
        if type(self).broken:
            raise PaneError("the gauge is broken", "mend it")
        percent = type(self).percent
        level = Level.CRITICAL if percent is not None and percent <= 20 else Level.OK
        samples = (Sample("percent", percent),) if percent is not None else ()
        return Report(level, f"{percent} %", facts=TankFacts(percent), samples=samples)

    def actions(self) -> tuple[Action, ...]:
        return (
            Action(name="fill", key="f", title="Fill", permission="tank.water.fill"),
            Action(name="blow", key="b", title="Blow up", permission="tank.wall.delete", confirm="Really?"),
        )

    def rules(self) -> tuple[Rule[Any], ...]:
        def enter(facts: TankFacts) -> frozenset[str]:
            if type(self).bad_rule:
                raise KeyError("hunter2")
            return frozenset({""} if facts.percent is not None and facts.percent <= 20 else ())

        def clear(facts: TankFacts) -> frozenset[str]:
            return frozenset({""} if facts.percent is not None and facts.percent >= 25 else ())

        return (
            Rule(
                name="low",
                level=Level.CRITICAL,
                text="the tank is low",
                enter=enter,
                clear=clear,
                repeat_s=120,
                max_repeats=3,
                action="fill",
            ),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        type(self).percent = 100.0
        return Outcome(message="filled")


LOW = AlertId("tank", "low")


class Ears:
    """A `Voice` that remembers; what was said is in `heard`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.on_hear: Callable[[str], None] = lambda text: None

    def toast(self, text: str, level: Level) -> None:
        self.heard.append(text)
        self.on_hear(text)

    def bell(self) -> None:
        pass

    def osc9(self, text: str) -> None:
        pass


def tank(**attributes: Any) -> type[Tank]:
    """A tank of the test's own."""
    return type("OwnTank", (Tank,), attributes)


TERMINAL_ONLY = AlertsConfig(channels=("terminal",), channel={"terminal": TerminalChannel(bell=False)})


def tank_settings(registry: Registry, alerts: AlertsConfig = TERMINAL_ONLY, **more: Any) -> Settings:
    """Settings with the tank, read each minute."""
    return settings_for(registry, PaneConfig(interval=Duration(60)), alerts=alerts, **more)


class Rig:
    """One devdash process, as far as its duty goes."""

    def __init__(
        self, engine: Engine, duty: Duty, clock: ManualClock, ears: Ears, life: AsyncExitStack
    ) -> None:
        self.life = life
        self.engine = engine
        self.duty = duty
        self.clock = clock
        self.ears = ears

    async def go_off_duty(self) -> None:
        """The duty ends before the engine does."""
        await self.life.aclose()

    async def pass_time(self, seconds: float) -> list[str]:
        """Let time pass; what was said meanwhile."""
        before = len(self.ears.heard)
        await self.clock.advance(seconds)
        await until_quiet()
        return self.ears.heard[before:]

    async def read(self) -> list[str]:
        """Read the tank now; what was said about it."""
        before = len(self.ears.heard)
        self.engine.refresh()
        await self.clock.advance(5)
        await until_quiet()
        return self.ears.heard[before:]


async def until_quiet() -> None:
    """Threads that write have to come back; the manual clock does not wait for them."""
    quiet = 0
    for _ in range(5000):
        await settle()
        busy = any(thread.name.startswith("devdash-") for thread in threading.enumerate())
        quiet = 0 if busy else quiet + 1  # what comes back from one may send off another
        if quiet == 3:
            break
        await asyncio.sleep(0.001)


@asynccontextmanager
async def rig(
    folder: Path,
    kind: type[Tank],
    *,
    clock: ManualClock | None = None,
    settings: Settings | None = None,
    what: str = "devdash",
    others: tuple[str, ...] = (),
) -> AsyncIterator[Rig]:
    """A running engine with a duty, its state below `folder`; tanks called `others` may be in `settings`."""
    registry = Registry(**dict.fromkeys(("tank", *others), kind))
    clock = clock or ManualClock()
    settings = settings or tank_settings(registry)
    keeper = Keeper(settings, state=folder / "state", clock=clock)
    ears = Ears()
    async with engine_for(folder, registry, settings, clock=clock, past=keeper.past) as engine:
        duty = Duty(engine, state=folder / "state", what=what, keeper=keeper, voice=ears)
        async with AsyncExitStack() as life:
            await life.enter_async_context(duty)
            engine.start()
            await clock.advance(1)
            await until_quiet()
            yield Rig(engine, duty, clock, ears, life)
        await keeper.close()


def command(argv: tuple[str, ...]) -> AlertsConfig:
    """Alerts that are told to a program."""
    return AlertsConfig(channels=("program",), channel={"program": CommandChannel(argv=argv)})
