"""`devdash init`: a first devdash.toml from what is on this machine."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash.config.discover import Finds, Project, has_battery, search
from devdash.config.errors import ConfigError
from devdash.config.model import Problem
from devdash.config.read import display

if TYPE_CHECKING:
    from tomlkit.items import Array, Table

CROWD = 3
"""Repositories in one folder from which on the folder is scanned instead of naming each."""

_SHOWN = 8
"""Further finds that are named in comments."""


class InitPlan(msgspec.Struct, frozen=True):
    """What the config will say.

    Attributes:
        home: paths below it are written with "~".
        repos: repositories named one by one.
        scan: folders of which each repository is shown.
        journal: the beancount file to show; None when there is none.
        journals: others that could be shown.
        ledgers: journals of ledger and hledger, which are not read yet.
        projects: Django projects.
        battery: whether the machine has one.
        complete: nothing was left out for want of time.
    """

    home: Path
    repos: tuple[Path, ...] = ()
    scan: tuple[Path, ...] = ()
    journal: Path | None = None
    journals: tuple[Path, ...] = ()
    ledgers: tuple[Path, ...] = ()
    projects: tuple[Project, ...] = ()
    battery: bool = True
    complete: bool = True


def propose(home: Path, folder: Path) -> InitPlan:
    """Look around `folder`, then `home`; takes seconds at most and changes nothing."""
    return plan(home, search((folder, home)), battery=has_battery())


def plan(home: Path, finds: Finds, *, battery: bool) -> InitPlan:
    """What to make of `finds`."""
    crowds = Counter(repo.parent for repo in finds.repos)
    crowded = [folder for folder, count in crowds.items() if count >= CROWD and folder != home]
    # Scanning goes into folders: what lies within another one is found there.
    scan = tuple(folder for folder in crowded if not any(other in folder.parents for other in crowded))
    return InitPlan(
        home=home,
        repos=tuple(repo for repo in finds.repos if not any(folder in repo.parents for folder in scan)),
        scan=scan,
        journal=finds.beancount[0] if finds.beancount else None,
        journals=finds.beancount[1:],
        ledgers=finds.ledgers,
        projects=finds.projects,
        battery=battery,
        complete=finds.complete,
    )


def render_config(plan: InitPlan) -> str:
    """The text of a devdash.toml."""
    import tomlkit

    document = tomlkit.document()
    for line in _OPENING:
        document.add(tomlkit.comment(line) if line else tomlkit.nl())
    if not plan.complete:
        document.add(tomlkit.comment("The search was cut short; there may be more to add."))
    panes = tomlkit.table(is_super_table=True)
    panes.add("battery", _battery(plan))
    panes.add("ledger", _ledger(plan))
    panes.add("git", _git(plan))
    panes.add("databases", _databases(plan))
    document.add("panes", panes)
    return tomlkit.dumps(document)


_OPENING = (
    "Made by `devdash init`. Saving it changes the running dashboard.",
    "`devdash config check` lists what is wrong in it, `devdash config show` what is in force.",
    'Paths are relative to this file; durations are such as "500ms", "90s", "5m", "2h", "1d".',
    "Every pane takes title, enabled, interval and timeout; [devdash] has layout, theme and clock.",
)


def write_config(path: Path, text: str) -> None:
    """Write a new config file.

    Raises:
        ConfigError: there is a file already, which stays as it is, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        message = "there is such a file already; it was not touched"
        raise ConfigError([Problem(display(path), 0, "", message)], "move it away first") from error
    except OSError as error:
        message = f"cannot be written: {error.strerror or type(error).__name__}"
        raise ConfigError([Problem(display(path), 0, "", message)]) from error


def _battery(plan: InitPlan) -> "Table":
    import tomlkit

    table = tomlkit.table()
    if not plan.battery:
        table.add("enabled", tomlkit.item(False).comment("no battery was found"))
    table.add("low", tomlkit.item(20).comment("percent; below it needs a hand"))
    table.add("full", tomlkit.item(85).comment("percent; above it unplugging is kind to the battery"))
    return table


def _ledger(plan: InitPlan) -> "Table":
    import tomlkit

    table = tomlkit.table()
    if plan.journal:
        table.add("file", _told(plan.journal, plan))
    else:
        table.add("enabled", tomlkit.item(False).comment("no beancount journal was found"))
        table.add(tomlkit.comment('file = "~/journal.beancount"'))
    table.add("months", tomlkit.item(6).comment("columns; 0: all"))
    _mention(table, "Other journals that were found:", [_told(path, plan) for path in plan.journals])
    ledgers = [_told(path, plan) for path in plan.ledgers]
    _mention(table, "Journals of ledger or hledger, which devdash does not read:", ledgers)
    return table


def _git(plan: InitPlan) -> "Table":
    import tomlkit

    table = tomlkit.table()
    table.add("repos", _array(plan.repos, plan))
    table.add("scan", _array(plan.scan, plan))
    if not plan.repos and not plan.scan:
        table.add("enabled", tomlkit.item(False).comment("no repository was found"))
    return table


def _databases(plan: InitPlan) -> "Table":
    import tomlkit

    table = tomlkit.table()
    for line in _EXAMPLE:
        table.add(tomlkit.comment(line))
    _mention(table, "Django projects that were found:", [_project(found, plan) for found in plan.projects])
    return table


def _project(project: Project, plan: InitPlan) -> str:
    told = _told(project.folder, plan)
    return f"{told}, settings {project.settings}" if project.settings else told


_EXAMPLE = (
    "Without more: devdash's own history database. Others, as in Django's DATABASES:",
    "[panes.databases.databases.default]",
    'ENGINE = "django.db.backends.postgresql"',
    'NAME = "shop"',
    'PASSWORD = { env = "SHOP_PASSWORD" }   # or file, command, keyring; never the password',
)


def _array(paths: tuple[Path, ...], plan: InitPlan) -> "Array":
    import tomlkit

    array = tomlkit.array()
    for path in paths:
        array.append(_told(path, plan))
    return array.multiline(len(paths) > 1)


def _told(path: Path, plan: InitPlan) -> str:
    """`path` as a person writes it."""
    try:
        return str("~" / path.relative_to(plan.home))
    except ValueError:
        return str(path)


def _mention(table: "Table", heading: str, finds: list[str]) -> None:
    import tomlkit

    if finds:
        table.add(tomlkit.comment(heading))
    for find in finds[:_SHOWN]:
        table.add(tomlkit.comment(f"    {find}"))
    if len(finds) > _SHOWN:
        table.add(tomlkit.comment(f"    and {len(finds) - _SHOWN} more"))
