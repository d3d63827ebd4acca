"""Files that answer at once are asked without a process; what hangs keeps neither the pane nor devdash."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from databases_rig import aliases, file, locked, sound, started, states, workers

from devdash.api import Mounts, Secret, SecretFile
from devdash.engine.context import Context
from devdash_databases.aliases import Target, target
from devdash_databases.config import Database
from devdash_databases.quick_look import QuickLook

Make = Callable[..., Context]

HOLDER = """
import fcntl, os, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
held = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def hanging(path: Path) -> Iterator[None]:
    """To open `path` hangs, as on a drive that does not answer, though it is a plain file: it is leased."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.communicate()


def looking() -> list[threading.Thread]:
    """The threads that ask files now."""
    return [thread for thread in threading.enumerate() if thread.name.endswith("QuickLook._look")]


async def all_ended() -> None:
    """Wait until no thread asks files, which one that hangs would never let be."""
    async with asyncio.timeout(20):
        while looking():
            await asyncio.sleep(0.01)


def one(path: Path) -> Target:
    return target("db", file(path), path.parent)


async def test_a_sound_file_says_the_same_to_the_thread_as_to_the_probe(
    context: Make, tmp_path: Path
) -> None:
    """But for the time that it took; and no process is started for it."""
    pane = await started(context(name="databases"), db=file(sound(tmp_path / "db")))
    by_probe = aliases(await pane.read())["db"]
    assert by_probe.size_bytes == (tmp_path / "db").stat().st_size, "the first reading asks more"
    assert pane._prober is not None
    await pane._prober._groups[0].stop()
    by_thread = aliases(await pane.read())["db"]
    assert set(workers(pane).values()) == {None}
    assert by_thread.latency_ms is not None
    assert by_thread.latency_ms > 0
    own = {"latency_ms": None, "p50_ms": None, "p95_ms": None}
    assert msgspec.structs.replace(by_thread, **own) == msgspec.structs.replace(by_probe, **own)


@pytest.mark.parametrize("database", ["missing", "junk", "folder", "held", "passworded", "odd parameters"])
async def test_all_but_a_sound_plain_file_is_left_to_the_probe(
    context: Make, tmp_path: Path, database: str
) -> None:
    """The thread tells nothing of it, and does not wait for a lock."""
    path = sound(tmp_path / "db")
    (tmp_path / "junk").write_bytes(b"this is not a database" * 100)
    (tmp_path / "folder").mkdir()
    secret = Secret(SecretFile("~/secret"))
    databases = {
        "held": file(path),
        "passworded": msgspec.structs.replace(file(path), PASSWORD=secret),
        "odd parameters": Database(ENGINE=file(path).ENGINE, NAME=f"file:{path}?mode=ro&vfs=unix-none"),
    }
    asked = target("db", databases.get(database, file(tmp_path / database)), tmp_path)
    look = QuickLook(context())
    assert [ping.alias for ping in await look.ask([one(path)])] == ["db"], (
        "or nothing here would mean anything"
    )
    if database == "held":
        with locked(path):
            assert await look.ask([asked]) == ()
            assert not look._alone.locked(), "it did not wait"
    else:
        assert await look.ask([asked]) == ()


async def test_without_a_table_of_mounts_the_probe_asks(context: Make, tmp_path: Path) -> None:
    """As on systems that have none: what a file lies on is not known there."""
    assert await QuickLook(context(), Mounts(tmp_path / "none")).ask([one(sound(tmp_path / "db"))]) == ()


async def test_a_uri_is_understood_as_sqlite_understands_it(context: Make, tmp_path: Path) -> None:
    """Names that need escaping, as devdash's own replica would have them."""
    path = sound(tmp_path / "it's #1? 100%")
    for name in (str(path), f"file:{tmp_path}/it%27s%20%231%3F%20100%25?mode=ro"):
        asked = target("db", Database(ENGINE=file(path).ENGINE, NAME=name), tmp_path)
        assert [ping.state.value for ping in await QuickLook(context()).ask([asked])] == ["ok"]
    elsewhere = Database(ENGINE=file(path).ENGINE, NAME=f"file://localhost{path}")
    assert await QuickLook(context()).ask([target("db", elsewhere, tmp_path)]) == ()


async def test_a_plain_file_that_hangs_costs_one_thread_and_nobody_else(
    context: Make, tmp_path: Path
) -> None:
    """The rest answers in the same reading, through the probe; no second thread is begun beside the first.

    When the file answers again, the thread ends, and threads ask again.
    """
    pane = await started(
        context(name="databases"),
        ping_timeout=0.4,
        before=file(sound(tmp_path / "before")),
        stuck=file(sound(tmp_path / "stuck")),
        after=file(sound(tmp_path / "after")),
    )
    await pane.read()
    with hanging(tmp_path / "stuck"):
        for _ in range(2):
            report = await pane.read()
            assert states(report) == {"before": "ok", "stuck": "timeout", "after": "ok"}
            assert len(looking()) == 1
            assert set(workers(pane).values()) == {None}, "a hung probe is killed at once"
    await all_ended()
    assert states(await pane.read()) == {"before": "ok", "stuck": "ok", "after": "ok"}
    assert set(workers(pane).values()) == {None}, "no process was needed"


@contextmanager
def dead_drive(point: Path) -> Iterator[None]:
    """A drive at `point` that nobody serves any more."""
    server = Path(__file__).parents[1] / "servers" / "dead_drive.py"
    point.mkdir()
    program = subprocess.Popen(
        [sys.executable, str(server), str(point)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with program:
        assert program.stdout is not None
        if program.stdout.readline() != b"mounted\n":
            pytest.skip(f"nothing can be mounted here: {program.communicate()[1].decode()}")
        try:
            yield
        finally:
            program.communicate()


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/dev/fuse").exists(), reason="only root may mount")
async def test_a_dead_drive_is_left_to_a_process_also_behind_a_link(context: Make, tmp_path: Path) -> None:
    """A thread of devdash that waits for it would keep devdash itself from ending."""
    (tmp_path / "link").symlink_to(tmp_path / "drive" / "folder" / "db")
    made = context(name="databases")
    with dead_drive(tmp_path / "drive"):
        pane = await started(
            made,
            ping_timeout=0.4,
            fine=file(sound(tmp_path / "fine")),
            dead=file(tmp_path / "drive" / "folder" / "db"),
            link=file(tmp_path / "link"),
        )
        for _ in range(2):
            report = await pane.read()
            assert states(report) == {"fine": "ok", "dead": "timeout", "link": "timeout"}
            await all_ended()
        await made.close()


def test_devdash_ends_while_such_a_thread_hangs(tmp_path: Path) -> None:
    """It is not waited for."""
    code = """
import asyncio, sys, threading, time
from datetime import datetime
from pathlib import Path
from devdash.engine.context import Context
from devdash_databases.aliases import target
from devdash_databases.config import Database
from devdash_databases.quick_look import QuickLook

async def main():
    path = Path(sys.argv[1])
    context = Context(
        name="databases", folder=path.parent, state_dir=path.parent, cache_dir=path.parent,
        now=lambda: datetime.now().astimezone(), monotonic=time.monotonic,
        on_wake=lambda: None, on_progress=lambda text: None,
    )
    alias = target("db", Database(ENGINE="django.db.backends.sqlite3", NAME=str(path)), path.parent)
    assert await QuickLook(context).ask([alias]) == ()
    await context.close()

asyncio.run(main())
print(threading.active_count())
"""
    path = sound(tmp_path / "db")
    with hanging(path):
        ended = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=40
        )
    assert (ended.returncode, ended.stdout) == (0, "2\n"), ended.stderr
