"""The battery's alerts: what each says, which begin, and that no real machine's data raise a false one."""

from pathlib import Path

import pytest
from power_dumps import DUMPS, parse_dump, write_tree

from devdash.api import Level, Rule
from devdash.engine.offers import admit_rules
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PackFacts, PeripheralFacts, Stage, State
from devdash_battery.merge import merge
from devdash_battery.rules import rules_for
from devdash_battery.sysfs import read_tree

CONFIG = BatteryConfig()
SUSPENDING = BatteryConfig(critical_command=("systemctl", "suspend"))


def rules(config: BatteryConfig = CONFIG) -> dict[str, Rule[BatteryFacts]]:
    return {rule.name: rule for rule in rules_for(config, limit="copy-limit", drain="drain", cancel="cancel")}


def entered(facts: BatteryFacts, config: BatteryConfig = CONFIG) -> set[tuple[str, str]]:
    return {(rule.name, item) for rule in rules(config).values() for item in rule.enter(facts)}


def unplugged(percent: float | None, **more: object) -> BatteryFacts:
    facts = BatteryFacts(present=True, percent=percent, state=State.DISCHARGING, plugged=False)
    return BatteryFacts(**{name: getattr(facts, name) for name in facts.__struct_fields__} | more)


def device(percent: float | None = None, **more: object) -> BatteryFacts:
    told = {"supply": "hidpp_battery_0", "name": "G703", "percent": percent, "state": State.DISCHARGING}
    return BatteryFacts(peripherals=(PeripheralFacts(**told | more),))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("percent", "names"),
    [
        (21, set()),
        (20, {"low"}),
        (5.1, {"low"}),
        (5, {"low", "critical"}),
        (0, {"low", "critical"}),
        (None, set()),
    ],
)
def test_low_and_critical(percent: float | None, names: set[str]) -> None:
    """Critical comes on top of low and silences it."""
    assert {name for name, _ in entered(unplugged(percent))} == names
    assert rules()["low"].inhibited_by == ("critical",)


@pytest.mark.parametrize(("percent", "over"), [(5, False), (9.9, False), (10, True), (None, False)])
def test_critical_is_over_well_above_or_plugged_in(percent: float | None, over: bool) -> None:
    critical = rules()["critical"]
    assert bool(critical.clear(unplugged(percent))) is over
    assert critical.clear(BatteryFacts(present=True, percent=2, plugged=True))


def test_each_countdown_is_told() -> None:
    """Unplugged again within two minutes it counts anew, so the alert must have been over."""
    assert rules(SUSPENDING)["critical"].keep_s == 0
    assert rules()["critical"].keep_s > 0


@pytest.mark.parametrize(
    ("facts", "low", "fine"),
    [
        (device(15.0), True, False),
        (device(15.1), False, False),
        (device(19.9), False, False),
        (device(20.0), False, True),
        (device(5.0, state=State.CHARGING), False, True),
        (device(word="critical"), True, False),
        (device(word="low"), True, False),
        (device(word="normal"), False, True),
        (device(), False, False),
    ],
)
def test_devices_have_an_alert_of_their_own(facts: BatteryFacts, low: bool, fine: bool) -> None:
    """By item, by percent or word; one that charges is fine, one that is off is neither."""
    rule = rules()["peripheral-low"]
    assert rule.enter(facts) == (frozenset({"hidpp_battery_0"}) if low else frozenset())
    assert rule.clear(facts) == (frozenset({"hidpp_battery_0"}) if fine else frozenset())
    assert rule.present is not None
    assert rule.present(facts) == {"hidpp_battery_0"}
    assert rule.present(BatteryFacts()) == frozenset(), "one that is gone has no alert"


def test_a_low_battery_is_no_low_mouse_and_the_other_way_round() -> None:
    """Each by itself."""
    assert entered(device(3.0)) == {("peripheral-low", "hidpp_battery_0")}
    assert entered(unplugged(12.0)) == {("low", "")}


def said(name: str, facts: BatteryFacts, config: BatteryConfig = CONFIG, item: str = "") -> str:
    say = rules(config)[name].say
    assert say is not None
    return say(facts, item)


def test_what_is_said_has_the_figures() -> None:
    """Understood without the pane."""
    low = unplugged(12.0, seconds_left=1500)
    full = BatteryFacts(
        present=True,
        percent=86.0,
        plugged=True,
        packs=(PackFacts(name="BAT0", percent=86.0, limit_percent=100),),
    )
    assert said("low", low) == "battery at 12 %, 25 min left: plug in"
    assert said("critical", low) == "battery at 12 %, 25 min left: plug in"
    assert said("full", full) == "battery at 86 % and plugged in: unplug or set a charge limit"
    assert said("peripheral-low", device(12.0), item="hidpp_battery_0") == "G703 at 12 %: charge it"
    assert said("peripheral-low", BatteryFacts(), item="hidpp_battery_0") == "hidpp_battery_0: battery low"
    assert said("critical", low, SUSPENDING).endswith("plug in, or systemctl suspend runs within 60 s")
    cancelled = unplugged(4.0, critical_command=Stage.CANCELLED)
    assert said("critical", cancelled, SUSPENDING).endswith("systemctl suspend was cancelled")


