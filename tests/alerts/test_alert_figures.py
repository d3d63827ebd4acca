"""The storms that people complained about, by the engine and by the loop that everybody writes first."""

import random

from alert_desk import LOUD, AlertDesk, judged

from devdash.alerts.model import Occasion, Terms, Verdict
from devdash.contract.levels import Level

POLL_S = 120
LOW = Terms(pane="battery", name="low", level=Level.CRITICAL, keep_s=120)
FULL = Terms(
    pane="battery",
    name="full",
    level=Level.ATTENTION,
    for_s=60,
    keep_s=120,
    repeat_s=POLL_S,
    max_repeats=1,
)


def low(percent: int, *, plugged: bool) -> Verdict:
    """The rule of the battery's page: ≤ 20 unplugged, over at ≥ 25 or plugged."""
    return judged(
        LOW,
        [""] if percent <= 20 and not plugged else [],
        [""] if percent >= 25 or plugged else [],
    )


def full(percent: int, *, plugged: bool) -> Verdict:
    """≥ 85 plugged, over at ≤ 80 or unplugged."""
    return judged(
        FULL,
        [""] if percent >= 85 and plugged else [],
        [""] if percent <= 80 or not plugged else [],
    )


def test_a_flapping_charger_rings_once_and_not_132_times() -> None:
    """A loose plug at 18 %: out and in again, 132 times in a quarter of an hour."""
    desk, naive, was_low = AlertDesk(), 0, False
    for _ in range(132):
        for plugged, seconds in ((False, 4), (True, 3)):
            desk.read(low(18, plugged=plugged))
            desk.wait(seconds)
            is_low = not plugged
            naive += is_low and not was_low
            was_low = is_low
    assert naive == 132
    assert desk.loud == [Occasion.FIRED]
    assert desk.wait(120) == [Occasion.CLOSED], "at last it is plugged in"


def test_eight_hours_between_97_and_100_percent_ring_twice_and_not_240_times() -> None:
    """Plugged in all day, looked at every two minutes."""
    desk, naive, chance = AlertDesk(), 0, random.Random(7)
    for _ in range(8 * 3600 // POLL_S):
        percent = chance.randint(97, 100)
        naive += percent >= 85
        desk.read(full(percent, plugged=True))
        desk.wait(POLL_S)
    assert naive == 240
    assert desk.loud == [Occasion.FIRED, Occasion.REPEATED]
    assert [when for when, notice in desk.told if notice.occasion in LOUD] == [60, 180]
