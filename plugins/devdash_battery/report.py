"""The report: what the pane says and shows of one reading."""

from pathlib import Path

import msgspec

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
    Sample,
    Sparkline,
    Table,
    Text,
    Tone,
)
from devdash_battery import judge, phrases, words
from devdash_battery.config import BatteryConfig
from devdash_battery.episode import Episode
from devdash_battery.facts import BatteryFacts, PackFacts, PeripheralFacts, Stage
from devdash_battery.limits import limit_command, limit_value, wanting_limit
from devdash_battery.merge import Power
from devdash_battery.supply import Supply
from devdash_battery.sysfs import DEFAULT_TREE

COPY_LIMIT = "copy-limit"
"""The action that helps against a battery that is kept full."""

CANCEL = "cancel"
"""The action that cancels `critical_command`."""

DRAIN = "drain"
"""The action that shows what uses the battery."""

PERCENT_SERIES = "percent"
"""The charge in the history: of the battery, and by supply of peripherals."""

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


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown beside the reading itself.

    Attributes:
        day: the charge of the last 24 hours, oldest first; empty or all None: nobody looked.
        episode: how far `critical_command` is; None where it has no reason to run.
        left_s: seconds until it runs.
        trouble: why it cannot be run; "" when it can.
    """

    day: tuple[float | None, ...] = ()
    episode: Episode | None = None
    left_s: float = 0.0
    trouble: str = ""


NOTHING_BESIDE = Beside()


def build_report(
    power: Power, config: BatteryConfig, tree: Path | None, beside: Beside = NOTHING_BESIDE
) -> Report:
    """Say it all.

    Args:
        tree: the folder that was read, for the command that sets a charge limit.
    """
    if beside.trouble or beside.episode is not None:
        stage = Stage.BLOCKED if beside.trouble or beside.episode is None else beside.episode.stage
        facts = msgspec.structs.replace(power.facts, critical_command=stage)
        power = msgspec.structs.replace(power, facts=facts)
    facts = power.facts
    return Report(
        level=judge.level_of(facts, config),
        summary=summary_of(facts),
        blocks=(
            *_battery(power, config, tree, beside),
            *_peripherals(power, config),
            *_advice(power, config, tree),
        ),
        facts=facts,
        attention=(*_attention(power, config), *_devices_attention(facts, config)),
        samples=samples_of(facts),
    )


def summary_of(facts: BatteryFacts) -> str:
    """One line, such as "78 % · discharging · 2 h 50 min left"."""
    if not facts.present:
        return "no battery"
    return f"{_charge(facts)} · {words.doing(facts)}"


def _charge(facts: BatteryFacts) -> str:
    return "charge unknown" if facts.percent is None else words.percent(facts.percent)


def _attention(power: Power, config: BatteryConfig) -> tuple[Attention, ...]:
    """At most one entry; its key is the rule's name."""
    facts = power.facts
    if judge.is_critical(facts, config):
        cancellable = config.critical_command and judge.may_run(facts)
        text = phrases.critical(facts, config)
        return (Attention("critical", Level.CRITICAL, text, CANCEL if cancellable else DRAIN),)
    if judge.is_low(facts, config):
        return (Attention("low", Level.CRITICAL, phrases.low(facts), DRAIN),)
    if judge.is_draining(facts, config):
        return (Attention("draining", Level.ATTENTION, phrases.draining(facts)),)
    if judge.is_full(facts, config):
        action = COPY_LIMIT if wanting_limit(power.packs, config) else None
        text = phrases.full(facts, settable=action is not None)
        return (Attention("full", Level.ATTENTION, text, action),)
    return ()


def _devices_attention(facts: BatteryFacts, config: BatteryConfig) -> tuple[Attention, ...]:
    return tuple(
        Attention(
            f"{device.supply}:peripheral-low",
            Level.ATTENTION,
            phrases.peripheral(device),
            item=device.supply,
        )
        for device in facts.peripherals
        if judge.is_device_low(device, config)
    )


def samples_of(facts: BatteryFacts) -> tuple[Sample, ...]:
    """Charge and flow of the battery, charge of each device; what is not told is not kept."""
    told = [(PERCENT_SERIES, facts.percent, ""), ("watts", facts.watts, "")]
    told += [(PERCENT_SERIES, device.percent, device.supply) for device in facts.peripherals]
    return tuple(Sample(series, value, item) for series, value, item in told if value is not None)


def _battery(power: Power, config: BatteryConfig, tree: Path | None, beside: Beside) -> tuple[Block, ...]:
    facts = power.facts
    if not facts.present:
        elsewhere = tree is not None and tree != DEFAULT_TREE
        place = f"There is no battery in {tree}." if elsewhere else "This machine has no battery."
        return (Text(place, Tone.DIM),)
    first = (_meter(facts, config), *_day(beside.day, facts.percent), Text(words.doing(facts)))
    warning = (*_warning(power, config, tree), *_last_resort(config, beside))
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
        level=judge.battery_level(facts, config),
    )


def _day(values: tuple[float | None, ...], percent: float | None) -> tuple[Block, ...]:
    """The last 24 hours, where there is more than one step to draw; the range includes the charge of now."""
    told = [value for value in values if value is not None]
    if len(told) < 2:
        return ()
    told += [percent] if percent is not None else []
    return (Sparkline(values, label="24 h", note=f"{min(told):.0f}–{max(told):.0f} %"),)


def _last_resort(config: BatteryConfig, beside: Beside) -> tuple[Block, ...]:
    """What `critical_command` is about to do, or has done."""
    if not config.critical_command:
        return ()
    program, episode = words.program(config.critical_command), beside.episode
    if beside.trouble:
        return (Notice(Level.ATTENTION, f"{program} cannot be run: {beside.trouble}"),)
    if episode is None:
        return ()
    match episode.stage:
        case Stage.COUNTING:
            left = words.spell(beside.left_s)
            return (Notice(Level.CRITICAL, f"{program} runs in {left}.", "Plug in, or cancel it."),)
        case Stage.RUNNING:
            return (Notice(Level.CRITICAL, f"{program} runs now."),)
        case Stage.CANCELLED:
            said = f"{program} was cancelled, and will not run before the battery has been charged."
            return (Notice(Level.OK, said),)
        case Stage.DONE:
            said = f"{program} has run, and will not run again before the battery has been charged."
            return (Notice(Level.OK, said),)
        case Stage.FAILED | Stage.BLOCKED:
            said = f"{program} failed: {episode.message}"
            return (Notice(Level.CRITICAL, said, "Plug in, or suspend by hand."),)


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
        ("temperature", "" if pack.celsius is None else f"{pack.celsius:.1f} °C"),
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
    low = judge.is_device_low(facts, config)
    charge = Cell(_peripheral_charge(facts, supply), Tone.WARN if low else Tone.PLAIN)
    level = Level.ATTENTION if low else Level.OK
    return Row(supply.name, (Cell(facts.name), charge), level)


def _peripheral_charge(facts: PeripheralFacts, supply: Supply) -> str:
    if facts.percent is not None:
        return words.percent(facts.percent)
    if supply.online is False:
        return "off"
    return facts.word or "?"
