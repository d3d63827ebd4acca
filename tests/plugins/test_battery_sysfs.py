"""The reader of the kernel's tree, on trees as they can be in their worst hour."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from power_dumps import Form, write_tree

from devdash.api import Unavailable
from devdash_battery.merge import merge
from devdash_battery.sysfs import read_tree

BATTERY = {"type": "Battery", "present": "1", "status": "Discharging", "capacity": "50"}


def test_no_folder_is_no_supplies(tmp_path: Path) -> None:
    """Desktops, containers and virtual machines have none."""
    assert read_tree(tmp_path / "power_supply") == ()


def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path) -> None:
    """Not knowing is not "no battery"."""
    file = tmp_path / "power_supply"
    file.write_text("")
    with pytest.raises(Unavailable, match="cannot be listed"):
        read_tree(file)


def test_unreadable_attributes_are_left_out(tmp_path: Path) -> None:
    """A folder in an attribute's place fails to read (EISDIR) as a driver's error does; the rest counts."""
    tree = write_tree(tmp_path / "tree", {"BAT0": BATTERY | {"cycle_count": "7"}}, Form.FILES)
    (tree / "BAT0" / "status").unlink()
    (tree / "BAT0" / "status").mkdir()
    (tree / "BAT0" / "type").unlink()
    (tree / "BAT0" / "type").symlink_to(tree / "nowhere")
    facts = merge(read_tree(tree)).facts
    assert (facts.percent, facts.plugged, facts.packs[0].cycles) == (50.0, None, 7)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_an_attribute_that_fails_with_eio_is_left_out(tmp_path: Path) -> None:
    """Reading address 0 of a process really fails with EIO."""
    tree = write_tree(tmp_path / "tree", {"BAT0": BATTERY}, Form.FILES)
    (tree / "BAT0" / "energy_now").symlink_to("/proc/self/mem")
    with (
        (tree / "BAT0" / "energy_now").open("rb", buffering=0) as file,
        pytest.raises(OSError, match="Input/output"),
    ):
        file.read(1)
    assert merge(read_tree(tree)).facts.percent == 50.0


def test_a_supply_that_vanishes_is_left_out(tmp_path: Path) -> None:
    """A link to a device that is gone, as after unplugging a dock."""
    tree = write_tree(tmp_path / "tree", {"BAT0": BATTERY})
    (tree / "ucsi-source-psy").symlink_to(tmp_path / "gone")
    (tree / "empty").mkdir()
    assert [supply.name for supply in read_tree(tree)] == ["BAT0"]


def test_supplies_may_come_and_go_during_a_reading(tmp_path: Path) -> None:
    """A reading beside a tree in motion neither raises nor makes percents up."""
    tree = write_tree(tmp_path / "tree", {"BAT0": BATTERY})
    away = tmp_path / "away"
    stop = threading.Event()

    def flap() -> None:
        while not stop.is_set():
            (tree / "BAT0").rename(away)
            away.rename(tree / "BAT0")

    flapper = threading.Thread(target=flap)
    flapper.start()
    try:
        seen = {merge(read_tree(tree)).facts.percent for _ in range(200)}
    finally:
        stop.set()
        flapper.join()
    assert seen <= {50.0, None}


def test_huge_endless_and_waiting_files_do_not_hold_it_up(tmp_path: Path) -> None:
    """Only the first page counts; a pipe without a writer is not waited for."""
    tree = write_tree(tmp_path / "tree", {"BAT0": BATTERY}, Form.FILES)
    (tree / "BAT0" / "model_name").write_text("x" * 1_000_000)
    (tree / "BAT0" / "manufacturer").symlink_to("/dev/zero")
    os.mkfifo(tree / "BAT0" / "technology")
    os.mkfifo(tree / "BAT0" / "uevent")
    (supply,) = read_tree(tree)
    assert (supply.percent, len(supply.model), supply.maker, supply.technology) == (50.0, 64, "", "")


def test_only_the_first_page_is_read(tmp_path: Path) -> None:
    """The kernel gives no more for one attribute, so what comes after is not its."""
    tree = write_tree(tmp_path / "tree", {"BAT0": {"model_name": "x" * 5000, "capacity": "50"}}, Form.UEVENT)
    (supply,) = read_tree(tree)
    assert supply.percent is None


def test_a_crowd_of_supplies_is_bounded(tmp_path: Path) -> None:
    """A wrong `sysfs` such as /usr/lib must not be read for minutes."""
    tree = write_tree(tmp_path / "tree", {f"BAT{number:03}": BATTERY for number in range(100)}, Form.UEVENT)
    assert len(read_tree(tree)) == 64


def test_what_uevent_leaves_out_is_read_from_its_file(tmp_path: Path) -> None:
    """Old kernels have no type, and few have the threshold, in uevent."""
    tree = write_tree(tmp_path / "tree", {"BAT0": {"capacity": "50"}}, Form.UEVENT)
    (tree / "BAT0" / "charge_control_end_threshold").write_text("80\n")
    (tree / "BAT0" / "scope").write_text("Device\n")
    (supply,) = read_tree(tree)
    assert (supply.limit, supply.limit_control, supply.kind.name) == (80, True, "PERIPHERAL")


@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(max_size=64), attribute=st.sampled_from([*BATTERY, "uevent", "model_name"]))
def test_binary_garbage_is_tolerated(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, attribute: str
) -> None:
    """Any bytes in any attribute."""
    tree = write_tree(tmp_path_factory.mktemp("tree"), {"BAT0": BATTERY}, Form.FILES)
    (tree / "BAT0" / attribute).write_bytes(garbage)
    facts = merge(read_tree(tree)).facts
    assert facts.percent is None or 0 <= facts.percent <= 100
