"""The engine: all panes of one config, alive on the current event loop."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from devdash.config.model import PaneSpec, Settings
from devdash.contract.actions import Action, Outcome, Value
from devdash.contract.levels import Level
from devdash.contract.pane import Pane
from devdash.contract.rules import Rule
from devdash.engine.acting import Asked, Desk, RequestProblem
from devdash.engine.clock import Clock, SystemClock
from devdash.engine.containment import Containment
from devdash.engine.context import Context
from devdash.engine.guard import StepGuard
from devdash.engine.heartbeat import beat
from devdash.engine.past import NO_PAST, Past
from devdash.engine.places import cache_root, make_private, state_root
from devdash.engine.registry import PaneTable
from devdash.engine.runner import Runner
from devdash.engine.schedule import catch_up_delay
from devdash.engine.snapshot import Phase, Snapshot, first_snapshot

if TYPE_CHECKING:
    from devdash.contract.view import Block
    from devdash.engine.assisting import Draft
    from devdash.engine.listeners import Listeners
    from devdash.engine.surroundings import Surroundings

Listener = Callable[[Snapshot], None]
R = TypeVar("R")

STEP_TIMEOUT_S = 1.0
"""For a plug-in's code that only computes."""

START_STEP_S = 0.02
"""At start, panes begin this far apart, so that their first readings do not pile up in one frame."""


class Deed(msgspec.Struct, frozen=True):
    """An action that was done, or tried.

    Attributes:
        item: the row that it was about, or several, joined by ", "; or None.
        level: the outcome's: OK, ATTENTION or CRITICAL.
        message: the outcome's sentence.
        took_s: seconds.
    """

    pane: str
    action: str
    item: str | None
    level: Level
    message: str
    took_s: float


DeedListener = Callable[[Deed], None]


class Places(msgspec.Struct, frozen=True):
    """The roots below which every pane gets folders of its own."""

    state: Path
    cache: Path


class Member(msgspec.Struct, frozen=True):
    """A pane's table, its supervisor and what it was lent."""

    spec: PaneSpec
    runner: Runner
    context: Context


