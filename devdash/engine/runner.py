"""The runner: one pane's life under supervision.

It reads the pane at its pace, contains whatever the pane does wrong, and
publishes a `Snapshot` at every change. Whatever happens, the last good report stays.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from devdash.contract.actions import Action
from devdash.contract.errors import Unavailable
from devdash.contract.pane import Pane
from devdash.contract.report import Report
from devdash.contract.rules import Rule
from devdash.engine import schedule
from devdash.engine.clock import Clock
from devdash.engine.containment import CANCEL_GRACE_S, Containment, LoopHeld, failure_of
from devdash.engine.snapshot import Phase, Snapshot

log = logging.getLogger("devdash.engine")


class Runner:
    """Supervises one pane.

    Args:
        first: the snapshot to begin with; carries name, plug-in and title.
        make: builds the pane; called by `prepare`, and again after it failed.
        interval_s, timeout_s: from the pane's table.
        containment: runs the pane's steps.
        publish: called with each new snapshot, on the loop.
        chance: a source of numbers in 0–1, for jitter.
    """

    def __init__(
        self,
        *,
        first: Snapshot,
        make: Callable[[], Pane[Any]],
        interval_s: float,
        timeout_s: float,
        clock: Clock,
        containment: Containment,
        publish: Callable[[Snapshot], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.snapshot = first
        self.actions: tuple[Action, ...] = ()
        self.rules: tuple[Rule[Any], ...] = ()
        self.pane: Pane[Any] | None = None
        self.containment = containment
        self._make = make
        self._pace = schedule.Pace(interval_s)
        self._timeout_s = timeout_s
        self._clock = clock
        self._publish = publish
        self._chance = chance
        self._due = asyncio.Event()
        self._wish = asyncio.Event()
        self._last_woken = float("-inf")
        self._asked = self._anew = self._rest = False
        self._admitted: tuple[Report, Report] | None = None
        self._blocked = False
        self._paused = False
        self._started = False
        self._touched = False
        self._stopped = False
        self._beginning = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._turn: asyncio.Task[None] | None = None
        self._hurry: asyncio.Task[None] | None = None
        self._news: asyncio.Task[None] | None = None
        self.dwelt: str | None = None

    def prepare(self) -> None:
        """Build the pane, and learn its actions and rules. A failure becomes the pane's state.

        It is tried once; after a failure the readings try again, at their own pace.
        """
        if self.pane is not None or self.snapshot.failure is not None:
            return
        try:
            self._build()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plug-in's constructor can fail in any way
            self._fail(error)

    def start(self, delay_s: float = 0.0) -> None:
        """Begin reading, the first time after `delay_s` seconds."""
        if self._task is None and self.snapshot.phase is not Phase.BROKEN:
            self._task = asyncio.create_task(self._live(delay_s), name=f"pane {self.snapshot.name}")

    async def stop(self) -> None:
        """End reading; whatever the pane does, this returns within about a `CANCEL_GRACE_S`.

        Nothing is published any more: a new runner may have the pane's name by now.
        """
        self._stopped = True
        for task in (self._turn, self._hurry, self._news, self._task):
            if task is not None:
                task.cancel()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CANCEL_GRACE_S)
        if self.pane is not None and self._touched:
            try:
                await self.containment.run(CANCEL_GRACE_S / 2, self.pane.stop)
            except Exception as error:  # noqa: BLE001 - a bug in stop() must not keep the dashboard open
                log.warning("%s: stop() failed: %s", self.snapshot.name, failure_of(error, 1).message)

    def refresh(self, *, anew: bool = True) -> None:
        """Read now; while a reading is under way, once more right after it. Ends a pause.

        Args:
            anew: the pane is to look for itself; see `PaneContext.asked`.
        """
        self._paused = False
        self._anew = self._anew or anew
        self._rest = False
        self._wish.set()
        self._due.set()

    def wake(self, *, rest: bool = False) -> None:
        """Read soon, because the pane says that something changed; but not when it has just held the loop.

        Args:
            rest: it is the rest of a reading that was told in parts; it puts off no timed one.
        """
        if not self._blocked:
            self._rest = rest and (self._rest or not self._due.is_set())
            self._due.set()

    def dwell(self, item: str | None) -> None:
        """The cursor rests on a row, or on none any more; a pane that looks closer is read soon."""
        if self.pane is not None and self.pane.looks_closer and item != self.dwelt:
            self.dwelt = item
            if item is not None:
                self.wake()

    def notice(self) -> None:
        """Read soon, because something changed where the pane watches: at once when somebody sees it."""
        if self._pace.visible:
            self.wake()
        elif self._news is None or self._news.done():
            self._news = asyncio.create_task(self._look_together())

    def pause(self) -> None:
        """Stop timed readings until `refresh`."""
        self._paused = True
        self._due.set()
        self.review()

    @property
    def paused(self) -> bool:
        """Whether a person paused it."""
        return self._paused

    def show(self, visible: bool, unseen_s: float | None = None) -> None:
        """Tell whether anybody sees the pane, and how often it is read if not; see `schedule.Pace`."""
        before = self._pace
        self._pace = msgspec.structs.replace(before, visible=visible, unseen_s=unseen_s)
        if visible and self._news is not None and not self._news.done():
            self._news.cancel()
            self.wake()
        if self._pace.current_s < before.current_s and self.age_s is not None:
            # The wait for the next reading, which has begun, is for as long as it was before.
            if self._hurry is not None:
                self._hurry.cancel()
            self._hurry = asyncio.create_task(self._read_when_old(self.snapshot.read_elapsed))

    def catch_up(self, delay_s: float) -> None:
        """After a suspend: what is shown is old; read again in `delay_s` seconds."""
        self._turn = asyncio.create_task(self._take_turn(delay_s))
        self.review()

    def tell_progress(self, text: str) -> None:
        """Show what a long step says of itself.

        Raises:
            TypeError: it says no text; so the step that called fails, and not the face.
        """
        if not isinstance(text, str):
            raise TypeError(f"progress is text, not {type(text).__name__}")
        self._set(progress=text)

    def review(self) -> None:
        """Tell anew how far the data can be trusted; the heartbeat calls it."""
        self._set(phase=self._phase())

    def now(self) -> datetime:
        """The wall clock, as the pane sees it."""
        return self._clock.now()

    @property
    def asked(self) -> bool:
        """Whether the reading under way, or the last, was asked for."""
        return self._asked

    @property
    def age_s(self) -> float | None:
        """Seconds since the last good reading."""
        read = self.snapshot.read_elapsed
        return None if read is None else self._clock.elapsed() - read

    async def read_once(self) -> None:
        """One reading, whatever comes of it."""
        began = self._clock.monotonic()
        self._set(reading=True, next_elapsed=None)
        try:
            report = await self._observe()
        except Exception as error:  # noqa: BLE001 - the one place where a pane's failure becomes its state
            self._fail(error)
        else:
            self._succeed(report, self._clock.monotonic() - began)

    async def _read_when_old(self, read_elapsed: float | None) -> None:
        """Read when the data of that moment are as old as they may get."""
        await self._clock.wait(asyncio.Event(), self._pace.current_s - (self.age_s or 0.0))
        if self.snapshot.read_elapsed == read_elapsed and self.snapshot.failure is None:
            self._due.set()

    async def _look_together(self) -> None:
        """Read once for all that changed since the last reading, `UNSEEN_NEWS_S` after that or now."""
        age_s = self.age_s
        if age_s is not None:
            await self._clock.wait(asyncio.Event(), schedule.UNSEEN_NEWS_S - age_s)
        self.wake()

    async def _take_turn(self, delay_s: float) -> None:
        await self._clock.wait(asyncio.Event(), delay_s)
        self._due.set()

    async def _live(self, delay_s: float) -> None:
        await self._clock.wait(self._due, delay_s)
        timed = 0.0
        while True:
            await self._until_allowed()
            woken = self._due.is_set()
            rest = woken and self._rest
            self._due.clear()
            self._asked, self._anew = self._anew, False
            self._wish.clear()
            await self.read_once()
            if woken:  # one at its time takes no turn from what a pane asks for right after it
                self._last_woken = self._clock.monotonic()
            delay, now = self._delay(), self._clock.monotonic()
            if rest and self.snapshot.failure is None:
                delay = min(delay, max(0.0, timed - now))
            timed = now + delay
            self._set(next_elapsed=self._clock.elapsed() + delay)
            await self._clock.wait(self._due, delay)

    async def _until_allowed(self) -> None:
        """A pause holds until it ends, and a flood of wakes is spread out; a person's wish passes."""
        while self._paused and not self._wish.is_set():
            self._due.clear()
            self._set(next_elapsed=None)
            await self._due.wait()
        gap = schedule.WAKE_GAP_S - (self._clock.monotonic() - self._last_woken)
        if gap > 0:
            await self._clock.wait(self._wish, gap)

    def _delay(self) -> float:
        failure = self.snapshot.failure
        if failure is None:
            return schedule.after_success(self._pace, self._chance())
        return schedule.after_failure(self._pace, failure.count, self._chance(), blocked=self._blocked)

    def _build(self) -> None:
        from devdash.engine.offers import admit_actions, admit_rules

        plugin = self.snapshot.plugin
        pane = self._make()
        self.actions = admit_actions(plugin, pane.actions())
        self.rules = admit_rules(plugin, pane.rules(), self.actions)
        self.pane = pane

    async def begin(self) -> Pane[Any]:
        """The pane, built and started: what comes before its first `read` and before its first `act`.

        Raises:
            Unavailable: its table is wrong, or it has been stopped meanwhile.
            Exception: whatever building or starting it raises.
        """
        async with self._beginning:
            if self._stopped:
                raise Unavailable(
                    "the pane has been stopped", "devdash.toml was changed meanwhile; try again"
                )
            if self.snapshot.phase is Phase.BROKEN:
                failure = self.snapshot.failure
                raise Unavailable(failure.message if failure else "the pane has a problem in devdash.toml")
            if self.pane is None:
                try:
                    self._build()
                except SystemExit as error:
                    raise RuntimeError("the plug-in called sys.exit()") from error
            pane = self.pane
            assert pane is not None
            if not self._started:
                self._touched = True
                await self.containment.run(self._timeout_s, pane.start)
                self._started = True
            return pane

    async def _observe(self) -> Report:
        pane = await self.begin()
        value = await self.containment.run(self._timeout_s, pane.read)
        if self._admitted is not None and value is self._admitted[0]:
            return self._admitted[1]  # a report is a value: what was checked once stays right
        from devdash.engine.boundary import admit_report

        report = admit_report(self.snapshot.plugin, value, self.actions)
        self._admitted = (value, report)
        return report

    def _succeed(self, report: Report, took_s: float) -> None:
        if self.snapshot.failure is not None:
            log.info("%s: reads again", self.snapshot.name)
        old = self.snapshot.report
        self._blocked = False
        self._set(
            # Equal content keeps the old object: a face sees by identity that there is nothing to paint.
            report=old if report == old else report,
            read_at=self._clock.now(),
            read_elapsed=self._clock.elapsed(),
            took_s=took_s,
            reading=False,
            failure=None,
            progress="",
            phase=Phase.PAUSED if self._paused else Phase.FRESH,
        )

    def _fail(self, error: BaseException) -> None:
        before = self.snapshot.failure
        failure = failure_of(error, 1 if before is None else before.count + 1)
        if before is None or before.message != failure.message:
            trace = error if failure.kind == "bug" else None
            log.warning("%s: %s", self.snapshot.name, failure.message, exc_info=trace)
        self._blocked = isinstance(error, LoopHeld)
        if self._blocked and not self._wish.is_set():
            self._due.clear()
        phase = Phase.PAUSED if self._paused else Phase.FAILED
        self._set(failure=failure, reading=False, progress="", phase=phase)

    def _phase(self) -> Phase:
        snapshot = self.snapshot
        if snapshot.phase is Phase.BROKEN:
            return Phase.BROKEN
        if self._paused:
            return Phase.PAUSED
        if snapshot.failure is not None:
            return Phase.FAILED
        age = self.age_s
        if age is None:
            return Phase.LOADING
        return Phase.LATE if age > schedule.late_after(self._pace, self._timeout_s) else Phase.FRESH

    def _set(self, **changes: Any) -> None:
        new = msgspec.structs.replace(self.snapshot, **changes)
        if new != self.snapshot:
            self.snapshot = new
            if not self._stopped:
                self._publish(new)
