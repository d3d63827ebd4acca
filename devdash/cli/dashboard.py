"""`devdash` itself: the screen."""

import gc
import sys
from argparse import Namespace

from devdash.cli import loop
from devdash.cli.departure import Departure
from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain
from devdash.cli.session import settings_for
from devdash.cli.terminal import reserved_terminal
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry


def dashboard(arguments: Namespace) -> Exit:
    """Run the dashboard until it is left.

    Raises:
        UsageError: there is no terminal.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("the dashboard needs a terminal", "`devdash status` prints the same as text")
    # Until the first frame everything that is made is there to stay: looking for garbage is in vain.
    gc.disable()
    registry = Registry()
    settings = settings_for(arguments.config, registry)

    from devdash.tui.app import DevdashApp

    def load_again() -> Settings:
        return load(settings.file, registry)

    def drawn() -> None:
        _collect_garbage()
        departure.watch()

    app = DevdashApp(settings, lambda chosen: Engine(chosen, registry), load_again, drawn)
    departure = Departure(sys.stdin.fileno(), app.exit)
    with reserved_terminal():
        loop.run(app.run_async())
    if app.crash:
        complain(app.crash)
        return Exit.BUG
    return Exit.TERMINATED if departure.called else Exit.OK


def _collect_garbage() -> None:
    """From now on, and only among what is made from now on: looking through everything holds the loop."""
    gc.freeze()
    gc.enable()
