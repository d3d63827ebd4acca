"""The desk: the alerts, and this process's part in them.

Whoever holds the seat works on the book and writes the register; the others show what it says,
and leave wishes.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from devdash.alerts.book import Book
from devdash.alerts.model import Alert, AlertId, Moment, Notice, Status, Verdict
from devdash.duty.applying import apply
from devdash.duty.model import Role
from devdash.duty.papers import Papers, reason
from devdash.duty.seat import Seat
from devdash.duty.silence import Vigil
from devdash.duty.wishes import Wish
from devdash.engine.clock import Clock

log = logging.getLogger("devdash.duty")

BEHIND = "{} cannot write down what it knows: the alerts here may be old"


class Desk:
    """The alerts of this process; all but writing is done at once, on the loop.

    Args:
        folder: the state folder that all processes of the user share.
        what: what others are told of this process: "devdash" or "devdash watch".
        config: its devdash.toml, absolute; "" for the built-in defaults.
        tick_s: seconds between two calls of `tick`.
        vigil: who has watched the holder of the seat until now; None: nobody.

    Attributes:
        papers: what lasts, and what others read.
    """

    def __init__(
        self,
        folder: Path,
        what: str,
        config: str,
        clock: Clock,
        tick_s: float,
        vigil: Vigil | None = None,
    ) -> None:
        self._seat = Seat(folder, what, config)
        self.papers = Papers(folder, config, clock, lambda: self._seat.taken)
        self._config = config
        self._clock = clock
        self._turn = 0
        self._vigil = vigil or Vigil(folder)
        self._tick_s = tick_s
        self._role: Role | None = None
        self._book = Book(tick_s)
        self._alerts: tuple[Alert, ...] = ()
        self._wishes: list[Wish] = []
        self._listeners: list[Callable[[], None]] = []
        self._alone = ""
        self._behind = ""

    @property
    def role(self) -> Role:
        """This process's part, now."""
        return self._role or Role.APART

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that are open, worst first, then by time."""
        return self._alerts

    @property
    def stirred(self) -> frozenset[str]:
        """The panes that have an alert which is not OK."""
        return frozenset(one.id.pane for one in self._book.alerts if one.status is not Status.OK)

    @property
    def trouble(self) -> str:
        """What is wrong with what should last, in a sentence; "" when nothing is."""
        return self._alone or self.papers.trouble or (BEHIND.format(self._behind) if self._behind else "")

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the loop, when alerts or role have changed. Returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # ── what happens ────────────────────────────────────────────────────────

    def tick(self) -> tuple[Notice, ...]:
        """Time has passed: take a free seat, fulfil wishes, see what others have written."""
        self._find_role()
        if self._role is Role.BESIDE:
            self._mirror()
            return ()
        now = self._moment()
        waiting = self._wishes if self._role is Role.APART else [*self._wishes, *self.papers.waiting()]
        self._wishes = []
        notices = [notice for wish in waiting for notice in apply(self._book, wish, now)]
        return self._shown((*notices, *self._book.tick(now)))

    def observe(self, pane: str, verdicts: Sequence[Verdict]) -> tuple[Notice, ...]:
        """A pane's facts were judged."""
        if self._role is Role.BESIDE:
            return ()
        return self._shown(self._book.observe(pane, verdicts, self._moment()))

    def lost(self, pane: str) -> tuple[Notice, ...]:
        """A pane has no current data."""
        return () if self._role is Role.BESIDE else self._shown(self._book.lost(pane, self._moment()))

    def retain(self, stands: Callable[[AlertId], bool]) -> tuple[Notice, ...]:
        """Alerts whose rule does not stand any more are over."""
        alerts = self._book.alerts
        if self._role is Role.BESIDE or all(stands(alert.id) for alert in alerts):
            return ()
        rules = {(alert.id.pane, alert.id.rule) for alert in alerts if stands(alert.id)}
        return self._shown(self._book.retain(rules, self._moment()))

    def untold(self, ids: Iterable[AlertId]) -> None:
        """What was due about these reached nobody."""
        self._book.untold(ids)

    def dump(self) -> tuple[Alert, ...] | None:
        """What has to last; None when that is another's business."""
        return self._book.dump() if self._role is Role.ON_DUTY else None

    @property
    def is_seated(self) -> bool:
        """Whether it has the seat still: a process that was stopped may have lost it since the last tick."""
        return self._seat.taken

    def show_life(self) -> None:
        """Let others see that this process is awake; at once after a suspend, or it would look dead."""
        try:
            self._seat.show_life(self._clock.elapsed(), behind=self.papers.behind)
        except OSError as error:
            log.info("no sign of life could be given: %s", reason(error))

    def stand_up(self) -> None:
        """Free the seat."""
        self._seat.leave()

    # ── what a person wants ─────────────────────────────────────────────────

    def acknowledge(self, ids: Iterable[AlertId]) -> None:
        """Silence these until they are over; on duty with the next tick."""
        self._wish(Wish(self._clock.now(), tuple(ids)))

    def snooze(self, ids: Iterable[AlertId], seconds: float) -> None:
        """Silence these for so long; 0 ends a snooze."""
        self._wish(Wish(self._clock.now(), tuple(ids), seconds))

    def _wish(self, wish: Wish) -> None:
        if self._role is not Role.BESIDE:
            self._wishes.append(wish)
        elif self.papers.post(wish):
            self._mirror(anew=True)
        self._tell()

    # ── parts ───────────────────────────────────────────────────────────────

    def _find_role(self) -> None:
        role = self._present_role()
        again, self._turn = self._seat.turn != self._turn, self._seat.turn
        # Who was stopped and wakes when the seat is free once more has missed what others did on it.
        missed = role is Role.ON_DUTY and again and self.papers.by_another()
        if role is self._role and not missed:
            return
        before, self._role = self._role, role
        if before is not None:
            log.info("this process is %s now", role.value)
        own_wishes = self.papers.outstanding()
        self.papers.forget()
        self._book = Book(self._tick_s)
        if role is Role.ON_DUTY:
            self._book.load(self.papers.take_over(), self._moment())
            for wish in own_wishes:
                apply(self._book, wish, self._moment())
        elif role is Role.BESIDE:
            self._pass_on()
        self._shown(())
        self._tell()

    def _pass_on(self) -> None:
        """What was wished for here and not done yet is for whoever is on duty."""
        waiting, self._wishes = self._wishes, []
        for wish in waiting:
            self.papers.post(wish)

    def _present_role(self) -> Role:
        """Takes the seat if it is free. Where no file can be had there is nobody to agree with."""
        try:
            taken = self._seat.take()
            if not taken and self._vigil.is_silent(self._clock.monotonic()):
                taken = self._seat.take_from_silent()
            self._note_alone(self._seat.trouble, "")
        except OSError as error:
            self._note_alone(error, "; should another devdash run, both tell")
            taken = True
        holder = None if taken else self._seat.holder()
        self._behind = holder.what if holder is not None and holder.behind else ""
        if taken:
            return Role.ON_DUTY
        if self._seat.trouble is not None:
            return Role.APART  # what the other knows is written nowhere
        if holder is None:
            return Role.BESIDE if self._role is Role.BESIDE else Role.APART
        return Role.BESIDE if holder.config == self._config else Role.APART

    def _note_alone(self, error: OSError | None, what_else: str) -> None:
        before = self._alone
        self._alone = "" if error is None else f"the alerts cannot be kept: {reason(error)}{what_else}"
        if self._alone and self._alone != before:
            log.warning("%s", self._alone)

    def _mirror(self, *, anew: bool = False) -> None:
        """Show what the process on duty knows, and what it was wished for."""
        before = self.papers.posted
        wishes = self.papers.outstanding()
        if not (anew or self.papers.news() or len(wishes) != before):
            return
        now, told = self._moment(), self.papers.told
        self._book = Book(self._tick_s)
        self._book.mirror(self.papers.look(), now)
        for wish in wishes:
            apply(self._book, wish, now)
        self._shown(())
        if self.papers.told != told:
            self._tell()

    def _shown(self, notices: Sequence[Notice]) -> tuple[Notice, ...]:
        alerts = self._book.open_alerts
        if alerts != self._alerts:
            self._alerts = alerts
            self._tell()
        return tuple(notices)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._clock.monotonic())
