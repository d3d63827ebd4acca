"""The archive: the database behind a worker process that is started when asked and ended when idle.

A start costs 0.3 s of a processor and the process 45 MiB, so it is there only while somebody asks.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.config.history import HistoryConfig, Store
from devdash.contract.context import Completed
from devdash.contract.errors import DevdashError, PaneError, WorkerError, WorkerFailed, WorkerTimeout
from devdash.contract.settings import SecretEnv
from devdash.engine import secrets
from devdash.engine.clock import Clock
from devdash.history.place import SQLITE, sqlite_name
from devdash.history.wire import Database, Opened, OpenRequest, State
from devdash.workers import process
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

T = TypeVar("T")

log = logging.getLogger(__name__)

WORKER = "devdash.history.worker"

IDLE_S = 60.0
"""An idle worker is ended after this."""

BRIEF_S = 1.0
"""The same for one that nobody has asked anything: it was only given records, and is needed no more."""

OPEN_TIMEOUT_S = 60.0
"""For a start with migrations of a large database."""

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 900.0
"""How long nobody but a person tries again after a failure; doubled from the first to this."""

_SERVES = (State.READY, State.SET_ASIDE)

_STILL_OPEN = (State.FULL, State.READ_ONLY, State.LOCKED)
"""Nothing can be stored now, but perhaps asked."""


class HistoryUnavailable(DevdashError):
    """The history cannot be asked now; the message and hint are for a person, without secrets."""

    def __init__(self, state: State, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.state = state

    @property
    def kind(self) -> str:  # type: ignore[override]  # narrows the class constant to the state
        """The state's word."""
        return self.state.value


class CallFailed(HistoryUnavailable):
    """The databases are open, but this call came to nothing that has a name."""


class Archive:
    """The databases of `config`, or the file `own`.

    Args:
        config: what `[history]` says.
        folder: where relative paths and secrets' files start.
        own: devdash's own file; used when `config` names no databases.
        fleet: where the worker is accounted for.
        worker: the module that serves.

    Attributes:
        state: as of the last call; READY before the first.
        trouble, hint: why it does not serve, or what it had to do to serve; "" when all is well.
    """

    def __init__(
        self,
        config: HistoryConfig,
        *,
        folder: Path,
        own: Path,
        fleet: Fleet,
        clock: Clock,
        worker: str = WORKER,
    ) -> None:
        self.state = State.READY
        self.trouble = self.hint = ""
        self._config = config
        self._folder = folder
        self._own = own
        self._clock = clock
        self._means = _Means(folder, fleet)
        self._worker = WorkerProcess(worker, fleet=fleet, env=_environment(config))
        self._opened_pid: int | None = None
        self._busy = asyncio.Lock()
        self._used = asyncio.Event()
        self._idler: asyncio.Task[None] | None = None
        self._idle_s = 0.0
        self._closed = False
        self._pause_s = FIRST_PAUSE_S
        self._not_before = float("-inf")

    @property
    def rests(self) -> bool:
        """A failure was so recent that only a person's question is worth another try."""
        return self._clock.elapsed() < self._not_before

    @property
    def pid(self) -> int | None:
        """The worker's process while there is one."""
        return self._worker.pid

    async def call(
        self, name: str, args: msgspec.Struct, reply: type[T], *, timeout: float, brief: bool = False
    ) -> T:
        """Have the worker do `name`; starts it and opens the databases first where need be.

        Args:
            brief: nobody will ask more because of this; it does not keep the worker.

        Raises:
            HistoryUnavailable: it cannot be done now.
        """
        async with self._busy:
            self._refuse_when_closed()
            self._stay_awake(BRIEF_S if brief else IDLE_S)
            try:
                found = await self._opened_call(name, args, reply, timeout)
            except HistoryUnavailable as error:
                self._refuse_when_closed()  # its end is our doing, and no fault
                self._note(error.state, error.message, error.hint)
                self._not_before = self._clock.elapsed() + self._pause_s
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
                if error.state not in _STILL_OPEN:
                    await self._stop()
                raise
            finally:
                self._used.set()
            if self.state not in _SERVES and (name == "ingest" or self.state not in _STILL_OPEN):
                self._note(State.READY, "", "")
            self._not_before, self._pause_s = float("-inf"), FIRST_PAUSE_S
            return found

    async def close(self) -> None:
        """End the worker now, and for good."""
        self._closed = True
        if self._idler is not None:
            self._idler.cancel()
        await self._stop()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise HistoryUnavailable(State.NOT_OPEN, "the history is closed: devdash ends") from None

    async def _opened_call(self, name: str, args: msgspec.Struct, reply: type[T], timeout: float) -> T:
        if self._worker.pid is None or self._worker.pid != self._opened_pid:
            await self._open()
        try:
            return await _translated(self._worker.call(name, args, reply, timeout=timeout))
        except HistoryUnavailable as error:
            if error.state is State.NOT_OPEN:  # another process: the one that was open has ended meanwhile
                await self._open()
            elif error.state is State.SET_ASIDE:  # it was damaged just now, and serves again
                self._note(error.state, error.message, error.hint)
            elif error.state is State.FAILED:
                raise CallFailed(error.state, error.message, error.hint) from None
            else:
                raise
        return await _translated(self._worker.call(name, args, reply, timeout=timeout))

    async def _open(self) -> None:
        request = OpenRequest(databases=await self._databases(), host=self._config.host or _host())
        opened = await _translated(self._worker.call("open", request, Opened, timeout=OPEN_TIMEOUT_S))
        if opened.state not in _SERVES:
            raise HistoryUnavailable(opened.state, opened.message, opened.hint)
        if opened.state is State.SET_ASIDE:
            self._note(opened.state, opened.message, opened.hint)
        self._opened_pid = self._worker.pid

    async def _databases(self) -> dict[str, Database]:
        if not self._config.databases:
            return {"default": Database(ENGINE=SQLITE, NAME=str(self._own))}
        return {alias: await self._database(store) for alias, store in self._config.databases.items()}

    async def _database(self, store: Store) -> Database:
        password = ""
        if store.PASSWORD is not None:
            try:
                password = await secrets.reveal(store.PASSWORD, self._means)
            except PaneError as error:
                raise HistoryUnavailable(State.REFUSED, error.message, error.hint) from None
        return Database(
            ENGINE=store.ENGINE,
            NAME=sqlite_name(store, self._folder) or store.NAME,
            HOST=store.HOST,
            PORT=store.PORT,
            USER=store.USER,
            PASSWORD=password,
            OPTIONS=store.OPTIONS,
        )

    def _note(self, state: State, trouble: str, hint: str) -> None:
        """Remember how it is; log it when it changes."""
        if (state, trouble) != (self.state, self.trouble):
            log.warning("history: %s", trouble or "it serves again")
        self.state, self.trouble, self.hint = state, trouble, hint

    def _stay_awake(self, seconds: float) -> None:
        self._idle_s = max(self._idle_s, seconds)
        self._used.set()
        if self._idler is None:
            work = self._sleep_when_idle()
            self._idler = asyncio.get_running_loop().create_task(work, name="history idler")

    async def _sleep_when_idle(self) -> None:
        """End the worker when nobody has used it for `IDLE_S`, or `BRIEF_S`."""
        while self._used.is_set() or self._busy.locked():
            self._used.clear()
            await self._clock.wait(self._used, self._idle_s)
        async with self._busy:  # free, so it is taken at once; who calls now waits for the end
            self._idler = None
            self._idle_s = 0.0
            await self._stop()

    async def _stop(self) -> None:
        self._opened_pid = None
        await self._worker.stop()


