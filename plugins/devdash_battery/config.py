"""The battery pane's table in devdash.toml."""

from collections.abc import Iterable
from pathlib import Path

from devdash.api import ConfigProblem, Duration, PaneConfig, Percent


class BatteryConfig(PaneConfig, frozen=True, kw_only=True):
    """`[panes.battery]`.

    Attributes:
        low: at this charge or below, unplugged, the pane says "plug in".
        full: at this charge or above, plugged in, the pane says "unplug".
        sysfs: the folder of power supplies that is read, on any system. When
            absent: `/sys/class/power_supply` on Linux, psutil elsewhere.
    """

    interval: Duration = Duration(120)
    timeout: Duration = Duration(10)
    low: Percent = 20
    full: Percent = 85
    sysfs: Path | None = None

    def problems(self) -> Iterable[ConfigProblem]:
        """`low` has to be below `full`: otherwise both warnings could hold at once."""
        if self.low >= self.full:
            yield ConfigProblem("low", f"low ({self.low}) must be below full ({self.full})")
