"""The dashboard's side of a worker: starts it when called, calls it, ends it when it misbehaves."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.contract.errors import (
    ProcessError,
    ProcessTimeout,
    WorkerDied,
    WorkerError,
    WorkerGarbage,
    WorkerTimeout,
)
from devdash.workers import launching, wire
from devdash.workers.fleet import Fleet
from devdash.workers.session import Session

T = TypeVar("T")

_CHILD = Path(__file__).with_name("child.py")


class WorkerProcess:
    """A worker of one pane; implements `devdash.api.Worker`.

    Args:
        module: a dotted name or the absolute path of a .py file that defines CALLS.
        fleet: where its processes are accounted for.
        python: the interpreter; devdash's own when None.
        env: changes to the environment.
        idle_s: seconds without a call after which its process is ended; None: it stays.
    """

    def __init__(
        self,
        module: str,
        *,
        fleet: Fleet,
        python: str | None = None,
        env: Mapping[str, str | None] | None = None,
        idle_s: float | None = None,
    ) -> None:
        self._module = module
        self._label = f"the worker {Path(module).stem if module.endswith('.py') else module}"
        self._fleet = fleet
        self._python = python or sys.executable
        self._env = env
        self._lock = asyncio.Lock()
        self._session: Session | None = None
        self._idle_s = idle_s
        self._rest: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The id of its process while that runs."""
        return self._session.group.pid if self._session is not None and self._session.usable else None

    async def call(self, name: str, args: msgspec.Struct | None, reply: type[T], *, timeout: float) -> T:
        """See `devdash.api.Worker.call`.

        A call whose time is over while it waits for an earlier one raises
        `WorkerTimeout` too, but leaves the worker to the earlier one.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                await self._lock.acquire()
        except TimeoutError:
            raise WorkerTimeout(f"{self._label} was busy with earlier calls for {timeout:g} s") from None
        self._stay()
        try:
            session = await self._greeted(deadline, timeout)
            session.calls += 1
            line = await session.exchange(wire.request_line(session.calls, name, args), deadline)
            if line is None:
                raise self._failure(session, timeout)
            return wire.read_answer(line, session.calls, reply)
        except wire.NotAnAnswer as error:
            await self.stop()
            raise WorkerGarbage(f"{self._label} was killed: {error}") from None
        except (WorkerDied, WorkerTimeout, WorkerGarbage, asyncio.CancelledError):
            # What it still answers must not meet a later call.
            await self.stop()
            raise
        finally:
            self._lock.release()
            self._leave_when_idle()

    async def stop(self) -> None:
        """End the process group now. A later call starts it anew."""
        self._stay()
        session, self._session = self._session, None
        if session is not None:
            await session.group.end()

    def _stay(self) -> None:
        """Do not end for want of calls."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    def _leave_when_idle(self) -> None:
        if self._idle_s is not None and self._session is not None:
            self._rest = asyncio.get_running_loop().call_later(self._idle_s, self._leave)

    def _leave(self) -> None:
        """End the process, between two calls; nobody waits for its end, the fleet counts it until then."""
        self._rest = None
        session = self._session
        if session is not None and not self._lock.locked():
            self._session = None
            session.group.kill()

    async def _greeted(self, deadline: float, timeout: float) -> Session:
        """The running session, or a new one that has said hello."""
        if self._session is not None and self._session.usable:
            return self._session
        session = self._session = await self._start(max(0.0, deadline - asyncio.get_running_loop().time()))
        line = await session.first_line(deadline)
        if line is None:
            raise self._failure(session, timeout)
        hello = wire.read_hello(line)
        if hello.error is not None:
            raise WorkerDied(f"{self._label} did not start: {hello.error.message}", hello.error.hint)
        session.greeted = True
        return session

    async def _start(self, timeout: float) -> Session:
        argv = (self._python, str(_CHILD), self._module)
        try:
            launch = await launching.prepare(
                argv, threads=self._fleet.threads, timeout=timeout, env=self._env
            )
            launch = msgspec.structs.replace(launch, feed=True, last_signal=signal.SIGKILL)
            try:
                return await Session.start(self._fleet, launch)
            except OSError as error:
                raise launching.start_failure(launch, error) from error
        except ProcessTimeout as error:
            raise WorkerTimeout(f"{self._label} did not start: {error.message}", error.hint) from error
        except ProcessError as error:
            raise WorkerDied(f"{self._label} did not start: {error.message}", error.hint) from error

    def _failure(self, session: Session, timeout: float) -> WorkerError:
        """Why `session` gave no line."""
        if session.spoilt:
            return WorkerGarbage(f"{self._label} was killed: {session.spoilt}")
        if session.group.gone.done():
            when = "before it answered" if session.greeted else "while it started"
            return WorkerDied(f"{self._label} ended {when} ({session.ending()})")
        doing = "answer" if session.greeted else "start"
        return WorkerTimeout(f"{self._label} did not {doing} within {timeout:g} s and was killed")
