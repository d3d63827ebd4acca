"""`devdash config check`, `show` and `schema`: devdash.toml seen from outside."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from devdash.cli import loop
from devdash.cli.exits import Exit
from devdash.cli.output import complain, reserved_stdout
from devdash.cli.session import complain_of, settings_for, suggestion
from devdash.config.keypath import KeyPath, dotted
from devdash.config.keys import check_pane_keys
from devdash.config.model import Problem, Settings, in_order
from devdash.config.read import display, read_text
from devdash.contract.actions import Action
from devdash.contract.rules import Rule
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.engine.snapshot import Phase


def check(arguments: Namespace) -> Exit:
    """List every problem of the config on standard error; say so on standard output when there is none.

    The panes are built, because only they know their actions and those actions'
    keys; they are not read.
    """
    registry = Registry()
    with reserved_stdout() as out:
        settings = settings_for(arguments.config, registry)
        problems = in_order((*settings.all_problems, *loop.run(problems_beyond_the_file(settings, registry))))
        for problem in problems:
            complain(str(problem))
        if problems:
            return Exit.USAGE
        out.write(f"no problems in {_place(settings)}\n")
    return Exit.OK


def show(arguments: Namespace) -> Exit:
    """Print the config in force; its problems go to standard error."""
    registry = Registry()
    with reserved_stdout() as out:
        settings = settings_for(arguments.config, registry)
        from devdash.config.show import show as shown

        out.write(shown(settings))
        return Exit.USAGE if complain_of(settings) else Exit.OK


def schema(arguments: Namespace) -> Exit:
    """Print the JSON Schema of devdash.toml, for the plug-ins that are installed."""
    from devdash.config.schema import schema as schema_text

    with reserved_stdout() as out:
        out.write(schema_text(Registry()) + "\n")
    return Exit.OK


async def problems_beyond_the_file(settings: Settings, registry: Registry) -> tuple[Problem, ...]:
    """What only the screen and the built panes know to be wrong: the theme, the keys of actions, rules.

    A pane that cannot be built is a problem too: nothing can be said about its keys.
    """
    problems = [*_theme_problems(settings)]
    actions: dict[str, tuple[Action, ...]] = {}
    engine = Engine(settings, registry)
    async with engine:
        for pane in settings.panes:
            offered = engine.actions(pane.name)
            snapshot = engine.snapshot(pane.name)
            if snapshot.failure is None:
                actions[pane.name] = offered
                problems += _rule_problems(settings, pane.name, engine.rules(pane.name), offered)
            elif snapshot.phase is not Phase.BROKEN:
                problems.append(_problem(settings, ("panes", pane.name), snapshot.failure.message))
    return (*problems, *check_pane_keys(settings, actions))


def _rule_problems(
    settings: Settings, pane: str, rules: Sequence[Rule[Any]], actions: Sequence[Action]
) -> Iterator[Problem]:
    changes = settings.alerts.rules.get(pane)
    if not changes:
        return
    from devdash.alerts.rules import arm

    for one in arm(pane, rules, changes, [action.name for action in actions]).problems:
        path = ("alerts", "rules", pane, one.rule, *([one.key] if one.key else []))
        yield _problem(settings, path, one.message)


def _theme_problems(settings: Settings) -> Iterator[Problem]:
    from devdash.tui.themes import theme_names

    theme, names = settings.dashboard.theme, theme_names()
    if theme not in names:
        yield _problem(settings, ("devdash", "theme"), f"no such theme; {suggestion(theme, names, 'themes')}")


def _problem(settings: Settings, path: KeyPath, message: str) -> Problem:
    """A problem with its line, for which the file is looked at once more."""
    if settings.file is None:
        return Problem("", 0, dotted(path), message)
    from devdash.config.lines import Lines

    line = Lines(read_text(settings.file)).line(path)
    return Problem(display(settings.file), line, dotted(path), message)


def _place(settings: Settings) -> str:
    return display(settings.file) if settings.file else "the defaults; there is no devdash.toml"
