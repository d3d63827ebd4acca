"""The battery's pure core: attributes to supplies, supplies to facts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash_battery.attributes import ATTRIBUTES
from devdash_battery.facts import BatteryFacts, State
from devdash_battery.merge import merge
from devdash_battery.supply import Kind, Supply, parse_supply
from devdash_battery.system import from_psutil

BATTERY = {"type": "Battery", "present": "1"}
MAINS_ON = parse_supply("ACAD", {"type": "Mains", "online": "1"})
MAINS_OFF = parse_supply("AC", {"type": "Mains", "online": "0"})


def pack(name: str = "BAT0", **attributes: object) -> Supply:
    return parse_supply(name, BATTERY | {key: str(value) for key, value in attributes.items()})


def energy_pack(name: str, now: float, full: float, **attributes: object) -> Supply:
    """`now` and `full` in Wh."""
    return pack(
        name,
        energy_now=int(now * 1e6),
        energy_full=int(full * 1e6),
        capacity=int(100 * now / full),
        **attributes,
    )


def facts(*supplies: Supply) -> BatteryFacts:
    return merge(supplies).facts


def test_two_packs_are_merged_by_energy_not_by_percent() -> None:
    """98 % of a small pack and 10 % of a large one are 43 %, not 54 and not 98."""
    told = facts(energy_pack("BAT0", 21.56, 22.0), energy_pack("BAT1", 3.6, 36.0))
    assert told.percent == 43.4
    assert [entry.percent for entry in told.packs] == [98.0, 10.0]


def test_charge_packs_are_weighed_by_charge_times_voltage() -> None:
    """Equal Ah at different voltages hold different energy."""
    low = pack("BAT0", charge_now=2_000_000, charge_full=2_000_000, voltage_now=5_000_000)
    high = pack("BAT1", charge_now=0, charge_full=2_000_000, voltage_now=15_000_000)
    assert facts(low, high).percent == 25.0


def test_a_dead_pack_does_not_hide_the_live_one() -> None:
    """0 V BAT0 and 97.4 % BAT1 are 97.4 %."""
    dead = energy_pack("BAT0", 0, 24.0, voltage_now=0)
    told = facts(dead, energy_pack("BAT1", 23.376, 24.0, voltage_now=12_000_000))
    assert (told.percent, [entry.name for entry in told.packs]) == (97.4, ["BAT1"])


def test_a_ghost_pack_does_not_count_beside_a_live_one() -> None:
    """A pack whose full charge is nothing is an empty slot."""
    ghost = pack("BAT0", energy_now=0, energy_full=0, capacity=0)
    assert facts(ghost, energy_pack("BAT1", 12, 24)).percent == 50.0


def test_a_lone_ghost_is_a_battery_of_unknown_charge() -> None:
    """Its 0 % would raise a false alarm."""
    told = facts(pack(energy_now=0, energy_full=0, capacity=0, status="Discharging"))
    assert (told.present, told.percent) == (True, None)


@pytest.mark.parametrize(
    ("told", "present"),
    [({"present": "0"}, False), ({"present": ""}, False), ({}, True), ({"present": "\0\xff"}, True)],
)
def test_presence(told: dict[str, str], present: bool) -> None:
    """An empty bay and a dummy do not count; an unreadable `present` does not make a pack vanish."""
    supply = parse_supply("BAT0", {"type": "Battery", "capacity": "50"} | told)
    assert facts(supply).present is present


def test_a_desktop_with_a_mouse_has_no_battery() -> None:
    """A device's battery is not the machine's, even when its scope cannot be read."""
    mouse = parse_supply(
        "hidpp_battery_0", BATTERY | {"scope": "Device", "capacity": "35", "model_name": "G703"}
    )
    asleep = parse_supply("hid-0018-battery", BATTERY | {"capacity": "12", "status": "Discharging"})
    told = facts(mouse, asleep, MAINS_ON)
    assert (told.present, told.percent, told.state) == (False, None, State.UNKNOWN)
    assert [(entry.name, entry.percent) for entry in told.peripherals] == [
        ("hid-0018-battery", 12.0),
        ("G703", 35.0),
    ]


def test_a_peripheral_that_is_off_has_no_percent() -> None:
    """The supply stays when the mouse is switched off; its last figure means nothing."""
    mouse = parse_supply("hidpp_battery_2", BATTERY | {"scope": "Device", "online": "0", "capacity": "80"})
    assert facts(mouse).peripherals[0].percent is None


def test_not_charging_on_outside_power_is_holding() -> None:
    """ACAD online and "Not charging": plugged in, and neither full nor unknown."""
    told = facts(energy_pack("BAT0", 20, 25, status="Not charging"), MAINS_ON)
    assert (told.plugged, told.state) == (True, State.HOLDING)


def test_full_below_full_is_holding() -> None:
    """Some firmware says "Full" where a limit stopped it at 80 %."""
    for energy, pack in ((20, State.HOLDING), (25, State.FULL)):
        told = facts(energy_pack("BAT0", energy, 25, status="Full"), MAINS_ON)
        assert (told.state, told.packs[0].state) == (State.HOLDING, pack)


def test_any_charger_counts() -> None:
    """USB-C delivers while the barrel socket is empty."""
    usb = parse_supply("ucsi-source-psy-USBC000:001", {"type": "USB", "online": "1"})
    assert facts(energy_pack("BAT0", 20, 25, status="Unknown"), MAINS_OFF, usb).plugged is True
    assert facts(energy_pack("BAT0", 20, 25, status="Charging"), MAINS_OFF).plugged is True


def test_a_charger_of_a_device_does_not_count() -> None:
    """A pad that charges a mouse does not power the laptop."""
    pad = parse_supply("pad", {"type": "Wireless", "scope": "Device", "online": "1"})
    assert facts(energy_pack("BAT0", 20, 25, status="Discharging"), pad).plugged is False


def test_unplugged_is_discharging_whatever_the_status_says() -> None:
    """The resting pack of two says Unknown; the machine runs on them all the same."""
    told = facts(energy_pack("BAT0", 20, 25, status="Unknown", power_now=5_000_000), MAINS_OFF)
    assert (told.state, told.watts, told.seconds_left) == (State.DISCHARGING, -5.0, 4 * 3600)


def test_time_is_that_of_all_packs_together() -> None:
    """The resting pack's energy counts."""
    one = energy_pack("BAT0", 10, 20, status="Discharging", power_now=10_000_000)
    two = energy_pack("BAT1", 20, 20, status="Unknown", power_now=0)
    assert facts(one, two).seconds_left == 3 * 3600