class Engine:
    """Runs the panes of `settings`. Use it as an async context manager.

    Every change of a pane is published to the listeners, on the loop, as a
    `Snapshot`. A listener must be quick and must not raise.
    """

    def __init__(
        self,
        settings: Settings,
        registry: PaneTable,
        *,
        clock: Clock | None = None,
        places: Places | None = None,
        past: Past = NO_PAST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._registry = registry
        self._places = places or Places(state_root(), cache_root())
        self._past = past
        self._chance = chance
        self._guard = StepGuard()
        self._desk = Desk(settings.policy.policy(), self._guard)
        self._members: dict[str, Member] = {}
        self._listeners: list[Listener] = []
        self._deed_listeners: list[DeedListener] = []
        self._heart: asyncio.Task[None] | None = None
        self._left = False
        self._seen: set[str] | None = None
        self._relied_on: dict[str, float] = {}
        for spec in settings.panes:
            self._members[spec.name] = self._join(spec)

    async def __aenter__(self) -> "Engine":
        self._guard.__enter__()
        with suppress(OSError):  # a home that cannot be written costs what would be kept there, no more
            make_private(self._places.state)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left = True
        if self._heart is not None:
            self._heart.cancel()
        await self._leave(self._members.values())
        self._guard.__exit__(kind, error, trace)

    async def warm(self) -> None:
        """Import the plug-ins beside the loop, so that neither keys nor frames wait for it. See `warming`."""
        from devdash.engine.warming import warm

        plugins = (member.spec.plugin for member in self._members.values() if member.spec.config is not None)
        await warm(self._registry, plugins)

    def start(self) -> None:
        """Begin to read all panes, each at its own pace, and go on until the engine is left."""
        for position, member in enumerate(self._members.values()):
            member.runner.start(position * START_STEP_S)
        self._heart = asyncio.create_task(beat(self.clock, self._review, self._resume), name="heartbeat")

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """All panes as they are now, in the order of the config."""
        return tuple(member.runner.snapshot for member in self._members.values())

    def snapshot(self, name: str) -> Snapshot:
        """The pane `name` as it is now. Raises KeyError."""
        return self._members[name].runner.snapshot

    def actions(self, name: str) -> tuple[Action, ...]:
        """What can be done in the pane `name`; builds the pane if need be. Raises KeyError."""
        runner = self._members[name].runner
        runner.prepare()
        return runner.actions

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every change. Returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def subscribe_deeds(self, listener: DeedListener) -> Callable[[], None]:
        """Tell `listener` of every action that was done. Returns what ends that."""
        self._deed_listeners.append(listener)
        return lambda: self._deed_listeners.remove(listener)

    def rules(self, name: str) -> tuple[Rule[Any], ...]:
        """The alert rules of the pane `name`; builds the pane if need be. Raises KeyError."""
        runner = self._members[name].runner
        runner.prepare()
        return runner.rules

    async def contain(self, step: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Run a plug-in's code that is no reading, such as a rule's conditions.

        Raises:
            LoopHeld: it held the loop, and was interrupted.
            Overrun, PluginExit: as for a reading.
            Exception: whatever it raised.
        """
        return await Containment(self._guard).run(STEP_TIMEOUT_S, step)

    def refresh(self, names: Iterable[str] | None = None) -> None:
        """Read these panes (all, when None) now."""
        for name in tuple(self._members) if names is None else names:
            self._members[name].runner.refresh()

    def toggle_pause(self, name: str) -> bool:
        """Pause the pane, or end its pause. Returns whether it is paused now."""
        runner = self._members[name].runner
        if runner.paused:
            runner.refresh()
        else:
            runner.pause()
        return runner.paused

    def show(self, visible: Iterable[str]) -> None:
        """Tell which panes are on the screen; the others are read less often."""
        self._seen = set(visible)
        self._pace()

    def dwell(self, name: str, item: str | None) -> None:
        """Tell that the cursor rests on the row `item` of the pane `name`; None: on none any more."""
        if (member := self._members.get(name)) is not None:  # it may just have been taken out
            member.runner.dwell(item)

    def rely_on(self, panes: Mapping[str, float]) -> None:
        """Tell how often, in seconds, panes are to be read for their alerts' sake while nobody sees them.

        Those that are not named rest, as far as they are not seen.
        """
        if panes != self._relied_on:
            self._relied_on = dict(panes)
            self._pace()

    def _pace(self) -> None:
        for name, member in self._members.items():
            seen = self._seen is None or name in self._seen
            member.runner.show(seen, self._relied_on.get(name))

    async def read_once(self, names: Iterable[str]) -> tuple[Snapshot, ...]:
        """Read each of these panes once, side by side, and return their snapshots."""
        runners = [self._members[name].runner for name in names]
        await asyncio.gather(*(r.read_once() for r in runners if r.snapshot.phase is not Phase.BROKEN))
        return tuple(runner.snapshot for runner in runners)

    async def ask(
        self,
        name: str,
        action: str,
        item: str | None,
        values: Mapping[str, str],
        column: str | None = None,
        items: Sequence[str] = (),
    ) -> Asked:
        """Check a wish and fetch its question; see `Desk.ask`."""
        runner = self._runner(name)
        runner.prepare()
        return await self._desk.ask(runner, action, item, values, column, items)

    async def open(self, name: str, item: str, column: str) -> "tuple[Block, ...] | None":
        """What a cell opens; see `open_cell`."""
        from devdash.engine.assisting import open_cell

        return await open_cell(self._guard, self._runner(name), item, column)

    async def complete(self, name: str, draft: "Draft", field: str) -> tuple[str, ...]:
        """What could be meant in a field of a form; see `Assistant.complete`."""
        from devdash.engine.assisting import Assistant

        return await Assistant(self._guard).complete(self._runner(name), draft, field)

    async def fill(self, name: str, draft: "Draft", left: str | None) -> tuple[Value, ...]:
        """What follows for the other fields of a form; see `Assistant.fill`."""
        from devdash.engine.assisting import Assistant

        return await Assistant(self._guard).fill(self._runner(name), draft, left)

    async def act(self, name: str, asked: Asked) -> Outcome:
        """Do what was asked; see `Desk.act`."""
        began = self.clock.monotonic()
        outcome = await self._desk.act(self._runner(name), asked)
        if outcome.is_silent:
            return outcome  # the view was changed, nothing in the world
        took_s = self.clock.monotonic() - began
        request = asked.request
        rows = ", ".join(request.rows) or None
        deed = Deed(name, request.action, rows, outcome.level, outcome.message, took_s)
        for listener in tuple(self._deed_listeners):
            listener(deed)
        return outcome

    async def reload(self, settings: Settings) -> tuple[str, ...]:
        """Change over to new settings. Panes whose table is the same go on undisturbed.

        Returns:
            The names of the panes that were started anew, added or removed.
        """
        old = self._members
        kept = {s.name: old[s.name] for s in settings.panes if s.name in old and _same(old[s.name].spec, s)}
        gone = [member for name, member in old.items() if name not in kept]
        self.settings = settings
        self._desk.policy = settings.policy.policy()
        await self._leave(gone)
        if self._left:
            return ()
        self._members = {spec.name: kept.get(spec.name) or self._join(spec) for spec in settings.panes}
        fresh = [member for name, member in self._members.items() if name not in kept]
        self._pace()
        for member in fresh:
            self._publish(member.runner.snapshot)
            member.runner.start()
        return tuple(sorted({m.spec.name for m in gone} | {m.spec.name for m in fresh}))

    def _runner(self, name: str) -> Runner:
        if name not in self._members:
            raise RequestProblem(f"there is no pane '{name}'", "panes: " + ", ".join(self._members))
        return self._members[name].runner

    def _join(self, spec: PaneSpec) -> Member:
        first, timeout, interval = first_snapshot(spec, self._registry.title), 0.0, 0.0
        if spec.config is not None:
            interval, timeout = float(spec.config.interval), float(spec.config.timeout)

        def make() -> Pane[Any]:
            return self._registry.pane_type(spec.plugin)(spec.config, context)

        runner = Runner(
            first=first,
            make=make,
            interval_s=interval,
            timeout_s=timeout,
            clock=self.clock,
            containment=Containment(self._guard),
            publish=self._publish,
            chance=self._chance,
        )
        context = Context(
            name=spec.name,
            folder=self.settings.folder,
            state_dir=self._places.state / "panes" / spec.name,
            cache_dir=self._places.cache / "panes" / spec.name,
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            on_wake=runner.wake,
            on_rest=partial(runner.wake, rest=True),
            on_news=runner.notice,
            on_progress=runner.tell_progress,
            past=self._past,
            listeners=self._make_listeners,
            hidden=lambda: self._hidden(spec.name),
            asked=lambda: runner.asked,
            stays=lambda: self._heart is not None,
            dwelt=lambda: runner.dwelt,
            surroundings=lambda: self._surroundings,
        )
        return Member(spec, runner, context)

    def _hidden(self, pane: str) -> frozenset[str]:
        from devdash.config.hidden import others_secret_variables

        return others_secret_variables(self.settings, pane)

    @cached_property
    def _surroundings(self) -> "Surroundings":
        from devdash.engine.surroundings import Surroundings

        return Surroundings(self.clock.monotonic)

    def _make_listeners(self) -> "Listeners":
        from devdash.engine.listeners import Listeners

        return Listeners(self.clock, self._guard)

    async def _leave(self, members: Iterable[Member]) -> None:
        async def leave(member: Member) -> None:
            await member.runner.stop()
            await member.context.close()

        await asyncio.gather(*(leave(member) for member in members))

    def _publish(self, snapshot: Snapshot) -> None:
        for listener in tuple(self._listeners):
            listener(snapshot)

    def _review(self) -> None:
        for member in self._members.values():
            member.runner.review()

    def _resume(self) -> None:
        for position, member in enumerate(self._members.values()):
            member.runner.catch_up(catch_up_delay(position, self._chance()))


def _same(old: PaneSpec, new: PaneSpec) -> bool:
    return (old.plugin, old.title, old.config, old.problems) == (
        new.plugin,
        new.title,
        new.config,
        new.problems,
    )
