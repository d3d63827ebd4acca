"""The charge limit: which packs could have one, and the command that sets it.

A limit spares the battery better than any reminder to unplug. Writing it needs
root, so the command is shown and copied, never run.
"""

import shlex
from collections.abc import Iterable
from pathlib import Path

from devdash_battery.config import BatteryConfig
from devdash_battery.facts import PackFacts
from devdash_battery.supply import Supply

CONTROL = "charge_control_end_threshold"

_STEP = 5  # firmware that takes only steps takes these
_LEAST = 50  # no firmware is known to take less
_ABOVE = 5
_MOST = 99


def limit_value(config: BatteryConfig) -> int:
    """The limit that does what `full` asks for, percent; 100 is none."""
    return 100 if config.full == 100 else max(_LEAST, config.full // _STEP * _STEP)


def suits(limit: int | None, config: BatteryConfig) -> bool:
    """Whether a pack's limit does what `full` asks for; up to 5 points above `full` it does."""
    return limit is not None and limit <= max(limit_value(config), min(config.full + _ABOVE, _MOST))


def is_at_limit(pack: PackFacts, config: BatteryConfig, overshoot: float = 3.0) -> bool:
    """Whether a suitable limit keeps the pack where it is; firmware may run some points past its limit."""
    if pack.limit_percent is None or pack.percent is None or not suits(pack.limit_percent, config):
        return False
    return pack.percent <= pack.limit_percent + overshoot


def wanting_limit(packs: Iterable[Supply], config: BatteryConfig) -> tuple[Supply, ...]:
    """The packs that have a control, and no limit that suits."""
    if limit_value(config) == 100:
        return ()
    return tuple(pack for pack in packs if pack.limit_control and not suits(pack.limit, config))


def limit_command(tree: Path, packs: Iterable[Supply], value: int) -> str:
    """One line of shell that sets the limit of `packs` to `value` percent; not every machine remembers it."""
    controls = [shlex.quote(str(tree / pack.name / CONTROL)) for pack in packs]
    return " && ".join(f"echo {value} | sudo tee {control}" for control in controls)


def has_control(tree: Path | None) -> bool:
    """Whether some supply below `tree` has a control; asks for names only, never for what firmware tells."""
    try:
        return tree is not None and next(tree.glob(f"*/{CONTROL}"), None) is not None
    except OSError:
        return False
