"""All supplies of the machine as one: charge, state, plug, power, time."""

from collections.abc import Iterable, Sequence

import msgspec

from devdash_battery.facts import BatteryFacts, PackFacts, PeripheralFacts, State
from devdash_battery.supply import Kind, Status, Supply

_LONGEST = 48 * 3600
"""An estimate beyond this (seconds) is the noise of a pack that hardly moves."""

_FULL_FROM = 95.0
"""Some firmware says "Full" where a charge limit stopped it; below this percent that is holding."""


_WORDS = frozenset({"critical", "low", "normal", "high", "full"})


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """The facts, and the supplies they were made of.

    Attributes:
        facts: `facts.packs` and `facts.peripherals` stand in the order of the two below.
        packs: the packs that count, by name.
        peripherals: by name.
    """

    facts: BatteryFacts
    packs: tuple[Supply, ...]
    peripherals: tuple[Supply, ...]


def merge(supplies: Iterable[Supply]) -> Power:
    """Judge all supplies together; their order does not matter."""
    ordered = sorted(supplies, key=lambda supply: supply.name)
    packs = _live([s for s in ordered if s.kind is Kind.PACK and s.present])
    peripherals = tuple(s for s in ordered if s.kind is Kind.PERIPHERAL and s.present)
    plugged = _plugged([s for s in ordered if s.kind is Kind.POWER], packs)
    state = _state(packs, plugged)
    facts = BatteryFacts(
        present=bool(packs),
        percent=_percent(packs),
        state=state,
        plugged=plugged,
        seconds_left=_seconds_left(packs) if state is State.DISCHARGING else None,
        seconds_to_limit=_seconds_to_limit(packs) if state is State.CHARGING else None,
        watts=_watts(packs, plugged),
        packs=tuple(_pack_facts(pack, plugged) for pack in packs),
        peripherals=tuple(_peripheral_facts(peripheral) for peripheral in peripherals),
    )
    return Power(facts=facts, packs=packs, peripherals=peripherals)


def _live(packs: Sequence[Supply]) -> tuple[Supply, ...]:
    """Without ghosts; but a lone ghost is still a battery, one that tells little."""
    return tuple(pack for pack in packs if not pack.ghost) or tuple(packs)


def _plugged(chargers: Sequence[Supply], packs: Sequence[Supply]) -> bool | None:
    """Any charger that is online; else what the packs give away, because some chargers are not listed."""
    if any(charger.online for charger in chargers):
        return True
    if any(pack.status is Status.CHARGING for pack in packs):
        return True
    if any(charger.online is False for charger in chargers):
        return False
    if any(pack.status is Status.DISCHARGING for pack in packs):
        return False
    return True if any(pack.status is Status.FULL for pack in packs) else None


def _state(packs: Sequence[Supply], plugged: bool | None) -> State:
    """What the packs do together: one of two often rests while the other works."""
    states = {_pack_state(pack, plugged) for pack in packs}
    if not states:
        return State.UNKNOWN
    if State.CHARGING in states:
        return State.CHARGING
    if State.DISCHARGING in states or plugged is False:
        return State.DISCHARGING
    return State.HOLDING if states & {State.HOLDING, State.FULL} else State.UNKNOWN


def _pack_state(pack: Supply, plugged: bool | None) -> State:
    """The kernel's word, told apart by the plug: "Not charging" is holding only on outside power."""
    if pack.status is Status.CHARGING:
        return State.CHARGING
    if pack.status is Status.DISCHARGING:
        return State.DISCHARGING
    if pack.status is Status.FULL and (pack.percent is None or pack.percent >= _FULL_FROM):
        return State.FULL
    if pack.status in (Status.FULL, Status.NOT_CHARGING) and plugged:
        return State.HOLDING
    return State.UNKNOWN


def _percent(packs: Sequence[Supply]) -> float | None:
    """The packs' charge, weighed by what each can hold: Wh when all tell it, else Ah, else evenly."""
    told = [(pack, pack.percent) for pack in packs if pack.percent is not None]
    if not told:
        return None
    fulls = [pack.store.energy_full for pack, _ in told]
    if not all(fulls):
        fulls = [pack.store.charge_full for pack, _ in told]
    weights = [full or 0.0 for full in fulls] if all(fulls) else [1.0] * len(told)
    merged = sum(percent * weight for (_, percent), weight in zip(told, weights, strict=True)) / sum(weights)
    return round(min(max(merged, 0.0), 100.0), 1)


