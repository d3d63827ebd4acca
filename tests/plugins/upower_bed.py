"""The real UPower over a made-up machine (umockdev): run by Debian's Python, inside umockdev-wrapper.

It takes one command a line and answers each with a line:

    UPOWERD        (the first line) starts it; answers with the folder that stands for /
    battery K V …  changes attributes of BAT0
    plug 0|1       the charger
    mouse PERCENT  a mouse is switched on
    remove         BAT0 is taken out
"""

import os
import subprocess
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

BATTERY = {
    "type": "Battery",
    "present": "1",
    "status": "Discharging",
    "technology": "Li-ion",
    "capacity": "70",
    "energy_full": "60000000",
    "energy_full_design": "80000000",
    "energy_now": "42000000",
    "power_now": "9000000",
    "voltage_now": "12000000",
}
MOUSE = {"type": "Battery", "scope": "Device", "present": "1", "online": "1", "status": "Discharging"}


def flat(attributes: dict[str, str]) -> list[str]:
    """As umockdev takes them."""
    return [word for pair in attributes.items() for word in pair]


def main() -> None:
    """Serve until the end of standard input."""
    machine = UMockdev.Testbed.new()

    def add(name: str, attributes: dict[str, str]) -> str:
        return machine.add_device("power_supply", name, None, flat(attributes), [])

    plug = add("AC", {"type": "Mains", "online": "0"})
    battery = add("BAT0", BATTERY)
    daemon = subprocess.Popen(
        [sys.stdin.readline().strip()],
        env={**os.environ, "UMOCKDEV_DIR": machine.get_root_dir()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    print(machine.get_root_dir(), flush=True)
    try:
        for line in sys.stdin:
            match line.split():
                case ["battery", *pairs]:
                    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
                        machine.set_attribute(battery, name, value)
                    machine.uevent(battery, "change")
                case ["plug", online]:
                    machine.set_attribute(plug, "online", online)
                    machine.uevent(plug, "change")
                case ["mouse", percent]:
                    add("hidpp_battery_0", {**MOUSE, "capacity": percent, "model_name": "Mouse"})
                case ["remove"]:
                    machine.uevent(battery, "remove")
                    machine.remove_device(battery)
            print("done", flush=True)
    finally:
        daemon.kill()


main()
