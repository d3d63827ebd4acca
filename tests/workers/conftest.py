"""What the tests of this room share: a fleet of their own, and a look at real processes."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

HANDLERS = Path(__file__).parent / "handlers"

Lives = Callable[[int], bool]
Gone = Callable[..., Awaitable[None]]


def process_lives(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists()


@pytest.fixture
def lives() -> Lives:
    """`lives(pid)` tells whether a process runs."""
    return process_lives


@pytest.fixture
def gone() -> Gone:
    """`await gone(pid, …)` waits until no such process runs; the test's own timeout is the deadline."""

    async def wait(*pids: int) -> None:
        while any(process_lives(pid) for pid in pids):
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture
def numbers() -> Callable[..., Awaitable[list[int]]]:
    """`await numbers(file, …)` waits until each file holds a process id and a newline; the ids."""

    async def wait(*files: Path) -> list[int]:
        while not all(file.exists() and file.read_text().endswith("\n") for file in files):
            await asyncio.sleep(0.01)
        return [int(file.read_text()) for file in files]

    return wait


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """A fleet that is closed after the test, and then empty."""
    one = Fleet()
    yield one
    await one.close()
    assert one.running == 0


@pytest.fixture
def handlers() -> Path:
    """The folder of the modules that tests run as workers."""
    return HANDLERS


@pytest.fixture
def worker(fleet: Fleet, handlers: Path) -> WorkerProcess:
    return WorkerProcess(str(handlers / "faults.py"), fleet=fleet)


@pytest.fixture
def starting(fleet: Fleet, handlers: Path) -> Callable[[str], WorkerProcess]:
    """`starting(how)`: a worker whose import goes wrong in that way."""

    def make(how: str) -> WorkerProcess:
        return WorkerProcess(str(handlers / "startup.py"), fleet=fleet, env={"DEVDASH_TEST": how})

    return make
