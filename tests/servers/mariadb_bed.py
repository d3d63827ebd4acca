"""Two MariaDB servers: a primary, and a replica that follows it by GTID and refuses writes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pymysql
from ground import Server, free_port, run, settled

LOG_SIZE = "--innodb-log-file-size=4M"
"""The usual 96 MB would be most of what is written, copied and removed."""

USER, PASSWORD = "devdash", "tests-only"

Find = Callable[[str], str]


class Mariadbd:
    """One server; root comes in without a password."""

    def __init__(self, folder: Path, *, number: int, daemon: str, options: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.port = free_port()
        self.server = Server(
            [
                daemon,
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                f"--socket={folder / 's'}",
                f"--pid-file={folder / 'pid'}",
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--server-id={number}",
                "--log-bin=binlog",
                "--log-slave-updates",
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                # Loss of power is not on trial, and flushes are what tests would wait for; but a server
                # that is killed must find its two logs in step, or it replicates no more.
                "--innodb-flush-log-at-trx-commit=2",
                "--sync-binlog=0",
                "--innodb-buffer-pool-size=32M",
                LOG_SIZE,
                "--performance-schema=OFF",
                "--slave-net-timeout=4",
                "--user=root",
                *options,
            ],
            log=folder / "log",
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.server.start()
        self.server.wait_until(self.answers)

    def sql(self, *statements: str) -> list[dict[str, object]]:
        """Run statements as root; the rows of the last."""
        with (
            pymysql.connect(
                host="127.0.0.1",
                port=self.port,
                user="root",
                autocommit=True,
                connect_timeout=5,
                read_timeout=30,
                cursorclass=pymysql.cursors.DictCursor,
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def alias(self, name: str) -> dict[str, object]:
        """Its entry in DATABASES, for the database `name`."""
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": name,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "USER": USER,
            "PASSWORD": PASSWORD,
            "OPTIONS": {"connect_timeout": 5, "read_timeout": 30, "write_timeout": 30},
        }

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            self.sql("SELECT 1")
        except pymysql.err.OperationalError:
            return False
        return True


def install_data(folder: Path, find: Find) -> None:
    """Make the data of a server that has none."""
    run(
        [
            find("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--user=root",
            LOG_SIZE,
        ]
    )


class MariadbBed:
    """A primary and its replica.

    Attributes:
        vendor: for tests' names.
    """

    vendor = "mariadb"

    def __init__(self, folder: Path, find: Find) -> None:
        self._folder = folder
        self._numbers = 0
        daemon = find("mariadbd")
        find("setpriv")
        self.primary = Mariadbd(folder / "primary", number=1, daemon=daemon)
        self.replica = Mariadbd(
            folder / "replica",
            number=2,
            daemon=daemon,
            options=("--read-only", "--gtid-strict-mode", "--relay-log=relay"),
        )
        (folder / "primary").mkdir(parents=True)
        install_data(folder / "primary" / "data", find)
        shutil.copytree(folder / "primary", folder / "replica")

    def start(self) -> None:
        """Start both, and let the replica follow."""
        for one in (self.primary, self.replica):
            one.server.start()
        for one in (self.primary, self.replica):
            one.server.wait_until(one.answers)
        self.primary.sql(
            "CREATE USER repl@'127.0.0.1' IDENTIFIED BY 'repl'",
            "GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'",
            f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON `devdash%`.* TO {USER}@'127.0.0.1'",
            f"GRANT ALL ON `test%`.* TO {USER}@'127.0.0.1'",
        )
        self.replica.sql(
            "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_USER='repl', MASTER_PASSWORD='repl', "
            f"MASTER_PORT={self.primary.port}, MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1",
            "START SLAVE",
        )
        self.catch_up()

    def stop(self) -> None:
        """End both."""
        for one in (self.replica, self.primary):
            one.server.stop()

    def new_database(self) -> str:
        """The name of an empty database, on both."""
        self._numbers += 1
        name = f"devdash{self._numbers}"
        self.primary.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        self.catch_up()
        return name

    def stop_replica(self) -> None:
        """The replica dies; connections to it are refused."""
        self.replica.server.stop()

    def start_replica(self) -> None:
        """It is there again, and has caught up."""
        self.replica.server.start()
        self.replica.server.wait_until(self.replica.answers)
        self.catch_up()

    def aliases(self, name: str) -> dict[str, dict[str, object]]:
        """DATABASES with `default` and `replica`."""
        return {"default": self.primary.alias(name), "replica": self.replica.alias(name)}

    def catch_up(self) -> None:
        """Wait until the replica has all that the primary has."""
        (row,) = self.primary.sql("SELECT @@gtid_binlog_pos AS place")
        (done,) = self.replica.sql(f"SELECT MASTER_GTID_WAIT('{row['place']}', 30) AS done")
        assert done["done"] == 0, self.replica.sql("SHOW SLAVE STATUS")

    def pause(self) -> None:
        """Let the replica fall behind: it receives and does not apply."""
        self.replica.sql("STOP SLAVE SQL_THREAD")

    def resume(self) -> None:
        """Let it apply again, and wait for it."""
        self.replica.sql("START SLAVE SQL_THREAD")
        self.catch_up()

    def wait_until_broken(self) -> None:
        """Wait until the replica has met a statement that it cannot apply."""
        settled(lambda: self.replication() != "running", "the replication breaks")

    def replication(self) -> str:
        """ "running", or what has stopped it."""
        (status,) = self.replica.sql("SHOW SLAVE STATUS")
        running = status["Slave_IO_Running"] == status["Slave_SQL_Running"] == "Yes"
        return "running" if running else f"{status['Last_SQL_Errno']} {status['Last_IO_Errno']}"
