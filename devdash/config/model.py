"""What a checked devdash.toml is: the values that the other rooms are given."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from devdash.config.alerts import AlertsConfig
from devdash.config.history import HistoryConfig
from devdash.contract.settings import PaneConfig
from devdash.policy import Pattern, Policy, Role


class Problem(msgspec.Struct, frozen=True):
    """Something wrong in the config.

    Attributes:
        file: the file as a person would write it; "" when there is none.
        line: from 1; 0 when no line is meant.
        key: what it is about, dotted: "panes.git.repos[1]"; "" for the file.
        message: what is wrong and what would be right; never a text value of the file.
        pane: the pane that cannot run for it; None when it belongs to no pane.
    """

    file: str
    line: int
    key: str
    message: str
    pane: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.message) if part)


class DashboardConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[devdash]`.

    Attributes:
        layout: rows of pane names, top to bottom. After loading it names every
            pane of `Settings.panes` exactly once.
        theme: a theme's name, as the screen knows them.
        clock: show the time in the title line.
    """

    layout: tuple[tuple[str, ...], ...] = ()
    theme: str = "textual-dark"
    clock: bool = True


class KeyBinding(msgspec.Struct, frozen=True):
    """Keys for an id.

    Attributes:
        id: one of `devdash.config.keys.GLOBAL_KEYS`, or "PANE.ACTION".
        key: one key or several joined by ",", as Textual names them.
        line: where the file says so; 0 for a default.
    """

    id: str
    key: str
    line: int = 0


class PolicyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[policy]`; `devdash.policy` says what it means."""

    role: Role = Role.OWNER
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def policy(self) -> Policy:
        """The policy that decides. Its patterns are known to be well formed after loading."""
        return Policy(
            self.role,
            tuple(Pattern.parse(text) for text in self.allow),
            tuple(Pattern.parse(text) for text in self.deny),
        )


class PaneSpec(msgspec.Struct, frozen=True):
    """One pane of the dashboard.

    Attributes:
        name: its table's name.
        plugin: the plug-in's name.
        title: the table's title; None: the plug-in's own.
        config: the checked table; None when it is wrong or the plug-in is not there.
        problems: why `config` is None.
    """

    name: str
    plugin: str
    title: str | None
    config: PaneConfig | None
    problems: tuple[Problem, ...] = ()


class Settings(msgspec.Struct, frozen=True):
    """A whole devdash.toml.

    Attributes:
        file: the file; None when defaults stand in for it.
        folder: what relative paths start from; absolute.
        dashboard: `[devdash]`.
        panes: the enabled ones, in the file's order, broken ones included.
        keys: every global id with its keys, then those of pane actions.
        policy: `[policy]`; when that table is wrong, a viewer's.
        alerts: `[alerts]`.
        history: `[history]`.
        problems: those that belong to no pane.
    """

    file: Path | None
    folder: Path
    dashboard: DashboardConfig
    panes: tuple[PaneSpec, ...]
    keys: tuple[KeyBinding, ...]
    policy: PolicyConfig
    alerts: AlertsConfig = AlertsConfig()
    history: HistoryConfig = HistoryConfig()
    problems: tuple[Problem, ...] = ()

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Every problem, in the file's order."""
        return in_order([*self.problems, *(problem for pane in self.panes for problem in pane.problems)])

    def pane(self, name: str) -> PaneSpec | None:
        """The pane of that name."""
        return next((pane for pane in self.panes if pane.name == name), None)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """`problems` by line."""
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.key)))