class _Means:
    """What following a reference to a secret needs; implements `secrets.Means`."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        self._folder = folder
        self._fleet = fleet

    @property
    def folder(self) -> Path:
        return self._folder

    async def run(self, argv: Sequence[str], *, timeout: float, cwd: Path | None = None) -> Completed:
        return await process.run(argv, timeout=timeout, cwd=cwd, fleet=self._fleet)

    def in_thread(self, function: Callable[[], str | None]) -> Awaitable[str | None]:
        return self._fleet.threads.call(function)


async def _translated(call: Awaitable[T]) -> T:
    """What `call` comes to; its failure as one of the history's."""
    try:
        return await call
    except WorkerFailed as error:
        try:
            state, message = State(error.failure), error.message
        except ValueError:
            state, message = State.FAILED, f"the history's worker failed: {error.message}"
        raise HistoryUnavailable(state, message, error.hint) from None
    except WorkerTimeout:
        raise HistoryUnavailable(
            State.SERVER_DOWN,
            "the history's database does not answer",
            "Look at its server or disk; it is tried again.",
        ) from None
    except WorkerError as error:
        message = f"the history cannot be asked: {error.message}"
        raise HistoryUnavailable(State.FAILED, message, error.hint) from None
    except PaneError as error:
        raise HistoryUnavailable(State.FAILED, error.message, error.hint) from None


def _environment(config: HistoryConfig) -> dict[str, str | None]:
    """No passwords; and English, since failures are told by words where there is no code."""
    sources = [store.PASSWORD.source for store in config.databases.values() if store.PASSWORD is not None]
    hidden = {source.env: None for source in sources if isinstance(source, SecretEnv)}
    return {**hidden, "LC_ALL": "C.UTF-8", "LANGUAGE": None}


def _host() -> str:
    return socket.gethostname() or "localhost"
