"""What the tests of replication share: a project over a pair of servers, read as the pane reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from projects_rig import django_project

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_databases.chronicle import Chronicle
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.observed import Observed
from devdash_databases.projects import ProjectProber
from devdash_databases.questions import asked
from devdash_databases.replication import ReplicationFacts
from devdash_databases.wire import Ping

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from postgres_bed import PostgresBed

Make = Callable[..., Context]


class Watched:
    """A project over a pair of servers, read as the pane reads it, on a clock of its own."""

    def __init__(self, project: Project, config: DatabasesConfig, context: Make) -> None:
        self.now = 0.0
        made = context(monotonic=lambda: self.now)
        self._prober = ProjectProber(project, config, made)
        self._chronicle = Chronicle(made)
        self.observed: dict[str, Observed] = {}
        self.pings: dict[str, Ping] = {}

    async def read(self, *, after_s: float = 15.0) -> ReplicationFacts:
        """The replica, after a reading."""
        self.now += after_s
        pings = await self._prober.ping(None, asked(seldom=True))
        assert self._prober.trouble is None, self._prober.trouble
        self._chronicle.note(pings, whole=True)
        self.pings = self._chronicle.pings
        self.observed = {
            ping.alias: self._chronicle.observed(ping.alias) for ping in pings if ping.latency_ms is not None
        }
        return self._chronicle.following["shop/replica"]


Watch = Callable[..., Watched]


def watching(context: Make, folder: Path) -> Watch:
    """`watch(pair, database, ping_timeout=3, **changes)`: a project over it; changes to each alias."""

    def make(
        pair: "MariadbBed | PostgresBed",
        database: str,
        *,
        ping_timeout: float = 3,
        place: str = "once",
        **changes: object,
    ) -> Watched:
        databases = {alias: {**entry, **changes} for alias, entry in pair.aliases(database).items()}
        settings = f"import pymysql\npymysql.install_as_MySQLdb()\nDATABASES = {databases!r}\n"
        project = Project(path=django_project(folder / place / "shop", settings))
        config = DatabasesConfig(ping_timeout=Duration(ping_timeout))
        return Watched(project, config, context)

    return make


def write(pair: "MariadbBed | PostgresBed", database: str, statement: str) -> None:
    """Something for the replica to follow."""
    if pair.vendor == "mariadb":
        pair.primary.sql(f"USE {database}", statement)
    else:
        pair.primary.sql(statement, database)


MONITOR = {"USER": "monitor", "PASSWORD": "monitor"}
"""A user of MariaDB's who may ask for everything."""


def let_monitor(bed: "MariadbBed") -> dict[str, str]:
    """Make that user; what an alias has to say for it."""
    bed.primary.sql(
        "CREATE USER IF NOT EXISTS monitor@'127.0.0.1' IDENTIFIED BY 'monitor'",
        "GRANT REPLICA MONITOR, PROCESS ON *.* TO monitor@'127.0.0.1'",
        "GRANT ALL ON `devdash%`.* TO monitor@'127.0.0.1'",
    )
    bed.catch_up()
    return MONITOR
