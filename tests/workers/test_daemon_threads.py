"""Blocking functions run beside the loop, and can hold up neither it nor the exit."""

import asyncio
import contextvars
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from devdash.contract.errors import PaneError
from devdash.workers.crew import IDLE
from devdash.workers.threads import MAX_RUNNING, MAX_STUCK, DaemonThreads


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """An event for which hanging functions wait; set after the test."""
    event = threading.Event()
    yield event
    event.set()


def raiser(error: BaseException) -> None:
    raise error


async def test_the_result_comes_back_and_arguments_arrive() -> None:
    assert await DaemonThreads().call(divmod, 7, 2) == (3, 1)
    assert await DaemonThreads().call(int, "ff", base=16) == 255
    assert await DaemonThreads().call(lambda: None) is None


async def test_the_function_runs_elsewhere_with_the_callers_context() -> None:
    variable = contextvars.ContextVar[str]("variable")
    variable.set("mine")
    thread, value = await DaemonThreads().call(lambda: (threading.current_thread(), variable.get()))
    assert thread.daemon
    assert thread is not threading.main_thread()
    assert value == "mine"


async def test_an_exception_is_raised_in_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        await DaemonThreads().call(divmod, 1, 0)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), StopIteration()])
async def test_an_exception_that_would_end_the_loop_does_not(error: BaseException) -> None:
    with pytest.raises(RuntimeError, match=type(error).__name__):
        await DaemonThreads().call(raiser, error)


async def test_threads_that_hang_do_not_pile_up(release: threading.Event) -> None:
    """Each of these callers gives up; then nothing more is started, until the threads have ended."""
    threads = DaemonThreads()
    for _ in range(MAX_STUCK):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(threads.call(release.wait), 0.01)
    with pytest.raises(PaneError, match=r"4 threads still hang, such as Event\.wait"):
        await threads.call(divmod, 1, 1)
    release.set()
    while True:
        try:
            assert await threads.call(divmod, 7, 2) == (3, 1)
        except PaneError:
            await asyncio.sleep(0.01)
        else:
            break


async def test_one_that_ends_in_the_moment_in_which_its_caller_goes_is_not_counted() -> None:
    """Its end is on the way to the loop already when the caller is cancelled."""
    threads, loop = DaemonThreads(), asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))
    for _ in range(MAX_STUCK):
        ran_in: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()
        call = asyncio.create_task(threads.call(lambda ran_in=ran_in: ran_in.put(threading.current_thread())))
        await asyncio.sleep(0)
        thread = ran_in.get(timeout=10)
        while thread.name != IDLE:
            threading.Event().wait(0.001)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await threads.call(divmod, 7, 2) == (3, 1)
    assert failures == []


async def test_threads_whose_callers_have_just_gone_are_not_taken_for_hanging(
    release: threading.Event,
) -> None:
    """They end a moment later; the next call waits for that instead of being refused."""
    threads = DaemonThreads()
    for _ in range(MAX_STUCK):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(threads.call(release.wait), 0.01)
    asyncio.get_running_loop().call_later(0.05, release.set)
    assert await threads.call(divmod, 7, 2) == (3, 1)


async def test_more_calls_than_threads_wait_their_turn() -> None:
    """As many as permitted run at once (with fewer, the barrier would never open), and no more."""
    running: set[threading.Thread] = set()
    together = threading.Barrier(MAX_RUNNING)
    most = 0

    def meet() -> None:
        nonlocal most
        running.add(threading.current_thread())
        most = max(most, len(running))
        together.wait()
        running.discard(threading.current_thread())

    threads = DaemonThreads()
    await asyncio.gather(*(threads.call(meet) for _ in range(3 * MAX_RUNNING)))
    assert most == MAX_RUNNING


def test_a_loop_that_ended_first_is_no_error(release: threading.Event) -> None:
    """The thread then has nobody to tell; a warning here would fail the test."""
    before = set(threading.enumerate())

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(DaemonThreads().call(release.wait), 0.01)

    asyncio.run(give_up())
    release.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()


def test_a_thread_that_hangs_does_not_keep_the_program_from_ending() -> None:
    code = """if True:
        import asyncio, threading
        from devdash.workers.threads import DaemonThreads
        async def main():
            try:
                await asyncio.wait_for(DaemonThreads().call(threading.Event().wait), 0.05)
            except TimeoutError:
                print("gave up")
        asyncio.run(main())
    """
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, timeout=50)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"gave up\n", b"")
