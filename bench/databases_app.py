"""Counts, while the app runs, the connections that its servers have from it; and how late its loop is.

python -m bench.databases_app GROUND PROJECT FOLDER ALIASES CYCLES ROUNDS

GROUND is a file with a `Ground` as JSON, PROJECT a Django project over it; FOLDER is for the config.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from bench.databases_ground import Ground, Listening
from bench.processes import descendants
from bench.stall_inside import Stall, Ticker, collect_garbage, until_read
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.tui.app import DevdashApp
from devdash_databases.facts import DatabasesFacts
from devdash_databases.states import State

PING_S = 2.0
REST_S = 2.5
"""Between rounds; what follows a reading, and the pause after it, belong to the reading."""

SETTLE_S = 20.0
"""What servers and the app are given to notice that something has ended."""


class Counted(msgspec.Struct):
    """What was measured.

    Attributes:
        aliases: how many there are.
        first, steady, killed, reloaded, left: connections, after the first reading, after many, after the
            probe was killed, after the config was changed, and after the app was quit.
        stopped: the ticker's steps while one server is stopped and asked.
        idle: its steps between these, before and after.
        silent: how many aliases were told as silent meanwhile.
    """

    aliases: int
    first: int = 0
    steady: int = 0
    killed: int = 0
    reloaded: int = 0
    left: int = 0
    stopped: list[Stall] = msgspec.field(default_factory=list)
    idle: list[Stall] = msgspec.field(default_factory=list)
    silent: int = 0


async def measure(
    ground: Ground, project: Path, folder: Path, aliases: int, cycles: int, rounds: int
) -> Counted:
    """Run the app headless with the databases pane alone."""
    config = folder / f"{project.name}.toml"
    _write(config, project, "1h")
    gc.disable()
    registry = Registry()
    app = DevdashApp(
        load(config, registry), lambda settings: Engine(settings, registry), drawn=collect_garbage
    )
    found = Counted(aliases)
    async with app.run_test(size=(120, 34)):
        await until_read(app, 0.0)
        await _all_answer(app, aliases)
        found.first = await _settled(ground, aliases, app)
        for _ in range(cycles):
            await _read(app)
        found.steady = ground.opened()
        await _stall(app, ground, found, rounds)
        for pid in _probes():
            os.kill(pid, signal.SIGKILL)
        await _settled(ground, 0)
        await _read(app)
        await _all_answer(app, aliases)
        found.killed = await _settled(ground, aliases, app)
        _write(config, project, "2h")
        await app.rebuild(load(config, registry))
        await until_read(app, 0.0)
        await _all_answer(app, aliases)
        found.reloaded = await _settled(ground, aliases, app)
    found.left = await _settled(ground, 0)
    return found


def _write(config: Path, project: Path, interval: str) -> None:
    table = f'interval = "{interval}"\ntimeout = "40s"\nping_timeout = "{PING_S:g}s"\n'
    one = f'path = "{project}"\npython = "{sys.executable}"\nstart_timeout = "15s"\n'
    config.write_text(
        '[devdash]\nlayout = [["databases"]]\nclock = false\n\n'
        f"[panes.databases]\n{table}\n[[panes.databases.projects]]\n{one}",
        "utf-8",
    )


async def _read(app: DevdashApp) -> None:
    since = app.engine.clock.elapsed()
    app.engine.refresh()
    await until_read(app, since, rest_s=0.0)


def _states(app: DevdashApp) -> list[State]:
    """Of all aliases; none while some are starting."""
    report = app.engine.snapshots[0].report
    facts = None if report is None else report.facts
    if facts is None:
        return []
    assert isinstance(facts, DatabasesFacts)
    return [alias.state for project in facts.projects for alias in project.aliases]


async def _all_answer(app: DevdashApp, count: int) -> None:
    """Read until every alias has answered."""
    async with asyncio.timeout(SETTLE_S):
        while len(states := _states(app)) < count or set(states) != {State.OK}:
            await asyncio.sleep(0.1)
            await _read(app)


async def _stall(app: DevdashApp, ground: Ground, found: Counted, rounds: int) -> None:
    """Stop a server that is asked, and let it go on, in turns."""
    ticker = Ticker()
    ticking = asyncio.create_task(ticker.run())
    for _ in range(rounds if ground.servers else 0):
        await asyncio.sleep(REST_S)
        found.idle += ticker.take()
        with _stopped(ground.servers[min(found.aliases, len(ground.servers)) - 1]):
            await _read(app)
            await asyncio.sleep(PING_S + REST_S)
            await _read(app)
            found.stopped += ticker.take()
            found.silent = max(found.silent, _states(app).count(State.TIMEOUT))
        await _all_answer(app, found.aliases)
        ticker.take()
    ticking.cancel()


@contextmanager
def _stopped(server: Listening) -> Iterator[None]:
    family = server.family()
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _probes() -> list[int]:
    """The processes that ping."""
    return [
        pid
        for pid in descendants(os.getpid())
        if b"project_probe.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


async def _settled(ground: Ground, count: int, app: DevdashApp | None = None) -> int:
    """The connections, when there are `count` of them, or when they ought to be.

    Args:
        app: reads again meanwhile: a busy machine's probe may have been taken for hung, and killed.
    """
    end = time.monotonic() + SETTLE_S
    while (opened := ground.opened()) != count and time.monotonic() < end:
        await asyncio.sleep(0.1)
        if app is not None:
            await _read(app)
    return opened


if __name__ == "__main__":
    there = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Ground)
    asked = (Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:7]))
    print(msgspec.json.encode(asyncio.run(measure(there, *asked))).decode())
