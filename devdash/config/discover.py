"""What there is to show on this machine: repositories, journals, Django projects, a battery.

Looks below a folder level by level, so that what is near is found first, and
stops at a depth and after a time. It follows no links, enters no other file
system (it may be a slow network drive) and no folder of caches or packages.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

DEPTH = 4
"""Levels below the folder that are looked at."""

SECONDS = 3.0
"""Time after which the search ends with what it has."""

_BEANCOUNT = (".beancount", ".bean")
_LEDGER = (".journal", ".ledger", ".dat")

POWER = Path("/sys/class/power_supply")

_SKIPPED_NAMES = """
    node_modules venv env __pycache__ site-packages dist-packages target build dist vendor third_party
    Library Applications AppData snap go lost+found
"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_HEAD = 16 * 1024
_TRANSACTION = re.compile(
    rb"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ =\t][^\n]*\n(?:[ \t]+;[^\n]*\n)*[ \t]+[^\s;]", re.MULTILINE
)
_INCLUDE = re.compile(r'^include\s+"([^"\n]+)"', re.MULTILINE)
_SETTINGS = re.compile(rb"""DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']""")


class Project(msgspec.Struct, frozen=True):
    """A Django project: its folder and its settings module ("" when manage.py does not say)."""

    folder: Path
    settings: str


class Finds(msgspec.Struct, frozen=True):
    """What was found, nearest first.

    Attributes:
        repos: top folders of git repositories, none within another.
        beancount: journals that no other one of them includes.
        ledgers: journals of ledger and hledger.
        projects: Django projects.
        complete: nothing was left out for want of time.
    """

    repos: tuple[Path, ...] = ()
    beancount: tuple[Path, ...] = ()
    ledgers: tuple[Path, ...] = ()
    projects: tuple[Project, ...] = ()
    complete: bool = True


class _Folder(msgspec.Struct, frozen=True):
    """A folder to look at, and whether it is in a repository."""

    path: Path
    depth: int
    in_repo: bool


def search(
    roots: tuple[Path, ...],
    *,
    depth: int = DEPTH,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Finds:
    """Look below `roots`, each down to `depth` levels, all together for `seconds`."""
    end = clock() + seconds
    repos: list[Path] = []
    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    complete = True
    queue = [_Folder(root.absolute(), 0, False) for root in roots]
    for folder in queue:  # grows while it is read
        if clock() > end:
            complete = False
            break
        entries = _entries(folder.path, seen)
        in_repo = folder.in_repo or any(entry.name == ".git" for entry in entries)
        if in_repo and not folder.in_repo:
            repos.append(folder.path)
        files += [Path(entry.path) for entry in entries if _is_candidate(entry)]
        if folder.depth < depth:
            queue += [_Folder(Path(e.path), folder.depth + 1, in_repo) for e in entries if _is_entered(e)]
    return Finds(
        repos=tuple(repos),
        beancount=_tops([file for file in files if file.suffix in _BEANCOUNT]),
        ledgers=tuple(file for file in files if file.suffix in _LEDGER and _is_ledger(file)),
        projects=tuple(_projects(files)),
        complete=complete,
    )


def has_battery(power: Path = POWER) -> bool:
    """Whether this machine runs on a battery of its own, to go by sysfs; True where there is none to ask."""
    if not power.is_dir():
        return True
    return any(_is_own_battery(supply) for supply in _listed(power))


def _is_own_battery(supply: Path) -> bool:
    """No mains, and no mouse's or keyboard's battery."""
    return _read(supply / "type").strip() == b"Battery" and _read(supply / "scope").strip() != b"Device"


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _entries(folder: Path, seen: set[tuple[int, int]]) -> list["os.DirEntry[str]"]:
    """The folder's entries by name; none when it cannot be read or was seen already."""
    try:
        found = folder.stat()
        if (found.st_dev, found.st_ino) in seen:
            return []
        seen.add((found.st_dev, found.st_ino))
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_candidate(entry: "os.DirEntry[str]") -> bool:
    name = entry.name
    known = name == "manage.py" or name.endswith((*_BEANCOUNT, *_LEDGER))
    return known and not name.startswith(".") and _is(entry.is_file) and _is_writable_as_text(entry.path)


def _is_entered(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith(".") or entry.name in _SKIPPED:
        return False
    return _is(entry.is_dir) and not os.path.ismount(entry.path) and _is_writable_as_text(entry.path)


def _is(question: Callable[..., bool]) -> bool:
    try:
        return question(follow_symlinks=False)
    except OSError:
        return False


def _is_writable_as_text(path: str) -> bool:
    """TOML is UTF-8; a name that is not cannot be written in it."""
    return path.isprintable() and not any("\ud800" <= character <= "\udfff" for character in path)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_HEAD)
    except OSError:
        return b""


def _is_ledger(file: Path) -> bool:
    """Whether its head has a transaction: a date, and an indented line below."""
    return _TRANSACTION.search(_read(file)) is not None


def _projects(files: list[Path]) -> Iterator[Project]:
    for file in files:
        if file.name == "manage.py":
            head = _read(file)
            module = _SETTINGS.search(head)
            if b"DJANGO_SETTINGS_MODULE" in head:
                yield Project(file.parent, module[1].decode() if module else "")


def _tops(journals: list[Path]) -> tuple[Path, ...]:
    """Those that no other one includes by its plain name."""
    included = {
        Path(os.path.normpath(journal.parent / name))
        for journal in journals
        for name in _INCLUDE.findall(_read(journal).decode("utf-8", "replace"))
    }
    return tuple(journal for journal in journals if journal not in included)
