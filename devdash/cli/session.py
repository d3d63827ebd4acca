"""What every command begins with: the settings, and the panes that were asked for."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from devdash.cli.exits import UsageError
from devdash.cli.output import complain
from devdash.config.load import load
from devdash.config.locate import find
from devdash.config.model import PaneSpec, Settings
from devdash.engine.registry import Registry


def settings_for(option: str | None, registry: Registry) -> Settings:
    """Find and load devdash.toml.

    Raises:
        ConfigError: it cannot be read as a whole.
    """
    path = find(Path(option) if option is not None else None)
    return load(path, registry)


def chosen_panes(settings: Settings, names: Sequence[str]) -> tuple[str, ...]:
    """The panes that were named, or all, in the order of the config.

    Raises:
        UsageError: there are no such panes; names them all.
    """
    known = [pane.name for pane in settings.panes]
    unknown = [name for name in names if name not in known]
    if unknown:
        lines = [f"there is no pane '{name}'; {suggestion(name, known, 'panes')}" for name in unknown]
        raise UsageError("\n".join(lines))
    return tuple(name for name in known if not names or name in names)


def pane_spec(settings: Settings, name: str) -> PaneSpec:
    """The pane `name`.

    Raises:
        UsageError: there is no such pane.
    """
    chosen_panes(settings, [name])
    return next(pane for pane in settings.panes if pane.name == name)


def suggestion(name: str, known: Sequence[str], what: str) -> str:
    """What may have been meant."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"{what}: " + (", ".join(known) or "none")


def complain_of(settings: Settings) -> bool:
    """List every problem of the config on standard error. Returns whether there are any."""
    for problem in settings.all_problems:
        complain(str(problem))
    return bool(settings.all_problems)