@pytest.mark.parametrize(
    ("milliwatt", "left"), [(0, None), (1, None), (500, None), (521, 172_744), (25_000, 3600)]
)
def test_absurd_times_are_not_shown(milliwatt: int, left: int | None) -> None:
    """25 Wh at 1 mW would be 2.9 years; the estimate ends at 48 hours."""
    told = facts(energy_pack("BAT0", 25, 25, status="Discharging", power_now=milliwatt * 1000))
    assert told.seconds_left == left


def test_no_time_while_charging() -> None:
    """seconds_left is time until empty."""
    assert facts(energy_pack("BAT0", 10, 20, status="Charging", power_now=10_000_000)).seconds_left is None


def test_time_without_any_voltage() -> None:
    """Ah and A suffice."""
    told = facts(
        pack(charge_now=2_000_000, charge_full=4_000_000, current_now=1_000_000, status="Discharging")
    )
    assert (told.percent, told.seconds_left, told.watts) == (50.0, 7200, None)


def test_negative_current_is_a_direction() -> None:
    """Drivers that sign the flow give its size as well."""
    told = facts(
        pack(
            charge_now=2_000_000,
            charge_full=4_000_000,
            current_now=-1_000_000,
            voltage_now=10_000_000,
            status="Discharging",
        )
    )
    assert (told.watts, told.seconds_left) == (-10.0, 7200)


def test_a_negative_flow_without_a_telling_status_is_outward() -> None:
    """A plugged machine can feed on its pack too; the driver's sign says so."""
    told = facts(energy_pack("BAT0", 10, 20, power_now=-3_000_000, status="Unknown"), MAINS_ON)
    assert told.watts == -3.0


@pytest.mark.parametrize(("full", "health"), [(20, 100.0), (30, 150.0), (31, None), (0.001, None)])
def test_absurd_health_is_not_shown(full: float, health: float | None) -> None:
    """Half as much again as the design is the most that is believed."""
    told = facts(energy_pack("BAT0", 0, full, energy_full_design=20_000_000))
    assert told.packs[0].health_percent == health


def test_endless_digits_are_no_number() -> None:
    """Python itself refuses to read more than 4300."""
    assert facts(pack(capacity="9" * 5000)).percent is None


