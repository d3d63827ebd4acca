"""The pane's table in devdash.toml, in Django's own spelling where it speaks of databases."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import msgspec

from devdash.api import ConfigProblem, Duration, PaneConfig, Percent, Secret, SecretEnv
from devdash_databases.probing import engines

OptionValue: TypeAlias = str | int | bool

START_S = 3.0
"""Seconds that a probe is given, beyond the pings, to start and to import Django."""

_URL_PASSWORD = re.compile(r"://[^@\s]*:[^@\s]*@")


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One alias: `[panes.databases.databases.NAME]`, spelt as in Django's DATABASES.

    Attributes:
        ENGINE: the backend's dotted name, such as "django.db.backends.postgresql";
            empty: the alias is shown as not configured.
        NAME: the database; for SQLite the file, relative to the config file.
        USER: the user.
        PASSWORD: a reference to the password, never the password.
        HOST: the server, or the folder of its socket.
        PORT: its port.
        OPTIONS: what the driver is given; the probe's timeouts take precedence.
        TEST: as in Django; MIRROR is shown.
    """

    ENGINE: str = ""
    NAME: str = ""
    USER: str = ""
    PASSWORD: Secret | None = None
    HOST: str = ""
    PORT: int | str = ""
    OPTIONS: dict[str, OptionValue] = msgspec.field(default_factory=dict)
    TEST: dict[str, OptionValue] = msgspec.field(default_factory=dict)


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One Django project: `[[panes.databases.projects]]`.

    Attributes:
        path: its folder, or its manage.py; relative to the config file.
        name: what stands before its aliases; the folder's name when absent.
        python: its interpreter, or its virtual environment; relative to the project (a `Path` would be
            relative to the config file); looked for beside manage.py when absent.
        settings: the settings module; the one that manage.py names when absent.
        env_file: a file of variables that the settings need, such as ".env"; relative to the project as well.
        environment: variables that the settings need; they come before those of the file.
        secrets: the same for those that are secret: references.
        aliases: which of its aliases are watched; all when empty.
        start_timeout: seconds that loading the settings may take.
        live: aliases whose tables, migrations and schema are compared with what the routers say.
    """

    path: Path
    name: str = ""
    python: str = ""
    settings: str = ""
    env_file: str = ""
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    secrets: dict[str, Secret] = msgspec.field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    start_timeout: Duration = Duration(5)
    live: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called: `name`, or its folder's."""
        folder = self.path.parent if self.path.suffix == ".py" else self.path
        return self.name or folder.name or "project"


class DatabasesConfig(PaneConfig, frozen=True):
    """The table `[panes.databases]`.

    Attributes:
        ping_timeout: seconds that one ping may take.
        project: the name above the aliases.
        databases: the aliases; without any, devdash's own are served.
        routers: Django's DATABASE_ROUTERS: dotted names of classes.
        apps: Django's INSTALLED_APPS, whose models are routed.
        python_path: folders in which routers, apps, backends and drivers are looked for.
        projects: Django projects, each asked by its own interpreter.
        max_lag: seconds that a replica may be behind before it is said.
        max_connections: percent of a server's connections that may be used before it is said.
        certificate_days: days before a certificate's end at which it is said.
        live: of `databases`: aliases whose tables, migrations and schema are compared with what the
            routers say.
    """

    interval: Duration = Duration(15)
    timeout: Duration = Duration(20)
    ping_timeout: Duration = Duration(3)
    project: str = "devdash"
    databases: dict[str, Database] = msgspec.field(default_factory=dict)
    routers: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    python_path: tuple[Path, ...] = ()
    projects: tuple[Project, ...] = ()
    live: tuple[str, ...] = ()
    max_lag: Duration = Duration(30)
    max_connections: Percent = 80
    certificate_days: int = 14

    @property
    def attempt_s(self) -> float:
        """Seconds that one attempt of a probe may take; a reading has room for two."""
        return (self.timeout - 1) / 2

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """The environment variables that references name: no probe inherits them, not even its own."""
        secrets = [database.PASSWORD for database in self.databases.values()]
        secrets += [secret for project in self.projects for secret in project.secrets.values()]
        sources = [secret.source for secret in secrets if secret is not None]
        return tuple(source.env for source in sources if isinstance(source, SecretEnv))

    def problems(self) -> Iterable[ConfigProblem]:
        """See `PaneConfig.problems`."""
        most = self.attempt_s - START_S - 1
        if self.ping_timeout <= 0:
            yield ConfigProblem("ping_timeout", "must be longer than 0 s")
        elif self.ping_timeout > most:
            yield ConfigProblem(
                "ping_timeout",
                f"must be at most {max(0.0, most):g} s with timeout = {self.timeout:g} s, "
                "so that a probe can be started anew within one reading",
            )
        if self.routers and not self.apps:
            yield ConfigProblem("routers", "routers need apps: the INSTALLED_APPS whose models they route")
        for dotted in self.routers:
            if not all(part.isidentifier() for part in dotted.split(".")) or "." not in dotted:
                yield ConfigProblem(
                    "routers", "a router is a dotted name, such as shop.routers.ReplicaRouter"
                )
        for alias, database in self.databases.items():
            yield from _literal_secrets(f"databases.{alias}", database)
            if self.projects and "/" in alias:
                yield ConfigProblem(f"databases.{alias}", "beside projects, the name of an alias has no “/”")
        for alias in self.live:
            if alias not in self.databases:
                yield ConfigProblem("live", f"“{alias}” is none of the databases named here")
        yield from self._project_problems(most)

    def _project_problems(self, most: float) -> Iterable[ConfigProblem]:
        titles: set[str] = set()
        for place, project in enumerate(self.projects):
            key = f"projects[{place}]"
            if project.title in titles or "/" in project.title:
                yield ConfigProblem(f"{key}.name", "each project needs a name of its own, without a “/”")
            titles.add(project.title)
            if not 0 < project.start_timeout <= most + START_S:
                longest = f"{most + START_S:g} s with timeout = {self.timeout:g} s"
                yield ConfigProblem(f"{key}.start_timeout", f"must be more than 0 s, and at most {longest}")
            for name, value in project.environment.items():
                if engines.names_secret(name) or _holds_password(value):
                    yield ConfigProblem(f"{key}.environment", _ADVICE_PROJECT)


_ADVICE_PROJECT = (
    'a secret is not written here: use secrets = { NAME = { file = "…" } }, or a command or keyring'
)


def _literal_secrets(key: str, database: Database) -> Iterable[ConfigProblem]:
    """Secrets written where only references may stand. The values are never echoed."""
    advice = 'a secret is not written here: use PASSWORD = { env = "NAME" }, or a file, command or keyring'
    for name, value in database.OPTIONS.items():
        if engines.names_secret(name) or _holds_password(value):
            yield ConfigProblem(f"{key}.OPTIONS.{name}", advice)
    for field, text in (("NAME", database.NAME), ("HOST", database.HOST), ("USER", database.USER)):
        if _holds_password(text):
            yield ConfigProblem(f"{key}.{field}", advice)


def _holds_password(value: OptionValue) -> bool:
    if not isinstance(value, str):
        return False
    return any(pattern.search(value) is not None for pattern in (_URL_PASSWORD, engines.ASSIGNED))
