"""A step that holds the loop is interrupted; everything else passes through unchanged."""

import asyncio
import signal
import time

import pytest

from devdash.engine.guard import LoopBlocked, StepGuard, waited_for_processor


async def test_a_blocking_step_is_interrupted() -> None:
    async def block() -> None:
        time.sleep(30)

    with StepGuard(0.05) as guard, pytest.raises(LoopBlocked):
        await guard.drive(block())


async def test_a_step_that_catches_the_first_interruption_gets_another() -> None:
    async def stubborn() -> None:
        for _ in range(3):
            try:
                time.sleep(30)
            except BaseException:
                continue
        time.sleep(30)

    with StepGuard(0.05) as guard, pytest.raises(LoopBlocked):
        await guard.drive(stubborn())


async def test_waiting_is_not_blocking() -> None:
    async def wait() -> str:
        for _ in range(10):
            await asyncio.sleep(0.02)
        return "done"

    with StepGuard(0.1) as guard:
        assert await guard.drive(wait()) == "done"


async def test_results_exceptions_and_cancellation_pass_through() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    async def tidy(seen: list[str]) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    seen: list[str] = []
    with StepGuard() as guard:

        async def driven() -> None:
            await guard.drive(tidy(seen))

        with pytest.raises(KeyError, match="mine"):
            await guard.drive(fail())
        task = asyncio.create_task(driven())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert seen == ["cancelled"]


async def test_the_signal_is_given_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with StepGuard():
        assert signal.getsignal(signal.SIGALRM) is not before
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


async def test_waiting_for_a_processor_is_not_the_pane_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread was starved all the time: the system says that it only waited for its turn."""
    monkeypatch.setattr("devdash.engine.guard.waited_for_processor", time.monotonic)

    async def starved() -> str:
        time.sleep(0.3)
        return "done"

    with StepGuard(0.05) as guard:
        assert await guard.drive(starved()) == "done"


def test_the_system_tells_how_long_a_thread_waited_or_nothing_is_deducted() -> None:
    assert waited_for_processor() >= 0.0
