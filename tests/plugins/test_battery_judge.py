"""When the battery asks for a hand: thresholds, hysteresis, charge limits, and silence when not knowing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Level, Rule
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PackFacts, State
from devdash_battery.judge import level_of
from devdash_battery.rules import rules_for

CONFIG = BatteryConfig(low=20, full=85)
RULES = {rule.name: rule for rule in rules_for(CONFIG)}
LOW, FULL, CRITICAL = RULES["low"], RULES["full"], RULES["critical"]


def facts(
    percent: float | None, state: State, plugged: bool | None, limit: int | None = None, present: bool = True
) -> BatteryFacts:
    if not present:
        return BatteryFacts(plugged=plugged)
    packs = (PackFacts(name="BAT0", percent=percent, state=state, limit_percent=limit),)
    return BatteryFacts(present=True, percent=percent, state=state, plugged=plugged, packs=packs)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (facts(21, State.DISCHARGING, False), Level.OK),
        (facts(20, State.DISCHARGING, False), Level.CRITICAL),
        (facts(20, State.CHARGING, True), Level.OK),
        (facts(20, State.DISCHARGING, True), Level.ATTENTION),
        (facts(84.9, State.CHARGING, True), Level.OK),
        (facts(85, State.CHARGING, True), Level.ATTENTION),
        (facts(100, State.FULL, True), Level.ATTENTION),
        (facts(100, State.UNKNOWN, True), Level.ATTENTION),
        (facts(100, State.DISCHARGING, False), Level.OK),
        (facts(90, State.DISCHARGING, True), Level.OK),
        (facts(50, State.UNKNOWN, None), Level.OK),
        (facts(15, State.UNKNOWN, None), Level.UNKNOWN),
        (facts(90, State.UNKNOWN, None), Level.UNKNOWN),
        (facts(None, State.DISCHARGING, False), Level.UNKNOWN),
        (facts(None, State.UNKNOWN, None, present=False), Level.OK),
    ],
)
def test_level(told: BatteryFacts, level: Level) -> None:
    """Low unplugged is critical, full plugged wants a hand, not knowing is neither that nor fine."""
    assert level_of(told, CONFIG) is level


@pytest.mark.parametrize(
    ("percent", "limit", "level"),
    [
        (85, 85, Level.OK),
        (87, 85, Level.OK),
        (90, 90, Level.OK),
        (95, 95, Level.ATTENTION),
        (100, 100, Level.ATTENTION),
        (100, 80, Level.ATTENTION),
        (100, None, Level.ATTENTION),
    ],
)
def test_a_limit_that_keeps_the_battery_is_calm(percent: float, limit: int | None, level: Level) -> None:
    """At a limit near `full` nothing has to be done; at 100 with a limit of 80 the limit does not work."""
    assert level_of(facts(percent, State.HOLDING, True, limit), CONFIG) is level


def test_of_two_full_packs_both_must_be_limited() -> None:
    """A limit on one does not spare the other."""
    packs = (
        PackFacts(name="BAT0", percent=85, state=State.HOLDING, limit_percent=85),
        PackFacts(name="BAT1", percent=100, state=State.FULL, limit_percent=100),
    )
    told = BatteryFacts(present=True, percent=92, state=State.HOLDING, plugged=True, packs=packs)
    assert level_of(told, CONFIG) is Level.ATTENTION


def fires(rule: Rule[BatteryFacts], told: BatteryFacts) -> tuple[bool, bool]:
    """Whether the rule's enter and clear hold."""
    return "" in rule.enter(told), "" in rule.clear(told)


@pytest.mark.parametrize(
    ("percent", "plugged", "expected"),
    [
        (20, False, (True, False)),
        (20.1, False, (False, False)),
        (24.9, False, (False, False)),
        (25, False, (False, True)),
        (10, True, (False, True)),
        (None, False, (False, False)),
        (10, None, (False, False)),
    ],
)
def test_low_rule(percent: float | None, plugged: bool | None, expected: tuple[bool, bool]) -> None:
    """At 20 unplugged it begins, at 25 or plugged in it is over, between them it stays as it is."""
    assert fires(LOW, facts(percent, State.DISCHARGING, plugged)) == expected


@pytest.mark.parametrize(
    ("percent", "plugged", "limit", "expected"),
    [
        (85, True, None, (True, False)),
        (84, True, None, (False, False)),
        (80.1, True, None, (False, False)),
        (80, True, None, (False, True)),
        (100, False, None, (False, True)),
        (85, True, 85, (False, True)),
        (None, True, None, (False, False)),
        (100, None, None, (False, False)),
    ],
)
def test_full_rule(
    percent: float | None, plugged: bool | None, limit: int | None, expected: tuple[bool, bool]
) -> None:
    """At 85 plugged in it begins, at 80, unplugged or limited it is over."""
    assert fires(FULL, facts(percent, State.CHARGING, plugged, limit)) == expected


def test_timing_of_the_rules() -> None:
    """Low at once, full after a minute; both ride out two minutes of a flapping plug and repeat."""
    assert [(rule.name, rule.level, rule.for_s, rule.keep_s, rule.repeat_s) for rule in (LOW, FULL)] == [
        ("low", Level.CRITICAL, 0, 120, 120),
        ("full", Level.ATTENTION, 60, 120, 120),
    ]
    assert LOW.max_repeats > FULL.max_repeats > 0


def test_a_battery_that_is_taken_out_ends_its_alerts() -> None:
    """Nothing is left to plug in."""
    gone = facts(None, State.UNKNOWN, None, present=False)
    assert [fires(rule, gone) for rule in (LOW, FULL)] == [(False, True), (False, True)]


ANY = st.builds(
    facts,
    st.none() | st.floats(0, 100),
    st.sampled_from(State),
    st.sampled_from([True, False, None]),
    st.none() | st.integers(1, 100),
    st.booleans(),
)
CONFIGS = st.tuples(st.integers(0, 100), st.integers(0, 100)).filter(lambda both: both[0] < both[1])


@given(ANY, CONFIGS)
def test_no_rule_begins_and_ends_at_once_nor_on_missing_data(
    told: BatteryFacts, thresholds: tuple[int, int]
) -> None:
    """For all facts and thresholds: enter excludes clear, low excludes full, unknown enters nothing."""
    config = BatteryConfig(low=thresholds[0], full=thresholds[1])
    rules = rules_for(config)
    entered = {rule.name for rule in rules if fires(rule, told)[0]}
    assert all(fires(rule, told) != (True, True) for rule in rules)
    assert len(entered - {"critical"}) <= 1
    assert "critical" not in entered or config.critical >= config.low or "low" in entered
    if told.percent is None or told.plugged is None:
        assert not any(entered)
        assert level_of(told, config) in (Level.OK, Level.UNKNOWN)


def test_low_must_be_below_full() -> None:
    """Otherwise every charge would be both."""
    assert [problem.key for problem in BatteryConfig(low=85, full=85).problems()] == ["low"]
    assert list(BatteryConfig(low=84, full=85).problems()) == []
