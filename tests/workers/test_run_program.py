"""`run`: a program runs to its end, within its limits, and nothing of it remains."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from devdash.contract.errors import OutputTooLarge, PaneError, ProcessError, ProcessTimeout, ProgramMissing
from devdash.workers import launching
from devdash.workers.fleet import Fleet
from devdash.workers.group import Group
from devdash.workers.process import run

LONG = 50.0
Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def script(tmp_path: Path, text: str, mode: int = 0o755) -> Path:
    file = tmp_path / "program"
    file.write_text(text)
    file.chmod(mode)
    return file


async def test_both_streams_and_the_exit_code_come_back(fleet: Fleet) -> None:
    completed = await run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=LONG, fleet=fleet)
    assert (completed.code, completed.out, completed.err) == (3, b"out\n", b"err\n")


async def test_an_end_by_a_signal_is_a_negative_code() -> None:
    completed = await run(["sh", "-c", "kill -KILL $$"], timeout=LONG)
    assert completed.code == -signal.SIGKILL


async def test_both_streams_are_read_at_once() -> None:
    """A program that fills one pipe while we read the other would wait for ever."""
    code = "import os\nfor _ in range(64): os.write(2, b'e' * 16384); os.write(1, b'o' * 16384)"
    completed = await run(python(code), timeout=LONG)
    assert (len(completed.out), len(completed.err)) == (1 << 20, 1 << 20)


async def test_output_is_bytes_whatever_they_mean() -> None:
    completed = await run(["printf", r"\377\000\n\r\200"], timeout=LONG)
    assert completed.out == b"\xff\x00\n\r\x80"


async def test_a_large_input_arrives_whole() -> None:
    given = os.urandom(1 << 20)
    assert (await run(["cat"], timeout=LONG, stdin=given)).out == given


async def test_a_program_may_leave_its_input_unread() -> None:
    assert (await run(["true"], timeout=LONG, stdin=b"x" * (1 << 20))).code == 0


async def test_no_input_is_the_end_of_file() -> None:
    assert (await run(["cat"], timeout=LONG)).out == b""


async def test_the_environment_is_ours_with_the_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVDASH_KEPT", "1")
    monkeypatch.setenv("DEVDASH_DROPPED", "2")
    monkeypatch.setenv("LC_ALL", "xx")
    completed = await run(
        ["env"], timeout=LONG, env={"DEVDASH_DROPPED": None, "DEVDASH_NEW": "3", "DEVDASH_EMPTY": ""}
    )
    ours = {line for line in completed.out.decode().splitlines() if line.startswith(("DEVDASH", "LC_ALL"))}
    assert ours == {"DEVDASH_KEPT=1", "DEVDASH_NEW=3", "DEVDASH_EMPTY=", "LC_ALL=xx"}


async def test_the_program_is_looked_for_on_the_changed_path(tmp_path: Path) -> None:
    script(tmp_path, "#!/bin/sh\necho mine\n")
    assert (await run(["program"], timeout=LONG, env={"PATH": str(tmp_path)})).out == b"mine\n"


async def test_a_relative_program_is_relative_to_its_folder(tmp_path: Path) -> None:
    script(tmp_path, '#!/bin/sh\necho "$0"; pwd -P\n')
    completed = await run(["./program"], timeout=LONG, cwd=tmp_path)
    assert completed.out.decode().splitlines()[1] == str(tmp_path.resolve())


async def test_the_program_has_a_session_of_its_own_and_no_open_files_of_ours() -> None:
    code = "import os; print(os.getsid(0) == os.getpid(), len(os.listdir('/proc/self/fd')) - 1)"
    holder = Path(__file__).open()  # noqa: SIM115
    os.set_inheritable(holder.fileno(), True)
    try:
        completed = await run(python(code), timeout=LONG)
    finally:
        holder.close()
    assert completed.out == b"True 4\n"  # the standard three and the lifeline


async def test_a_missing_program_is_named_with_a_next_step() -> None:
    with pytest.raises(ProgramMissing, match="devdash-no-such-program") as raised:
        await run(["devdash-no-such-program"], timeout=LONG)
    assert raised.value.hint


async def test_a_missing_folder_is_not_taken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="no folder") as raised:
        await run(["true"], timeout=LONG, cwd=tmp_path / "absent")
    assert not isinstance(raised.value, ProgramMissing)


async def test_a_file_that_may_not_be_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProgramMissing, match="may not be run"):
        await run([str(script(tmp_path, "#!/bin/sh\n", 0o644))], timeout=LONG)


async def test_a_script_whose_interpreter_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="interpreter that it names is missing"):
        await run([str(script(tmp_path, "#!/no/such/interpreter\n"))], timeout=LONG)


async def test_something_that_is_no_program_is_an_expected_failure(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="could not be started"):
        await run([str(script(tmp_path, "\0\1\2\3"))], timeout=LONG)


async def test_a_folder_that_cannot_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there when looked for, and is not when the program starts."""
    monkeypatch.setattr(launching, "_find", lambda program, cwd, path: "/bin/true")
    with pytest.raises(ProcessError, match="in the folder"):
        await run(["true"], timeout=LONG, cwd=tmp_path / "absent")


