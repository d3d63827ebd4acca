"""The aliases that are watched: those of the config, or devdash's own."""

from pathlib import Path

import msgspec

from devdash.api import Secret
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.probing import engines
from devdash_databases.states import State
from devdash_databases.wire import Setting

SQLITE_ENGINE = "django.db.backends.sqlite3"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One alias, as configured.

    Attributes:
        alias: its name.
        vendor: told by its engine; None when it has none or an unknown one.
        settings: its entry of DATABASES, without the password.
        password: where the password is.
        skipped: the state of an alias that is not asked; None when it is.
        write_refused: it is opened read-only by its own settings.
        place: its file or server, for a person.
        connection: a URL without the password.
        project: a Django project's own settings name it.
    """

    alias: str
    vendor: str | None
    settings: dict[str, Setting]
    password: Secret | None = None
    skipped: State | None = None
    write_refused: bool = False
    place: str = ""
    connection: str = ""
    project: bool = False


def own_targets(file: Path | None) -> tuple[Target, ...]:
    """devdash's own aliases: its history file, the same read-only, and a MongoDB that nobody configured.

    Args:
        file: absolute; None: the history is kept elsewhere, or not at all, and there are no such aliases.
    """
    if file is None:
        return ()
    return (
        target("default", Database(ENGINE=SQLITE_ENGINE, NAME=str(file)), file.parent),
        target("replica", Database(ENGINE=SQLITE_ENGINE, NAME=engines.read_only_uri(str(file))), file.parent),
        target("mongo", Database(), file.parent),
    )


def targets_of(config: DatabasesConfig, folder: Path, own: Path | None) -> tuple[Target, ...]:
    """The aliases of `config`, relative paths taken from `folder`; without any, those of the file `own`.

    Where projects are named, devdash's own are of no interest.
    """
    if not config.databases and not config.projects:
        return own_targets(own)
    return tuple(target(alias, database, folder) for alias, database in config.databases.items())


def target(alias: str, database: Database, folder: Path) -> Target:
    """What is asked of one alias, and what is shown of it."""
    vendor = engines.vendor_of(database.ENGINE)
    name = _file_name(database.NAME, folder) if vendor == engines.SQLITE else database.NAME
    settings: dict[str, Setting] = {
        "ENGINE": database.ENGINE,
        "NAME": name,
        "USER": database.USER,
        "HOST": database.HOST,
        "PORT": str(database.PORT),
        "OPTIONS": database.OPTIONS,
        "TEST": database.TEST,
    }
    return Target(
        alias=alias,
        vendor=None if vendor == engines.DJONGO else vendor,
        settings=settings,
        password=database.PASSWORD,
        skipped=_skipped(database.ENGINE, vendor, name),
        write_refused="mode=ro" in name or "immutable=1" in name,
        place=_place(database, vendor, name),
        connection=_connection(database, vendor, name),
    )


def _file_name(name: str, folder: Path) -> str:
    if not name or name.startswith("file:") or engines.in_memory(name):
        return name
    return str(folder / Path(name).expanduser())


def _skipped(engine: str, vendor: str | None, name: str) -> State | None:
    if not engine:
        return State.NOT_CONFIGURED
    if vendor == engines.DJONGO:
        return State.UNSAFE_ENGINE
    return State.PRIVATE if vendor == engines.SQLITE and engines.in_memory(name) else None


def _place(database: Database, vendor: str | None, name: str) -> str:
    if vendor == engines.SQLITE:
        return name if engines.in_memory(name) else str(engines.file_of(name))
    if not database.ENGINE:
        return ""
    host = database.HOST or "localhost"
    return f"{host}:{database.PORT}" if database.PORT else host


def _connection(database: Database, vendor: str | None, name: str) -> str:
    if not database.ENGINE:
        return ""
    if vendor == engines.SQLITE:
        return name if name.startswith("file:") else f"sqlite:///{name}"
    if "://" in database.HOST:
        return database.HOST
    scheme = vendor or database.ENGINE
    user = f"{database.USER}@" if database.USER else ""
    return f"{scheme}://{user}{_place(database, vendor, name)}/{name}"
