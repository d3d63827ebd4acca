"""A worker that does not come up says why, within the time of the call."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from worker_messages import LONG, Code, Echo, Written, echo, no_secret

from devdash.contract.errors import (
    WorkerDied,
    WorkerError,
    WorkerGarbage,
    WorkerTimeout,
)
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("sys.exit", r"did not start: SystemExit \(exit code 3\) at startup\.py:\d+$"),
        ("os._exit", r"ended while it started \(exit code 4\)$"),
        ("kill", r"ended while it started \(signal SIGKILL\)$"),
        ("raise", r"did not start: ValueError at startup\.py:\d+$"),
        ("import", r"did not start: ModuleNotFoundError \(no_such_module\) at startup\.py:\d+$"),
        ("syntax", r"did not start: SyntaxError at settings\.py:1$"),
        ("no-calls", r"did not start: AttributeError"),
    ],
)
async def test_an_import_that_fails_is_told(
    how: str, told: str, starting: Callable[[str], WorkerProcess], fleet: Fleet
) -> None:
    with pytest.raises(WorkerDied, match=told) as raised:
        await starting(how).call("ping", None, str, timeout=LONG)
    assert no_secret(raised.value)
    assert fleet.running == 0


async def test_an_import_that_hangs_meets_the_timeout_of_the_call(
    starting: Callable[[str], WorkerProcess], fleet: Fleet
) -> None:
    with pytest.raises(WorkerTimeout, match=r"did not start within 0\.3 s"):
        await starting("hang").call("ping", None, str, timeout=0.3)
    assert fleet.running == 0


async def test_a_slow_import_is_waited_for(starting: Callable[[str], WorkerProcess]) -> None:
    assert await starting("slow").call("ping", None, str, timeout=LONG) == "pong"


async def test_garbage_is_looked_for_in_calls_only(starting: Callable[[str], WorkerProcess]) -> None:
    """Not during the import, where it would find none; but a worker that stays must not grow."""
    assert await starting("garbage").call("ping", None, str, timeout=LONG) == "False True"


async def test_a_worker_brings_along_what_it_needs_and_no_more(
    starting: Callable[[str], WorkerProcess],
) -> None:
    """Each of these is a millisecond or more, with every start."""
    assert await starting("modules").call("ping", None, str, timeout=LONG) == ""


async def test_a_missing_module_is_named(fleet: Fleet) -> None:
    for module in ("devdash_no_such_module", "/no/such/module.py"):
        with pytest.raises(WorkerDied, match=r"did not start: (ModuleNotFoundError|FileNotFoundError)"):
            await WorkerProcess(module, fleet=fleet).call("ping", None, str, timeout=LONG)


async def test_a_missing_interpreter_is_named(fleet: Fleet) -> None:
    worker = WorkerProcess("json", fleet=fleet, python="/no/such/python")
    with pytest.raises(WorkerDied, match=r"did not start: .*/no/such/python"):
        await worker.call("ping", None, str, timeout=LONG)


@pytest.mark.parametrize(
    ("body", "raised", "told"),
    [
        ("echo hello", WorkerGarbage, "not a greeting"),
        ("""echo '{"hello": 99}'; exec sleep 1000""", WorkerGarbage, "form 99"),
        ("exec yes", WorkerGarbage, "more than one answer|not a greeting"),
        ("exit 9", WorkerDied, "exit code 9"),
        ("exec <&- sleep 1000", WorkerTimeout, "did not start"),
        ("printf '\\377\\376\\n'; exec sleep 1000", WorkerGarbage, "not a greeting"),
    ],
)
async def test_an_interpreter_that_is_none_is_found_out(
    body: str, raised: type[WorkerError], told: str, fleet: Fleet, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{body}\n")
    python.chmod(0o755)
    worker = WorkerProcess("json", fleet=fleet, python=str(python))
    with pytest.raises(raised, match=told):
        await worker.call("ping", None, str, timeout=0.5)
    assert fleet.running == 0


async def test_nothing_stays_open(worker: WorkerProcess, fleet: Fleet) -> None:
    def descriptors() -> list[Path]:
        return sorted(Path("/proc/self/fd").iterdir())

    before = descriptors()
    await echo(worker)
    for call in ("leave", "write"):
        args = Code(1) if call == "leave" else Written("rubbish\n")
        with pytest.raises(WorkerError):
            await worker.call(call, args, Echo, timeout=LONG)
    await worker.stop()
    assert descriptors() == before
