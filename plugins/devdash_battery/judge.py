"""When the battery needs a hand: one judgement for the pane's level, its attention and its rules."""

from collections.abc import Callable

from devdash.api import Level, Rule
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, State
from devdash_battery.limits import is_at_limit

_CLEAR = 5
"""Points beyond a threshold at which its warning is over, so that a hovering charge does not flap."""

_REPEAT = 120.0
_NOBODY = frozenset[str]()
_PANE = frozenset({""})


def is_low(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """The charge is at `low` or below, and nothing comes in."""
    return facts.percent is not None and facts.percent <= config.low and facts.plugged is False


def is_draining(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """The charge is at `low` or below and falls although a charger is there: it gives too little."""
    return (
        facts.percent is not None
        and facts.percent <= config.low
        and facts.plugged is True
        and facts.state is State.DISCHARGING
    )


def is_full(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """The charge is at `full` or above, power comes in, and no charge limit keeps it there."""
    return (
        facts.percent is not None
        and facts.percent >= config.full
        and facts.plugged is True
        and facts.state is not State.DISCHARGING
        and not _is_kept(facts, config)
    )


def is_open(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """What would decide about a warning is not told."""
    if not facts.present:
        return False
    if facts.percent is None:
        return True
    return facts.plugged is None and not config.low < facts.percent < config.full


def level_of(facts: BatteryFacts, config: BatteryConfig) -> Level:
    """The pane's level. No battery is fine; not knowing is never shown as fine."""
    if is_low(facts, config):
        return Level.CRITICAL
    if is_full(facts, config) or is_draining(facts, config):
        return Level.ATTENTION
    return Level.UNKNOWN if is_open(facts, config) else Level.OK


def rules_for(config: BatteryConfig) -> tuple[Rule[BatteryFacts], ...]:
    """The default alerts.

    "low" begins at `low` unplugged and ends 5 points above or plugged in; "full"
    begins after a minute at `full` plugged in without a limit, and ends 5 points
    below, unplugged or limited. Both stay quiet for two minutes of a flapping plug.
    """
    return (
        Rule(
            name="low",
            level=Level.CRITICAL,
            text="Battery low: plug in",
            enter=_when(lambda facts: is_low(facts, config)),
            clear=_when(lambda facts: _is_low_over(facts, config)),
            keep_s=120.0,
            repeat_s=_REPEAT,
            max_repeats=30,
        ),
        Rule(
            name="full",
            level=Level.ATTENTION,
            text="Battery charged: unplug",
            enter=_when(lambda facts: is_full(facts, config)),
            clear=_when(lambda facts: _is_full_over(facts, config)),
            for_s=60.0,
            keep_s=120.0,
            repeat_s=_REPEAT,
            max_repeats=1,
        ),
    )


def _when(holds: Callable[[BatteryFacts], bool]) -> Callable[[BatteryFacts], frozenset[str]]:
    return lambda facts: _PANE if holds(facts) else _NOBODY


def _is_low_over(facts: BatteryFacts, config: BatteryConfig) -> bool:
    if not facts.present or facts.plugged is True:
        return True
    return facts.percent is not None and facts.percent >= min(config.low + _CLEAR, 100)


def _is_full_over(facts: BatteryFacts, config: BatteryConfig) -> bool:
    if not facts.present or facts.plugged is False or _is_kept(facts, config):
        return True
    return facts.percent is not None and facts.percent <= max(config.full - _CLEAR, 0)


def _is_kept(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """Every pack at `full` or above stands at a limit that does its work."""
    high = [pack for pack in facts.packs if pack.percent is not None and pack.percent >= config.full]
    return bool(high) and all(is_at_limit(pack, config) for pack in high)
