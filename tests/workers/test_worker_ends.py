"""A worker ends as a group, for whatever reason, and the next call has a new one."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from worker_messages import LONG, Code, Echo, File, echo, no_secret

from devdash.contract.errors import (
    PaneError,
    WorkerDied,
    WorkerTimeout,
)
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]


async def test_a_timeout_kills_the_group_and_the_next_call_works(
    worker: WorkerProcess, tmp_path: Path, gone: Gone, numbers: Numbers
) -> None:
    """The handler ignores SIGTERM and has a child."""
    await echo(worker)
    file = tmp_path / "pid"
    with pytest.raises(WorkerTimeout, match="did not answer"):
        await worker.call("hang", File(str(file)), Echo, timeout=0.5)
    pids = await numbers(file, tmp_path / "pid.child")
    assert worker.pid is None
    await gone(*pids)
    assert (await echo(worker)).pid not in pids


async def test_a_handler_that_holds_the_interpreter_is_killed_too(
    worker: WorkerProcess, tmp_path: Path, gone: Gone, numbers: Numbers
) -> None:
    await echo(worker)
    with pytest.raises(WorkerTimeout):
        await worker.call("hog", File(str(tmp_path / "pid")), Echo, timeout=0.5)
    await gone(*await numbers(tmp_path / "pid", tmp_path / "pid.child"))


async def test_a_cancelled_caller_kills_the_worker_so_that_no_late_answer_is_taken(
    worker: WorkerProcess, tmp_path: Path, gone: Gone, numbers: Numbers
) -> None:
    calling = asyncio.create_task(worker.call("hang", File(str(tmp_path / "pid")), Echo, timeout=LONG))
    pids = await numbers(tmp_path / "pid", tmp_path / "pid.child")
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await gone(*pids)
    await echo(worker)


async def test_cancelling_while_it_starts_leaves_nothing_behind(
    starting: Callable[[str], WorkerProcess], fleet: Fleet
) -> None:
    worker = starting("hang")
    calling = asyncio.create_task(worker.call("ping", None, str, timeout=LONG))
    while fleet.running == 0:
        await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert fleet.running == 0


async def test_waiting_for_an_earlier_call_counts_and_spares_that_call(
    worker: WorkerProcess, tmp_path: Path, numbers: Numbers
) -> None:
    earlier = asyncio.create_task(worker.call("hang", File(str(tmp_path / "pid")), Echo, timeout=LONG))
    (pid,) = await numbers(tmp_path / "pid")
    with pytest.raises(WorkerTimeout, match="busy with earlier calls"):
        await worker.call("echo", None, Echo, timeout=0.05)
    assert worker.pid == pid
    later = asyncio.create_task(echo(worker, "after"))
    await asyncio.sleep(0)
    earlier.cancel()
    assert (await later).pid != pid


@pytest.mark.parametrize(
    ("call", "args", "told"),
    [
        ("leave", Code(7), r"ended before it answered \(exit code 7\)"),
        ("crash", None, r"ended before it answered \(signal SIGSEGV\)"),
        ("die_loudly", None, r"\(exit code 1, MemoryError\)$"),
    ],
)
async def test_an_end_is_told_by_code_or_signal_and_the_next_call_works(
    call: str, args: msgspec.Struct | None, told: str, worker: WorkerProcess
) -> None:
    with pytest.raises(WorkerDied, match=told) as raised:
        await worker.call(call, args, Echo, timeout=LONG)
    assert no_secret(raised.value)
    await echo(worker)


async def test_kill_from_outside_while_idle_goes_unnoticed(
    worker: WorkerProcess, fleet: Fleet, gone: Gone
) -> None:
    pid = (await echo(worker)).pid
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    while fleet.running:
        await asyncio.sleep(0)
    assert (await echo(worker)).pid != pid


async def test_kill_from_outside_during_a_call_is_told(
    worker: WorkerProcess, tmp_path: Path, numbers: Numbers, gone: Gone
) -> None:
    calling = asyncio.create_task(worker.call("hang", File(str(tmp_path / "pid")), Echo, timeout=LONG))
    pid, child = await numbers(tmp_path / "pid", tmp_path / "pid.child")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        await calling
    await gone(child)


async def test_stop_ends_the_group_and_a_later_call_starts_anew(worker: WorkerProcess, gone: Gone) -> None:
    answer = await worker.call("spawn", None, Echo, timeout=LONG)
    await worker.stop()
    await gone(answer.pid, int(str(answer.value)))
    await worker.stop()
    assert (await echo(worker)).pid != answer.pid


async def test_stop_during_a_call_ends_that_call(
    worker: WorkerProcess, tmp_path: Path, numbers: Numbers
) -> None:
    calling = asyncio.create_task(worker.call("hang", File(str(tmp_path / "pid")), Echo, timeout=LONG))
    await numbers(tmp_path / "pid")
    await worker.stop()
    with pytest.raises(WorkerDied):
        await calling


async def test_a_closed_fleet_starts_no_worker(worker: WorkerProcess, fleet: Fleet) -> None:
    await echo(worker)
    await fleet.close()
    assert worker.pid is None
    with pytest.raises(PaneError, match="stopped"):
        await echo(worker)


async def test_a_worker_that_nobody_calls_ends_and_the_next_call_has_a_new_one(
    fleet: Fleet, handlers: Path, gone: Gone
) -> None:
    """Not between two calls that follow each other."""
    worker = WorkerProcess(str(handlers / "faults.py"), fleet=fleet, idle_s=0.1)
    first = await echo(worker)
    assert (await echo(worker)).pid == first.pid
    await gone(first.pid)
    assert worker.pid is None
    assert (await echo(worker)).pid != first.pid


async def test_a_worker_for_a_single_call_ends_after_it_without_holding_up_the_caller(
    fleet: Fleet, handlers: Path, gone: Gone
) -> None:
    worker = WorkerProcess(str(handlers / "faults.py"), fleet=fleet, idle_s=0.0)
    pid = (await echo(worker)).pid
    assert fleet.running == 1, "the answer is there before the process is gone"
    await gone(pid)


async def test_being_idle_never_ends_a_call_that_takes_longer(
    fleet: Fleet, handlers: Path, tmp_path: Path, numbers: Numbers
) -> None:
    """Neither its own, nor one that waits behind it."""
    worker = WorkerProcess(str(handlers / "faults.py"), fleet=fleet, idle_s=0.0)
    calling = asyncio.create_task(worker.call("hang", File(str(tmp_path / "pid")), Echo, timeout=0.5))
    waiting = asyncio.create_task(echo(worker))
    (pid,) = await numbers(tmp_path / "pid")
    assert worker.pid == pid
    with pytest.raises(WorkerTimeout, match="did not answer"):
        await calling
    assert (await waiting).pid != pid
