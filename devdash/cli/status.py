"""`devdash status` and `devdash check`: one read of each pane. Never imports textual."""

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from devdash.cli import loop
from devdash.cli.exits import BY_LEVEL, Exit
from devdash.cli.output import reserved_stdout, terminal_width
from devdash.cli.past import told_past
from devdash.cli.session import chosen_panes, complain_of, settings_for
from devdash.config.model import Settings
from devdash.contract.levels import worst
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.engine.snapshot import Snapshot
from devdash.engine.status import status_of
from devdash.render.clean import clean
from devdash.render.json_face import status_json
from devdash.render.status import PaneStatus
from devdash.render.text import status_text


def status(arguments: Namespace) -> Exit:
    """Print every pane, as text or JSON."""
    registry = Registry()
    with reserved_stdout() as out:
        settings = settings_for(arguments.config, registry)
        names = chosen_panes(settings, arguments.pane)
        panes, engine = loop.run(_read(settings, registry, names))
        if arguments.json:
            out.write(status_json(panes, engine.clock.now()).decode() + "\n")
        else:
            out.write(status_text(panes, terminal_width(), color=_colour(out)) + "\n")
    return Exit.USAGE if complain_of(settings) else Exit.OK


def check(arguments: Namespace) -> Exit:
    """Say what is not well, and answer with the exit code."""
    registry = Registry()
    with reserved_stdout() as out:
        settings = settings_for(arguments.config, registry)
        names = chosen_panes(settings, arguments.pane)
        panes, _ = loop.run(_read(settings, registry, names))
        for pane in panes:
            said = clean(pane.error.message if pane.error else pane.summary)
            out.write(f"{pane.level.sign} {pane.name}: {pane.level} — {said}\n")
    if complain_of(settings):
        return Exit.USAGE
    return BY_LEVEL[worst(pane.level for pane in panes)]


async def _read(
    settings: Settings, registry: Registry, names: Sequence[str]
) -> tuple[tuple[PaneStatus, ...], Engine]:
    engine = Engine(settings, registry, past=told_past(settings))
    async with engine:
        snapshots: tuple[Snapshot, ...] = await engine.read_once(names)
        now = engine.clock.elapsed()
        return tuple(status_of(snapshot, now) for snapshot in snapshots), engine


def _colour(out: TextIO) -> bool:
    """Colour on a terminal, unless NO_COLOR says otherwise (no-color.org)."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
