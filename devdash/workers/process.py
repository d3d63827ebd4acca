"""Run a program to its end, within limits of time and output."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash.contract.context import Completed
from devdash.contract.errors import OutputTooLarge, ProcessTimeout
from devdash.workers import launching
from devdash.workers.fleet import Fleet

DEFAULT_LIMIT = 16 * 1024 * 1024
"""Bytes of output, each stream."""


class _Collected:
    """The output of one stream; complains at the first byte beyond `limit`."""

    def __init__(self, limit: int, overflow: "asyncio.Future[int]") -> None:
        self.data = bytearray()
        self._limit = limit
        self._overflow = overflow

    def add(self, chunk: bytes) -> None:
        self.data += chunk[: self._limit - len(self.data)]
        if len(self.data) == self._limit and not self._overflow.done():
            self._overflow.set_result(self._limit)


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
        ProcessError: also when there is no folder `cwd`, or the system refuses.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    fleet = Fleet() if fleet is None else fleet
    launch = await launching.prepare(argv, threads=fleet.threads, timeout=timeout, cwd=cwd, env=env)
    overflow: asyncio.Future[int] = loop.create_future()
    # One byte more than permitted tells an overflow from a full measure.
    out, err = _Collected(limit + 1, overflow), _Collected(limit + 1, overflow)
    try:
        group = await fleet.start(msgspec.structs.replace(launch, feed=bool(stdin)), out.add, err.add)
    except OSError as error:
        raise launching.start_failure(launch, error) from error
    try:
        if group.stdin is not None:
            group.stdin.write(stdin)
            group.stdin.finish()
        left = max(0.0, deadline - loop.time())
        await asyncio.wait({group.gone, overflow}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        completed = group.gone.done()
    finally:
        await group.end()
    name = Path(argv[0]).name
    if overflow.done():
        raise OutputTooLarge(f"{name} wrote more than {limit} bytes and was killed")
    if not completed:
        said = f"{name} did not end within {timeout:g} s and was killed"
        raise ProcessTimeout(said, err=bytes(err.data), out=bytes(out.data))
    return Completed(group.gone.result(), bytes(out.data), bytes(err.data))
