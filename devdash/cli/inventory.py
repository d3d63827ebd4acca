"""What devdash stands on: packages, programs and plug-ins, whether they are there and what for."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from shutil import which

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Cell, Column, Row, Table, Tone
from devdash.engine.editor import editor_command
from devdash.engine.registry import GROUP

VERSION_TIMEOUT_S = 5.0


class Need(msgspec.Struct, frozen=True):
    """Something that is installed or not.

    Attributes:
        name: of the distribution or program.
        purpose: what devdash does with it.
        remedy: how to get what is optional; empty: devdash cannot do without.
        systems: where it is of use, as `sys.platform` has them; empty: everywhere.
    """

    name: str
    purpose: str
    remedy: str = ""
    systems: tuple[str, ...] = ()


PACKAGES = (
    Need("textual", "the screen"),
    Need("rich", "the width of text"),
    Need("msgspec", "typed settings, reports, JSON"),
    Need("icontract", "the contract with plug-ins"),
    Need("platformdirs", "where state and cache belong"),
    Need("watchfiles", "noticing saved and changed files", systems=("darwin", "win32")),
    Need("tomlkit", "devdash config show"),
    Need("psutil", "the battery pane where there is no sysfs; doctor"),
    Need("GitPython", "reading what git has stored"),
    Need("django", "the databases pane, the history"),
    Need("asyncinotify", "noticing files at once", "pip install asyncinotify", ("linux",)),
    Need("dbus-fast", "notifications; hearing of power at once", "pip install dbus-fast", ("linux",)),
    Need("desktop-notifier", "notifications", "pip install desktop-notifier", ("darwin", "win32")),
    Need("beancount", "the ledger pane", 'pip install "devdash[ledger]"'),
    Need("keyring", "secrets written as { keyring = … }", "pip install keyring"),
)
"""Every dependency of pyproject.toml, then the optional ones."""

PROGRAMS = (
    Need("git", "the git pane", "install git 2.29 or later"),
    Need("ledger", "journals of ledger, which are not read yet", "optional"),
    Need("hledger", "journals of hledger, which are not read yet", "optional"),
)

_COLUMNS = (Column("", shrink=True), Column("", shrink=True), Column("", shrink=True))


def package_table() -> Table:
    """Every package that is of use on this system, with its version."""
    here = (need for need in PACKAGES if not need.systems or sys.platform in need.systems)
    return Table(_COLUMNS, tuple(_row(need, _version_of(need.name)) for need in here))


def program_table() -> Table:
    """Every program with what it says of its version, and the editor."""
    rows = tuple(_row(need, _program_version(need.name)) for need in PROGRAMS)
    return Table(_COLUMNS, (*rows, _editor_row()))


def plugin_table() -> Table:
    """The plug-ins of others."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    rows = tuple(
        Row(f"{number}", (Cell(entry.name), Cell(_origin(entry)), Cell(entry.value, Tone.DIM)))
        for number, entry in enumerate(found)
    )
    return Table(_COLUMNS, rows, empty=f"none; a distribution brings one in the group {GROUP}")


def _row(need: Need, found: str) -> Row:
    """Missing is bad where devdash cannot do without, else only told."""
    if found:
        return Row(need.name, (Cell(need.name), Cell(found), Cell(need.purpose, Tone.DIM)))
    text = f"{need.purpose}: {need.remedy}" if need.remedy else f"{need.purpose}: devdash needs it"
    level = Level.OK if need.remedy else Level.CRITICAL
    return Row(need.name, (Cell(need.name), Cell("missing", Tone.WARN), Cell(text)), level)


def _version_of(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _program_version(program: str) -> str:
    """The first line of `--version`; the path when it says nothing; "" when it is not there."""
    path = which(program)
    if path is None:
        return ""
    try:
        ended = subprocess.run(
            (path, "--version"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return f"{path} does not answer"
    first, *_ = (*ended.stdout.decode("utf-8", "replace").splitlines(), "")
    return first.strip() or path


def _editor_row() -> Row:
    program, *_ = editor_command(os.environ, "", 0)
    need = Need("editor", "opening files; from $VISUAL, else $EDITOR, else vi", f"'{program}' is not there")
    return _row(need, which(program) or "")


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"