@pytest.mark.parametrize(
    "attribute", ["power_now", "cycle_count", "energy_now", "energy_full_design", "voltage_now"]
)
@pytest.mark.parametrize("sentinel", [65_535, 65_535_000, 4_294_967_295])
def test_sentinels_are_not_figures(attribute: str, sentinel: int) -> None:
    """All bits set means unknown: no 65535 cycles, no 65 W, no 65 Wh."""
    told = {"energy_now": 10, "energy_full": 20, "capacity": 50}
    assert pack(**told | {attribute: sentinel}) == pack(**told | {attribute: "nothing"})


@pytest.mark.parametrize(
    ("capacity", "percent"), [(90, 90.0), (56, 56.0), (55, 50.0), (45, 50.0), (44, 44.0)]
)
def test_capacity_is_believed_beyond_five_points(capacity: int, percent: float) -> None:
    """Within five points the energy is finer; beyond, one of the two is broken, and capacity seldom is."""
    told = facts(pack(energy_now=10_000_000, energy_full=20_000_000, capacity=capacity))
    assert told.percent == percent


def test_distrusted_energy_does_not_give_a_time() -> None:
    """Where capacity is believed, what is left is reckoned from it."""
    told = facts(
        pack(
            energy_now=20_000_000,
            energy_full=20_000_000,
            capacity=50,
            power_now=10_000_000,
            status="Discharging",
        )
    )
    assert told.seconds_left == 3600


def test_more_than_full_is_full() -> None:
    """energy_now above energy_full, and capacity 101."""
    assert facts(energy_pack("BAT0", 20.05, 20)).percent == 100.0
    assert facts(pack(capacity=101)).percent == 100.0
    assert facts(pack(capacity=255)).percent is None


def test_psutil_is_read_into_the_same_facts() -> None:
    """On other systems: percent, plug and time as psutil tells them, and no more."""
    told = merge(from_psutil(42.4, 7200, False)).facts
    assert (told.percent, told.state, told.plugged, told.seconds_left) == (
        42.0,
        State.DISCHARGING,
        False,
        7200,
    )
    told = merge(from_psutil(100, -2, True)).facts
    assert (told.state, told.plugged, told.seconds_left) == (State.HOLDING, True, None)
    told = merge(from_psutil(100, 7200, False)).facts
    assert (told.state, told.plugged, told.seconds_left) == (State.DISCHARGING, False, 7200)
    assert merge(from_psutil(100, -1, None)).facts.plugged is None
    told = merge(from_psutil(60, -1, None)).facts
    assert (told.state, told.plugged, told.watts) == (State.UNKNOWN, None, None)


def test_names_stay_apart_and_printable() -> None:
    """Undecodable folder names neither collide nor break JSON."""
    names = {parse_supply(name, BATTERY).name for name in ("BAT\udcff", "BAT\udcfe", "BAT\n", r"BAT\n")}
    assert len(names) == 4
    assert all(name.isprintable() and name.encode() for name in names)


WORDS = st.sampled_from(
    ["Battery", "Mains", "USB", "Device", "Charging", "Discharging", "Full", "Not charging", ""]
)
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9), st.integers(0, 110), st.sampled_from([0, 1, 65_535_000, 20_000_000, 10**25])
).map(str)
TEXTS = st.one_of(st.text(max_size=20), WORDS, NUMBERS)
TREES = st.dictionaries(
    st.text(min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS, max_size=12),
    max_size=4,
)
LIKELY = st.dictionaries(st.sampled_from(ATTRIBUTES), NUMBERS, max_size=14).map(
    lambda told: told | {"type": "Battery", "present": "1"}
)


@given(st.one_of(TREES, st.dictionaries(st.sampled_from(["BAT0", "BAT1", "BAT2"]), LIKELY)))
def test_no_text_breaks_the_core(tree: dict[str, dict[str, str]]) -> None:
    """Whatever attributes say, facts are made, and every figure keeps its bounds."""
    told = facts(*(parse_supply(name, attributes) for name, attributes in tree.items()))
    for percent in (told.percent, *(p.percent for p in told.packs), *(p.percent for p in told.peripherals)):
        assert percent is None or 0 <= percent <= 100
    assert told.seconds_left is None or 0 <= told.seconds_left <= 48 * 3600
    for entry in told.packs:
        assert entry.cycles is None or entry.cycles > 0
        assert entry.limit_percent is None or 1 <= entry.limit_percent <= 100
        assert entry.health_percent is None or 0 < entry.health_percent <= 150


