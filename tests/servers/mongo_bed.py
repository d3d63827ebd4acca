"""A server that speaks MongoDB's wire protocol: SecantusDB, since no mongod can be had from PyPI."""

import sys
from collections.abc import Callable
from pathlib import Path

import pymongo
from ground import Server, free_port
from pymongo.errors import PyMongoError

Find = Callable[[str], str]


class MongoBed:
    """One server, without replica.

    Args:
        arguments: more of the server's options, such as "--auth" or "--enable-test-commands".
        options: more of its URI, such as "tls=true".
    """

    vendor = "mongodb"

    def __init__(
        self, folder: Path, find: Find, *, arguments: tuple[str, ...] = (), options: str = ""
    ) -> None:
        find("setpriv")
        folder.mkdir(parents=True)
        self._numbers = 0
        self.port = free_port()
        self._options = f"&{options}" if options else ""
        self.server = Server(
            [
                *(str(Path(sys.executable).with_name("secantusd-py")), "--host", "127.0.0.1"),
                *("--port", str(self.port), "--storage-path", str(folder / "data"), *arguments),
            ],
            log=folder / "log",
        )

    @property
    def uri(self) -> str:
        """Where it listens; who asks waits for 5 s at most."""
        return f"mongodb://127.0.0.1:{self.port}/?serverSelectionTimeoutMS=5000{self._options}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.server.start()
        self.server.wait_until(self._answers)

    def stop(self) -> None:
        """End it."""
        self.server.stop()

    def new_database(self) -> str:
        """The name of a database that is empty."""
        self._numbers += 1
        return f"devdash{self._numbers}"

    def alias(self, name: str) -> dict[str, object]:
        """Its entry in DATABASES, for the database `name`."""
        return {"ENGINE": "django_mongodb_backend", "NAME": name, "HOST": self.uri}

    def _answers(self) -> bool:
        address = f"mongodb://127.0.0.1:{self.port}/?serverSelectionTimeoutMS=200{self._options}"
        with pymongo.MongoClient[dict[str, object]](address) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True
