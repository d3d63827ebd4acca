"""Devices that were just here: a keyboard that sleeps leaves the kernel's list until a key is pressed.

Its alert goes on meanwhile, or it would ring at each key after a pause, and forget that it was acknowledged.
"""

from devdash_battery import judge
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts

AWAY_S = 3600.0
"""A device that is away for longer is gone. In awake time: in a suspend nobody presses a key."""


class Away:
    """Remembers devices that were not well when they were seen last."""

    def __init__(self, config: BatteryConfig) -> None:
        self._config = config
        self._seen: dict[str, float] = {}

    def see(self, facts: BatteryFacts, monotonic: float) -> None:
        """A reading, at that time in seconds."""
        here = {device.supply: judge.is_device_fine(device, self._config) for device in facts.peripherals}
        kept = {
            supply: at for supply, at in self._seen.items() if supply not in here and monotonic - at <= AWAY_S
        }
        self._seen = kept | {supply: monotonic for supply, fine in here.items() if not fine}

    @property
    def supplies(self) -> frozenset[str]:
        """Those that were seen within `AWAY_S`; what is here now and not well is among them."""
        return frozenset(self._seen)
