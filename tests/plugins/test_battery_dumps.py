"""Dumps of real machines, through the real reader, against what a correct reader says."""

import json
from pathlib import Path
from typing import Any

import pytest
from power_dumps import DUMPS, Form, parse_dump, write_tree

from devdash_battery.facts import BatteryFacts, State
from devdash_battery.merge import merge
from devdash_battery.sysfs import read_tree

pytestmark = pytest.mark.skipif(
    not DUMPS.is_dir(), reason="the power supply dumps (../shared/data/power_supply) are not here"
)

SEVERAL_MOMENTS = {"thinkpad_t470s_dual_faulty_attrs.txt", "asahi_m1pro_scale_bug_trace.txt"}
"""Dumps of several moments, which no single reading can be compared with."""


def dumps() -> list[str]:
    return sorted(path.name for path in DUMPS.glob("*.txt"))


def read_moments(dump: str, tmp_path: Path, form: Form = Form.BOTH) -> list[BatteryFacts]:
    scenes = parse_dump((DUMPS / dump).read_text(encoding="utf-8"))
    return [
        merge(read_tree(write_tree(tmp_path / str(number), scene.supplies, form))).facts
        for number, scene in enumerate(scenes)
    ]


def as_reference(facts: BatteryFacts) -> dict[str, Any]:
    """`facts` in the words of expected.json."""
    if not facts.present:
        return {"battery": None, "peripherals": len(facts.peripherals)}
    (pack,) = facts.packs
    return {
        "battery": facts.percent,
        "plugged": facts.plugged,
        "state": facts.state.value,
        "tte": facts.seconds_left,
        "packs": 1,
        "peripherals": len(facts.peripherals),
        "health": pack.health_percent,
        "cycles": pack.cycles,
    }


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("dump", [dump for dump in dumps() if dump not in SEVERAL_MOMENTS])
def test_every_dump_is_read_as_a_correct_reader_reads_it(dump: str, form: Form, tmp_path: Path) -> None:
    """Percent, plug, state, time, packs, health, cycles agree, from files as from uevent."""
    expected = json.loads((DUMPS / "expected.json").read_text(encoding="utf-8"))
    (facts,) = read_moments(dump, tmp_path, form)
    assert as_reference(facts) == expected[dump]["reference"]


def test_no_dump_is_left_out() -> None:
    """Every dump has its answer in expected.json or its own test below."""
    expected = json.loads((DUMPS / "expected.json").read_text(encoding="utf-8"))
    assert len(dumps()) == 22
    assert set(dumps()) == set(expected) | SEVERAL_MOMENTS


def test_capacity_is_believed_where_a_byte_order_bug_spoils_the_energy(tmp_path: Path) -> None:
    """The trace's charge_now is off by a factor; its capacity is right."""
    moments = read_moments("asahi_m1pro_scale_bug_trace.txt", tmp_path)
    assert [facts.percent for facts in moments] == [87.0, 87.0, 87.0, 88.0]
    assert {facts.watts for facts in moments} == {None}, "no status tells the direction"


def test_a_dual_pack_machine_is_read_in_both_its_states(tmp_path: Path) -> None:
    """expected.json has no answer for this one: its lines are two moments, here read one by one."""
    first, second = read_moments("thinkpad_t470s_dual_faulty_attrs.txt", tmp_path)
    assert (first.percent, first.state, first.plugged) == (75.1, State.UNKNOWN, None)
    assert (second.percent, second.state, second.seconds_left) == (5.5, State.UNKNOWN, None)
    assert [pack.health_percent for pack in second.packs] == [110.0]
    assert [pack.cycles for pack in second.packs] == [5]


def test_a_mouse_keeps_its_name_and_makes_no_percent_of_a_word(tmp_path: Path) -> None:
    """The trackball tells only "Full": a made-up 100 would be a lie."""
    (facts,) = read_moments("mouse_logitech_mx_ergo_scope_device.txt", tmp_path)
    assert facts.present is False
    assert [(p.name, p.percent) for p in facts.peripherals] == [("MX Ergo Multi-Device Trackball", None)]


def test_a_limit_is_read(tmp_path: Path) -> None:
    """The Framework stands at its limit of 85."""
    (facts,) = read_moments("framework_frandba_limit85_attrs.txt", tmp_path)
    assert [pack.limit_percent for pack in facts.packs] == [85]


def test_watts_have_a_sign(tmp_path: Path) -> None:
    """Out of the pack negative, into it positive; charge units are multiplied by the voltage."""
    (out,) = read_moments("asus_ux32vd_discharging.txt", tmp_path / "out")
    (into,) = read_moments("dell_pn1vn08_charging.txt", tmp_path / "into")
    assert (out.watts, into.watts) == (-16.38, 5.26)
