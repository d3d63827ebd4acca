"""The tables `[panes.NAME]`: each one alone, so that a wrong one is nobody else's trouble."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from devdash.config.convert import Flaw, Flawed, check, convert
from devdash.config.keypath import KeyPath
from devdash.config.model import PaneSpec
from devdash.config.plugins import PluginProblem, PluginTable
from devdash.config.suggest import did_you_mean
from devdash.config.values import written
from devdash.contract.settings import Duration, PaneConfig

INTERVALS = (1.0, 7 * 86400.0)
"""Seconds: the shortest and the longest permitted `interval`."""

TIMEOUTS = (0.1, 3600.0)
"""Seconds: the shortest and the longest permitted `timeout`."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class PaneResult(msgspec.Struct, frozen=True):
    """What became of one table.

    Attributes:
        name: the pane's name, for the problems; None when it has no right name.
        spec: the pane, without problems; None when it is left out.
        flaws: what is wrong.
    """

    name: str | None
    spec: PaneSpec | None
    flaws: tuple[Flaw, ...] = ()


class PaneReader:
    """Reads the panes' tables.

    Args:
        folder: where relative paths start.
        secrets: literal secrets of the whole document, with their messages.
    """

    def __init__(self, plugins: PluginTable, folder: Path, secrets: Mapping[KeyPath, str]) -> None:
        self._plugins = plugins
        self._folder = folder
        self._secrets = secrets
        self.disabled: set[str] = set()
        """The panes with `enabled = false` so far."""

    def read(self, name: str, table: object) -> PaneResult:
        """One table.

        Of a disabled pane nothing but `enabled` is looked at, and its plug-in
        is not loaded: it may be disabled because that is not there.
        """
        at: KeyPath = ("panes", name)
        if not _NAME.fullmatch(name):
            return PaneResult(
                None, None, (Flaw(at, "a pane's name has letters, digits, - and _ only, 40 at most"),)
            )
        if not isinstance(table, dict):
            spec = PaneSpec(name, name, None, None)
            return PaneResult(name, spec, (Flaw(at, f"expected a table, [panes.{name}]"),))
        if table.get("enabled") is False:
            self.disabled.add(name)
            return PaneResult(name, None)
        plugin = table.get("plugin", name)
        title = table.get("title")
        spec = PaneSpec(
            name,
            plugin if isinstance(plugin, str) and _NAME.fullmatch(plugin) else name,
            title if isinstance(title, str) and (*at, "title") not in self._secrets else None,
            None,
        )
        hidden = [Flaw(path, message) for path, message in self._secrets.items() if path[:2] == at]
        try:
            config = self._config(spec, table, at, not hidden)
        except Flawed as error:
            others = [flaw for flaw in error.flaws if flaw.path not in self._secrets]
            return PaneResult(name, spec, (*hidden, *others))
        return PaneResult(name, msgspec.structs.replace(spec, config=config))

    def _config(self, spec: PaneSpec, table: Mapping[str, object], at: KeyPath, trusted: bool) -> PaneConfig:
        """The checked table.

        Args:
            trusted: no literal secret is in it. Otherwise the plug-in's own
                checks do not run: their messages could repeat it.

        Raises:
            Flawed: it is wrong.
        """
        kind = self._kind(spec, table, at)
        bounds = list(_bounds(table, self._folder, at))
        try:
            if not trusted:
                check(table, kind, self._folder, at)
                raise Flawed([])
            config = convert(table, kind, self._folder, at)
        except Flawed as error:
            raise Flawed([*error.flaws, *bounds]) from error
        flaws = bounds or list(_own(config, at))
        if flaws:
            raise Flawed(flaws)
        return config

    def _kind(self, spec: PaneSpec, table: Mapping[str, object], at: KeyPath) -> type[PaneConfig]:
        plugin = table.get("plugin", spec.name)
        at = (*at, "plugin") if "plugin" in table else at
        if not isinstance(plugin, str):
            raise Flawed([Flaw(at, "expected a plug-in's name in quotes")])
        try:
            return self._plugins.config_type(plugin)
        except PluginProblem as problem:
            names = self._plugins.names()
            if plugin == spec.name or plugin in names:
                message = "; ".join(part for part in (problem.message, problem.hint) if part)
            else:
                message = "there is no plug-in of this name" + did_you_mean(plugin, names)
            raise Flawed([Flaw(at, message)]) from problem


def _bounds(table: Mapping[str, object], folder: Path, at: KeyPath) -> Iterable[Flaw]:
    """`interval` and `timeout` out of bounds."""
    for name, (low, high) in (("interval", INTERVALS), ("timeout", TIMEOUTS)):
        if name not in table:
            continue
        try:
            seconds = convert({"value": table[name]}, _Timing, folder).value
        except Flawed:
            continue  # told by its type
        if not low <= seconds <= high:
            yield Flaw((*at, name), f"must be between {written(low)} and {written(high)}")


class _Timing(msgspec.Struct, frozen=True):
    value: Duration


def _own(config: PaneConfig, at: KeyPath) -> Iterable[Flaw]:
    """What the plug-in itself finds wrong."""
    try:
        return [Flaw((*at, *_path(problem.key)), problem.message) for problem in config.problems()]
    except Exception as error:  # a plug-in's bug is its pane's problem
        message = f"the plug-in failed to check this table ({type(error).__name__})"
        raise Flawed([Flaw(at, message)]) from error


_KEY_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def _path(key: str) -> KeyPath:
    """ "repos[1].name" as path."""
    return tuple(int(number) if number else name for name, number in _KEY_PART.findall(key))
