"""What the fault matrix stands on: real servers, servers that do everything wrong, and a prober."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from databases_rig import MYSQL, POSTGRESQL
from fault_server import FaultServer, Talk
from ground import Server

from devdash.api import Duration, PaneContext, Secret, SecretFile
from devdash.engine.context import Context
from devdash_databases.aliases import targets_of
from devdash_databases.config import Database, DatabasesConfig, OptionValue
from devdash_databases.prober import Prober

if TYPE_CHECKING:
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

Make = Callable[..., Context]

MONGODB = "django_mongodb_backend"
ENGINES = {"MariaDB": MYSQL, "PostgreSQL": POSTGRESQL, "MongoDB": MONGODB}


class Told:
    """A started prober of one alias."""

    def __init__(self, context: PaneContext, database: Database, *path: Path) -> None:
        config = DatabasesConfig(
            databases={"it": database}, ping_timeout=Duration(4), timeout=Duration(40), python_path=path
        )
        self._prober = Prober(config, context, targets_of(config, context.folder, None))

    async def state(self) -> str:
        """What a ping says."""
        (ping,) = await self._prober.ping()
        return ping.state.value


def alias(vendor: str, port: int, host: str = "127.0.0.1", **options: OptionValue) -> Database:
    """An alias of a server that is none."""
    if vendor == "MongoDB":
        return Database(ENGINE=MONGODB, NAME="x", HOST=f"mongodb://{host}:{port}/", OPTIONS=options)
    engine = ENGINES[vendor]
    return Database(ENGINE=engine, NAME="x", USER="u", HOST=host, PORT=port, OPTIONS=options)


class Ground:
    """What the faults of one test stand on."""

    def __init__(
        self, request: pytest.FixtureRequest, context: Make, folder: Path, stack: AsyncExitStack
    ) -> None:
        self._request = request
        self._stack = stack
        self.folder = folder
        self.context = context(name="databases", folder=folder)

    async def served(self, vendor: str, talk: Talk, **options: OptionValue) -> str:
        """The state of an alias that a fault server serves."""
        server = await self.entered(FaultServer(talk))
        return await Told(self.context, alias(vendor, server.port, **options)).state()

    @property
    def mariadb(self) -> "MariadbBed":
        """A pair of real servers."""
        bed: MariadbBed = self._request.getfixturevalue("mariadb_bed")
        return bed

    @property
    def postgres(self) -> "PostgresBed":
        """A pair of real servers."""
        bed: PostgresBed = self._request.getfixturevalue("postgres_bed")
        return bed

    @property
    def mongo(self) -> "MongoBed":
        """A real server."""
        bed: MongoBed = self._request.getfixturevalue("mongo_bed")
        return bed

    def real(self, vendor: str, **changes: object) -> Database:
        """An alias of a real server, with other settings; PASSWORD as text."""
        beds = {"MariaDB": self.mariadb, "PostgreSQL": self.postgres}
        if vendor == "MongoDB":
            entry = self.mongo.alias(self.mongo.new_database())
        else:
            entry = beds[vendor].primary.alias(beds[vendor].new_database())
        entry = {**entry, **changes}
        secret = self.folder / "secret"
        secret.write_text(str(entry.pop("PASSWORD", "none")))
        return Database(
            ENGINE=str(entry["ENGINE"]),
            NAME=str(entry["NAME"]),
            USER=str(entry.get("USER", "")),
            HOST=str(entry["HOST"]),
            PORT=str(entry.get("PORT", "")),
            PASSWORD=Secret(SecretFile(str(secret))) if vendor != "MongoDB" else None,
        )

    async def asked(self, database: Database) -> str:
        """The state of an alias."""
        return await Told(self.context, database).state()

    @contextmanager
    def stopped(self, vendor: str) -> Iterator[None]:
        """The vendor's real server is stopped by SIGSTOP."""
        servers = {
            "MariaDB": lambda: self.mariadb.primary.server,
            "PostgreSQL": lambda: self.postgres.primary.server,
            "MongoDB": lambda: self.mongo.server,
        }
        server: Server = servers[vendor]()
        server.send_to_all(signal.SIGSTOP)
        try:
            yield
        finally:
            server.send_to_all(signal.SIGCONT)

    async def entered(self, server: FaultServer) -> FaultServer:
        """A fault server that serves until the test ends."""
        return await self._stack.enter_async_context(server)

    def guarded(self, database: Database, password: str) -> Database:
        """`database`, with a user and a password."""
        secret = self.folder / "secret"
        secret.write_text(password)
        return msgspec.structs.replace(database, USER="guarded", PASSWORD=Secret(SecretFile(str(secret))))

    @contextmanager
    def postgres_with_passwords(self, role: str) -> Iterator[None]:
        """The role needs its password, which is "right"."""
        server = self.postgres.primary
        server.sql(f"DROP ROLE IF EXISTS {role}")
        server.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'right'")
        rules = server.data / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"host all {role} 127.0.0.1/32 scram-sha-256\n{before}")
        try:
            server.sql("SELECT pg_reload_conf()")
            time.sleep(0.3)
            yield
        finally:
            rules.write_text(before)
            server.sql("SELECT pg_reload_conf()")

    @contextmanager
    def mongo_with_passwords(self) -> Iterator[int]:
        """A server that wants to know who asks, and knows nobody; its port."""
        from mongo_bed import MongoBed

        bed = MongoBed(self.folder / "guarded", self._request.getfixturevalue("needs"), arguments=("--auth",))
        try:
            bed.start()
            yield bed.port
        finally:
            bed.stop()
