"""One run of a worker's process: a line out, a line in."""

import asyncio
import re
import signal
from typing import Any

from devdash.workers.fleet import Fleet
from devdash.workers.group import Group, Launch

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of one answer."""

NOISE_LIMIT = 64 * 1024 * 1024
"""Bytes of standard error during one call."""

_TAIL = 4096
_EXCEPTION = re.compile(rb"^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt))\b[^\n]*\s*\Z", re.MULTILINE)


class Session:
    """Collects the lines of a process, for one who waits. Made by `start`.

    Attributes:
        group: the process.
        greeted: the first line was a greeting.
        calls: how many requests it was sent.
        spoilt: why it was killed for what it wrote; "" when it was not.
    """

    group: Group

    def __init__(self) -> None:
        self.greeted = False
        self.calls = 0
        self.spoilt = ""
        self._line = bytearray()
        self._tail = b""
        self._noise = 0
        # The greeting is awaited from the start: it may come before anybody asks for it.
        self._awaited: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, fleet: Fleet, launch: Launch) -> "Session":
        """A new process.

        Raises:
            OSError: it could not be started.
            PaneError: the fleet is closed.
        """
        session = cls()
        session.group = await fleet.start(launch, session._on_out, session._on_err)
        return session

    @property
    def usable(self) -> bool:
        """It runs and has not misbehaved."""
        return not self.spoilt and not self.group.gone.done()

    async def first_line(self, deadline: float) -> bytes | None:
        """The greeting; None when there is none by `deadline` (of the loop's clock), or no process."""
        return await self._next(deadline)

    async def exchange(self, request: bytes, deadline: float) -> bytes | None:
        """Send a line and wait for the next; None as for `first_line`."""
        self._noise = 0
        self._awaited = asyncio.get_running_loop().create_future()
        if self.group.stdin is not None:
            self.group.stdin.write(request)
        return await self._next(deadline)

    async def _next(self, deadline: float) -> bytes | None:
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        both: set[asyncio.Future[Any]] = {self._awaited, self.group.gone}
        await asyncio.wait(both, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        return self._awaited.result() if self._awaited.done() and not self.spoilt else None

    def ending(self) -> str:
        """How the process ended, as far as that is safe to tell: never what it wrote."""
        code = self.group.gone.result()
        if code >= 0:
            how = f"exit code {code}"
        elif -code in {number.value for number in signal.Signals}:
            how = f"signal {signal.Signals(-code).name}"
        else:
            how = f"signal {-code}"
        last = _EXCEPTION.search(self._tail)
        return f"{how}, {last[1].decode('ascii', 'replace')}" if last else how

    def _on_out(self, chunk: bytes) -> None:
        end = chunk.find(b"\n")
        if self._awaited.done():
            self._spoil("it wrote without being asked")
        elif len(self._line) + (end if end >= 0 else len(chunk)) > LINE_LIMIT:
            self._spoil(f"an answer was longer than {LINE_LIMIT} bytes")
        elif 0 <= end < len(chunk) - 1:
            self._spoil("it wrote more than one answer")
        elif end >= 0:
            self._line += chunk[:end]
            self._awaited.set_result(bytes(self._line))
            self._line.clear()
        else:
            self._line += chunk

    def _on_err(self, chunk: bytes) -> None:
        self._tail = (self._tail + chunk)[-_TAIL:]
        self._noise += len(chunk)
        if self._noise > NOISE_LIMIT:
            self._spoil(f"it wrote more than {NOISE_LIMIT} bytes to standard error")

    def _spoil(self, why: str) -> None:
        self.spoilt = self.spoilt or why
        self._line.clear()
        self.group.kill()