def test_a_failed_command_is_an_alert() -> None:
    """Only where there is one; over as soon as it has no reason to run any more."""
    failed = unplugged(4.0, critical_command=Stage.FAILED)
    assert ("command-failed", "") in entered(failed, SUSPENDING)
    assert rules(SUSPENDING)["command-failed"].clear(unplugged(4.0))
    assert "command-failed" not in rules()


def test_nobody_is_promised_a_command_that_cannot_be_run() -> None:
    """A person who reads "or it suspends within 60 s" goes on working."""
    blocked = unplugged(4.0, critical_command=Stage.BLOCKED)
    assert said("critical", blocked, SUSPENDING).endswith("systemctl suspend cannot be run")
    assert ("command-failed", "") in entered(blocked, SUSPENDING)
    assert not rules(SUSPENDING)["command-failed"].clear(blocked)
    assert said("command-failed", blocked, SUSPENDING).endswith("systemctl suspend cannot be run")


def test_a_weak_charger_is_told_after_five_minutes() -> None:
    """At 20 % and falling although plugged in, low stays silent, because it says "plug in"."""
    weak = BatteryFacts(present=True, percent=15, state=State.DISCHARGING, plugged=True)
    assert entered(weak) == {("draining", "")}
    assert rules()["draining"].for_s == 300
    assert rules()["draining"].clear(unplugged(15))


def test_the_terms() -> None:
    """The table of the field, and what it leaves open: nothing speaks for ever."""
    told = {r.name: (r.level, r.for_s, r.keep_s, r.repeat_s, r.max_repeats) for r in rules().values()}
    assert told == {
        "critical": (Level.CRITICAL, 0, 120, 120, 10),
        "low": (Level.CRITICAL, 0, 120, 120, 30),
        "draining": (Level.ATTENTION, 300, 120, 0, 0),
        "full": (Level.ATTENTION, 60, 120, 120, 1),
        "peripheral-low": (Level.ATTENTION, 60, 120, 21_600, 3),
    }


def test_what_helps() -> None:
    """An alert leads to an action only where it can help."""
    assert {r.name: r.action for r in rules().values() if r.action} == {
        "critical": "drain",
        "low": "drain",
        "full": "copy-limit",
    }
    critical = rules(SUSPENDING)["critical"]
    assert critical.action == "cancel"
    assert critical.helps is not None
    stages: tuple[Stage | None, ...] = (None, *Stage)
    helps = {stage: critical.helps(unplugged(4.0, critical_command=stage)) for stage in stages}
    assert {stage for stage, action in helps.items() if action == "cancel"} == {None, Stage.COUNTING}
    assert set(helps.values()) == {"cancel", "drain"}, "what has run or was cancelled cannot be cancelled"
    without = rules()["critical"].helps
    assert without is not None
    assert without(unplugged(4.0)) == "drain"
    assert all(rule.action is None for rule in rules_for(CONFIG))


@pytest.mark.parametrize("config", [CONFIG, SUSPENDING])
def test_the_rules_keep_the_contract(config: BatteryConfig) -> None:
    assert admit_rules("battery", rules_for(config))


@pytest.mark.skipif(
    not DUMPS.is_dir(), reason="the power supply dumps (../shared/data/power_supply) are not here"
)
@pytest.mark.parametrize("dump", sorted(path.name for path in DUMPS.glob("*.txt")))
def test_no_real_machine_raises_a_false_alarm(dump: str, tmp_path: Path) -> None:
    """A rule begins only on what is told: a charge, a plug; and none begins and ends at once."""
    for number, scene in enumerate(parse_dump((DUMPS / dump).read_text(encoding="utf-8"))):
        facts = merge(read_tree(write_tree(tmp_path / str(number), scene.supplies))).facts
        names = {name for name, item in entered(facts, SUSPENDING) if not item}
        if facts.percent is None or facts.plugged is None:
            assert names == set()
        if names & {"low", "critical"}:
            assert facts.plugged is False
            assert facts.percent is not None
            assert facts.percent <= 20
        for rule in rules(SUSPENDING).values():
            assert not rule.enter(facts) & rule.clear(facts)


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ({}, []),
        ({"low": 85}, ["low"]),
        ({"critical": 20}, ["critical"]),
        ({"low": 5}, ["critical"]),
        ({"low": 5, "critical": 2}, []),
        ({"critical_command": ("", "x")}, ["critical_command"]),
        ({"critical_command": ("a", "b\0")}, ["critical_command"]),
        ({"critical_countdown": 5.0}, ["critical_countdown"]),
        ({"critical_countdown": 3600.0}, ["critical_countdown"]),
        ({"low": 90, "critical": 95}, ["low", "critical"]),
    ],
)
def test_settings_that_contradict_each_other_are_problems(table: dict[str, object], keys: list[str]) -> None:
    """critical < low < full; a command that can be started; time enough to cancel it."""
    config = BatteryConfig(**table)  # type: ignore[arg-type]  # by name
    assert [problem.key for problem in config.problems()] == keys