async def test_a_file_system_that_does_not_answer_is_a_timeout(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead mount cannot be had here: the look-up itself is made to hang."""
    release = threading.Event()
    monkeypatch.setattr(launching, "_find", lambda program, cwd, path: release.wait())
    try:
        for _ in range(4):
            with pytest.raises(ProcessTimeout, match="did not answer"):
                await run(["true"], timeout=0.02, cwd=Path("/"), fleet=fleet)
        with pytest.raises(PaneError, match="threads still hang"):
            await run(["true"], timeout=LONG, cwd=Path("/"), fleet=fleet)
    finally:
        release.set()


async def test_a_timeout_ends_the_whole_group(
    tmp_path: Path, fleet: Fleet, numbers: Numbers, gone: Gone
) -> None:
    """Also children of the program, and those that ignore SIGTERM."""
    code = f"""
        trap '' TERM
        (trap '' TERM; echo $$ > {tmp_path}/shell; while :; do sleep 1; done) &
        sleep 1000 & echo $! > {tmp_path}/child
        wait
    """
    running = asyncio.create_task(run(["sh", "-c", code], timeout=0.5, fleet=fleet))
    pids = await numbers(tmp_path / "shell", tmp_path / "child")
    with pytest.raises(ProcessTimeout, match=r"within 0\.5 s"):
        await running
    await gone(*pids)
    assert fleet.running == 0


async def test_what_a_late_program_had_said_is_told() -> None:
    """It tells one that hung from one that was on its way."""
    with pytest.raises(ProcessTimeout) as raised:
        await run(["sh", "-c", "echo half; echo on the way >&2; exec sleep 1000"], timeout=0.5)
    assert (raised.value.out, raised.value.err) == (b"half\n", b"on the way\n")


async def test_a_program_may_clean_up_before_it_is_killed(tmp_path: Path) -> None:
    """git removes its lock files on SIGTERM."""
    code = f"trap 'rm {tmp_path}/lock; exit 1' TERM; touch {tmp_path}/lock; while :; do sleep 0.01; done"
    with pytest.raises(ProcessTimeout):
        await run(["sh", "-c", code], timeout=0.4)
    assert not (tmp_path / "lock").exists()


async def test_a_cancelled_caller_leaves_nothing_behind(
    tmp_path: Path, fleet: Fleet, numbers: Numbers, gone: Gone
) -> None:
    code = f"sleep 1000 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/shell; wait"
    running = asyncio.create_task(run(["sh", "-c", code], timeout=LONG, fleet=fleet))
    pids = await numbers(tmp_path / "child", tmp_path / "shell")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert fleet.running == 0
    await gone(*pids)


async def test_a_second_cancellation_does_not_wait_for_a_stubborn_program(
    tmp_path: Path, fleet: Fleet, numbers: Numbers, gone: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devdash.workers.group.TERM_GRACE", LONG * 10)
    code = f"trap '' TERM; echo $$ > {tmp_path}/shell; while :; do sleep 0.1; done"
    running = asyncio.create_task(run(["sh", "-c", code], timeout=LONG, fleet=fleet))
    pids = await numbers(tmp_path / "shell")
    for _ in range(2):
        running.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await running
    await gone(*pids)


async def test_cancelling_while_it_starts_leaves_nothing_behind(fleet: Fleet) -> None:
    for turns in range(6):
        running = asyncio.create_task(run(["sleep", "1000"], timeout=LONG, fleet=fleet))
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert fleet.running == 0


@pytest.mark.parametrize("stream", [1, 2])
async def test_a_flood_on_either_stream_is_cut_off(stream: int, fleet: Fleet) -> None:
    with pytest.raises(OutputTooLarge, match="100000 bytes"):
        await run(["sh", "-c", f"yes >&{stream}"], timeout=LONG, limit=100_000, fleet=fleet)
    assert fleet.running == 0


async def test_output_up_to_the_limit_is_permitted() -> None:
    argv = python("import os; os.write(1, b'x' * 1000)")
    assert len((await run(argv, timeout=LONG, limit=1000)).out) == 1000
    with pytest.raises(OutputTooLarge):
        await run(argv, timeout=LONG, limit=999)


async def test_a_child_that_holds_the_pipe_does_not_hold_us(tmp_path: Path, gone: Gone) -> None:
    """The program has ended: what it started is killed, what was written is kept."""
    code = f"sleep 1000 & echo $! > {tmp_path}/child; echo done"
    completed = await run(["sh", "-c", code], timeout=LONG)
    assert (completed.code, completed.out) == (0, b"done\n")
    await gone(int((tmp_path / "child").read_text()))


async def test_a_silent_child_that_was_left_behind_is_killed(tmp_path: Path, gone: Gone) -> None:
    """Even one that ignores SIGTERM."""
    code = f"trap '' TERM; sleep 1000 >/dev/null 2>&1 & echo $! > {tmp_path}/child"
    assert (await run(["sh", "-c", code], timeout=LONG)).code == 0
    await gone(int((tmp_path / "child").read_text()))


async def test_a_daemon_in_another_session_does_not_hold_us(tmp_path: Path, numbers: Numbers) -> None:
    """Such as the master process that ssh leaves behind, with our pipe still open."""
    code = f"setsid sh -c 'echo $$ > {tmp_path}/daemon; exec sleep 1000' & echo done"
    completed = await run(["sh", "-c", code], timeout=LONG)
    (pid,) = await numbers(tmp_path / "daemon")
    os.kill(pid, signal.SIGKILL)
    assert completed.out == b"done\n"


async def test_nothing_stays_open(fleet: Fleet, tmp_path: Path) -> None:
    """Neither after success nor after any failure."""

    async def everything() -> None:
        await run(["cat"], timeout=LONG, stdin=b"x", fleet=fleet)
        for argv, limit in ((["yes"], 10), (["no-such-program"], 10), ([str(tmp_path / "program")], 10)):
            with pytest.raises(ProcessError):
                await run(argv, timeout=LONG, stdin=b"x", limit=limit, fleet=fleet)
        with pytest.raises(ProcessTimeout):
            await run(["sleep", "1000"], timeout=0.01, fleet=fleet)

    script(tmp_path, "#!/no/such/interpreter\n")
    await everything()
    before = sorted(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        await everything()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


async def test_many_at_once() -> None:
    done = await asyncio.gather(*(run(["echo", str(n)], timeout=LONG) for n in range(30)))
    assert [int(completed.out) for completed in done] == list(range(30))


async def test_of_many_programs_each_turn_of_the_loop_starts_one(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start takes about a millisecond; a screenful at once would hold up the keys."""
    turn, starts = 0, []

    class Noted(Group):
        def __init__(self, *args: Any) -> None:
            starts.append(turn)
            super().__init__(*args)

    async def count() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    monkeypatch.setattr("devdash.workers.fleet.Group", Noted)
    counting = asyncio.create_task(count())
    await asyncio.gather(*(run(["true"], timeout=LONG, fleet=fleet) for _ in range(12)))
    counting.cancel()
    assert len(set(starts)) == 12


async def test_a_closed_fleet_starts_nothing(fleet: Fleet) -> None:
    await fleet.close()
    with pytest.raises(PaneError, match="stopped"):
        await run(["true"], timeout=LONG, fleet=fleet)


def test_a_loop_that_ends_first_brings_no_warning(gone: Gone) -> None:
    """A program that is still running when the loop is closed is reaped all the same."""

    def children() -> set[int]:
        tasks = Path(f"/proc/self/task/{threading.get_native_id()}/children")
        return {int(pid) for pid in tasks.read_text().split()}

    others = children()  # servers of other tests

    async def leave() -> int:
        running = asyncio.create_task(run(["sleep", "1000"], timeout=LONG))
        while not running.done():
            if ours := children() - others:
                return ours.pop()
            await asyncio.sleep(0.01)
        raise AssertionError

    pid = asyncio.run(leave())  # cancels what still runs
    asyncio.run(gone(pid))