@given(st.dictionaries(st.sampled_from(["BAT0", "BAT1", "BAT2", "AC", "CMB1"]), LIKELY), st.randoms())
def test_the_order_of_supplies_does_not_matter(
    tree: dict[str, dict[str, str]], chance: random.Random
) -> None:
    """Folders are listed in any order."""
    supplies = [parse_supply(name, attributes) for name, attributes in tree.items()]
    shuffled = supplies.copy()
    chance.shuffle(shuffled)
    assert merge(shuffled) == merge(supplies)


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 100)), min_size=1, max_size=4))
def test_the_merged_percent_lies_between_the_packs(packs: list[tuple[int, int]]) -> None:
    """And is the sum of what is held over the sum of what could be."""
    supplies = [
        energy_pack(f"BAT{number}", full * share / 100, full) for number, (full, share) in enumerate(packs)
    ]
    merged = facts(*supplies).percent
    held = sum(full * share / 100 for full, share in packs)
    assert merged == pytest.approx(100 * held / sum(full for full, _ in packs), abs=0.06)


@given(st.sampled_from(["Mains", "USB", "USB_C", "USB_PD", "Wireless", "UPS", "Unknown", ""]))
def test_only_batteries_are_packs(kind: str) -> None:
    """Neither chargers nor an external UPS are the laptop's pack."""
    assert parse_supply("X", {"type": kind, "online": "1"}).kind is not Kind.PACK


def charging(name: str = "BAT0", now: float = 10.0, full: float = 20.0, **attributes: object) -> Supply:
    return energy_pack(name, now, full, **{"status": "Charging", "power_now": 5_000_000, **attributes})


@pytest.mark.parametrize(
    ("supplies", "seconds"),
    [
        ((charging(),), 2 * 3600),
        ((charging(charge_control_end_threshold=75),), 3600),
        ((charging(charge_control_end_threshold=100),), 2 * 3600),
        ((charging(charge_control_end_threshold=40),), 2 * 3600),
        ((charging(power_now=0),), None),
        ((charging(power_now=1000),), None),
        ((charging(now=20.0),), None),
        ((charging(status="Discharging"), MAINS_OFF), None),
        ((charging(status="Not charging"), MAINS_ON), None),
        ((charging(), energy_pack("BAT1", 10, 20, status="Unknown", power_now=0)), 4 * 3600),
        ((charging(), energy_pack("BAT1", 10, 20, status="Full", power_now=0)), 2 * 3600),
    ],
)
def test_time_to_the_limit(supplies: tuple[Supply, ...], seconds: int | None) -> None:
    """What still goes in, at the present flow; to the limit where there is one that still holds."""
    assert facts(*supplies).seconds_to_limit == seconds


def test_time_to_the_limit_without_any_voltage_or_by_the_firmware() -> None:
    """Ah and A suffice; else the firmware's own estimate, which knows no limit."""
    by_charge = pack(charge_now=1_000_000, charge_full=4_000_000, current_now=1_000_000, status="Charging")
    told = pack(capacity=50, time_to_full_now=1800, status="Charging")
    limited = pack(capacity=50, time_to_full_now=1800, status="Charging", charge_control_end_threshold=80)
    assert [facts(one).seconds_to_limit for one in (by_charge, told, limited)] == [3 * 3600, 1800, None]


@given(
    st.floats(0, 100),
    st.floats(1, 100),
    st.floats(0.1, 100),
    st.none() | st.integers(1, 100),
    st.integers(1, 99),
)
def test_time_to_the_limit_is_monotone(
    now: float, full: float, watts: float, limit: int | None, lower: int
) -> None:
    """For all packs: never negative, at most 48 hours, never longer with less to go or with more power."""
    now = min(now, full)

    def seconds(power: float, end: int | None) -> int | None:
        limited = {} if end is None else {"charge_control_end_threshold": end}
        return facts(charging(now=now, full=full, power_now=int(power * 1e6), **limited)).seconds_to_limit

    told = seconds(watts, limit)
    assert told is None or 0 <= told <= 48 * 3600
    faster = seconds(2 * watts, limit)
    if told is not None:
        assert faster is not None
        assert faster <= told
    nearer = seconds(watts, lower)
    if told is not None and limit is None and 100 * now / full < lower - 1:
        assert nearer is None or nearer <= told


@pytest.mark.parametrize(
    ("temp", "celsius"),
    [("312", 31.2), ("-55", -5.5), ("0", None), ("2982", None), ("65535", None), ("hot", None), ("", None)],
)
def test_temperature_is_in_tenths_where_it_can_be_one(temp: str, celsius: float | None) -> None:
    """Kelvin, sentinels and a plain zero are no temperature."""
    assert facts(pack(temp=temp)).packs[0].temperature_c == celsius
