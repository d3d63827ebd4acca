"""What the fault matrix stands on: real servers, servers that do everything wrong, and a prober."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from databases_rig import MYSQL, POSTGRESQL
from fault_server import FaultServer, Talk
from ground import Server, settled

from devdash.api import Duration, PaneContext, Secret, SecretFile
from devdash.engine.context import Context
from devdash_databases.aliases import targets_of
from devdash_databases.config import Database, DatabasesConfig, OptionValue
from devdash_databases.prober import Prober

if TYPE_CHECKING:
    from beds import Find
    from mariadb_bed import MariadbBed
    from mongo_bed import MongoBed
    from postgres_bed import PostgresBed

Make = Callable[..., Context]

MONGODB = "django_mongodb_backend"
ENGINES = {"MariaDB": MYSQL, "PostgreSQL": POSTGRESQL, "MongoDB": MONGODB}


PATIENT_S = 8.0
"""What a ping may take where something will come, however busy the machine is."""


class Told:
    """A started prober of one alias.

    Args:
        ping_timeout: seconds.
        path: where drivers are looked for first.
    """

    def __init__(
        self, context: PaneContext, database: Database, ping_timeout: float = PATIENT_S, *path: Path
    ) -> None:
        config = DatabasesConfig(
            databases={"it": database},
            ping_timeout=Duration(ping_timeout),
            timeout=Duration(60),
            python_path=path,
        )
        self._prober = Prober(config, context, targets_of(config, context.folder, None))

    async def state(self) -> str:
        """What a ping says."""
        (ping,) = await self._prober.ping()
        return ping.state.value

    async def until_well(self) -> None:
        """Ping until it answers, and keeps its connection; a busy machine may need more than one ping."""
        for _ in range(10):
            if await self.state() == "ok":
                return
        raise AssertionError("it never answered")


class Stopper:
    """Stops a vendor's server when it is called.

    Attributes:
        done: it was.
    """

    def __init__(self, stopped: AbstractContextManager[None], stack: AsyncExitStack) -> None:
        self._stopped = stopped
        self._stack = stack
        self.done = False

    def __call__(self) -> None:
        if not self.done:
            self._stack.enter_context(self._stopped)
        self.done = True


def alias(vendor: str, port: int, host: str = "127.0.0.1", **options: OptionValue) -> Database:
    """An alias of a server that is none."""
    if vendor == "MongoDB":
        return Database(ENGINE=MONGODB, NAME="x", HOST=f"mongodb://{host}:{port}/", OPTIONS=options)
    engine = ENGINES[vendor]
    return Database(ENGINE=engine, NAME="x", USER="u", HOST=host, PORT=port, OPTIONS=options)


class Ground:
    """What the faults of one test stand on."""

    def __init__(
        self,
        context: Make,
        folder: Path,
        stack: AsyncExitStack,
        needs: "Find",
        beds: "tuple[MariadbBed, PostgresBed, MongoBed]",
    ) -> None:
        self._stack = stack
        self._needs = needs
        self.folder = folder
        self.context = context(name="databases", folder=folder)
        self.mariadb, self.postgres, self.mongo = beds

    async def served(self, vendor: str, talk: Talk, **options: OptionValue) -> str:
        """The state of an alias that a fault server serves."""
        server = await self.entered(FaultServer(talk))
        return await Told(self.context, alias(vendor, server.port, **options)).state()

    def real(self, vendor: str, **changes: object) -> Database:
        """An alias of a real server, with other settings; PASSWORD as text."""
        beds = {"MariaDB": self.mariadb, "PostgreSQL": self.postgres}
        if vendor == "MongoDB":
            entry = self.mongo.alias(self.mongo.new_database())
        else:
            entry = beds[vendor].primary.alias(beds[vendor].new_database())
        entry = {**entry, **changes}
        secret = self.folder / f"secret-{vendor}"
        secret.write_text(str(entry.pop("PASSWORD", "none")))
        return Database(
            ENGINE=str(entry["ENGINE"]),
            NAME=str(entry["NAME"]),
            USER=str(entry.get("USER", "")),
            HOST=str(entry["HOST"]),
            PORT=str(entry.get("PORT", "")),
            PASSWORD=Secret(SecretFile(str(secret))) if vendor != "MongoDB" else None,
        )

    def port(self, vendor: str) -> int:
        """Where its real server listens."""
        ports = {"MariaDB": self.mariadb.primary.port, "PostgreSQL": self.postgres.primary.port}
        return ports.get(vendor, self.mongo.port)

    def moved(self, database: Database, port: int) -> Database:
        """`database` at another port, and nowhere else."""
        if database.ENGINE == MONGODB:
            host = f"mongodb://127.0.0.1:{port}/?directConnection=true"
            return msgspec.structs.replace(database, HOST=host, PORT="")
        return msgspec.structs.replace(database, PORT=port)

    async def asked(self, database: Database, ping_timeout: float = PATIENT_S) -> str:
        """The state of an alias."""
        return await Told(self.context, database, ping_timeout).state()

    def stopper(self, vendor: str) -> Stopper:
        """What stops the vendor's real server until the test ends."""
        return Stopper(self.stopped(vendor), self._stack)

    def stopped(self, vendor: str) -> AbstractContextManager[None]:
        """The vendor's real server is stopped by SIGSTOP."""
        servers: dict[str, Server] = {
            "MariaDB": self.mariadb.primary.server,
            "PostgreSQL": self.postgres.primary.server,
            "MongoDB": self.mongo.server,
        }
        return servers[vendor].frozen()

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
            self._reload()
            yield
        finally:
            rules.write_text(before)
            self._reload()

    def _reload(self) -> None:
        """Let PostgreSQL read its rules; whoever connects afterwards meets them."""
        loaded = "SELECT pg_conf_load_time()"
        before = self.postgres.primary.sql(loaded)
        self.postgres.primary.sql("SELECT pg_reload_conf()")
        settled(lambda: self.postgres.primary.sql(loaded) != before, "the rules are read")

    @asynccontextmanager
    async def mongo_with_passwords(self) -> AsyncIterator[int]:
        """A server that wants to know who asks, and knows nobody; its port."""
        from mongo_bed import MongoBed

        bed = MongoBed(self.folder / "guarded", self._needs, arguments=("--auth",))
        try:
            await asyncio.to_thread(bed.start)
            yield bed.port
        finally:
            await asyncio.to_thread(bed.stop)
