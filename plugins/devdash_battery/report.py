"""The report: what the pane says and shows of one reading."""

from pathlib import Path

from devdash.api import (
    Align,
    Attention,
    Block,
    Cell,
    Column,
    Level,
    Meter,
    Notice,
    Pair,
    Pairs,
    Report,
    Row,
    Table,
    Text,
    Tone,
)
from devdash_battery import judge, words
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, PackFacts, PeripheralFacts
from devdash_battery.limits import limit_command, limit_value, wanting_limit
from devdash_battery.merge import Power
from devdash_battery.supply import Supply
from devdash_battery.sysfs import DEFAULT_TREE

COPY_LIMIT = "copy-limit"
"""The action that helps against a battery that is kept full."""

_RIGHT = Align.RIGHT
_PACK_COLUMNS = (
    Column("pack"),
    Column("charge", _RIGHT),
    Column("state", priority=1),
    Column("health", _RIGHT, priority=2),
    Column("cycles", _RIGHT, priority=4),
    Column("limit", _RIGHT, priority=3),
)
_PERIPHERAL_COLUMNS = (Column("", shrink=True), Column("", _RIGHT))
_LOW_LEVELS = ("critical", "low")


def build_report(power: Power, config: BatteryConfig, tree: Path | None) -> Report:
    """Say it all.

    Args:
        tree: the folder that was read, for the command that sets a charge limit.
    """
    facts = power.facts
    return Report(
        level=judge.level_of(facts, config),
        summary=summary_of(facts),
        blocks=(
            *_battery(power, config, tree),
            *_peripherals(power, config),
            *_advice(power, config, tree),
        ),
        facts=facts,
        attention=_attention(power, config),
    )


def summary_of(facts: BatteryFacts) -> str:
    """One line, such as "78 % · discharging · 2 h 50 min left"."""
    if not facts.present:
        return "no battery"
    return f"{_charge(facts)} · {words.doing(facts)}"


def _charge(facts: BatteryFacts) -> str:
    return "charge unknown" if facts.percent is None else words.percent(facts.percent)


def _attention(power: Power, config: BatteryConfig) -> tuple[Attention, ...]:
    """At most one entry: low and full exclude each other."""
    facts, charge = power.facts, words.percent(power.facts.percent)
    if judge.is_low(facts, config):
        left = "" if facts.seconds_left is None else f", {words.duration(facts.seconds_left)} left"
        return (Attention("low", Level.CRITICAL, f"battery at {charge}{left}: plug in"),)
    if judge.is_draining(facts, config):
        text = f"battery at {charge} and falling although plugged in: the charger gives too little"
        return (Attention("draining", Level.ATTENTION, text),)
    if judge.is_full(facts, config):
        action = COPY_LIMIT if wanting_limit(power.packs, config) else None
        text = f"battery at {charge} and plugged in: unplug{' or set a charge limit' if action else ''}"
        return (Attention("full", Level.ATTENTION, text, action),)
    return ()


def _battery(power: Power, config: BatteryConfig, tree: Path | None) -> tuple[Block, ...]:
    facts = power.facts
    if not facts.present:
        elsewhere = tree is not None and tree != DEFAULT_TREE
        place = f"There is no battery in {tree}." if elsewhere else "This machine has no battery."
        return (Text(place, Tone.DIM),)
    first = (_meter(facts, config), Text(words.doing(facts)))
    warning = _warning(power, config, tree)
    if len(power.packs) == 1:
        pack = power.packs[0]
        worth = Text(words.condition(facts.packs[0], pack.limit_control), Tone.DIM)
        return (*first, worth, *warning, _detail(pack))
    rows = [_pack_row(*both, config) for both in zip(facts.packs, power.packs, strict=True)]
    return (*first, *warning, Table(_PACK_COLUMNS, tuple(rows)))


def _meter(facts: BatteryFacts, config: BatteryConfig) -> Block:
    if facts.percent is None:
        return Text("charge unknown", Tone.STRONG)
    return Meter(
        percent=facts.percent,
        label=words.percent(facts.percent),
        note=words.watts(facts.watts),
        level=judge.level_of(facts, config),
    )


