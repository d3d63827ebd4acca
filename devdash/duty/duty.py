"""The duty: rules judged, people told, history kept, over a running engine.

reading → rules → book → shelf (so that nothing is told twice) → channels; and all of it → history
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from devdash.alerts.model import RINGING, Alert, AlertId, Notice, Occasion
from devdash.config.hidden import secret_variables
from devdash.config.model import Settings
from devdash.contract.errors import one_line
from devdash.contract.levels import Level
from devdash.duty.desk import Desk
from devdash.duty.fixing import Fixer
from devdash.duty.keeper import Keeper
from devdash.duty.lookout import BLIND, Lookout
from devdash.duty.model import Role
from devdash.duty.records import alert_records, deed_record, samples_of, status_of, wish_record
from devdash.duty.silence import Vigil
from devdash.duty.writing import LAST_ALONE_S, LAST_S, Writer
from devdash.engine.clock import to_next
from devdash.engine.engine import Deed, Engine
from devdash.engine.snapshot import Snapshot
from devdash.history.recorder import Recorder
from devdash.notify.build import build
from devdash.notify.dispatcher import Dispatcher
from devdash.notify.message import Choice
from devdash.notify.voice import Voice

log = logging.getLogger("devdash.duty")

TICK_S = 2.0

SNOOZE_S = 3600.0
"""What the button of a notification promises."""

STATUS_S = 540.0
"""A level that stays is recorded again by the first reading after this: what nobody saw must not count as up,
and a pane that is read each five minutes must not seem unseen (history.md: a level lasts 15 minutes)."""


class Duty:
    """Implements `DutyDesk`. Use it as an async context manager inside the engine's life.

    Args:
        state: the state folder that all devdash processes of the user share.
        what: what others are told of this process: "devdash" or "devdash watch".
        keeper: where history is kept.
        voice: the terminal's; None where there is no screen.
        vigil: who has watched the holder of the seat until now; None: nobody.
        tick_s: how often, in seconds, it looks what time has made of the alerts, and for wishes of others.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        state: Path,
        what: str,
        keeper: Keeper,
        voice: Voice | None = None,
        vigil: Vigil | None = None,
        tick_s: float = TICK_S,
    ) -> None:
        self._tick_s = tick_s
        self._engine = engine
        self._state = state
        self._keeper = keeper
        self._voice = voice
        self._settings = engine.settings
        self._desk = Desk(state, what, config_name(engine.settings), engine.clock, tick_s, vigil)
        self._fixer = Fixer(engine)
        self._lookout = Lookout(engine, engine.settings.alerts)
        self._dispatcher = self._make_dispatcher()
        last_s = LAST_ALONE_S if voice is None else LAST_S
        self._writer = Writer(self._desk, self._to_pass_on, last_s)
        self._changed: dict[str, Snapshot] = {}
        self._notices: list[Notice] = []
        self._read: dict[str, float] = {}
        self._levels: dict[str, tuple[Level, float]] = {}
        self._stirred: frozenset[str] = frozenset()
        self._part: Role | None = None
        self._open: tuple[Alert, ...] = ()
        self._bug = ""
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._farewells: list[Callable[[], None]] = []

    async def __aenter__(self) -> "Duty":
        self._desk.subscribe(self._news.set)
        self._farewells = [
            self._engine.subscribe(self._on_snapshot),
            self._engine.subscribe_deeds(self._on_deed),
        ]
        await self._take_turn()
        self._begin(self._live(), "duty")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for farewell in self._farewells:
            farewell()
        for task in self._tasks:
            task.cancel()
        # What was just acknowledged is not lost, and nobody takes the seat before it is written.
        self._notices += self._desk.tick()
        self._take_back(self._dispatcher)
        await asyncio.gather(self._writer.close(), self._dispatcher.stop())
        self._desk.stand_up()

    def _begin(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ── AlertDesk ───────────────────────────────────────────────────────────

    @property
    def recorder(self) -> Recorder:
        """The history."""
        return self._keeper.recorder

    @property
    def role(self) -> Role:
        """This process's part, now."""
        return self._desk.role

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that are open, worst first, then by time."""
        return self._desk.alerts

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with alerts, channels and history now, a sentence each: here, and on duty."""
        told = [f"{one.channel}: {one_line(one.sentence, one.hint)}" for one in self._dispatcher.troubles]
        history = self.recorder.trouble and f"history: {one_line(self.recorder.trouble, self.recorder.hint)}"
        theirs = self._desk.papers.told if self.role is Role.BESIDE else ()
        here = (self._bug, self._desk.trouble, *told, history, *self._lookout.troubles)
        return tuple(dict.fromkeys(filter(None, (*here, *theirs))))

    def _to_pass_on(self) -> tuple[str, ...]:
        """The troubles that others are told of; that they cannot be told is none of these."""
        return tuple(one for one in self.troubles if one != self._desk.trouble)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the loop, when alerts or role have changed. Returns what ends that."""
        return self._desk.subscribe(listener)

    def acknowledge(self, ids: Iterable[AlertId]) -> None:
        """Silence these until they are over."""
        chosen = tuple(ids)
        self._desk.acknowledge(chosen)
        self._keep_wish(chosen, "acknowledged")

    def snooze(self, ids: Iterable[AlertId], seconds: float) -> None:
        """Silence these for so long; 0 ends a snooze."""
        chosen = tuple(ids)
        self._desk.snooze(chosen, seconds)
        self._keep_wish(chosen, "snoozed" if seconds > 0 else "unsnoozed")

    # ── what the engine says ────────────────────────────────────────────────

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._changed[snapshot.name] = snapshot
        self._news.set()

    def _on_deed(self, deed: Deed) -> None:
        self.recorder.keep([deed_record(deed, self._engine.clock.now())])

    # ── the life ────────────────────────────────────────────────────────────

    async def _live(self) -> None:
        clock = self._engine.clock
        while True:
            await clock.wait(self._news, to_next(self._tick_s, clock.monotonic()))
            self._news.clear()
            await self._take_turn()

    async def _take_turn(self) -> None:
        try:
            await self._turn()
        except Exception as error:  # one turn is lost, never the watch over all that follows
            self._bug = f"a bug in devdash ({type(error).__name__}); the log tells more"
            log.exception("the duty: a turn failed")

    async def _turn(self) -> None:
        if self._engine.settings is not self._settings and self._engine.settings != self._settings:
            await self._adopt()
        # Kept until they are told: a turn that fails, or is the last, must not lose them.
        self._notices += self._desk.tick()
        if self.role is not self._part:
            self._take_part()
        read = tuple(self._changed)
        for name in read:
            self._notices += await self._look(self._changed.pop(name))
        stirred = self._desk.stirred
        if read or stirred != self._stirred:
            self._engine.rely_on(dict(self._relied_on(stirred)) if self.role is Role.ON_DUTY else {})
            self._stirred = stirred
        await self._settle()

    def _relied_on(self, stirred: Collection[str]) -> Iterator[tuple[str, float]]:
        """How often panes are to be read, also when nobody sees them; those that are `stirred` more often."""
        for one in self._engine.snapshots:
            often = self._lookout.reliance(one.name, one.interval_s, stirred=one.name in stirred)
            if often is not None:
                yield one.name, often

    def _take_part(self) -> None:
        """Another part begins: everything is looked at anew."""
        self._part = self.role
        self._open = self.alerts
        self._take_over()
        self._look_again()

    def _take_over(self) -> None:
        """The notifications of who was on duty before; not those that were silenced while nobody was."""
        if self.role is Role.ON_DUTY:
            self._dispatcher.take_over({alert.id for alert in self.alerts if alert.shown})

    def _look_again(self) -> None:
        # Not with the next good reading: that of the only pane that is left may never come.
        self._notices += self._desk.retain(self._lookout.stands)
        self._read.clear()
        self._changed = {one.name: one for one in self._engine.snapshots}

    async def _adopt(self) -> None:
        """devdash.toml was changed: other rules, perhaps other channels or another history."""
        before, self._settings = self._settings, self._engine.settings
        self._lookout = Lookout(self._engine, self._settings.alerts)
        if (before.alerts, before.folder) != (self._settings.alerts, self._settings.folder):
            old, self._dispatcher = self._dispatcher, self._make_dispatcher()
            self._take_back(old)
            await old.stop()
            self._take_over()
        await self._keeper.adopt(self._settings)
        self._look_again()

    async def _look(self, snapshot: Snapshot) -> Sequence[Notice]:
        """Judge and keep one reading, unless it was seen already."""
        if self.role is Role.ON_DUTY:
            self._keep_level(snapshot)
        if snapshot.phase in BLIND:
            return self._desk.lost(snapshot.name)
        if snapshot.read_elapsed is None or self._read.get(snapshot.name) == snapshot.read_elapsed:
            return ()
        self._read[snapshot.name] = snapshot.read_elapsed
        if self.role is Role.BESIDE:
            return ()
        if self.role is Role.ON_DUTY:
            self.recorder.keep(samples_of(snapshot))
        verdicts = await self._lookout.judge(snapshot)
        return (*self._desk.retain(self._lookout.stands), *self._desk.observe(snapshot.name, verdicts))

    def _take_back(self, dispatcher: Dispatcher) -> None:
        """What `dispatcher` cannot tell any more is due again, here or where the register is read next."""
        untold = {notice.alert.id for notice in self._notices if notice.occasion in RINGING}
        self._desk.untold(untold | dispatcher.withdraw())
        self._notices = [notice for notice in self._notices if notice.occasion not in RINGING]

    async def _settle(self) -> None:
        """Write first, tell then: who is killed in between must not tell again after it was started anew."""
        await self._writer.write()
        self._desk.show_life()
        notices, self._notices = self._notices, []
        if self.role is Role.ON_DUTY:
            self._dispatcher.tell(notices)
            self._keep_alerts(notices)
            for notice in notices:
                log.info("%s %s: %s", notice.alert.id, _told(notice), notice.alert.text)

    def _keep_level(self, snapshot: Snapshot) -> None:
        if snapshot.report is None and snapshot.failure is None:
            return
        now = self._engine.clock.elapsed()
        level, since = self._levels.get(snapshot.name, (None, now))
        if level is not snapshot.level or now - since >= STATUS_S:
            self._levels[snapshot.name] = (snapshot.level, now)
            self.recorder.keep([status_of(snapshot, self._engine.clock.now())])

    def _keep_wish(self, ids: Sequence[AlertId], occasion: str) -> None:
        now, known = self._engine.clock.now(), {alert.id: alert for alert in self.alerts}
        self.recorder.keep([wish_record(known[one], occasion, now) for one in ids if one in known])

    def _keep_alerts(self, notices: Sequence[Notice]) -> None:
        before, self._open = self._open, self.alerts
        if before is not self._open:
            now = self._engine.clock.now()
            self.recorder.keep(alert_records(before, self._open, notices, now))

    # ── channels ────────────────────────────────────────────────────────────

    def _make_dispatcher(self) -> Dispatcher:
        return build(
            self._settings.alerts,
            folder=self._settings.folder,
            names=self._fixer,
            clock=self._engine.clock,
            on_choice=self._on_choice,
            voice=self._voice,
            hidden=secret_variables(self._settings),
            state=self._state,
        )

    def _on_choice(self, alert: AlertId, choice: Choice) -> None:
        """A button of a notification was pressed."""
        match choice:
            case Choice.SNOOZE:
                self.snooze([alert], SNOOZE_S)
            case Choice.ACKNOWLEDGE:
                self.acknowledge([alert])
            case Choice.FIX:
                known = next((one for one in self.alerts if one.id == alert), None)
                if known is not None:
                    self._begin(self._fix(known), f"fix {alert}")
        self._news.set()

    async def _fix(self, alert: Alert) -> None:
        outcome = await self._fixer.run(alert)
        self._dispatcher.answer(alert, outcome.message, outcome.level)


def _told(notice: Notice) -> str:
    """What became of the alert, for the log: that a notification is taken away is not always its end."""
    if notice.occasion is not Occasion.CLOSED:
        return notice.occasion.value
    return "silenced" if notice.alert.is_open else "over"


def config_name(settings: Settings) -> str:
    """What tells two configs apart: the file's absolute path; "" for the built-in defaults."""
    return str(settings.file.resolve()) if settings.file is not None else ""
