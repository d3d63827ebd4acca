"""What the pane says in every state of a battery, as text; and that it keeps the contract."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desks import alert as alert_of
from power_dumps import Attributes
from syrupy.assertion import SnapshotAssertion

from devdash.api import Pairs, Report, Table
from devdash.engine.boundary import admit_report
from devdash.engine.context import Context
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash.tui.needs import paired
from devdash_battery.config import BatteryConfig
from devdash_battery.episode import Episode
from devdash_battery.facts import Stage
from devdash_battery.merge import merge
from devdash_battery.report import NOTHING_BESIDE, Beside, build_report
from devdash_battery.supply import parse_supply
from devdash_battery.words import duration

SYSFS = Path("/sys/class/power_supply")
CONFIG = BatteryConfig()
PACK = {
    "type": "Battery",
    "present": "1",
    "status": "Discharging",
    "energy_now": "26520000",
    "energy_full": "34000000",
    "energy_full_design": "37400000",
    "power_now": "9400000",
    "voltage_now": "11800000",
    "cycle_count": "214",
    "technology": "Li-ion",
    "manufacturer": "SMP",
    "model_name": "M1109598",
}
ON = {"type": "Mains", "online": "1"}
OFF = {"type": "Mains", "online": "0"}
LIMIT = "charge_control_end_threshold"
MOUSE = {"type": "Battery", "scope": "Device", "online": "1", "capacity": "12", "model_name": "G703"}
TRACKBALL = {
    "type": "Battery",
    "scope": "Device",
    "online": "1",
    "capacity_level": "Full",
    "model_name": "MX Ergo",
}
KEYBOARD = {"type": "Battery", "scope": "Device", "online": "0", "model_name": "MX Keys"}

STATES: dict[str, dict[str, Attributes]] = {
    "discharging": {"BAT0": PACK, "AC": OFF},
    "charging": {"BAT0": PACK | {"status": "Charging", "power_now": "29000000", "temp": "312"}, "AC": ON},
    "charging_to_limit": {
        "BAT0": PACK | {"status": "Charging", "energy_now": "20400000", "power_now": "20400000", LIMIT: "80"},
        "AC": ON,
    },
    "holding": {"BAT0": PACK | {"status": "Not charging", "power_now": "0"}, "AC": ON},
    "full": {
        "BAT0": PACK | {"status": "Full", "energy_now": "34000000", "power_now": "0", LIMIT: "100"},
        "AC": ON,
    },
    "full_without_limit_control": {
        "BAT0": PACK | {"status": "Full", "energy_now": "34000000", "power_now": "0"},
        "AC": ON,
    },
    "at_limit": {
        "BAT0": PACK | {"status": "Not charging", "energy_now": "28900000", "power_now": "0", LIMIT: "85"},
        "AC": ON,
    },
    "low": {"BAT0": PACK | {"energy_now": "5100000"}, "AC": OFF},
    "critical": {"BAT0": PACK | {"energy_now": "1360000"}, "AC": OFF},
    "draining": {"BAT0": PACK | {"energy_now": "5100000"}, "AC": ON},
    "unknown": {"BAT0": {"type": "Battery", "present": "1", "status": "Unknown"}},
    "plug_unknown": {"BAT0": {"type": "Battery", "status": "Not charging", "capacity": "98"}},
    "none": {"AC": ON},
    "peripherals_only": {"AC": ON, "hidpp_battery_0": MOUSE, "hidpp_battery_1": TRACKBALL},
    "two_packs": {
        "BAT0": PACK | {"energy_now": "33320000", "status": "Unknown", "power_now": "0", LIMIT: "100"},
        "BAT1": PACK | {"energy_now": "3400000", LIMIT: "80"},
        "AC": OFF,
        "hidpp_battery_0": KEYBOARD,
    },
    "two_packs_full": {
        "BAT0": PACK | {"energy_now": "34000000", "status": "Full", "power_now": "0", LIMIT: "100"},
        "BAT1": PACK | {"energy_now": "34000000", "status": "Full", "power_now": "0", LIMIT: "100"},
        "AC": ON,
    },
}


def report_of(state: str, config: BatteryConfig = CONFIG, beside: Beside = NOTHING_BESIDE) -> Report:
    power = merge(parse_supply(name, attributes) for name, attributes in STATES[state].items())
    return build_report(power, config, SYSFS, beside)


COMMANDED = BatteryConfig(critical_command=("/usr/bin/systemctl", "suspend", "--token=abc"))


def at_stage(stage: Stage, left_s: float = 0.0, message: str = "") -> Beside:
    episode = Episode(stage=stage, boot="b", began=0.0, deadline=0.0, drift=0.0, message=message)
    return Beside(episode=episode, left_s=left_s)


DAY = (*[None] * 20, *range(95, 67, -1))
"""Nobody looked for ten hours; then it went down."""

BESIDE = {
    "counting_60": at_stage(Stage.COUNTING, 60.0),
    "counting_last": at_stage(Stage.COUNTING, 0.2),
    "counting_minutes": at_stage(Stage.COUNTING, 200.0),
    "cancelled": at_stage(Stage.CANCELLED),
    "running": at_stage(Stage.RUNNING),
    "done": at_stage(Stage.DONE),
    "failed": at_stage(Stage.FAILED, message="ended with code 1: Access denied"),
    "trouble": Beside(trouble="/home/me/.local/state cannot be written: Read-only file system"),
    "day": Beside(day=DAY),
}


def as_text(report: Report, width: int) -> str:
    head = [f"[{report.level}] {report.summary}"]
    head += [f"({entry.key}: {entry.level}) {entry.text} → {entry.action}" for entry in report.attention]
    return "\n".join([*head, f"{f' {width} ':-^{width}}", plain(lay_out(report.blocks, width))])


@pytest.mark.parametrize("state", STATES)
def test_state(state: str, snapshot: SnapshotAssertion) -> None:
    """Each state reads as it should, in a pane of half a wide screen and in a narrow one."""
    report = report_of(state)
    assert "\n".join(as_text(report, width) for width in (58, 30)) == snapshot


@pytest.mark.parametrize("beside", BESIDE)
def test_critical_command(beside: str, snapshot: SnapshotAssertion) -> None:
    """What is about to run, what was cancelled, what failed: said with the way out, without arguments."""
    report = report_of("critical", COMMANDED, BESIDE[beside])
    text = "\n".join(as_text(report, width) for width in (58, 30))
    assert "token" not in text
    assert text == snapshot


def test_a_countdown_does_not_draw_each_second() -> None:
    """All reports within ten seconds are equal, so that the screen has nothing to paint."""
    tenths = [report_of("critical", COMMANDED, at_stage(Stage.COUNTING, 30 + n / 10)) for n in range(1, 101)]
    assert all(report == tenths[0] for report in tenths)


@pytest.mark.parametrize("state", STATES)
def test_every_report_keeps_the_contract(state: str, context: Callable[..., Context]) -> None:
    """Row widths, percents, unique keys, attention that leads somewhere."""
    from devdash_battery.pane import BatteryPane

    actions = BatteryPane(COMMANDED, context()).actions()
    for beside in (NOTHING_BESIDE, *BESIDE.values()):
        report = report_of(state, COMMANDED, beside)
        assert admit_report("battery", report, actions) is report


def test_samples_are_charge_and_flow_and_the_devices_charge() -> None:
    """What is not told is no sample: a trackball that says "Full" has none."""
    told = [(s.series, s.item, s.value) for name in ("charging", "none") for s in report_of(name).samples]
    assert told == [("percent", "", 78.0), ("watts", "", 29.0)]
    devices = [(s.series, s.item, s.value) for s in report_of("peripherals_only").samples]
    assert devices == [("percent", "hidpp_battery_0", 12.0)]


def test_a_device_s_attention_is_named_as_its_alert_is() -> None:
    """So that triage lists and counts it once."""
    attention = report_of("peripherals_only").attention
    alert = alert_of("battery", "peripheral-low", "hidpp_battery_0")
    assert list(paired(attention, [alert]).values()) == [alert]


def test_rows_open_to_what_the_pack_is() -> None:
    """Enter on a pack shows maker, model, technology, energy and voltage."""
    table = next(block for block in report_of("two_packs").blocks if isinstance(block, Table))
    assert [row.key for row in table.rows] == ["BAT0", "BAT1"]
    (detail,) = table.rows[1].detail
    assert isinstance(detail, Pairs)
    assert [(pair.label, pair.value) for pair in detail.items] == [
        ("pack", "BAT1 · SMP M1109598 · Li-ion"),
        ("energy", "3.4 of 34.0 Wh"),
        ("when new", "37.4 Wh"),
        ("voltage", "11.8 V"),
    ]


@pytest.mark.parametrize(("full", "limit"), [(100, "100"), (100, "garbage"), (30, "50")])
def test_advice_is_only_given_where_it_can_be_followed(full: int, limit: str) -> None:
    """With full = 100 no limit is wanted; below 50 a limit of 50 settles it."""
    config = BatteryConfig(full=full)
    power = merge([parse_supply("BAT0", STATES["at_limit"]["BAT0"] | {LIMIT: limit})])
    text = plain(lay_out(build_report(power, config, SYSFS).blocks, 200))
    assert "sudo" not in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "under 5 min"),
        (299, "under 5 min"),
        (300, "5 min"),
        (3_599, "55 min"),
        (3_600, "1 h"),
        (7_965, "2 h 10 min"),
        (10_200, "2 h 50 min"),
        (172_800, "48 h"),
    ],
)
def test_times_are_coarse(seconds: int, text: str) -> None:
    """An estimate to the minute would pretend to know; it is rounded down."""
    assert duration(seconds) == text