def _warning(power: Power, config: BatteryConfig, tree: Path | None) -> tuple[Block, ...]:
    """What to do now, or what cannot be told."""
    facts = power.facts
    if judge.is_low(facts, config):
        return (Notice(Level.CRITICAL, "Plug in."),)
    if judge.is_draining(facts, config):
        return (Notice(Level.ATTENTION, "The charger gives less than is used.", "Use a stronger one."),)
    if judge.is_full(facts, config):
        command = _command(power, config, tree)
        return (Notice(Level.ATTENTION, f"Unplug{', or set a charge limit' if command else ''}.", command),)
    if judge.is_open(facts, config):
        untold = "how full the battery is" if facts.percent is None else "whether power comes in"
        return (Notice(Level.UNKNOWN, f"The system does not tell {untold}."),)
    return ()


def _command(power: Power, config: BatteryConfig, tree: Path | None) -> str:
    """What sets a limit where one is wanted; "" where there is nothing to set."""
    packs = wanting_limit(power.packs, config)
    return limit_command(tree, packs, limit_value(config)) if packs and tree is not None else ""


def _advice(power: Power, config: BatteryConfig, tree: Path | None) -> tuple[Block, ...]:
    """Last, because it is no hurry: a limit that could be set. A warning of a full battery has said it."""
    command = _command(power, config, tree)
    if not command or judge.is_full(power.facts, config):
        return ()
    names = " and ".join(pack.name for pack in wanting_limit(power.packs, config))
    return (Notice(Level.OK, f"A charge limit of {limit_value(config)} % would spare {names}.", command),)


def _pack_row(facts: PackFacts, pack: Supply, config: BatteryConfig) -> Row:
    low = facts.percent is not None and facts.percent <= config.low
    cells = (
        Cell(facts.name),
        Cell(words.percent(facts.percent), Tone.WARN if low else Tone.PLAIN, percent=facts.percent),
        Cell(facts.state.value),
        Cell(_or_nothing(facts.health_percent, "%")),
        Cell(_or_nothing(facts.cycles)),
        Cell(_or_nothing(facts.limit_percent, "%")),
    )
    return Row(facts.name, cells, detail=(_detail(pack),))


def _or_nothing(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.0f} {unit}".rstrip()


def _detail(pack: Supply) -> Block:
    """What the pack is, and its figures as far as they are told."""
    store = pack.store
    make = " ".join(part for part in (pack.maker, pack.model) if part)
    pairs = (
        ("pack", " · ".join(part for part in (pack.name, make, pack.technology) if part)),
        ("energy", _amounts(store.energy, store.energy_full, "Wh")),
        ("when new", "" if store.energy_design is None else f"{store.energy_design:.1f} Wh"),
        ("counted", _amounts(store.charge, store.charge_full, "Ah")),
        ("voltage", "" if pack.volts is None else f"{pack.volts:.1f} V"),
    )
    return Pairs(tuple(Pair(label, value, Tone.DIM) for label, value in pairs if value))


def _amounts(now: float | None, full: float | None, unit: str) -> str:
    if now is None or full is None:
        return "" if now is None else f"{now:.1f} {unit}"
    return f"{now:.1f} of {full:.1f} {unit}"


def _peripherals(power: Power, config: BatteryConfig) -> tuple[Block, ...]:
    pairs = zip(power.facts.peripherals, power.peripherals, strict=True)
    rows = tuple(_peripheral_row(facts, supply, config) for facts, supply in pairs)
    return (Table(_PERIPHERAL_COLUMNS, rows, heading="peripherals"),) if rows else ()


def _peripheral_row(facts: PeripheralFacts, supply: Supply, config: BatteryConfig) -> Row:
    """A percent where the device tells one, else its word for the charge, which is no number."""
    low = supply.level in _LOW_LEVELS if facts.percent is None else facts.percent <= config.low
    return Row(supply.name, (Cell(facts.name), Cell(_peripheral_charge(facts, supply), _tone(low))))


def _tone(low: bool) -> Tone:
    return Tone.WARN if low else Tone.PLAIN


def _peripheral_charge(facts: PeripheralFacts, supply: Supply) -> str:
    if facts.percent is not None:
        return words.percent(facts.percent)
    if supply.online is False:
        return "off"
    return supply.level if supply.level not in ("", "unknown") else "?"
