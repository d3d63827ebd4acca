"""What the battery of a mouse or a headset tells of itself."""

import pytest

from devdash_battery.facts import State
from devdash_battery.merge import merge
from devdash_battery.supply import parse_supply


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"capacity": "12", "status": "Discharging"}, (12.0, None, State.DISCHARGING)),
        ({"capacity": "0", "status": "Unknown"}, (None, None, State.UNKNOWN)),
        ({"capacity": "0", "status": "Discharging"}, (0.0, None, State.DISCHARGING)),
        ({"capacity_level": "Low", "status": "Discharging"}, (None, "low", State.DISCHARGING)),
        ({"capacity_level": "Unknown"}, (None, None, State.UNKNOWN)),
        ({"capacity_level": "Low", "online": "0"}, (None, None, State.UNKNOWN)),
        ({"capacity": "30", "status": "Charging"}, (30.0, None, State.CHARGING)),
    ],
)
def test_what_a_device_tells(told: dict[str, str], expected: tuple[float | None, str | None, State]) -> None:
    """A driver's first zero is not an empty mouse; one that is off tells nothing."""
    supply = parse_supply("hidpp_battery_0", {"type": "Battery", "present": "1", "scope": "Device"} | told)
    (device,) = merge([supply]).facts.peripherals
    assert (device.percent, device.word, device.state) == expected
    assert device.supply == "hidpp_battery_0"
