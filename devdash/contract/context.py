"""What the dashboard lends to a pane: clocks, processes, workers, secrets."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec

from devdash.contract.conditions import Conditions
from devdash.contract.settings import Secret

P = ParamSpec("P")
T = TypeVar("T")


class Completed(msgspec.Struct, frozen=True):
    """A program that has ended.

    Attributes:
        code: its exit code; negative: the signal that ended it.
        out: what it wrote to standard output.
        err: what it wrote to standard error.
    """

    code: int
    out: bytes
    err: bytes


class Worker(Protocol):
    """A helper process of one pane that answers calls, one at a time, in order.

    It is started by the first call and started anew by the next call after it
    ended. It runs in its own session and is killed as a group: on a timeout,
    when the pane stops, and by the kernel when devdash dies for whatever reason.
    """

    async def call(self, name: str, args: msgspec.Struct | None, reply: type[T], *, timeout: float) -> T:
        """Call the handler `name` with the fields of `args` as keyword arguments.

        Args:
            args: a struct; None for no arguments.
            reply: the type that the answer is converted to (and checked against).
            timeout: seconds for this call, the start of the process included.
                The time that a call waits for an earlier one counts too.

        Raises:
            WorkerTimeout: no answer in time; the worker was killed.
            WorkerDied: it ended first, or did not start.
            WorkerGarbage: the answer is not one, or is not a `reply`.
            WorkerFailed: the handler raised; its kind and message.
        """
        ...

    async def stop(self) -> None:
        """End the process group now. A later call starts it anew."""
        ...


class PaneContext(Protocol):
    """Everything a pane needs from the dashboard. Given to `Pane.__init__`.

    All methods are called on the event loop's thread.
    """

    @property
    def name(self) -> str:
        """The pane's name: its table in devdash.toml."""
        ...

    @property
    def folder(self) -> Path:
        """The folder of the config file (the current one when there is none); absolute."""
        ...

    @property
    def state_dir(self) -> Path:
        """A folder of this pane's own for what must last. May not exist and may not be writable."""
        ...

    @property
    def cache_dir(self) -> Path:
        """A folder of this pane's own for what can be made again. May not exist and may not be writable."""
        ...

    @property
    def history_file(self) -> Path | None:
        """The SQLite file of devdash's own history; None when it is kept elsewhere or not at all.

        It belongs to devdash: a pane may ask it, never change what is in it. It may not exist yet.
        """
        ...

    @property
    def asked(self) -> bool:
        """Whether the reading under way was asked for, by a person or by an action that has just ended.

        Then a pane looks for itself. Else it may take what it knows where nothing tells of a change.
        """
        ...

    @property
    def dwelt(self) -> str | None:
        """The key of the row on which the cursor rests while the pane has the focus; else None.

        Somebody looks at it: what is too dear to be looked at each time can be, for this one. Only panes
        with `looks_closer` are told.
        """
        ...

    @property
    def stays(self) -> bool:
        """Whether the pane goes on after this reading: in the dashboard and the watch it does.

        `status`, `check` and `run` read once: there nothing is begun that is for later.
        """
        ...

    def now(self) -> datetime:
        """The wall clock, aware, in the local time zone."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean something."""
        ...

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
        """Run a program to its end: no shell, no terminal, its own session.

        Args:
            argv: the program and its arguments.
            timeout: seconds; then its process group gets SIGTERM, and SIGKILL soon after.
            env: changes to the environment; None as a value removes the variable. Variables that
                devdash.toml names as secrets of others, `{ env = … }`, are not inherited.
            stdin: what it reads; then end of file.
            limit: bytes of output (each stream) beyond which it is killed.

        Returns:
            The completed program, whatever its exit code.

        Raises:
            ProgramMissing: there is no such program.
            ProcessTimeout: it was killed after `timeout`.
            OutputTooLarge: it was killed for its output.
            asyncio.CancelledError: the caller was cancelled; the group is killed first.
        """
        ...

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short blocking function in a daemon thread, so that it cannot hold up the loop or the exit.

        A thread cannot be killed: for what may hang for good, use `run` or a worker.
        """
        ...

    def worker(
        self,
        module: str,
        *,
        python: str | None = None,
        env: Mapping[str, str | None] | None = None,
        idle_s: float | None = None,
    ) -> Worker:
        """A helper process that serves the calls of `module`.

        Args:
            module: a dotted name, or the absolute path of a .py file. It defines
                `CALLS`, a mapping of names to functions that take keyword
                arguments and return what `json` can write. It is imported in the
                worker only.
            python: the interpreter; devdash's own when None.
            env: changes to its environment, as for `run`.
            idle_s: seconds without a call after which the process is ended, for the memory it would
                hold; 0 for one that is wanted for a single call. The next call starts another.
                None: it stays until `stop` or the pane's end.
        """
        ...

    async def history(
        self, series: str, *, item: str = "", span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """Past samples of this pane: the means of `points` equal steps of the last `span_s` seconds.

        Oldest first; None for a step without a sample. Empty where there is no history to be had:
        that costs a chart and nothing else, so nothing is raised for it. It may take a second.
        """
        ...

    def task(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Keep `work` running beside the readings, as a listener that calls `wake`.

        When it ends or raises it is begun again after a pause that grows from 1 s to 5 min. It is
        cancelled when the pane stops. A step of it that holds the loop is interrupted. `PaneError` is
        expected and logged once; anything else is logged as a bug of the pane.
        """
        ...

    async def conditions(self) -> Conditions:
        """What the machine lives on, as of the last half minute: for work that can wait. Raises nothing."""
        ...

    async def reveal(self, secret: Secret) -> str:
        """Follow a reference to a secret.

        Raises:
            Unavailable: it leads nowhere; the message names the reference, never a secret.
        """
        ...

    def wake(self, *, rest: bool = False) -> None:
        """Ask for a reading soon, because something changed. Calls in quick succession are one.

        Args:
            rest: it will tell the rest of what the last one told in part. The next timed reading is not put
                off by it, as it is by others: what answers at once keeps its pace beside what is slow.
        """
        ...

    def watch(self, paths: Iterable[Path]) -> None:
        """Ask for a reading soon whenever something changes at `paths`, instead of those named before.

        It only saves waiting for the interval: what it tells may be late, too much, or, on drives of the
        network, nothing at all. So compare, and look at the interval too. Cheap when the paths are the same.

        Args:
            paths: absolute. A file, which need not be there; of a folder, whatever lies directly in it.
        """
        ...

    def progress(self, text: str) -> None:
        """Say what a long reading or action is doing; shown in the pane's header until it ends."""
        ...