def _watts(packs: Sequence[Supply], plugged: bool | None) -> float | None:
    """The sum over the packs that tell; None when none does or a direction is open."""
    flows = [_pack_watts(pack, plugged) for pack in packs if pack.flow.watts is not None]
    known = [flow for flow in flows if flow is not None]
    return round(sum(known) + 0.0, 2) if known and len(known) == len(flows) else None


def _pack_watts(pack: Supply, plugged: bool | None) -> float | None:
    """Into the pack positive. Most drivers give no sign: status and plug tell the direction."""
    size = pack.flow.watts
    if not size:
        return size
    if pack.status is Status.CHARGING:
        return size
    if pack.status is Status.DISCHARGING or pack.flow.outward or plugged is False:
        return -size
    return size if plugged else None


def _seconds_left(packs: Sequence[Supply]) -> int | None:
    """Until the last pack is empty at the present flow; by energy, by charge, or as the firmware says."""
    moving = [pack for pack in packs if pack.status is not Status.CHARGING]
    seconds = _quotient([pack.store.energy for pack in moving], [pack.flow.watts for pack in moving])
    if seconds is None:
        seconds = _quotient([pack.store.charge for pack in moving], [pack.flow.amperes for pack in moving])
    if seconds is None and len(moving) == 1:
        seconds = moving[0].flow.seconds_to_empty
    return int(seconds) if seconds is not None and seconds <= _LONGEST else None


def _seconds_to_limit(packs: Sequence[Supply]) -> int | None:
    """Until the packs that fill are at their limits, at the present flow: by energy, by charge, or as told.

    Packs fill one after the other: one whose status is open counts as one that waits for its turn.
    """
    filling = [pack for pack in packs if pack.status in (Status.CHARGING, Status.UNKNOWN)]
    rooms = [_room(pack, pack.store.energy, pack.store.energy_full) for pack in filling]
    seconds = _quotient(rooms, [pack.flow.watts for pack in filling])
    if seconds is None:
        rooms = [_room(pack, pack.store.charge, pack.store.charge_full) for pack in filling]
        seconds = _quotient(rooms, [pack.flow.amperes for pack in filling])
    if seconds is None and len(filling) == 1 and _ceiling(filling[0]) == 1.0:
        seconds = filling[0].flow.seconds_to_full
    return int(seconds) if seconds and seconds <= _LONGEST else None


def _room(pack: Supply, held: float | None, full: float | None) -> float | None:
    """What still goes in; None when that is not told."""
    return None if held is None or full is None else max(full * _ceiling(pack) - held, 0.0)


def _ceiling(pack: Supply) -> float:
    """The share of its full charge at which the pack stops; a limit that it has passed does not work."""
    if pack.limit is None or pack.percent is None or pack.percent >= pack.limit:
        return 1.0
    return pack.limit / 100


def _quotient(stored: Sequence[float | None], flows: Sequence[float | None]) -> float | None:
    """Seconds; None when a store is not told or nothing flows."""
    held = [amount for amount in stored if amount is not None]
    flow = sum(amount for amount in flows if amount is not None)
    return 3600 * sum(held) / flow if flow and held and len(held) == len(stored) else None


def _pack_facts(pack: Supply, plugged: bool | None) -> PackFacts:
    return PackFacts(
        name=pack.name,
        percent=None if pack.percent is None else round(pack.percent, 1),
        state=_pack_state(pack, plugged),
        health_percent=pack.store.health,
        cycles=pack.cycles,
        limit_percent=pack.limit,
        temperature_c=pack.celsius,
    )


def _peripheral_facts(supply: Supply) -> PeripheralFacts:
    off = supply.online is False
    # Drivers of input devices begin with 0 and "Unknown" before the device has said anything.
    silent = supply.percent == 0 and supply.status is Status.UNKNOWN
    word = supply.level if supply.level in _WORDS and not off else None
    return PeripheralFacts(
        supply=supply.name,
        name=supply.model or supply.name,
        percent=None if off or silent else supply.percent,
        word=word,
        state=State.UNKNOWN if off else _pack_state(supply, None),
    )
