"""`devdash doctor`: what is installed, what is missing, which files are used, what each pane costs."""

import platform
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from devdash import __version__
from devdash.cli import loop
from devdash.cli.config import problems_beyond_the_file
from devdash.cli.costs import TimingRegistry, cost_table, measure
from devdash.cli.exits import Exit
from devdash.cli.inventory import package_table, plugin_table, program_table
from devdash.cli.output import reserved_stdout, terminal_width
from devdash.cli.session import settings_for
from devdash.cli.watch_service import who_is_on_duty
from devdash.config.errors import ConfigError
from devdash.config.locate import user_folder
from devdash.config.model import Problem, Settings, in_order
from devdash.config.read import display
from devdash.contract.levels import Level
from devdash.contract.view import Block, Notice, Pair, Pairs, Text, Tone
from devdash.duty.outside import AlertsUnknown, look
from devdash.engine.clock import SystemClock
from devdash.engine.places import cache_root, state_root
from devdash.history.place import history_file
from devdash.logbook import log_path
from devdash.notify.build import channel_configs
from devdash.render.blocks import lay_out
from devdash.render.lines import indented
from devdash.render.text import INDENT, plain


def doctor(arguments: Namespace) -> Exit:
    """Look at everything and print it, part by part. The exit code tells about the config only."""
    registry = TimingRegistry()
    with reserved_stdout() as out:
        _print(out, "This machine", _machine())
        _print(out, "Packages", package_table())
        _print(out, "Plug-ins of others", plugin_table())
        _print(out, "Programs", program_table())
        _print(out, "Places", _places())
        try:
            settings = settings_for(arguments.config, registry)
        except ConfigError as error:
            _print(out, "Config", *_config(None, error.problems))
            return Exit.USAGE
        beyond = loop.run(problems_beyond_the_file(settings, registry))
        problems = in_order((*settings.all_problems, *beyond))
        _print(out, "Config", *_config(settings.file, problems))
        _print(out, "Alerts and history", _alerts(settings))
        costs = loop.run(measure(settings, registry))
        _print(out, "Panes, each read once and alone", cost_table(costs))
    return Exit.USAGE if problems else Exit.OK


def _print(out: TextIO, title: str, *blocks: Block) -> None:
    """At once, so that what is known is there while a slow pane is read."""
    lines = indented(lay_out(blocks, terminal_width() - INDENT), INDENT)
    out.write(f"{title}\n{plain(lines)}\n\n")
    out.flush()


def _machine() -> Block:
    return Pairs(
        (
            Pair("devdash", __version__),
            Pair("Python", platform.python_version()),
            Pair("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        )
    )


def _places() -> Block:
    folder = user_folder()
    places = (
        ("config", folder, "" if folder else "there is no home folder"),
        ("state", state_root(), _writable(state_root())),
        ("cache", cache_root(), _writable(cache_root())),
        ("log", log_path(), _writable(log_path().parent)),
    )
    return Pairs(tuple(_place(*place) for place in places))


def _alerts(settings: Settings) -> Block:
    """Who tells, through what, and where the history is."""
    try:
        duty = who_is_on_duty(look(state_root(), SystemClock().now()))
    except AlertsUnknown as error:
        duty = error.message
    told = ", ".join(channel_configs(settings.alerts)) + "; `devdash alerts test` tries them"
    return Pairs(
        (
            Pair("duty", duty),
            Pair("channels", told if settings.alerts.enabled else "alerts are switched off"),
            Pair("history", _history(settings)),
        )
    )


def _history(settings: Settings) -> str:
    if not settings.history.enabled:
        return "switched off"
    file = history_file(settings.history, folder=settings.folder, state=state_root())
    if file is None:
        return "in the databases of [history.databases]"
    return str(file) if file.exists() else f"{file} · not begun yet"


def _place(label: str, path: Path | None, trouble: str) -> Pair:
    text = " · ".join(part for part in (str(path) if path else "", trouble) if part)
    return Pair(label, text, Tone.WARN if trouble else Tone.PLAIN)


def _writable(folder: Path) -> str:
    """Why nothing can be written there; "" when it can. Only trying tells: to root all is permitted."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"cannot be written: {error.strerror}"


def _config(file: Path | None, problems: Sequence[Problem]) -> Iterator[Block]:
    if file is not None:
        yield Text(display(file))
    elif not problems:
        yield Text("There is none: these are the defaults. `devdash init` writes one.")
    for problem in problems:
        yield Notice(Level.CRITICAL, str(problem))
    if file is not None and not problems:
        yield Text("It has no problems.", Tone.DIM)
