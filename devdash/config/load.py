"""`load`: a file to `Settings`, with everything that is wrong in it.

What a problem costs: in a pane's table that pane; in `[devdash]` the field;
in `[keys]` the changes to the keys; in `[policy]` every right but a viewer's,
for a rule that cannot be read must not turn into none; in `[alerts]` the rule
or the channel; in `[history]` the field, or, in its databases, the keeping.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash.config import read, secrets
from devdash.config.alerts import AlertsConfig
from devdash.config.convert import Flaw, Flawed, convert
from devdash.config.defaults import PANES
from devdash.config.errors import ConfigError
from devdash.config.history import HistoryConfig
from devdash.config.keypath import KeyPath, dotted
from devdash.config.keys import DEFAULT_BINDINGS, key_map
from devdash.config.layout import arrange
from devdash.config.model import (
    DashboardConfig,
    KeyBinding,
    PaneSpec,
    PolicyConfig,
    Problem,
    Settings,
    in_order,
)
from devdash.config.panes import PaneReader
from devdash.config.plugins import PluginTable
from devdash.config.suggest import did_you_mean
from devdash.policy import Pattern, Role

if TYPE_CHECKING:
    from devdash.config.lines import Lines

TABLES = ("devdash", "panes", "keys", "policy", "alerts", "history")
"""The top-level tables that there are."""


def load(path: Path | None, plugins: PluginTable) -> Settings:
    """Read and check the config file.

    A file without `[panes]`, and no file at all (`path` None), give the four
    built-in panes; the folder is then the file's, or the current one.

    Raises:
        ConfigError: the file cannot be read as a whole.
    """
    if path is None:
        return _Loader("", {}, None, _current(), plugins).settings()
    text = read.read_text(path)
    document = read.parse(text, path)
    return _Loader(text, document, path, path.absolute().parent, plugins).settings()


def _current() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise ConfigError([Problem("", 0, "", "the current folder is not there any more")]) from error


class _Loader:
    """One reading of one document."""

    def __init__(
        self, text: str, document: Mapping[str, object], path: Path | None, folder: Path, plugins: PluginTable
    ) -> None:
        self._document = document
        self._path = path
        self._file = read.display(path) if path else ""
        self._folder = folder
        self._text = text
        self._lines: Lines | None = None
        self._secrets = dict(secrets.find(document))
        self._plugins = plugins
        self._flaws: list[Flaw] = []

    def settings(self) -> Settings:
        """Everything, checked."""
        for name in self._document:
            if name not in TABLES:
                self._flaws.append(Flaw((name,), f"unknown table{did_you_mean(name, TABLES)}"))
        dashboard = self._dashboard()
        panes, disabled = self._panes()
        names = [pane.name for pane in panes]
        layout, flaws = arrange(dashboard.layout, names, disabled)
        self._flaws += flaws
        keys = self._keys(names)
        policy = self._policy()
        alerts = self._alerts(names, disabled)
        history = self._history()
        hidden = [Flaw(at, message) for at, message in self._secrets.items() if not self._of_pane(at, panes)]
        return Settings(
            file=self._path,
            folder=self._folder,
            dashboard=msgspec.structs.replace(dashboard, layout=layout),
            panes=panes,
            keys=keys,
            policy=policy,
            alerts=alerts,
            history=history,
            problems=in_order([self._problem(flaw) for flaw in (*self._flaws, *hidden)]),
        )

    def _table(self, name: str) -> Mapping[str, object]:
        value = self._document.get(name, {})
        if isinstance(value, dict):
            return value
        self._flaws.append(Flaw((name,), f"expected a table, [{name}]"))
        return {}

    def _dashboard(self) -> DashboardConfig:
        """`[devdash]`; a field that is wrong has its default."""
        table = dict(self._table("devdash"))
        try:
            return convert(table, DashboardConfig, self._folder, ("devdash",))
        except Flawed as error:
            self._add(error.flaws)
            wrong = {flaw.path[1] for flaw in error.flaws if len(flaw.path) > 1}
            right = {key: value for key, value in table.items() if key not in wrong}
            return convert(right, DashboardConfig, self._folder)

    def _panes(self) -> tuple[tuple[PaneSpec, ...], frozenset[str]]:
        tables = self._table("panes") or PANES
        reader = PaneReader(self._plugins, self._folder, self._secrets)
        specs: list[PaneSpec] = []
        for name, table in tables.items():
            result = reader.read(name, table)
            problems = tuple(in_order(self._problem(flaw, result.name) for flaw in result.flaws))
            if result.spec is not None:
                specs.append(msgspec.structs.replace(result.spec, problems=problems))
            else:
                self._flaws += result.flaws
        return tuple(specs), frozenset(reader.disabled)

    def _keys(self, names: list[str]) -> tuple[KeyBinding, ...]:
        table = self._table("keys")
        if not table:
            return DEFAULT_BINDINGS
        keys, flaws = key_map(table, names, self._positions())
        self._add(flaws)
        return keys

    def _policy(self) -> PolicyConfig:
        """`[policy]`; a viewer's when anything in it is wrong."""
        table = self._table("policy")
        flaws = list(_pattern_flaws(table))
        policy = PolicyConfig()
        try:
            policy = convert(table, PolicyConfig, self._folder, ("policy",))
        except Flawed as error:
            flaws += error.flaws
        self._add(flaws)
        wrong = flaws or ("policy" in self._document and not isinstance(self._document["policy"], dict))
        return PolicyConfig(role=Role.VIEWER) if wrong else policy

    def _alerts(self, panes: list[str], disabled: frozenset[str]) -> AlertsConfig:
        table = self._table("alerts")
        if not table:
            return AlertsConfig()
        from devdash.config.alerts_table import AlertsReader  # most files have no such table

        reader = AlertsReader(panes, disabled, self._folder, self._secrets)
        alerts = reader.read(table)
        self._add(reader.flaws)
        return alerts

    def _history(self) -> HistoryConfig:
        table = self._table("history")
        if not table:
            return HistoryConfig()
        from devdash.config.history_table import read_history  # as above

        history, flaws = read_history(table, self._folder, self._secrets)
        self._add(flaws)
        return history

    def _add(self, flaws: list[Flaw]) -> None:
        """Keep `flaws`, except those of values that are reported as secrets."""
        self._flaws += [flaw for flaw in flaws if flaw.path not in self._secrets]

    def _of_pane(self, at: KeyPath, panes: tuple[PaneSpec, ...]) -> bool:
        return len(at) > 1 and at[0] == "panes" and any(pane.name == at[1] for pane in panes)

    def _problem(self, flaw: Flaw, pane: str | None = None) -> Problem:
        line = self._positions().line(flaw.path) if self._path else 0
        return Problem(self._file, line, dotted(flaw.path), flaw.message, pane)

    def _positions(self) -> "Lines":
        if self._lines is None:
            from devdash.config.lines import Lines  # a right file without [keys] needs none

            self._lines = Lines(self._text)
        return self._lines


def _pattern_flaws(table: Mapping[str, object]) -> Iterator[Flaw]:
    """The patterns of `[policy]` that are none; what is no text is told by its type."""
    for field in ("allow", "deny"):
        texts = table.get(field)
        for index, text in enumerate(texts if isinstance(texts, list) else ()):
            try:
                Pattern.parse(str(text))
            except ValueError as error:
                if isinstance(text, str):
                    yield Flaw(("policy", field, index), str(error))
