"""The drivers alone, on connections like those that the probe holds: what pings and memory are held against.

python -m bench.databases_drivers DATABASES SECONDS

DATABASES is a file with Django's DATABASES as JSON. Prints "ready" when all are connected, then waits.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Statements = Mapping[str, Sequence[str]]
"""By engine's last name, such as "postgresql"."""


def connected(entry: Mapping[str, Any]) -> Any:
    """An open connection with autocommit, of the driver that an entry of DATABASES means."""
    engine = vendor(entry)
    if engine == "sqlite3":
        import sqlite3

        return sqlite3.connect(f"file:{entry['NAME']}?mode=ro", uri=True, check_same_thread=False)
    if engine == "mysql":
        import pymysql

        return pymysql.connect(
            host=entry["HOST"],
            port=entry["PORT"],
            user=entry["USER"],
            password=entry["PASSWORD"],
            database=entry["NAME"],
            autocommit=True,
        )
    import psycopg

    host, port, user, name = (entry[key] for key in ("HOST", "PORT", "USER", "NAME"))
    return psycopg.connect(f"host={host} port={port} user={user} dbname={name}", autocommit=True)


def vendor(entry: Mapping[str, Any]) -> str:
    """The last part of the engine's name."""
    return str(entry["ENGINE"]).rpartition(".")[2]


def ask_all(connections: Sequence[tuple[Any, Sequence[str]]]) -> float:
    """Seconds that it takes to ask each connection its statements, one after the other."""
    began = time.perf_counter()
    for connection, statements in connections:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
        cursor.close()
    return time.perf_counter() - began


if __name__ == "__main__":
    held = [connected(entry) for entry in json.loads(Path(sys.argv[1]).read_text("utf-8")).values()]
    for one in held:
        one.cursor().execute("SELECT 1")
    print("ready", flush=True)
    sys.stdin.read()
