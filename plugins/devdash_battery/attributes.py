"""The text of a supply's attributes, as plausible numbers and clean text.

Names and units are those of the kernel's sysfs class "power_supply"
(Documentation/ABI/testing/sysfs-class-power): µV, µA, µW, µAh and µWh, seconds,
tenths of °C,
whole percents. Firmware lies: what is not plausible becomes None here, so that
nothing further on has to doubt a number.
"""

from collections.abc import Mapping

ATTRIBUTES = (
    "type",
    "scope",
    "status",
    "present",
    "online",
    "capacity",
    "capacity_level",
    "energy_now",
    "energy_full",
    "energy_full_design",
    "charge_now",
    "charge_full",
    "charge_full_design",
    "voltage_now",
    "voltage_min_design",
    "power_now",
    "power_avg",
    "current_now",
    "current_avg",
    "time_to_empty_now",
    "time_to_full_now",
    "temp",
    "cycle_count",
    "charge_control_end_threshold",
    "technology",
    "manufacturer",
    "model_name",
)
"""All attributes that are read; a supply has many more."""

MAX_WH = 400.0  # the largest laptop pack that may fly has 100 Wh
MAX_AH = 50.0
MAX_VOLTS = 100.0
MAX_WATTS = 500.0
MAX_AMPERES = 50.0

_SENTINELS = frozenset({65_535, 65_535_000, 655_350_000, 4_294_967_295, 2_147_483_647})
"""What firmware and drivers write for "unknown": all bits of 16 or 32 set, some scaled."""

_MICRO = 1_000_000
_MAX_DIGITS = 20  # of a 64-bit number
_MAX_TEXT = 64


class Attributes:
    """What was read of one supply: names to text, any text."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def is_empty(self, name: str) -> bool:
        """Whether the attribute could be read and says nothing."""
        return name in self._texts and not self._texts[name].strip()

    def text(self, name: str) -> str:
        """A short printable text; "" when not told."""
        kept = "".join(sign for sign in self._texts.get(name, "") if sign.isprintable())
        return kept.strip()[:_MAX_TEXT].rstrip()

    def word(self, name: str) -> str:
        """The text in lower case."""
        return self.text(name).lower()

    def number(self, name: str) -> int | None:
        """A whole number that is no sentinel."""
        text = self._texts.get(name, "").strip()
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > _MAX_DIGITS:
            return None
        value = int(text)
        return None if abs(value) in _SENTINELS else value

    def within(self, name: str, least: int, most: int) -> int | None:
        """A number within bounds, both included."""
        value = self.number(name)
        return value if value is not None and least <= value <= most else None

    def amount(self, name: str, most: float) -> float | None:
        """An amount given in millionths, from 0 to `most`."""
        value = self.signed(most, name)
        return value if value is not None and value >= 0 else None

    def signed(self, most: float, *names: str) -> float | None:
        """The first of `names` that is an amount in millionths, from −`most` to `most`."""
        for name in names:
            value = self.number(name)
            if value is not None and abs(value) <= most * _MICRO:
                return value / _MICRO
        return None

    def flag(self, name: str) -> bool | None:
        """Whether a number is above 0 (`online` is 2 for a charger that negotiates)."""
        value = self.number(name)
        return None if value is None else value > 0
