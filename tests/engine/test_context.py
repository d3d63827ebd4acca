"""`Context` lends a pane what the contract promises, and takes it back."""

import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from devdash.contract.context import PaneContext
from devdash.contract.errors import PaneError, ProgramMissing, WorkerTimeout
from devdash.engine.context import Context
from devdash.workers import fleet

LONG = 50.0
HANDLERS = Path(__file__).parents[1] / "workers" / "handlers"


class Lent(msgspec.Struct):
    """A context, and what it was told."""

    context: Context
    wakes: list[str]
    progress: list[str]


@pytest.fixture
async def lent(tmp_path: Path) -> AsyncIterator[Lent]:
    wakes: list[str] = []
    progress: list[str] = []
    context = Context(
        name="work",
        folder=tmp_path,
        state_dir=tmp_path / "state",
        cache_dir=tmp_path / "cache",
        now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
        monotonic=lambda: 12.5,
        on_wake=lambda: wakes.append("wake"),
        on_progress=progress.append,
    )
    yield Lent(context, wakes, progress)
    await context.close()


class File(msgspec.Struct):
    file: str


class Echo(msgspec.Struct):
    value: object
    pid: int


def lives(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        os.kill(pid, 0)
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


async def written(file: Path) -> int:
    while not (file.exists() and file.read_text().endswith("\n")):
        await asyncio.sleep(0.01)
    return int(file.read_text())


def test_every_method_of_the_contract_is_there_with_its_parameters() -> None:
    for name, promised in inspect.getmembers(PaneContext, inspect.isfunction):
        if name.startswith("_"):
            continue
        assert list(inspect.signature(getattr(Context, name)).parameters) == list(
            inspect.signature(promised).parameters
        ), name


async def test_name_folders_and_clocks_are_those_given(lent: Lent, tmp_path: Path) -> None:
    context = lent.context
    assert (context.name, context.folder) == ("work", tmp_path)
    assert (context.state_dir, context.cache_dir) == (tmp_path / "state", tmp_path / "cache")
    assert context.now() == datetime(2026, 1, 2, tzinfo=UTC)
    assert context.monotonic() == 12.5


async def test_wake_and_progress_reach_the_engine(lent: Lent) -> None:
    lent.context.wake()
    lent.context.progress("fetching 3 of 9")
    assert (lent.wakes, lent.progress) == (["wake"], ["fetching 3 of 9"])


async def test_a_program_runs(lent: Lent, tmp_path: Path) -> None:
    completed = await lent.context.run(["pwd", "-P"], timeout=LONG, cwd=tmp_path, env={"X": None})
    assert completed.out.decode().strip() == str(tmp_path.resolve())
    with pytest.raises(ProgramMissing):
        await lent.context.run(["devdash-no-such-program"], timeout=LONG)


async def test_a_function_runs_in_a_thread(lent: Lent) -> None:
    assert await lent.context.in_thread(int, "ff", base=16) == 255


async def test_a_worker_answers(lent: Lent) -> None:
    worker = lent.context.worker(str(HANDLERS / "faults.py"))
    assert (await worker.call("echo", None, Echo, timeout=LONG)).value is None


async def test_close_ends_programs_and_workers_that_ignore_sigterm(lent: Lent, tmp_path: Path) -> None:
    worker = lent.context.worker(str(HANDLERS / "faults.py"))
    code = f"trap '' TERM; echo $$ > {tmp_path}/program; while :; do sleep 0.1; done"
    running = [
        asyncio.create_task(worker.call("hang", File(str(tmp_path / "worker")), Echo, timeout=LONG)),
        asyncio.create_task(lent.context.run(["sh", "-c", code], timeout=LONG)),
    ]
    files = [tmp_path / name for name in ("program", "worker", "worker.child")]
    pids = [await written(file) for file in files]
    await lent.context.close()
    await asyncio.wait(running)
    while any(lives(pid) for pid in pids):
        await asyncio.sleep(0.01)
    assert isinstance(running[0].exception(), PaneError)


def test_close_is_bounded_far_below_half_a_second() -> None:
    """Whatever the children do: quitting has under one second for all panes."""
    assert fleet.CLOSE_GRACE + fleet.CLOSE_REAP < 0.35


async def test_after_close_nothing_is_started(lent: Lent) -> None:
    worker = lent.context.worker(str(HANDLERS / "faults.py"))
    await lent.context.close()
    await lent.context.close()
    with pytest.raises(PaneError, match="stopped"):
        await lent.context.run(["true"], timeout=LONG)
    with pytest.raises(PaneError, match="stopped"):
        await worker.call("echo", None, Echo, timeout=LONG)


async def test_a_hung_worker_does_not_disturb_another(lent: Lent, tmp_path: Path) -> None:
    hung, well = (lent.context.worker(str(HANDLERS / "faults.py")) for _ in range(2))
    hanging = asyncio.create_task(hung.call("hang", File(str(tmp_path / "pid")), Echo, timeout=0.5))
    for _ in range(5):
        await well.call("echo", None, Echo, timeout=LONG)
    with pytest.raises(WorkerTimeout):
        await hanging


def test_importing_the_context_loads_no_heavy_package() -> None:
    """Start-up is precious, and a pane that runs nothing should not pay for it."""
    heavy = {"keyring", "git", "django", "psutil", "textual", "rich"}
    code = f"import sys, devdash.engine.context; print({heavy} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == "set()\n", ended.stderr
