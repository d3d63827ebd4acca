"""The battery pane's facts: what rules, `status --json` and the report read."""

from enum import StrEnum

import msgspec

from devdash.api import Facts


class State(StrEnum):
    """What the charge is doing."""

    CHARGING = "charging"
    DISCHARGING = "discharging"
    HOLDING = "holding"
    """Plugged in and neither charging nor discharging: full, at a charge limit, or too hot."""
    FULL = "full"
    """Of one pack: no more goes in. The machine as a whole is then holding."""
    UNKNOWN = "unknown"


class PackFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One battery pack.

    Attributes:
        name: the supply's name, such as "BAT0".
        percent: charge, 0–100.
        state: what this pack does; of two packs one often rests.
        health_percent: what a full charge holds against the design; may exceed 100.
        cycles: charge cycles; None also where the firmware does not count and says 0.
        limit_percent: the charge at which charging stops; None where there is no such control.
    """

    name: str
    percent: float | None = None
    state: State = State.UNKNOWN
    health_percent: float | None = None
    cycles: int | None = None
    limit_percent: int | None = None


class PeripheralFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A mouse, keyboard or headset with a battery of its own.

    Attributes:
        name: its model, or the supply's name.
        percent: charge, 0–100; None where the device tells only a level, or is off.
    """

    name: str
    percent: float | None = None


class BatteryFacts(Facts, frozen=True, kw_only=True):
    """The power of this machine.

    Attributes:
        present: whether the machine itself has a battery; peripherals do not count.
        percent: charge over all packs, by energy, 0–100, one decimal.
        state: what the packs do together.
        plugged: whether power comes in from outside.
        seconds_left: seconds until empty; None unless discharging, and when the
            estimate would be longer than 48 hours.
        watts: power into (positive) or out of (negative) the packs.
        packs: the packs that count, by name.
        peripherals: by name of the supply.
    """

    present: bool = False
    percent: float | None = None
    state: State = State.UNKNOWN
    plugged: bool | None = None
    seconds_left: int | None = None
    watts: float | None = None
    packs: tuple[PackFacts, ...] = ()
    peripherals: tuple[PeripheralFacts, ...] = ()
