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


class Stage(StrEnum):
    """How far the command is that runs at `critical`."""

    COUNTING = "counting"
    """It will run, unless somebody cancels it or plugs in."""
    CANCELLED = "cancelled"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    """It cannot be run: processes have no place to agree on who does. Never an `Episode`'s."""


class PackFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One battery pack.

    Attributes:
        name: the supply's name, such as "BAT0".
        percent: charge, 0–100.
        state: what this pack does; of two packs one often rests.
        health_percent: what a full charge holds against the design; may exceed 100.
        cycles: charge cycles; None also where the firmware does not count and says 0.
        limit_percent: the charge at which charging stops; None where there is no such control.
        temperature_c: degrees Celsius; None where the firmware does not tell.
    """

    name: str
    percent: float | None = None
    state: State = State.UNKNOWN
    health_percent: float | None = None
    cycles: int | None = None
    limit_percent: int | None = None
    temperature_c: float | None = None


class PeripheralFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A mouse, keyboard or headset with a battery of its own.

    Attributes:
        supply: the supply's name, unlike any other's.
        name: its model, or the supply's name.
        percent: charge, 0–100; None where the device tells only a word, or is off.
        word: the kernel's word for the charge ("critical", "low", "normal", "high", "full");
            None when not told, or off.
        state: what its battery does.
    """

    supply: str
    name: str
    percent: float | None = None
    word: str | None = None
    state: State = State.UNKNOWN


class BatteryFacts(Facts, frozen=True, kw_only=True):
    """The power of this machine.

    Attributes:
        present: whether the machine itself has a battery; peripherals do not count.
        percent: charge over all packs, by energy, 0–100, one decimal.
        state: what the packs do together.
        plugged: whether power comes in from outside.
        seconds_left: seconds until empty; None unless discharging, and when the
            estimate would be longer than 48 hours.
        seconds_to_limit: seconds until charging stops, at a charge limit or when full; None
            unless charging, and as above.
        watts: power into (positive) or out of (negative) the packs.
        packs: the packs that count, by name.
        peripherals: by name of the supply.
        critical_command: how far `critical_command` of devdash.toml is; None when there is none, or
            it has no reason to run.
    """

    present: bool = False
    percent: float | None = None
    state: State = State.UNKNOWN
    plugged: bool | None = None
    seconds_left: int | None = None
    seconds_to_limit: int | None = None
    watts: float | None = None
    packs: tuple[PackFacts, ...] = ()
    peripherals: tuple[PeripheralFacts, ...] = ()
    critical_command: Stage | None = None
