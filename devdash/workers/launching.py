"""From what a caller names to what can be started: program, folder, environment.

Looking up a program or a folder touches file systems that may not answer (a
dead network mount), so it happens in a thread; the start itself then finds
everything at hand. And what is missing is named for what it is.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from devdash.contract.errors import ProcessError, ProcessTimeout, ProgramMissing
from devdash.workers.group import Launch
from devdash.workers.threads import DaemonThreads


async def prepare(
    argv: Sequence[str],
    *,
    threads: DaemonThreads,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str | None] | None = None,
) -> Launch:
    """Find folder and program within `timeout` seconds.

    Args:
        env: changes to the environment; None as a value removes the variable.

    Raises:
        ProcessError: there is no folder `cwd`.
        ProgramMissing: there is no program `argv[0]`.
        ProcessTimeout: the file system did not answer.
        PaneError: too many earlier look-ups still hang.
    """
    whole = environment(env)
    path = whole.get("PATH", os.defpath)
    try:
        async with asyncio.timeout(timeout):
            executable = await threads.call(_find, argv[0], cwd, path)
    except TimeoutError:
        where = f"its folder {cwd}" if cwd else "where it is installed"
        raise ProcessTimeout(
            f"{argv[0]} was not started: {where} did not answer within {timeout:g} s"
        ) from None
    return Launch(executable=executable, argv=tuple(argv), env=whole, cwd=cwd)


def environment(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """The environment of devdash with `changes` applied."""
    merged = {**os.environ, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def start_failure(launch: Launch, error: OSError) -> ProcessError:
    """What to say when the system refused to start what was found."""
    name = launch.argv[0]
    if launch.cwd is not None and error.filename is not None and Path(error.filename) == launch.cwd:
        return ProcessError(f"{name} cannot be run in the folder {launch.cwd}: {error.strerror}")
    if error.errno == errno.ENOENT:
        return ProcessError(f"{name} could not be started: the interpreter that it names is missing")
    return ProcessError(f"{name} could not be started: {error.strerror or type(error).__name__}")


def _find(program: str, cwd: Path | None, path: str) -> str:
    """The program's path. A name with a folder in it is relative to `cwd`, as it is for the system."""
    if cwd is not None and not cwd.is_dir():
        raise ProcessError(f"there is no folder {cwd} to run {program} in")
    named = os.path.join(cwd or "", program) if os.sep in program else program  # noqa: PTH118  # Path drops "./"
    found = shutil.which(named, path=path)
    if found is None:
        raise ProgramMissing(
            f"the program {program} was not found, or may not be run",
            f"Install {program}, or put it on PATH.",
        )
    return str(Path(found).absolute())
