"""Whatever readings, people, clocks and restarts do: what must never happen to an alert.

The witness keeps its own account of what the book was given, and judges by
that what the book tells.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from alert_desk import LOUD, TICK_S, AlertDesk, judged
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devdash.alerts.book import MISSED, OLD_S, Book
from devdash.alerts.model import Alert, AlertId, Moment, Notice, Occasion, Status, Terms, Verdict
from devdash.contract.levels import Level

YEAR = timedelta(days=365)
DOWN = Terms(pane="p", name="down", level=Level.CRITICAL, keep_s=20, resolve=True)
LAG = Terms(
    pane="p",
    name="lag",
    level=Level.ATTENTION,
    for_s=10,
    keep_s=10,
    repeat_s=30,
    max_repeats=3,
    escalate_s=90,
    inhibited_by=("down",),
)
PLAIN = Terms(pane="p", name="plain", level=Level.ATTENTION, repeat_s=60, max_repeats=2)
RULES = (DOWN, LAG, PLAIN)
ITEMS = ("", "a", "b")
IDS = [AlertId("p", terms.name, item) for terms in RULES for item in ITEMS]


class Account(msgspec.Struct):
    """What the witness knows of one alert.

    Attributes:
        holds_from, over_from: `Moment.monotonic` since when readings have said so, without a gap.
        told_at: wall time of the last notification of this firing, as far as the clock has reached it.
    """

    status: Status = Status.OK
    holds_from: float | None = None
    over_from: float | None = None
    told_at: datetime | None = None
    repeats: int = 0
    escalated: bool = False
    hushed: bool = False
    shown: bool = False
    acknowledged: bool = False
    quiet_from: datetime | None = None
    quiet_until: datetime | None = None

    def reach(self, wall: datetime) -> None:
        """The clock says `wall`: what lies later is now, and a snooze that has ended is no more."""
        if self.told_at is not None:
            self.told_at = min(self.told_at, wall)
        if self.quiet_from is not None and self.quiet_until is not None and self.quiet_from > wall:
            self.quiet_from, self.quiet_until = wall, wall + (self.quiet_until - self.quiet_from)
        if self.quiet_until is not None and self.quiet_until <= wall:
            self.quiet_from = self.quiet_until = None


class Witness:
    """Judges every call of the book and every notice."""

    def __init__(self) -> None:
        self.accounts = {id_: Account() for id_ in IDS}
        self.has_data = False
        self.unbound = False
        """Alerts may end without `keep`: their item is gone, or their rule."""
        self._last: Moment | None = None

    def arrive(self, at: Moment) -> None:
        """A call is about to be made."""
        last, self._last = self._last, at
        for account in self.accounts.values():
            account.reach(at.wall)
        if last is None:
            return
        passed, moved = at.monotonic - last.monotonic, (at.wall - last.wall).total_seconds()
        if passed > MISSED * TICK_S or abs(moved - passed) > TICK_S:
            self._restart_timers(at.monotonic)
        if max(passed, moved) > OLD_S:
            self.lose()

    def lose(self) -> None:
        """There are no current data."""
        self.has_data = False
        self._restart_timers(None)

    def restart(self) -> None:
        """A new process has taken over."""
        self.lose()
        self._last = None

    def read(self, verdicts: tuple[Verdict, ...], at: Moment) -> None:
        """A reading says this."""
        self.has_data = True
        for verdict in verdicts:
            for item in ITEMS:
                account = self.accounts[AlertId("p", verdict.terms.name, item)]
                holds = item in verdict.entered
                over = item in verdict.cleared and not holds
                account.holds_from = _since(account.holds_from, holds, at.monotonic)
                account.over_from = _since(account.over_from, over, at.monotonic)

    def judge(self, notices: tuple[Notice, ...], book: Book, at: Moment) -> None:
        """After a call: `notices` came of it, and `book` is as it is now."""
        now = {alert.id: alert for alert in book.alerts}
        rung = [notice.alert.id for notice in notices if notice.occasion is not Occasion.CLOSED]
        assert len(set(rung)) == len(rung), "an alert rings once at a time"
        for id_ in IDS:
            self._moved(id_, now.get(id_), at)
        for notice in notices:
            self._told(notice, at)
        for id_, account in self.accounts.items():
            status = now[id_].status if id_ in now else Status.OK
            account.status = status
            if status in (Status.OK, Status.PENDING):
                assert not account.shown, f"{id_} is over, and its notification is still there"
                self.accounts[id_] = Account(
                    status=status,
                    holds_from=account.holds_from,
                    over_from=account.over_from,
                    quiet_from=account.quiet_from,
                    quiet_until=account.quiet_until,
                )

    def _moved(self, id_: AlertId, alert: Alert | None, at: Moment) -> None:
        account = self.accounts[id_]
        terms = next(terms for terms in RULES if terms.name == id_.rule)
        after = Status.OK if alert is None else alert.status
        open_before = account.status in (Status.FIRING, Status.CLEARING)
        if alert is not None and alert.is_open and not open_before:
            assert self.has_data, f"{id_} fired on missing data"
            assert account.holds_from is not None, f"{id_} fired and does not hold"
            assert at.monotonic - account.holds_from >= terms.for_s, f"{id_} fired before its time"
        if open_before and after in (Status.OK, Status.PENDING) and not self.unbound:
            assert self.has_data, f"{id_} ended on missing data"
            assert account.over_from is not None, f"{id_} ended and is not over"
            assert at.monotonic - account.over_from >= terms.keep_s, f"{id_} ended before its time"
        if alert is not None and alert.is_open:
            account.hushed |= alert.inhibited or alert.snoozed_until is not None

    def _told(self, notice: Notice, at: Moment) -> None:
        alert, occasion = notice.alert, notice.occasion
        account = self.accounts[alert.id]
        if occasion is Occasion.CLOSED:
            assert account.shown, f"{alert.id} was closed and not shown"
            account.shown = False
            return
        if occasion is Occasion.RESOLVED:
            assert alert.terms.resolve and alert.status is Status.OK
            assert account.told_at is not None
            return
        assert alert.status is Status.FIRING
        assert self.has_data, f"{alert.id} rang on old data"
        assert not account.acknowledged, f"{alert.id} rang though acknowledged"
        assert not alert.inhibited, f"{alert.id} rang though inhibited"
        assert account.quiet_until is None or account.quiet_until <= at.wall, f"{alert.id} rang in a snooze"
        self._has_a_reason(notice, account, at)
        account.told_at, account.shown, account.hushed = at.wall, True, False

    def _has_a_reason(self, notice: Notice, account: Account, at: Moment) -> None:
        terms = notice.alert.terms
        match notice.occasion:
            case Occasion.FIRED:
                assert account.told_at is None, "fired twice"
            case Occasion.REPEATED:
                assert account.told_at is not None
                assert (at.wall - account.told_at).total_seconds() >= terms.repeat_s > 0, "not due"
                account.repeats += 1
                assert account.repeats <= terms.max_repeats
            case Occasion.ESCALATED:
                assert terms.escalate_s > 0 and not account.escalated
                account.escalated = True
            case Occasion.REMINDED:
                assert account.hushed, "nothing was kept back"
            case other:
                pytest.fail(f"{other} is not expected here")

    def _restart_timers(self, monotonic: float | None) -> None:
        for account in self.accounts.values():
            account.holds_from = None if account.holds_from is None else monotonic
            account.over_from = None if account.over_from is None else monotonic


def _since(before: float | None, says: bool, monotonic: float) -> float | None:
    if not says:
        return None
    return monotonic if before is None else before


some_items = st.frozensets(st.sampled_from(ITEMS))
verdicts = st.tuples(
    *(
        st.builds(Verdict, st.just(terms), some_items, some_items, st.none() | some_items.map(frozenset))
        for terms in RULES
    )
)
some_ids = st.lists(st.sampled_from(IDS), max_size=3)


class Life(RuleBasedStateMachine):
    """Everything that can happen to a book, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(TICK_S)
        self.witness = Witness()
        self.wall = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
        self.monotonic = 5000.0

    @property
    def at(self) -> Moment:
        self.witness.arrive(moment := Moment(self.wall, self.monotonic))
        return moment

    def judge(self, notices: tuple[Notice, ...]) -> None:
        self.witness.judge(notices, self.book, Moment(self.wall, self.monotonic))
        self.witness.unbound = False

    @rule(verdicts=verdicts)
    def read(self, verdicts: tuple[Verdict, ...]) -> None:
        at = self.at
        self.witness.read(verdicts, at)
        self.witness.unbound = any(verdict.present is not None for verdict in verdicts)
        self.judge(self.book.observe("p", verdicts, at))

    @rule(holding=some_items, seconds=st.integers(1, 20))
    def hold(self, holding: frozenset[str], seconds: int) -> None:
        """The common case: something holds, or is over, for a while."""
        over = frozenset(ITEMS) - holding
        self.read(tuple(Verdict(terms, holding, over) for terms in RULES))
        self.tick(seconds)

    @rule(ticks=st.integers(1, 60))
    def tick(self, ticks: int) -> None:
        for _ in range(ticks):
            self.wall += timedelta(seconds=TICK_S)
            self.monotonic += TICK_S
            self.judge(self.book.tick(self.at))

    @rule()
    def lose(self) -> None:
        at = self.at
        self.witness.lose()
        self.judge(self.book.lost("p", at))

    @rule(seconds=st.floats(0, 200))
    def hang(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    @rule(seconds=st.floats(0, 8 * 86_400))
    def sleep(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)

    @rule(by=st.sampled_from([YEAR, -YEAR]) | st.timedeltas(-YEAR, YEAR))
    def set_clock(self, by: timedelta) -> None:
        if 2000 < (self.wall + by).year < 2100:
            self.wall += by

    @rule(ids=some_ids)
    def acknowledge(self, ids: list[AlertId]) -> None:
        at = self.at
        open_before = {alert.id for alert in self.book.open_alerts}
        notices = self.book.acknowledge(ids, at)
        for id_ in open_before.intersection(ids):
            self.witness.accounts[id_].acknowledged = True
        self.judge(notices)

    @rule(ids=some_ids, seconds=st.none() | st.integers(1, 300))
    def snooze(self, ids: list[AlertId], seconds: int | None) -> None:
        at = self.at
        until = None if seconds is None else at.wall + timedelta(seconds=seconds)
        notices = self.book.snooze(ids, until, at)
        known = {alert.id for alert in self.book.alerts}
        for id_ in ids:
            account = self.witness.accounts[id_]
            account.hushed |= account.shown
            account.quiet_from, account.quiet_until = at.wall, until if id_ in known else None
        self.judge(notices)

    @rule()
    def restart(self) -> None:
        before = self.book.dump()
        self.book = Book(TICK_S)
        self.witness.restart()
        at = self.at
        self.book.load(before, at)
        self.judge(())
        _same_but_restarted(before, self.book, at)

    @rule(rules=st.frozensets(st.sampled_from(RULES)))
    def configure(self, rules: frozenset[Terms]) -> None:
        at = self.at
        self.witness.unbound = True
        for id_, account in self.witness.accounts.items():
            if id_.rule not in {terms.name for terms in rules}:
                account.quiet_from = account.quiet_until = None
        self.judge(self.book.retain({(terms.pane, terms.name) for terms in rules}, at))
        assert {alert.id.rule for alert in self.book.alerts} <= {terms.name for terms in rules}

    @invariant()
    def snoozes_end(self) -> None:
        """Nothing that was snoozed for five minutes at most is silent for longer, once time goes on."""
        self.judge(self.book.tick(self.at))
        for alert in self.book.alerts:
            until = alert.snoozed_until
            assert until is None or timedelta(0) < until - self.wall <= timedelta(seconds=300)


def _same_but_restarted(before: tuple[Alert, ...], book: Book, at: Moment) -> None:
    after = {alert.id: alert for alert in book.alerts}
    again = Book(TICK_S)
    again.load(book.dump(), at)
    assert again.dump() == book.dump(), "taking over twice is taking over once"
    for alert in before:
        if alert.is_open:
            other = after[alert.id]
            assert other.status is Status.FIRING
            assert (other.notified, other.repeats, other.shown) == (
                alert.notified,
                alert.repeats,
                alert.shown,
            )
            assert (other.acknowledged, other.owed, other.level, other.fired) == (
                alert.acknowledged,
                alert.owed,
                alert.level,
                alert.fired,
            )


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(
    at_s=st.integers(0, 1200),
    by=st.sampled_from([YEAR, -YEAR]),
    back_after_s=st.none() | st.integers(0, 1200),
)
@settings(max_examples=60)
def test_a_clock_set_by_a_year_at_any_moment_makes_neither_a_storm_nor_silence(
    at_s: int, by: timedelta, back_after_s: int | None
) -> None:
    """Repeats go on at their pace from then on, and a snooze of five minutes ends."""
    terms = Terms(pane="p", name="r", level=Level.ATTENTION, for_s=30, repeat_s=120, max_repeats=1000)
    desk = AlertDesk()
    for second in range(0, 3600, 10):
        if second // 10 == at_s // 10:
            desk.set_clock(by)
        if back_after_s is not None and second // 10 == (at_s + back_after_s) // 10:
            desk.set_clock(-by)
        if second == 600:
            desk.snooze(300, AlertId("p", "r", "i"))
        desk.read(judged(terms, "i"))
        desk.wait(10)
    rings = [when for when, notice in desk.told if notice.occasion in LOUD]
    pauses = [later - earlier for earlier, later in pairwise(rings)]
    assert rings[0] <= 30 + 4 * 10 + 30
    assert max(pauses) <= 2 * 300 + 2 * 120 + 4 * 10, "silent for too long"
    assert sum(pause < 110 for pause in pauses) <= 3, (
        "at most one ring more for each time that the clock was set"
    )
