"""What hangs, dies or is missing costs only its own alias."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from databases_rig import MYSQL, POSTGRESQL, SQLITE, aliases, file, shared, sound, started, states, workers

from devdash.api import Level
from devdash.engine.context import Context
from devdash.history.place import LatePast
from devdash_databases.config import Database

Make = Callable[..., Context]

DRIVERS = [
    pytest.param(
        engine,
        marks=pytest.mark.skipif(
            not any(find_spec(module) for module in modules),
            reason=f"none of {', '.join(modules)} is installed",
        ),
    )
    for engine, modules in ((MYSQL, ("MySQLdb", "pymysql")), (POSTGRESQL, ("psycopg", "psycopg2")))
]


async def test_a_file_that_hangs_costs_only_itself(context: Make, tmp_path: Path) -> None:
    """Opening a FIFO blocks for good, as a dead network mount does: the others answer in the same reading."""
    os.mkfifo(tmp_path / "fifo")
    pane = await started(
        context(name="databases"),
        ping_timeout=0.4,
        before=file(sound(tmp_path / "before")),
        stuck=file(tmp_path / "fifo"),
        after=file(sound(tmp_path / "after")),
    )
    for _ in range(2):
        report = await pane.read()
        assert states(report) == {"before": "ok", "stuck": "timeout", "after": "ok"}
        assert set(workers(pane).values()) == {None}, "a hung probe is killed at once"
    assert report.level is Level.CRITICAL


async def test_a_worker_without_django_ends_while_nobody_asks_it(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its memory is then worth more than its start; with Django in it, it is the other way round."""
    monkeypatch.setattr("devdash_databases.prober.FILES_IDLE_S", 0.05)
    plain = await started(context(name="databases"), db=file(shared(tmp_path / "db")))
    dear = await started(
        context(name="dear"), db=Database(ENGINE=SQLITE, NAME=str(tmp_path / "db"), OPTIONS={"timeout": 1})
    )
    for _ in range(2):
        assert states(await plain.read()) == states(await dear.read()) == {"db": "ok"}
        async with asyncio.timeout(10):
            while set(workers(plain).values()) != {None}:
                await asyncio.sleep(0.01)
    assert None not in workers(dear).values()


async def test_it_ends_at_once_where_pings_lie_far_apart(context: Make, tmp_path: Path) -> None:
    """As in the watch, which reads what is well once a minute."""
    hours = iter(range(0, 1000))
    pane = await started(
        context(name="databases", monotonic=lambda: float(next(hours))), db=file(shared(tmp_path / "db"))
    )
    await pane.read()
    assert None not in workers(pane).values(), "nobody knows yet when the next ping comes"
    hours = iter(range(1000, 2000))
    assert states(await pane.read()) == {"db": "ok"}
    assert set(workers(pane).values()) == {None}
    assert states(await pane.read()) == {"db": "ok"}
    assert None not in workers(pane).values(), "the pings have come closer together"


async def test_a_stopped_worker_is_replaced_within_the_reading(context: Make, tmp_path: Path) -> None:
    """A probe that falls silent as a whole is no news of its databases: they are asked anew."""
    pane = await started(context(name="databases"), ping_timeout=0.4, db=file(shared(tmp_path / "db")))
    await pane.read()
    (pid,) = workers(pane).values()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert states(await pane.read()) == {"db": "ok"}
    assert workers(pane) != {("db",): pid}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_worker_killed_between_pings_is_not_noticed(context: Make, tmp_path: Path) -> None:
    """The next ping starts and connects a new one."""
    pane = await started(context(name="databases"), db=file(shared(tmp_path / "db")))
    await pane.read()
    (pid,) = workers(pane).values()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert states(await pane.read()) == {"db": "ok"}
    assert workers(pane) != {("db",): pid}


