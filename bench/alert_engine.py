"""What a reading costs that 50 alert rules are asked about, against 50 lambdas in a loop without memory."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from bench.figures import Aim, Row, Unit, median
from bench.sandbox import Sandbox
from devdash.alerts.book import Book
from devdash.alerts.model import Moment
from devdash.alerts.rules import arm, judge
from devdash.contract.levels import Level
from devdash.contract.report import Facts
from devdash.contract.rules import Condition, Rule

RULES = 50
ITEMS = 10
FIRING = 10
TICK_S = 2.0
START = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)


class Readings(Facts, frozen=True):
    """A number for each item."""

    values: dict[str, int]


QUIET = Readings({f"item {at}": 0 for at in range(ITEMS)})
BUSY = Readings({**QUIET.values, "item 3": FIRING})
"""Above the limits of so many rules, for one item."""


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Nothing holds; ten rules hold for an item all the time. The alerts' part: without the conditions."""
    for name, facts in (("quiet", QUIET), (f"{FIRING} firing", BUSY)):
        engine, naive = _Engine(facts), _Naive(facts)
        steps = (engine.evaluate, engine.observe, engine.tick, naive.evaluate)
        whole, part, tick, reference = _side_by_side(steps, *((20, 50) if quick else (60, 200)))
        title = f"{RULES} alert rules over {ITEMS} items, {name}"
        yield Row(name=title, unit=Unit.MICROSECONDS, figure=whole, reference=reference)
        yield Row(name="… the alerts' part", unit=Unit.MICROSECONDS, figure=part, aim=Aim(100))
        yield Row(name="… a tick", unit=Unit.MICROSECONDS, figure=tick, aim=Aim(100))


class _Engine:
    """The rules as devdash asks them, and the book of what became of them."""

    def __init__(self, facts: Readings) -> None:
        rules = [
            Rule(
                name=f"rule-{limit}",
                level=Level.ATTENTION,
                text="{item} is too high",
                enter=_above(limit),
                clear=_at_most(limit),
                keep_s=60.0,
                repeat_s=86_400.0,
                max_repeats=3,
            )
            for limit in range(RULES)
        ]
        self._facts = facts
        self._armed = arm("bench", rules, {}).armed
        self._verdicts = judge(self._armed, facts).verdicts
        self._book = Book(TICK_S)
        self._ticks = count()

    def evaluate(self) -> None:
        """A reading, with all that devdash does about it."""
        self._book.observe("bench", judge(self._armed, self._facts).verdicts, self._at())

    def observe(self) -> None:
        """A reading whose conditions have been asked."""
        self._book.observe("bench", self._verdicts, self._at())

    def tick(self) -> None:
        """Time passes."""
        self._book.tick(self._at())

    def _at(self) -> Moment:
        passed = next(self._ticks) * 0.001
        return Moment(START + timedelta(seconds=passed), passed)


class _Naive:
    """What everybody writes first: it says the same again each time."""

    def __init__(self, facts: Readings) -> None:
        self._facts = facts
        self._said: dict[tuple[int, str], str] = {}
        self._rules = [_above(limit) for limit in range(RULES)]

    def evaluate(self) -> None:
        """A reading."""
        for number, rule in enumerate(self._rules):
            for item in rule(self._facts):
                self._said[number, item] = f"{item} is too high"


def _above(limit: int) -> Condition[Readings]:
    return lambda facts: {key for key, value in facts.values.items() if value > limit}


def _at_most(limit: int) -> Condition[Readings]:
    return lambda facts: {key for key, value in facts.values.items() if value <= limit}


def _side_by_side(steps: tuple[Callable[[], None], ...], rounds: int, times: int) -> list[float]:
    """The median of each step's microseconds."""
    found = [list[float]() for _ in steps]
    for round_ in range(rounds):
        for step, spent in zip(steps, found, strict=True):
            began = time.perf_counter()
            for _ in range(times):
                step()
            if round_:  # the first one fills caches, and rings
                spent.append((time.perf_counter() - began) / times * 1e6)
    return [median(spent) for spent in found]
