"""What the pane, its attention and its alerts say of a battery that needs a hand: one sentence each."""

from devdash_battery import words
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PeripheralFacts, Stage
from devdash_battery.limits import suits


def low(facts: BatteryFacts) -> str:
    """Such as "battery at 12 %, 20 min left: plug in"."""
    return f"{_charge_and_time(facts)}: plug in"


def critical(facts: BatteryFacts, config: BatteryConfig) -> str:
    """The same, and what will happen if nobody does."""
    said = low(facts)
    if not config.critical_command:
        return said
    program = words.program(config.critical_command)
    match facts.critical_command:
        case None | Stage.COUNTING:
            return f"{said}, or {program} runs within {words.spell(config.critical_countdown)}"
        case Stage.CANCELLED:
            return f"{said}; {program} was cancelled"
        case Stage.RUNNING:
            return f"{said}; {program} runs"
        case Stage.DONE:
            return f"{said}; {program} has run"
        case Stage.FAILED:
            return f"{said}; {program} failed"
        case Stage.BLOCKED:
            return f"{said}; {program} cannot be run"


def draining(facts: BatteryFacts) -> str:
    """A charger is there and gives too little."""
    charge = words.percent(facts.percent)
    return f"battery at {charge} and falling although plugged in: the charger gives too little"


def full(facts: BatteryFacts, *, settable: bool) -> str:
    """Such as "battery at 86 % and plugged in: unplug"; `settable`: a charge limit could be set instead."""
    limit = " or set a charge limit" if settable else ""
    return f"battery at {words.percent(facts.percent)} and plugged in: unplug{limit}"


def wants_limit(facts: BatteryFacts, config: BatteryConfig) -> bool:
    """Whether a pack has a limit that could be lower."""
    return config.full < 100 and any(
        pack.limit_percent is not None and not suits(pack.limit_percent, config) for pack in facts.packs
    )


def peripheral(device: PeripheralFacts) -> str:
    """Such as "G703 at 12 %: charge it"; the word where there is no percent."""
    told = words.percent(device.percent) if device.percent is not None else device.word or "?"
    return f"{device.name} at {told}: charge it" if device.percent is not None else f"{device.name}: {told}"


def command_failed(config: BatteryConfig, stage: Stage | None = Stage.FAILED) -> str:
    """What a person must do by hand now."""
    program = words.program(config.critical_command) if config.critical_command else "the command"
    how = "cannot be run" if stage is Stage.BLOCKED else "failed"
    return f"battery critical, and {program} {how}"


def _charge_and_time(facts: BatteryFacts) -> str:
    left = "" if facts.seconds_left is None else f", {words.duration(facts.seconds_left)} left"
    return f"battery at {words.percent(facts.percent)}{left}"
