"""A worker's answers come back typed, whatever else the handler does; failures are told without secrets."""

import asyncio
import os
import pwd
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from worker_messages import LONG, Code, Echo, Flag, Value, echo, no_secret

from devdash.contract.errors import (
    WorkerFailed,
)
from devdash.workers import session
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]


async def test_the_answer_is_converted_to_the_type_asked_for(worker: WorkerProcess) -> None:
    given = {"text": "ä\n\u2028€", "numbers": [1, -2.5, None, True], "empty": ""}
    assert (await echo(worker, given)).value == given


async def test_a_call_without_arguments_uses_the_defaults(worker: WorkerProcess) -> None:
    assert (await worker.call("echo", None, Echo, timeout=LONG)).value is None


async def test_the_process_is_kept_between_calls_and_not_started_before(
    worker: WorkerProcess, fleet: Fleet
) -> None:
    assert fleet.running == 0
    assert (await echo(worker)).pid == (await echo(worker)).pid == worker.pid


async def test_a_large_answer_and_a_large_request_pass(worker: WorkerProcess) -> None:
    assert len(str((await echo(worker, "x" * 3_000_000)).value)) == 3_000_000


async def test_printing_at_any_level_and_reading_disturb_nothing(worker: WorkerProcess) -> None:
    for _ in range(2):
        assert (await worker.call("chatter", Value(7), Echo, timeout=LONG)).value == 7


async def test_concurrent_calls_are_answered_each_with_its_own(worker: WorkerProcess) -> None:
    answers = await asyncio.gather(*(echo(worker, number) for number in range(20)))
    assert len({answer.pid for answer in answers}) == 1


async def test_the_module_sees_neither_our_files_nor_our_arguments(
    worker: WorkerProcess, handlers: Path
) -> None:
    answer = await worker.call("where", None, Echo, timeout=LONG)
    _, path, argv, _, name = msgspec.convert(answer.value, tuple[str, list[str], list[str], str, str])
    assert str(Path(session.__file__).parent) not in path
    assert argv == [str(handlers / "faults.py")]
    assert name == "devdash_worker_faults"


async def test_a_dotted_name_is_imported_and_the_environment_changed(
    fleet: Fleet, handlers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVDASH_TEST", "ours")
    changes = {"PYTHONPATH": str(handlers), "DEVDASH_TEST": "changed"}
    worker = WorkerProcess("faults", fleet=fleet, env=changes)
    answer = await worker.call("where", None, Echo, timeout=LONG)
    *_, variable, name = msgspec.convert(answer.value, tuple[str, list[str], list[str], str, str])
    assert (variable, name) == ("changed", "faults")


def interpreters() -> list[str]:
    """The oldest and the newest Python from 3.8 on that this machine has besides our own."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)  # $HOME is another one during tests
    folders = [Path("/usr/bin"), *home.glob(".pyenv/versions/*/bin")]
    found = {
        minor: str(folder / f"python3.{minor}")
        for folder in folders
        for minor in range(8, 20)
        if minor != sys.version_info.minor and (folder / f"python3.{minor}").exists()
    }
    return [found[minor] for minor in sorted({min(found), max(found)})] if found else []


@pytest.mark.parametrize("python", interpreters())
async def test_another_interpreter_serves_the_same(python: str, fleet: Fleet, handlers: Path) -> None:
    """A watched project has a Python of its own, from 3.8 on."""
    worker = WorkerProcess(str(handlers / "faults.py"), fleet=fleet, python=python)
    await echo(worker, "ä")
    with pytest.raises(WorkerFailed, match=r"ValueError at faults\.py"):
        await worker.call("fail", Flag("plain"), Echo, timeout=LONG)
    with pytest.raises(WorkerFailed, match="JSON"):
        await worker.call("unserialisable", Flag("nan"), Echo, timeout=LONG)


async def test_a_failure_that_is_meant_keeps_kind_message_and_hint(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerFailed) as raised:
        await worker.call("fail", Flag("meant"), Echo, timeout=LONG)
    error = raised.value
    assert (error.kind, error.message, error.hint) == ("refused", "the server refused", "start the server")
    assert (await echo(worker)).pid == worker.pid


async def test_a_failure_that_calls_itself_public_keeps_its_text(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerFailed, match="this may be seen"):
        await worker.call("fail", Flag("public"), Echo, timeout=LONG)


async def test_of_other_exceptions_only_class_and_place_are_told(worker: WorkerProcess) -> None:
    for how, told in (
        ("plain", r"^ValueError at faults\.py:\d+$"),
        ("library", r"^ValueError at faults\.py:\d+$"),
        ("import", r"^ModuleNotFoundError \(no_such_module_hunter\) at faults\.py:\d+$"),
    ):
        with pytest.raises(WorkerFailed, match=told) as raised:
            await worker.call("fail", Flag(how), Echo, timeout=LONG)
        assert no_secret(raised.value)


async def test_sys_exit_in_a_handler_is_a_failure_like_any_other(worker: WorkerProcess) -> None:
    pid = (await echo(worker)).pid
    with pytest.raises(WorkerFailed, match=r"SystemExit \(exit code 5\)"):
        await worker.call("leave_politely", Code(5), Echo, timeout=LONG)
    assert (await echo(worker)).pid == pid


async def test_an_unknown_call_and_wrong_arguments_are_failures(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerFailed, match="no call 'nonsense'"):
        await worker.call("nonsense", None, Echo, timeout=LONG)
    with pytest.raises(WorkerFailed, match="TypeError"):
        await worker.call("echo", Code(1), Echo, timeout=LONG)
    await echo(worker)


async def test_an_answer_that_json_cannot_hold_is_a_failure(worker: WorkerProcess) -> None:
    for how in ("nan", "infinity", "set", "ring", "surrogate", "bytes"):
        with pytest.raises(WorkerFailed, match="cannot be written as JSON") as raised:
            await worker.call("unserialisable", Flag(how), Echo, timeout=LONG)
        assert raised.value.kind == "unserialisable"
    await echo(worker)
