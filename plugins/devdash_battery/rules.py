"""The alerts of the battery pane: when they begin, when they are over, how often they speak."""

from collections.abc import Callable, Iterable

from devdash.api import Level, Rule
from devdash_battery import judge, phrases
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PeripheralFacts, Stage

REPEAT_S = 120.0
KEEP_S = 120.0
"""A flapping plug stays quiet for so long."""

_HOUR = 3600.0
_NOBODY = frozenset[str]()
_PANE = frozenset({""})
_BY_HAND = (Stage.FAILED, Stage.BLOCKED)

Terms = tuple[Rule[BatteryFacts], ...]
Holds = Callable[[BatteryFacts, BatteryConfig], bool]
Keys = Callable[[BatteryFacts], frozenset[str]]


def rules_for(
    config: BatteryConfig,
    *,
    limit: str | None = None,
    drain: str | None = None,
    cancel: str | None = None,
    away: Callable[[], frozenset[str]] = lambda: _NOBODY,
) -> Terms:
    """The default alerts. None of them begins while what decides about it is not told.

    Args:
        limit: the action that helps against a battery that is kept full; None where it would not.
        drain: the action that shows what uses the battery.
        cancel: the action that cancels `critical_command`.
        away: supplies of devices that are not here now, and not gone either.
    """
    return (
        _critical(config, drain=drain, cancel=cancel if config.critical_command else None),
        _low(config, action=drain),
        _draining(config),
        _full(config, action=limit),
        _peripheral_low(config, away),
        *((_command_failed(config),) if config.critical_command else ()),
    )


def _critical(config: BatteryConfig, drain: str | None, cancel: str | None) -> Rule[BatteryFacts]:
    return Rule(
        name="critical",
        level=Level.CRITICAL,
        text="Battery nearly empty: plug in",
        say=lambda facts, item: phrases.critical(facts, config),
        enter=_when(judge.is_critical, config),
        clear=lambda facts: _pane(judge.is_low_over(facts, config.critical)),
        # Whoever unplugs again begins a new countdown, and must hear of it.
        keep_s=0.0 if config.critical_command else KEEP_S,
        repeat_s=REPEAT_S,
        max_repeats=10,
        action=cancel or drain,
        helps=lambda facts: cancel if cancel and judge.may_run(facts) else drain,
    )


def _low(config: BatteryConfig, action: str | None) -> Rule[BatteryFacts]:
    return Rule(
        name="low",
        level=Level.CRITICAL,
        text="Battery low: plug in",
        say=lambda facts, item: phrases.low(facts),
        enter=_when(judge.is_low, config),
        clear=lambda facts: _pane(judge.is_low_over(facts, config.low)),
        keep_s=KEEP_S,
        repeat_s=REPEAT_S,
        max_repeats=30,
        inhibited_by=("critical",),
        action=action,
    )


def _draining(config: BatteryConfig) -> Rule[BatteryFacts]:
    """Firmware often says "discharging" for a moment after plugging in: five minutes are no moment."""
    return Rule(
        name="draining",
        level=Level.ATTENTION,
        text="Battery low and falling although plugged in: the charger gives too little",
        say=lambda facts, item: phrases.draining(facts),
        enter=_when(judge.is_draining, config),
        clear=_when(judge.is_draining_over, config),
        for_s=300.0,
        keep_s=KEEP_S,
    )


def _full(config: BatteryConfig, action: str | None) -> Rule[BatteryFacts]:
    return Rule(
        name="full",
        level=Level.ATTENTION,
        text="Battery charged: unplug",
        say=lambda facts, item: phrases.full(facts, settable=phrases.wants_limit(facts, config)),
        enter=_when(judge.is_full, config),
        clear=_when(judge.is_full_over, config),
        for_s=60.0,
        keep_s=KEEP_S,
        repeat_s=REPEAT_S,
        max_repeats=1,
        action=action,
    )


def _peripheral_low(config: BatteryConfig, away: Callable[[], frozenset[str]]) -> Rule[BatteryFacts]:
    """By device: an item is the name of its supply. A device that is gone has no alert any more."""
    here = _devices(lambda device: True)
    return Rule(
        name="peripheral-low",
        level=Level.ATTENTION,
        text="{item}: battery low",
        say=_say_device,
        enter=_devices(lambda device: judge.is_device_low(device, config)),
        clear=_devices(lambda device: judge.is_device_fine(device, config)),
        present=lambda facts: here(facts) | away(),
        for_s=60.0,
        keep_s=KEEP_S,
        repeat_s=6 * _HOUR,
        max_repeats=3,
    )


def _command_failed(config: BatteryConfig) -> Rule[BatteryFacts]:
    return Rule(
        name="command-failed",
        level=Level.CRITICAL,
        text=phrases.command_failed(config),
        say=lambda facts, item: phrases.command_failed(config, facts.critical_command),
        enter=lambda facts: _pane(facts.critical_command in _BY_HAND),
        clear=lambda facts: _pane(facts.critical_command not in _BY_HAND),
    )


def _pane(holds: bool) -> frozenset[str]:
    return _PANE if holds else _NOBODY


def _when(holds: Holds, config: BatteryConfig) -> Keys:
    return lambda facts: _pane(holds(facts, config))


def _devices(holds: Callable[[PeripheralFacts], bool]) -> Keys:
    return lambda facts: frozenset(_keys(device for device in facts.peripherals if holds(device)))


def _keys(devices: Iterable[PeripheralFacts]) -> Iterable[str]:
    return (device.supply for device in devices)


def _say_device(facts: BatteryFacts, item: str) -> str:
    found = next((device for device in facts.peripherals if device.supply == item), None)
    return f"{item}: battery low" if found is None else phrases.peripheral(found)