async def test_a_probe_that_cannot_start_tells_nothing_of_its_databases(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not known is not down, and nothing raises."""
    monkeypatch.setattr("devdash_databases.prober.PROBE", "devdash_databases.no_such_probe")
    past = LatePast(tmp_path / "history.sqlite3")
    report = await (await started(context(name="databases", past=past))).read()
    assert states(report) == {"default": "probe-failed", "replica": "probe-failed", "mongo": "not-configured"}
    assert [item.level for item in report.attention] == [Level.ATTENTION] * 2
    assert report.level is Level.ATTENTION


async def test_files_share_a_worker_and_servers_have_their_own(context: Make, tmp_path: Path) -> None:
    """What docs/databases.md says of the number of processes; nothing that is not asked has one."""
    pane = await started(
        context(name="databases"),
        a=file(tmp_path / "a"),
        my=Database(ENGINE=MYSQL),
        b=file(tmp_path / "b"),
        pg=Database(ENGINE=POSTGRESQL),
        none=Database(),
    )
    assert list(workers(pane)) == [("a", "b"), ("my",), ("pg",)]


async def test_a_missing_driver_costs_only_its_alias(context: Make, tmp_path: Path) -> None:
    """Named, with the next step; the rest goes on."""
    pane = await started(
        context(name="databases"),
        fine=file(sound(tmp_path / "fine")),
        odd=Database(ENGINE="no_such_backend.django", NAME="x"),
    )
    report = await pane.read()
    assert states(report) == {"fine": "ok", "odd": "driver-missing"}
    assert aliases(report)["odd"].error == "ImproperlyConfigured"
    assert [item.text for item in report.attention] == ["database odd: driver missing"]


async def test_a_known_engine_without_its_driver_is_said_so(context: Make) -> None:
    """Oracle's driver, which no test needs, is not installed."""
    pane = await started(
        context(name="databases"), far=Database(ENGINE="django.db.backends.oracle", NAME="x")
    )
    assert states(await pane.read()) == {"far": "driver-missing"}


async def test_djongo_is_named_as_a_danger_and_never_imported(context: Make) -> None:
    """It says OK with no server at all."""
    pane = await started(context(name="databases"), old=Database(ENGINE="djongo", NAME="x"))
    report = await pane.read()
    assert states(report) == {"old": "unsafe-engine"}
    assert report.level is Level.ATTENTION
    assert workers(pane) == {}


@pytest.mark.parametrize("engine", DRIVERS)
async def test_a_mute_and_a_closed_port_are_told_apart(context: Make, tmp_path: Path, engine: str) -> None:
    """One that accepts and never answers is silent; a closed one refuses; a file beside them answers."""
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as closed:
        ports = {"mute": mute.getsockname()[1], "closed": closed.getsockname()[1]}
        closed.close()
        servers = {
            alias: Database(ENGINE=engine, NAME="x", USER="u", HOST="127.0.0.1", PORT=port)
            for alias, port in ports.items()
        }
        pane = await started(
            context(name="databases"), ping_timeout=1.5, fine=file(sound(tmp_path / "fine")), **servers
        )
        assert states(await pane.read()) == {"fine": "ok", "mute": "timeout", "closed": "refused"}


def test_the_pane_itself_imports_neither_django_nor_a_driver() -> None:
    """After readings of devdash's own databases by the worker and by a thread, which needs SQLite alone."""
    code = """
import asyncio, sys, tempfile, time
from datetime import datetime
from pathlib import Path
from devdash.engine.context import Context
from devdash.history.place import LatePast
from devdash_databases.config import DatabasesConfig
from devdash_databases.pane import DatabasesPane

async def main():
    folder = Path(tempfile.mkdtemp())
    context = Context(
        name="databases", folder=folder, state_dir=folder / "state", cache_dir=folder / "cache",
        now=lambda: datetime.now().astimezone(), monotonic=time.monotonic,
        on_wake=lambda: None, on_progress=lambda text: None, past=LatePast(folder / "history.sqlite3"),
    )
    pane = DatabasesPane(DatabasesConfig(), context)
    await pane.start()
    assert "sqlite3" not in sys.modules
    for _ in range(2):
        report = await pane.read()
        assert report.summary == "2 databases answer", report.summary
    await context.close()

asyncio.run(main())
loaded = {"django", "sqlite3", "textual", "asgiref"} & {name.partition(".")[0] for name in sys.modules}
assert loaded == {"sqlite3"}, loaded
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert ended.returncode == 0, ended.stderr
