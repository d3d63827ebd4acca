"""`devdash` itself: the screen."""

import asyncio
import gc
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from devdash.cli import loop
from devdash.cli.departure import Departure
from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain
from devdash.cli.session import settings_for
from devdash.cli.terminal import reserved_terminal
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.duty.keeper import Keeper
from devdash.engine.clock import SystemClock
from devdash.engine.engine import Engine
from devdash.engine.places import state_root
from devdash.engine.registry import Registry

if TYPE_CHECKING:
    from devdash.duty.duty import Duty
    from devdash.notify.voice import Voice
    from devdash.tui.app import DevdashApp


_SETTLED_S = 3.0
"""After the first frame: the panes and what they need are imported then, a hundred thousand objects."""


def dashboard(arguments: Namespace) -> Exit:
    """Run the dashboard until it is left.

    Raises:
        UsageError: there is no terminal.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("the dashboard needs a terminal", "`devdash status` prints the same as text")
    # At the start nearly everything that is made is there to stay: looking for garbage is in vain.
    gc.disable()
    registry = Registry()
    settings = settings_for(arguments.config, registry)

    from devdash.tui.app import DevdashApp

    def load_again() -> Settings:
        return load(settings.file, registry)

    def drawn() -> None:
        asyncio.get_running_loop().call_later(_SETTLED_S, _collect_garbage)
        departure.watch()

    state, clock = state_root(), SystemClock()
    keeper = Keeper(settings, state=state, clock=clock)

    def make_engine(chosen: Settings) -> Engine:
        return Engine(chosen, registry, clock=clock, past=keeper.past)

    def make_desk(engine: Engine, voice: "Voice") -> "Duty":
        from devdash.duty.duty import Duty

        return Duty(engine, state=state, what="devdash", keeper=keeper, voice=voice)

    app = DevdashApp(settings, make_engine, load_again, drawn, make_desk)
    departure = Departure(sys.stdin.fileno(), app.exit)
    with reserved_terminal():
        loop.run(_run(app, keeper))
    if app.crash:
        complain(app.crash)
        return Exit.BUG
    return Exit.TERMINATED if departure.called else Exit.OK


async def _run(app: "DevdashApp", keeper: Keeper) -> None:
    try:
        await app.run_async()
    finally:
        await keeper.close()


def _collect_garbage() -> None:
    """From now on, and only among what is made from now on: looking through everything holds the loop."""
    gc.freeze()
    gc.enable()
