"""When the battery needs a hand: one judgement for the pane's level, its attention and its rules."""

from devdash.api import Level, worst
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PeripheralFacts, Stage, State
from devdash_battery.limits import is_at_limit

CLEAR = 5
"""Points beyond a threshold at which its warning is over, so that a hovering charge does not flap."""

_LOW_WORDS = frozenset({"critical", "low"})
_FINE_WORDS = frozenset({"normal", "high", "full"})


def may_run(facts: BatteryFacts) -> bool:
    """At `critical`, its command has yet to run, so that there is something to cancel."""
    return facts.critical_command in (None, Stage.COUNTING)


def is_critical(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """The charge is at `critical` or below, and nothing comes in."""
    return facts.percent is not None and facts.percent <= config.critical and facts.plugged is False


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


def is_low_over(facts: BatteryFacts, threshold: int) -> bool:
    """A warning that began at `threshold` or below is over: well above it, plugged in, or no battery."""
    if not facts.present or facts.plugged is True:
        return True
    return facts.percent is not None and facts.percent >= min(threshold + CLEAR, 100)


def is_draining_over(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """The charger gives enough, or is gone: then `low` says the rest."""
    if not facts.present or facts.plugged is False or facts.state in (State.CHARGING, State.HOLDING):
        return True
    return facts.percent is not None and facts.percent >= min(config.low + CLEAR, 100)


def is_full_over(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """Well below `full`, unplugged, at a limit, or no battery."""
    if not facts.present or facts.plugged is False or _is_kept(facts, config):
        return True
    return facts.percent is not None and facts.percent <= max(config.full - CLEAR, 0)


def is_device_low(device: PeripheralFacts, config: BatteryConfig) -> bool:
    """A device that runs on its battery is at `peripheral_low` or below, or says so in a word."""
    if device.state in (State.CHARGING, State.FULL):
        return False
    if device.percent is None:
        return device.word in _LOW_WORDS
    return device.percent <= config.peripheral_low


def is_device_fine(device: PeripheralFacts, config: BatteryConfig) -> bool:
    """It is being charged, or has enough. One that is off, or tells nothing, is neither low nor fine."""
    if device.state in (State.CHARGING, State.FULL):
        return True
    if device.percent is None:
        return device.word in _FINE_WORDS
    return device.percent >= min(config.peripheral_low + CLEAR, 100)


def battery_level(facts: BatteryFacts, config: BatteryConfig) -> Level:
    """The battery's own level. No battery is fine; not knowing is never shown as fine."""
    if is_low(facts, config) or is_critical(facts, config):
        return Level.CRITICAL
    if is_full(facts, config) or is_draining(facts, config):
        return Level.ATTENTION
    return Level.UNKNOWN if is_open(facts, config) else Level.OK


def level_of(facts: BatteryFacts, config: BatteryConfig) -> Level:
    """The pane's level: the battery's, and attention for a device that wants to be charged."""
    devices = any(is_device_low(device, config) for device in facts.peripherals)
    return worst((battery_level(facts, config), Level.ATTENTION if devices else Level.OK))


def _is_kept(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """Every pack at `full` or above stands at a limit that does its work."""
    high = [pack for pack in facts.packs if pack.percent is not None and pack.percent >= config.full]
    return bool(high) and all(is_at_limit(pack, config) for pack in high)
