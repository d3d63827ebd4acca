"""`devdash watch`: alerts and history all day, without a screen.

One process of a user is on duty. Where another is, this one reads nothing and stands by; when that
one ends, or is silent for too long, it takes over.
"""

import asyncio
import logging
import signal
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from devdash.cli import loop
from devdash.cli.departure import Departure
from devdash.cli.exits import Exit
from devdash.cli.journal import journal
from devdash.cli.past import told_past
from devdash.cli.session import complain_of, settings_for
from devdash.config.follow import Follower, Work
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.config.watch import Pace
from devdash.duty.duty import Duty, config_name
from devdash.duty.keeper import Keeper
from devdash.duty.model import Role
from devdash.duty.seat import Seat
from devdash.duty.silence import Vigil
from devdash.engine.clock import Clock, SystemClock
from devdash.engine.engine import Engine
from devdash.engine.places import state_root
from devdash.engine.registry import Registry

log = logging.getLogger("devdash.watch")

WHAT = "devdash watch"

LOOK_S = 2.0
"""Seconds between two looks at the seat while another is on duty."""

PACE = Pace(step=1.0, recheck=30.0)
"""Nobody sits in front of it: a saved devdash.toml may take seconds, and each look wakes a laptop."""


def watch(arguments: Namespace) -> Exit:
    """Watch until told to go.

    Raises:
        ConfigError: devdash.toml cannot be read as a whole.
    """
    registry = Registry()
    settings = settings_for(arguments.config, registry)
    complain_of(settings)
    with journal():
        loop.run(Watch(settings, registry, state_root()).live())
    return Exit.OK


class Watch:
    """One process that is on duty, or stands by.

    Args:
        state: devdash's state folder; need not exist.
    """

    def __init__(
        self, settings: Settings, registry: Registry, state: Path, clock: Clock | None = None
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._state = state
        self._clock = clock or SystemClock()
        self._leave = asyncio.Event()
        self._vigil = Vigil(state)

    async def live(self) -> None:
        """Stand by and watch, in turn, until told to go."""
        # Who is started by nohup has asked to stay when the terminal goes.
        stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        Departure(None, self._leave.set, (signal.SIGTERM,) if stays else None).watch()
        while not self._leave.is_set():
            if await self._stand_by():
                await self._serve()
        log.info("leaves")

    async def _stand_by(self) -> bool:
        """Wait until the seat is free. False when it is time to go."""
        seat = Seat(self._state, WHAT, config_name(self._settings))
        told = None
        while not self._leave.is_set():
            if _is_free(seat, self._vigil, self._clock.monotonic()):
                if told is not None:  # nobody has followed devdash.toml here meanwhile
                    await self._follower(self._adopt).reload()
                return True
            holder = seat.holder()
            if holder is not None and holder.pid != told:
                told = holder.pid
                log.info("%s (process %d) is on duty; this one stands by", holder.what, holder.pid)
            await self._clock.wait(self._leave, LOOK_S)
        return False

    async def _serve(self) -> None:
        """Read, judge, tell and keep until it is time to go, or another has taken the seat."""
        keeper = Keeper(self._settings, state=self._state, clock=self._clock)
        # Nobody looks at charts here: panes are not told their past, which would start a process each time.
        past = told_past(self._settings)
        engine = Engine(self._settings, self._registry, clock=self._clock, past=past)
        ended = asyncio.Event()

        async def adopt(settings: Settings) -> None:
            await self._adopt(settings)
            changed = await engine.reload(settings)
            log.info("devdash.toml: %s", f"changed {', '.join(changed)}" if changed else "taken over")

        follower = self._follower(adopt)
        tasks: set[asyncio.Task[None]] = set()

        def begin(work: Work) -> None:
            task = asyncio.create_task(work(), name="devdash.toml")
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        async with engine:
            # The patience lost while standing by is the duty's reason to take the seat.
            duty_here = Duty(engine, state=self._state, what=WHAT, keeper=keeper, vigil=self._vigil)
            async with duty_here as duty:
                duty.subscribe(lambda: None if duty.role is Role.ON_DUTY else ended.set())
                if duty.role is Role.ON_DUTY:
                    log.info("on duty with %s", config_name(self._settings) or "the built-in defaults")
                    engine.show(())
                    engine.start()
                    follower.start(begin)
                    await _first(self._leave, ended)
                    follower.stop()
            await keeper.close()

    async def _adopt(self, settings: Settings) -> None:
        self._settings = settings

    def _follower(self, adopt: Callable[[Settings], Coroutine[Any, Any, None]]) -> Follower:
        def refuse(problems: Sequence[str]) -> None:
            for problem in problems:
                log.warning("devdash.toml: nothing was changed: %s", problem)

        file = self._settings.file
        return Follower(
            self._settings, lambda: load(file, self._registry), adopt=adopt, refuse=refuse, pace=PACE
        )


def _is_free(seat: Seat, vigil: Vigil, monotonic: float) -> bool:
    """Whether the duty could take the seat now; it is not kept."""
    try:
        free = seat.take()
    except OSError:
        return True  # there is no file to agree by: the duty says so
    seat.leave()
    return free or vigil.is_silent(monotonic)


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
