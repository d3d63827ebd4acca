"""One power supply: what it is, and what it holds and moves."""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto

import msgspec

from devdash_battery.attributes import MAX_AH, MAX_AMPERES, MAX_VOLTS, MAX_WATTS, MAX_WH, Attributes

_DISTRUST = 5.0
"""Points by which `capacity` may differ from the energy figures before it is believed instead."""

_MAX_CAPACITY = 110  # 101 is a rounding error, 255 is nonsense
_MAX_HEALTH = 150.0
_MAX_CYCLES = 10_000
_MAX_SECONDS = 100 * 24 * 3600
_COLDEST, _HOTTEST = -400, 1200  # tenths of °C; no pack works beyond these


class Kind(Enum):
    """What a supply is to this machine."""

    PACK = auto()
    PERIPHERAL = auto()
    POWER = auto()
    """A charger, dock or pad: mains, USB or wireless."""
    OTHER = auto()


class Status(StrEnum):
    """The kernel's word for what a pack does, in lower case."""

    CHARGING = "charging"
    DISCHARGING = "discharging"
    NOT_CHARGING = "not charging"
    FULL = "full"
    UNKNOWN = "unknown"


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack holds. Packs count energy or charge; energy is made of charge × voltage when need be.

    Attributes:
        energy: Wh held now.
        energy_full: Wh at full charge.
        energy_design: Wh at full charge when new.
        charge: Ah held now; None where the pack counts energy.
        charge_full: Ah at full charge, likewise.
        health: full charge against design, percent; may exceed 100.
    """

    energy: float | None = None
    energy_full: float | None = None
    energy_design: float | None = None
    charge: float | None = None
    charge_full: float | None = None
    health: float | None = None


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What moves in or out of a pack.

    Attributes:
        watts: its size, never negative.
        amperes: its size, never negative.
        outward: it was given as negative: out of the pack. Most drivers give no sign.
        seconds_to_empty, seconds_to_full: the firmware's own estimates.
    """

    watts: float | None = None
    amperes: float | None = None
    outward: bool = False
    seconds_to_empty: int | None = None
    seconds_to_full: int | None = None


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """One power supply. None: not told, or not plausible.

    Attributes:
        name: the name of its folder, made printable.
        kind: what it is to this machine.
        present: False for an empty bay and for a dummy.
        online: whether it delivers power (chargers) or is switched on (peripherals).
        status: what the pack does.
        percent: charge, 0–100.
        store: what it holds.
        flow: what moves.
        volts: voltage now.
        celsius: temperature.
        ghost: it says that a full charge is nothing, or stands at 0 V.
        cycles: charge cycles, at least 1.
        limit: charge at which charging stops, 1–100 percent.
        limit_control: whether there is such a control, readable or not.
        level: the kernel's word for the charge in lower case, such as "full"; "" when not told.
        technology: such as "Li-ion"; "" when not told.
        maker: "" when not told.
        model: "" when not told.
    """

    name: str
    kind: Kind = Kind.OTHER
    present: bool = True
    online: bool | None = None
    status: Status = Status.UNKNOWN
    percent: float | None = None
    store: Store = Store()
    flow: Flow = Flow()
    volts: float | None = None
    celsius: float | None = None
    ghost: bool = False
    cycles: int | None = None
    limit: int | None = None
    limit_control: bool = False
    level: str = ""
    technology: str = ""
    maker: str = ""
    model: str = ""


def parse_supply(name: str, texts: Mapping[str, str]) -> Supply:
    """Make a supply of the text of its attributes (`attributes.ATTRIBUTES`); any text is accepted."""
    raw = Attributes(texts)
    capacity = _capacity(raw)
    stored = _stored(raw)
    ratio = _ratio(stored)
    distrusted = ratio is None or (capacity is not None and abs(capacity - ratio) > _DISTRUST)
    return Supply(
        name=printable(name),
        kind=_kind(name, raw),
        present=not raw.is_empty("present") and raw.number("present") != 0,
        online=raw.flag("online"),
        status=_status(raw.word("status")),
        percent=capacity if distrusted else ratio,
        store=_by_capacity(stored, capacity) if distrusted else stored,
        flow=_flow(raw),
        volts=raw.amount("voltage_now", MAX_VOLTS),
        celsius=_celsius(raw),
        ghost=_holds_nothing(raw) or raw.number("voltage_now") == 0,
        cycles=raw.within("cycle_count", 1, _MAX_CYCLES),
        limit=raw.within("charge_control_end_threshold", 1, 100),
        limit_control="charge_control_end_threshold" in raw,
        level=raw.word("capacity_level"),
        technology=raw.text("technology"),
        maker=raw.text("manufacturer"),
        model=raw.text("model_name"),
    )


