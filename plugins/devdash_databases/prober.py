"""Asks the probes: which alias lives in which worker, and what their failures mean.

SQLite aliases share one worker, each server has its own (why: docs/databases.md,
"How many processes"); files that answer at once need none. A probe in which
something hung is killed at once and started anew by the next ping; of one that
ended, or fell silent as a whole, see `apart`.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

import msgspec

from devdash.api import PaneContext, PaneError, Unavailable, Worker, WorkerError
from devdash_databases import apart, wire
from devdash_databases.aliases import Target
from devdash_databases.config import START_S, DatabasesConfig
from devdash_databases.patient import GRACE_S
from devdash_databases.probing import engines
from devdash_databases.quick_look import QuickLook
from devdash_databases.routes.asked import Asked, AskRoutes, Routes, Surveyed, read_survey
from devdash_databases.states import State

PROBE = "devdash_databases.probe"

FILES_IDLE_S = 20.0
"""Seconds without a ping after which a worker without Django ends: it is soon there again and keeps nothing
open. Where the last two lay as far apart, as while nobody looks, it ends at once: its memory is dearer."""


class _Group:
    """The aliases of one worker.

    `connected` is what the running worker was given; empty when it was given nothing yet.
    `quick` is for a worker that has no Django in it: it asks before, so that there may be none.
    """

    def __init__(self, targets: Sequence[Target], worker: Worker, quick: QuickLook | None) -> None:
        self.targets = tuple(targets)
        self.worker = worker
        self.busy = asyncio.Lock()
        self.connected: frozenset[str] = frozenset()
        self._quick = quick
        self._asked_at: float | None = None

    async def look(self, targets: Sequence[Target], questions: wire.Questions) -> tuple[wire.Ping, ...]:
        """The answers of those that need no worker to be asked."""
        if self._quick is None or questions.get(engines.SQLITE):
            return ()
        return await self._quick.ask(targets)

    async def rest(self, now: float) -> None:
        """After a ping at `now`, in seconds of one clock: end what is not worth keeping to the next."""
        before, self._asked_at = self._asked_at, now
        if self._quick is not None and before is not None and now - before > FILES_IDLE_S:
            await self.stop()

    async def stop(self) -> None:
        """End the worker; the next ping starts and connects it anew."""
        self.connected = frozenset()
        await self.worker.stop()


class Prober:
    """The workers of one pane.

    Args:
        config: the pane's table.
        context: the pane's context.
        targets: every alias, the skipped ones included.

    Attributes:
        title: what stands above the aliases.
        django: the version that asked, or "".
        trouble: None: there is nothing to load.
    """

    def __init__(self, config: DatabasesConfig, context: PaneContext, targets: tuple[Target, ...]) -> None:
        self._config = config
        self._context = context
        self._targets = targets
        self._python_path = tuple(str(context.folder / folder) for folder in config.python_path)
        self._env: dict[str, str | None] = {
            **dict.fromkeys(config.secret_variables),
            "LC_ALL": "C.UTF-8",  # failures are told by English messages where drivers give no code
            "LANGUAGE": None,
        }
        self._groups = tuple(map(self._group, _divide(targets)))
        self.title = config.project
        self.django = ""
        self.trouble: wire.Trouble | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every alias, the skipped ones included."""
        return self._targets

    def _group(self, targets: Sequence[Target]) -> _Group:
        is_light = all(engines.is_plain(target.settings) for target in targets)
        worker = self._worker(FILES_IDLE_S if is_light else None)
        return _Group(targets, worker, QuickLook(self._context) if is_light else None)

    def _worker(self, idle_s: float | None = None) -> Worker:
        return self._context.worker(PROBE, env=self._env, idle_s=idle_s)

    async def ping(
        self,
        aliases: Iterable[str] | None = None,
        questions: wire.Questions | None = None,
        paused: frozenset[str] = frozenset(),
        early: wire.Early = wire.unheard,
    ) -> tuple[wire.Ping, ...]:
        """Ping those that are asked at all, all workers side by side; in the config's order.

        Args:
            aliases: which; None: all.
            questions: what is asked of those that answer.
            paused: aliases that are not asked, and told as such.
            early: is given the answers of each worker as they come.
        """
        wanted = (
            frozenset(target.alias for target in self._targets) if aliases is None else frozenset(aliases)
        )
        asked = questions or {}
        answers = await asyncio.gather(
            *(wire.told(early, self._ping_group(group, wanted - paused, asked)) for group in self._groups)
        )
        found = {answer.alias: answer for group in answers for answer in group}
        skipped = {
            target.alias: wire.Ping(alias=target.alias, state=target.skipped, vendor=target.vendor)
            for target in self._targets
            if target.skipped is not None
        }
        resting = {
            target.alias: wire.Ping(alias=target.alias, state=State.PAUSED, vendor=target.vendor)
            for target in self._targets
            if target.alias in paused
        }
        known = skipped | resting | found
        return tuple(known[target.alias] for target in self._targets if target.alias in known.keys() & wanted)

    async def create_own(self, path: str) -> str:
        """Make devdash's own file unless it is there; the type of the exception that prevented it, or ""."""
        group = self._groups[0]
        async with group.busy:
            try:
                made = await group.worker.call(
                    "create", wire.Create(path), wire.Created, timeout=self._config.attempt_s
                )
            except WorkerError as error:
                return type(error).__name__
        return made.failure

    async def survey(self, asked: Asked) -> Surveyed:
        """Ask the routers of devdash.toml; see `scanner.Surveyor`."""
        databases: dict[str, dict[str, wire.Setting]] = {
            target.alias: dict(target.settings) for target in self._targets
        }
        for target in self._targets:
            if target.alias in asked.live:
                databases[target.alias]["PASSWORD"] = await self.password(target)
        config = self._config
        args = AskRoutes(
            databases, config.routers, config.apps, float(config.ping_timeout), asked, self._python_path
        )
        worker = self._worker()
        try:
            told = await worker.call("routes", args, Routes, timeout=config.attempt_s)
        finally:
            await worker.stop()
        return Surveyed(told.failures, await self._context.in_thread(read_survey, told.survey), told.files)

    async def _ping_group(
        self, group: _Group, wanted: frozenset[str], questions: wire.Questions
    ) -> tuple[wire.Ping, ...]:
        targets = tuple(target for target in group.targets if target.alias in wanted)
        if not targets:
            return ()
        async with group.busy:
            told = await group.look(targets, questions)
            known = {ping.alias for ping in told}
            left = tuple(target for target in targets if target.alias not in known)
            return (*told, *await self._ping_left(group, left, questions)) if left else told

    async def _ping_left(
        self, group: _Group, targets: tuple[Target, ...], questions: wire.Questions
    ) -> tuple[wire.Ping, ...]:
        """Ping through the group's worker; one alias for which it ends costs only itself."""

        def attempt(some: tuple[Target, ...]) -> Awaitable[tuple[wire.Ping, ...]]:
            return self._attempt(group, some, questions)

        pings = await apart.ask(targets, attempt, group.stop, _unnoted, self._config.attempt_s)
        await group.rest(self._context.monotonic())
        return pings

    async def _attempt(
        self, group: _Group, targets: tuple[Target, ...], questions: wire.Questions
    ) -> tuple[wire.Ping, ...]:
        """Ping within one life of the worker.

        Raises:
            WorkerError: it ended, or did not answer at all.
            TimeoutError: all of it together, the passwords included, took too long.
        """
        async with asyncio.timeout(self._config.attempt_s):
            missing = () if group.connected else await self._connect(group)
            answer = await self._ask(group, targets, questions)
            if not answer.connected:  # a new worker: the old one ended since the last ping
                missing = await self._connect(group)
                answer = await self._ask(group, targets, questions)
        if answer.hung or missing or any(ping.state is State.AUTH for ping in answer.pings):
            # A hung thread ends only with its process; and a new process follows the references anew.
            await group.stop()
        vendors = {target.alias: target.vendor for target in targets}
        told = (
            msgspec.structs.replace(ping, vendor=ping.vendor or vendors[ping.alias]) for ping in answer.pings
        )
        return (*told, *(ping for ping in missing if ping.alias in vendors))

    async def _ask(self, group: _Group, targets: tuple[Target, ...], questions: wire.Questions) -> wire.Pings:
        aliases = tuple(target.alias for target in targets if target.alias in group.connected)
        if not aliases:
            return wire.Pings(connected=True, pings=(), hung=())
        timeout = float(self._config.ping_timeout)
        args = wire.PingAll(aliases, timeout, questions)
        return await group.worker.call("ping", args, wire.Pings, timeout=timeout + GRACE_S)

    async def _connect(self, group: _Group) -> tuple[wire.Ping, ...]:
        """Give a new worker its settings, passwords included; the aliases whose password is not to be had."""
        databases: dict[str, dict[str, wire.Setting]] = {}
        missing: list[wire.Ping] = []
        for target in group.targets:
            try:
                secret = await self.password(target)
            except PaneError as error:
                missing.append(_untold(target, State.SECRET_MISSING, type(error).__name__, error.message))
                continue
            databases[target.alias] = {**target.settings, "PASSWORD": secret}
        if databases:
            args = wire.Connect(databases, float(self._config.ping_timeout), self._python_path)
            connected = await group.worker.call(
                "connect", args, wire.Connected, timeout=self._config.attempt_s
            )
            self.django = connected.django
        group.connected = frozenset(databases)
        return tuple(missing)

    async def password(self, target: Target) -> str:
        """The alias's password; "" for none.

        A reference that does not answer ends before the attempt does: it tells
        nothing of the probe, so no second attempt should wait for it.

        Raises:
            PaneError: it is not to be had.
        """
        if target.password is None:
            return ""
        limit = self._config.attempt_s - START_S
        try:
            async with asyncio.timeout(limit):
                return await self._context.reveal(target.password)
        except TimeoutError:
            raise Unavailable(f"what PASSWORD refers to gave nothing within {limit:g} s") from None


def _divide(targets: Iterable[Target]) -> tuple[tuple[Target, ...], ...]:
    """The aliases that share a worker: SQLite's one, every other its own."""
    asked = [target for target in targets if target.skipped is None]
    files = tuple(target for target in asked if target.vendor == engines.SQLITE)
    servers = tuple((target,) for target in asked if target.vendor != engines.SQLITE)
    return (files, *servers) if files else servers


def _unnoted(alias: str) -> None:
    """The next reading finds out again: here nothing is kept of aliases that end their worker."""


def _untold(target: Target, state: State, kind: str, note: str = "") -> wire.Ping:
    return wire.Ping(alias=target.alias, state=state, vendor=target.vendor, kind=kind, note=note)
