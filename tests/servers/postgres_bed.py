"""Two PostgreSQL servers: a primary, and a standby that streams from it."""

import os
import pwd
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
from ground import Server, free_port, run, settled

SYSTEM_USER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package brings this user."""

Find = Callable[[str], str]


class Postgres:
    """One server; `devdash`, its superuser, comes in without a password."""

    def __init__(self, folder: Path, *, daemon: str) -> None:
        self.data = folder
        self.port = free_port()
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            # Durability is not on trial; but `catch_up` needs commits that are written at once.
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "16MB",
            "max_connections": 40,
            "wal_level": "replica",
            "hot_standby": "on",
            "max_wal_senders": 4,
            "wal_receiver_status_interval": "1s",
        }
        self.server = Server(
            [daemon, "-D", str(folder), *(f"--{name}={value}" for name, value in options.items())],
            log=folder.with_suffix(".log"),
            user=SYSTEM_USER,
            last_signal="QUIT",
        )

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement; its rows."""
        with psycopg.connect(self._uri(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def alias(self, name: str) -> dict[str, object]:
        """Its entry in DATABASES, for the database `name`."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "USER": "devdash",
            "OPTIONS": {"connect_timeout": 5},
        }

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            self.sql("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _uri(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=devdash dbname={database} connect_timeout=5"


class PostgresBed:
    """A primary and its standby.

    Attributes:
        vendor: for tests' names.
    """

    vendor = "postgresql"

    def __init__(self, folder: Path, find: Find) -> None:
        self._numbers = 0
        self._find = find
        find("setpriv")
        self._hand_over(folder)
        self.primary = Postgres(folder / "primary", daemon=find("postgres"))
        self.replica = Postgres(folder / "standby", daemon=find("postgres"))
        run(
            [
                *(find("initdb"), "-D", str(self.primary.data), "-U", "devdash", "--auth=trust"),
                *("--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8"),
            ],
            user=SYSTEM_USER,
        )

    def start(self) -> None:
        """Start the primary, copy it, start the standby."""
        self.primary.server.start()
        self.primary.server.wait_until(self.primary.answers)
        run(
            [
                *(self._find("pg_basebackup"), "-D", str(self.replica.data), "-h", "127.0.0.1"),
                *("-p", str(self.primary.port), "-U", "devdash", "--write-recovery-conf", "--no-sync"),
                *("--checkpoint=fast", "--wal-method=stream"),
            ],
            user=SYSTEM_USER,
        )
        self.replica.server.start()
        self.replica.server.wait_until(self.replica.answers)
        self.catch_up()

    def stop(self) -> None:
        """End both; a postmaster that is killed leaves its children to others."""
        for one in (self.replica, self.primary):
            one.server.stop(signal.SIGQUIT)

    def new_database(self) -> str:
        """The name of an empty database, on both."""
        self._numbers += 1
        name = f"devdash{self._numbers}"
        self.primary.sql(f"CREATE DATABASE {name}")
        self.catch_up()
        return name

    def stop_replica(self) -> None:
        """The replica dies; connections to it are refused."""
        self.replica.server.stop(signal.SIGQUIT)

    def start_replica(self) -> None:
        """It is there again, and has caught up."""
        self.replica.server.start()
        self.replica.server.wait_until(self.replica.answers)
        self.catch_up()

    def aliases(self, name: str) -> dict[str, dict[str, object]]:
        """DATABASES with `default` and `replica`."""
        return {"default": self.primary.alias(name), "replica": self.replica.alias(name)}

    def catch_up(self) -> None:
        """Wait until the standby has all that the primary has."""
        ((place,),) = self.primary.sql("SELECT pg_current_wal_lsn()")
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{place}'"
        settled(lambda: self.replica.sql(asked) == [(True,)], "the standby catches up")

    def pause(self) -> None:
        """Let the standby fall behind: it receives and does not replay."""
        self.replica.sql("SELECT pg_wal_replay_pause()")
        asked = "SELECT pg_get_wal_replay_pause_state()"
        settled(lambda: self.replica.sql(asked) == [("paused",)], "the standby pauses")

    def resume(self) -> None:
        """Let it replay again, and wait for it."""
        self.replica.sql("SELECT pg_wal_replay_resume()")
        self.catch_up()

    def replication(self) -> str:
        """ "running", or what is known of why not."""
        rows = self.primary.sql("SELECT state FROM pg_stat_replication")
        return "running" if rows == [("streaming",)] else str(rows)

    def _hand_over(self, folder: Path) -> None:
        """Let the servers' user write to `folder`."""
        folder.mkdir(parents=True)
        if os.geteuid() != 0:
            return
        entry = pwd.getpwnam(SYSTEM_USER)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
