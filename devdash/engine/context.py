"""`Context`: what the dashboard lends to one pane, and takes back when it stops.

The rooms that start threads, programs and workers are imported when a pane first
asks for one of these: not before the first frame.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from devdash.contract.conditions import Conditions
from devdash.contract.context import Completed, Worker
from devdash.contract.settings import Secret
from devdash.engine.past import NO_PAST, Past

if TYPE_CHECKING:
    from devdash.engine.listeners import Listeners
    from devdash.engine.surroundings import Surroundings
    from devdash.engine.watching import Watcher
    from devdash.workers.fleet import Fleet

P = ParamSpec("P")
T = TypeVar("T")


def _always() -> bool:
    return True


class Context:
    """Implements `devdash.api.PaneContext` for one pane.

    Args:
        name: the pane's name.
        folder: the folder of the config file; absolute.
        state_dir, cache_dir: the pane's own folders; need not exist.
        now: the wall clock, aware, in the local time zone.
        monotonic: seconds on a clock that never goes back.
        on_wake: called by `wake`.
        on_rest: the same for the rest of a reading that was told in parts; `on_wake` when absent.
        on_news: called when something has changed where the pane watches.
        on_progress: called by `progress`.
        past: what the history knows.
        listeners: makes what runs the pane's tasks; called with the first of them.
        hidden: the environment variables that its programs and workers do not inherit; asked each time.
        asked: whether the reading under way was asked for.
        stays: whether the pane goes on after this reading.
        dwelt: the row on which the cursor rests.
        surroundings: looks at what the machine lives on; None: nothing is known of it.
    """

    def __init__(
        self,
        *,
        name: str,
        folder: Path,
        state_dir: Path,
        cache_dir: Path,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        on_wake: Callable[[], None],
        on_rest: Callable[[], None] | None = None,
        on_news: Callable[[], None] | None = None,
        on_progress: Callable[[str], None],
        past: Past = NO_PAST,
        listeners: "Callable[[], Listeners] | None" = None,
        hidden: Callable[[], Collection[str]] = tuple,
        asked: Callable[[], bool] = _always,
        stays: Callable[[], bool] = _always,
        dwelt: Callable[[], str | None] = lambda: None,
        surroundings: "Callable[[], Surroundings] | None" = None,
    ) -> None:
        self._name = name
        self._folder = folder
        self._state_dir = state_dir
        self._cache_dir = cache_dir
        self._now = now
        self._monotonic = monotonic
        self._on_wake = on_wake
        self._on_rest = on_rest or on_wake
        self._on_news = on_news or on_wake
        self._on_progress = on_progress
        self._past = past
        self._hidden = hidden
        self._asked = asked
        self._stays = stays
        self._dwelt = dwelt
        self._surroundings = surroundings
        self._make_listeners = listeners or _plain_listeners
        self._listeners: Listeners | None = None
        self._watcher: Watcher | None = None
        self._closed = False

    @cached_property
    def _fleet(self) -> "Fleet":
        from devdash.workers.fleet import Fleet

        return Fleet()

    @property
    def name(self) -> str:
        """The pane's name."""
        return self._name

    @property
    def folder(self) -> Path:
        """The folder of the config file; absolute."""
        return self._folder

    @property
    def state_dir(self) -> Path:
        """The pane's folder for what must last."""
        return self._state_dir

    @property
    def cache_dir(self) -> Path:
        """The pane's folder for what can be made again."""
        return self._cache_dir

    @property
    def history_file(self) -> Path | None:
        """The SQLite file of devdash's own history; None when there is none."""
        return self._past.file

    @property
    def asked(self) -> bool:
        """Whether the reading under way was asked for; see `PaneContext.asked`."""
        return self._asked()

    @property
    def dwelt(self) -> str | None:
        """The row on which the cursor rests; see `PaneContext.dwelt`."""
        return self._dwelt()

    @property
    def stays(self) -> bool:
        """Whether the pane goes on after this reading; see `PaneContext.stays`."""
        return self._stays()

    def now(self) -> datetime:
        """The wall clock, aware, in the local time zone."""
        return self._now()

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return self._monotonic()

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        stdin: bytes = b"",
        limit: int = 16 * 1024 * 1024,
    ) -> Completed:
        """Run a program to its end; see `PaneContext.run`."""
        from devdash.workers import process

        return await process.run(
            argv,
            timeout=timeout,
            cwd=cwd,
            env=self._without_hidden(env),
            stdin=stdin,
            limit=limit,
            fleet=self._fleet,
        )

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short blocking function in a daemon thread; see `DaemonThreads.call` for limits."""
        return await self._fleet.threads.call(function, *args, **kwargs)

    def worker(
        self,
        module: str,
        *,
        python: str | None = None,
        env: Mapping[str, str | None] | None = None,
        idle_s: float | None = None,
    ) -> Worker:
        """A helper process that serves the calls of `module`; started by its first call."""
        from devdash.workers.host import WorkerProcess

        hidden = self._without_hidden(env)
        return WorkerProcess(module, fleet=self._fleet, python=python, env=hidden, idle_s=idle_s)

    def _without_hidden(self, env: Mapping[str, str | None] | None) -> dict[str, str | None]:
        return {**dict.fromkeys(self._hidden()), **(env or {})}

    async def history(
        self, series: str, *, item: str = "", span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """Past samples of this pane; see `PaneContext.history`."""
        return await self._past.series(self._name, series, item, span_s=span_s, points=points)

    def task(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Keep `work` running beside the readings; see `PaneContext.task`."""
        if self._listeners is None:
            self._listeners = self._make_listeners()
        self._listeners.add(f"{self._name}: {name}", work)

    async def conditions(self) -> Conditions:
        """What the machine lives on; see `PaneContext.conditions`."""
        return Conditions() if self._surroundings is None else await self._surroundings().look(self.in_thread)

    async def reveal(self, secret: Secret) -> str:
        """Follow a reference to a secret; raises `Unavailable`."""
        from devdash.engine import secrets

        return await secrets.reveal(secret, self)

    def wake(self, *, rest: bool = False) -> None:
        """Ask for a reading soon; see `PaneContext.wake`."""
        (self._on_rest if rest else self._on_wake)()

    def watch(self, paths: Iterable[Path]) -> None:
        """Ask for a reading whenever something changes at `paths`; see `PaneContext.watch`."""
        if self._watcher is None and not self._closed:
            from devdash.engine.watching import Watcher

            self._watcher = Watcher(self._on_news, asyncio.get_running_loop())
        if self._watcher is not None:
            self._watcher.watch(paths)

    def progress(self, text: str) -> None:
        """Say what a long reading or action is doing."""
        self._on_progress(text)

    async def close(self) -> None:
        """End all tasks, programs and workers of the pane within about half a second.

        What is called afterwards is refused.
        """
        self._closed = True
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None
        if self._listeners is not None:
            await self._listeners.close()
        await self._fleet.close()


def _plain_listeners() -> "Listeners":
    """Listeners on the machine's own clock, with nothing that interrupts them."""
    from devdash.engine.clock import SystemClock
    from devdash.engine.guard import StepGuard
    from devdash.engine.listeners import Listeners

    return Listeners(SystemClock(), StepGuard())
