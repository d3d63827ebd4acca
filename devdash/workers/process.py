"""Run a program to its end, within limits of time and output."""

import asyncio
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from devdash.contract.context import Completed
from devdash.contract.errors import OutputTooLarge, ProcessError, ProcessTimeout, ProgramMissing
from devdash.workers.fleet import Fleet
from devdash.workers.group import Launch, environment

DEFAULT_LIMIT = 16 * 1024 * 1024
"""Bytes of output, each stream."""


class _Collected:
    """The output of one stream; complains at the first chunk beyond `limit` bytes."""

    def __init__(self, limit: int, overflow: "asyncio.Future[None]") -> None:
        self.data = bytearray()
        self._limit = limit
        self._overflow = overflow

    def add(self, chunk: bytes) -> None:
        room = self._limit - len(self.data)
        self.data += chunk[:room]
        if len(chunk) > room and not self._overflow.done():
            self._overflow.set_result(None)


async def run(
    argv: Sequence[str],
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str | None] | None = None,
    stdin: bytes = b"",
    limit: int = DEFAULT_LIMIT,
    fleet: Fleet | None = None,
) -> Completed:
    """Run `argv`; see `PaneContext.run` for arguments and errors.

    What the program leaves running in its process group is killed when it
    ends; output that such a process holds open is waited for briefly.

    Args:
        fleet: where the child is accounted for while it runs.

    Raises:
        ProcessError: also when the folder `cwd` does not exist, or the program cannot be started.
    """
    name = os.path.basename(argv[0])
    launch = locate(argv, cwd=cwd, env=env, feed=bool(stdin))
    overflow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    out, err = _Collected(limit, overflow), _Collected(limit, overflow)
    try:
        group = (fleet or Fleet()).start(launch, out.add, err.add)
    except OSError as error:
        raise _not_started(name, error) from error
    try:
        if group.stdin is not None:
            group.stdin.write(stdin)
            group.stdin.finish()
        done, _ = await asyncio.wait(
            {group.gone, overflow}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        await group.end()
    if overflow.done():
        raise OutputTooLarge(f"{name} wrote more than {limit} bytes and was killed")
    if not done:
        raise ProcessTimeout(f"{name} did not end within {timeout:g} s and was killed")
    return Completed(group.gone.result(), bytes(out.data), bytes(err.data))


def locate(
    argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str | None] | None, feed: bool
) -> Launch:
    """Find folder and program, so that what is missing is named for what it is.

    Raises:
        ProcessError: there is no folder `cwd`.
        ProgramMissing: there is no program `argv[0]`.
    """
    whole = environment(env)
    if cwd is not None and not cwd.is_dir():
        raise ProcessError(f"there is no folder {cwd} to run {argv[0]} in")
    base = cwd or Path.cwd()
    program = argv[0]
    wanted = str(base / program) if os.sep in program else program
    found = shutil.which(wanted, path=whole.get("PATH", os.defpath))
    if found is None:
        raise ProgramMissing(f"the program {program} was not found", f"Install {program}, or put it on PATH.")
    return Launch(executable=found, argv=tuple(argv), env=whole, cwd=cwd, feed=feed)


def _not_started(name: str, error: OSError) -> ProcessError:
    if error.errno == errno.ENOENT:
        return ProgramMissing(f"the program {name} was not found", f"Install {name}, or put it on PATH.")
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return ProcessError(f"{name} could not be started: {reason}")
