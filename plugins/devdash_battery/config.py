"""The battery pane's table in devdash.toml."""

from collections.abc import Iterable
from pathlib import Path

from devdash.api import ConfigProblem, Duration, PaneConfig, Percent

LEAST_COUNTDOWN_S = 10.0
"""Less leaves nobody the time to find the key that cancels."""

MOST_COUNTDOWN_S = 600.0
"""A battery at `critical` may not last longer."""


class BatteryConfig(PaneConfig, frozen=True, kw_only=True):
    """`[panes.battery]`.

    Attributes:
        low: at this charge or below, unplugged, the pane says "plug in".
        full: at this charge or above, plugged in, the pane says "unplug".
        critical: at this charge or below, unplugged, it is the last moment to plug in.
        critical_command: a program and its arguments, run once when the charge has come to
            `critical` and `critical_countdown` has passed; none when empty.
        critical_countdown: how long a person has to cancel `critical_command`.
        peripheral_low: at this charge or below a mouse, keyboard or headset wants to be charged.
        sysfs: the folder of power supplies that is read, on any system. When
            absent: `/sys/class/power_supply` on Linux, psutil elsewhere.
    """

    interval: Duration = Duration(120)
    timeout: Duration = Duration(10)
    low: Percent = 20
    full: Percent = 85
    critical: Percent = 5
    critical_command: tuple[str, ...] = ()
    critical_countdown: Duration = Duration(60)
    peripheral_low: Percent = 15
    sysfs: Path | None = None

    def problems(self) -> Iterable[ConfigProblem]:
        """critical < low < full: otherwise two warnings would say the same, or opposites at once."""
        if self.low >= self.full:
            yield ConfigProblem("low", f"low ({self.low}) must be below full ({self.full})")
        if self.critical >= self.low:
            yield ConfigProblem("critical", f"critical ({self.critical}) must be below low ({self.low})")
        if self.critical_command and not self.critical_command[0].strip():
            yield ConfigProblem("critical_command", "its first entry names no program")
        if any("\0" in part for part in self.critical_command):
            yield ConfigProblem("critical_command", "no argument can hold a zero byte")
        if not LEAST_COUNTDOWN_S <= self.critical_countdown <= MOST_COUNTDOWN_S:
            yield ConfigProblem(
                "critical_countdown",
                f"must be between {LEAST_COUNTDOWN_S:.0f} s, the time to find the key that cancels, "
                f"and {MOST_COUNTDOWN_S:.0f} s",
            )