def printable(text: str) -> str:
    """`text` with all that cannot be printed (and "\\") escaped, so that different names stay different."""
    return "".join(
        sign if sign.isprintable() and sign != "\\" else sign.encode("unicode_escape").decode("ascii")
        for sign in text
    )


def _kind(name: str, raw: Attributes) -> Kind:
    kind = raw.word("type") or _guess_type(raw)
    # Drivers of input devices name their supplies "hid-…" and "hidpp_battery_…";
    # the name decides when a sleeping device does not let its scope be read.
    scope = raw.word("scope")
    device = scope == "device" or (not scope and name.startswith("hid"))
    if kind == "battery":
        return Kind.PERIPHERAL if device else Kind.PACK
    if not device and (kind in ("mains", "wireless", "brickid") or kind.startswith("usb")):
        return Kind.POWER
    return Kind.OTHER


def _guess_type(raw: Attributes) -> str:
    """What a supply is whose type cannot be read: only batteries have a charge, chargers are just online."""
    charges = ("capacity", "energy_now", "energy_full", "charge_now", "charge_full")
    if any(raw.number(name) is not None for name in charges) or raw.word("capacity_level"):
        return "battery"
    return "mains" if raw.number("online") is not None else ""


def _status(word: str) -> Status:
    return next((status for status in Status if status.value == word), Status.UNKNOWN)


def _capacity(raw: Attributes) -> float | None:
    """The charge that the firmware gives, 0–100."""
    value = raw.within("capacity", 0, _MAX_CAPACITY)
    if value is None or (value == 0 and _holds_nothing(raw)):
        return None  # the 0 of an empty slot is no empty pack
    return min(float(value), 100.0)


def _holds_nothing(raw: Attributes) -> bool:
    """Whether the full charge is told, and is nothing."""
    fulls = [raw.number("energy_full"), raw.number("charge_full")]
    return 0 in fulls and not any(fulls)


def _stored(raw: Attributes) -> Store:
    energy, full = raw.amount("energy_now", MAX_WH), raw.amount("energy_full", MAX_WH)
    if full:
        design = raw.amount("energy_full_design", MAX_WH)
        return Store(energy=energy, energy_full=full, energy_design=design, health=_health(full, design))
    charge, full = raw.amount("charge_now", MAX_AH), raw.amount("charge_full", MAX_AH)
    design, volts = raw.amount("charge_full_design", MAX_AH), _nominal(raw)
    return Store(
        energy=_times(charge, volts),
        energy_full=_times(full, volts),
        energy_design=_times(design, volts),
        charge=charge,
        charge_full=full,
        health=_health(full, design),
    )


def _ratio(store: Store) -> float | None:
    """Percent of the full charge: finer than `capacity`, which is whole."""
    for now, full in ((store.charge, store.charge_full), (store.energy, store.energy_full)):
        if now is not None and full:
            return min(100 * now / full, 100.0)
    return None


def _by_capacity(store: Store, capacity: float | None) -> Store:
    """`store` with what is held now reckoned from the firmware's percent; None where that is not told."""
    share = None if capacity is None else capacity / 100
    return msgspec.structs.replace(
        store, energy=_times(store.energy_full, share), charge=_times(store.charge_full, share)
    )


def _health(full: float | None, design: float | None) -> float | None:
    if not full or not design:
        return None
    health = round(100 * full / design, 1)
    return health if 0 < health <= _MAX_HEALTH else None


def _flow(raw: Attributes) -> Flow:
    """Power as given, else current × voltage."""
    power = raw.signed(MAX_WATTS, "power_now", "power_avg")
    current = raw.signed(MAX_AMPERES, "current_now", "current_avg")
    amperes = None if current is None else abs(current)
    given = current if power is None else power
    return Flow(
        watts=_times(amperes, _nominal(raw)) if power is None else abs(power),
        amperes=amperes,
        outward=given is not None and given < 0,
        seconds_to_empty=raw.within("time_to_empty_now", 1, _MAX_SECONDS),
        seconds_to_full=raw.within("time_to_full_now", 1, _MAX_SECONDS),
    )


def _celsius(raw: Attributes) -> float | None:
    """The temperature, given in tenths; a plain 0 is what firmware without a sensor writes."""
    tenths = raw.within("temp", _COLDEST, _HOTTEST)
    return tenths / 10 if tenths else None


def _nominal(raw: Attributes) -> float | None:
    """The voltage that makes Wh of Ah and W of A: now, else the design's."""
    return raw.amount("voltage_now", MAX_VOLTS) or raw.amount("voltage_min_design", MAX_VOLTS) or None


def _times(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one * other
