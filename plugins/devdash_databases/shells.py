"""The shell of an alias: which program, with what, and how its password gets there."""

import json
import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.api import RunProgram, Unavailable
from devdash_databases.aliases import Target
from devdash_databases.probing import engines

HANDOVER = Path(__file__).with_name("handover.py")
PATTERN = "shell-*.json"

_PG_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
}


class Shell(msgspec.Struct, frozen=True):
    """A program, and the variables that it gets; these may hold a password."""

    argv: tuple[str, ...]
    env: dict[str, str]


def configured(target: Target, password: str) -> Shell:
    """The shell of an alias of devdash.toml. Looks for programs: for a thread.

    Raises:
        Unavailable: there is none for it, or it is not installed.
    """
    names = {"postgresql": ("psql",), "mysql": ("mariadb", "mysql"), "sqlite": ("sqlite3",)}
    wanted = names.get(target.vendor or "", ())
    if not wanted:
        raise unfit(target)
    program = next((found for name in wanted if (found := shutil.which(name))), None)
    if program is None:
        raise Unavailable(f"{wanted[0]} is not installed", f"Install {' or '.join(wanted)}.")
    if target.vendor == engines.SQLITE:
        only = ("-readonly",) if target.write_refused else ()
        return Shell((program, *only, str(engines.file_of(_text(target, "NAME")))), {})
    return _postgresql(program, target, password) if "psql" in program else _mysql(program, target, password)


def unfit(target: Target) -> Unavailable:
    """Why an alias has no shell here."""
    if target.vendor == engines.MONGODB:
        return Unavailable(
            "mongosh takes its password on the command line, where everybody sees it",
            "Start it by yourself: it asks for the password when none is given.",
        )
    return Unavailable(
        f"there is no shell for “{target.alias}”", "Only SQLite, MariaDB, MySQL and PostgreSQL."
    )


def handed_over(shell: Shell, folder: Path, where: Path) -> RunProgram:
    """Write what to run into a private file, and the program that takes it. Writes: for a thread.

    Args:
        folder: the pane's own.
        where: the folder in which the shell starts.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"shell-{secrets.token_hex(8)}.json"
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(json.dumps({"argv": shell.argv, "env": shell.env}).encode())
    argv = (sys.executable, str(HANDOVER), str(file))
    return RunProgram(argv=argv, folder=str(where), judged=False)


def sweep(folder: Path) -> None:
    """Remove what no shell has taken."""
    for file in folder.glob(PATTERN):
        with suppress(OSError):
            file.unlink()


def _postgresql(program: str, target: Target, password: str) -> Shell:
    argv = [program]
    for option, field in (("-U", "USER"), ("-h", "HOST"), ("-p", "PORT")):
        if value := _text(target, field):
            argv += [option, value]
    argv += ["-d", _text(target, "NAME") or "postgres"]
    options = target.settings.get("OPTIONS")
    given = options if isinstance(options, dict) else {}
    env = {variable: str(given[name]) for name, variable in _PG_OPTIONS.items() if given.get(name)}
    return Shell(tuple(argv), env | ({"PGPASSWORD": password} if password else {}))


def _mysql(program: str, target: Target, password: str) -> Shell:
    argv = [program]
    host = _text(target, "HOST")
    if host:
        argv.append(f"--socket={host}" if "/" in host else f"--host={host}")
    for option, field in (("--user", "USER"), ("--port", "PORT")):
        if value := _text(target, field):
            argv.append(f"{option}={value}")
    argv.append(f"--database={_text(target, 'NAME')}")
    return Shell(tuple(argv), {"MYSQL_PWD": password} if password else {})


def _text(target: Target, field: str) -> str:
    return str(target.settings.get(field) or "")
