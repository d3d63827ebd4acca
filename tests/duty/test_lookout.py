"""Rules that do what they must not: what they cost the others, and the screen."""

from pathlib import Path
from typing import Any

from duty_rig import Tank, TankFacts, rig
from manual_clock import ManualClock

from devdash.alerts.model import AlertId
from devdash.api import Level, Rule
from devdash.duty.lookout import RESTS_S


class Endless(Tank):
    """One of its rules never comes back."""

    percent = 10.0
    asked = 0

    def rules(self) -> tuple[Rule[Any], ...]:
        def endless(facts: TankFacts) -> frozenset[str]:
            type(self).asked += 1
            while True:
                pass

        def never(facts: TankFacts) -> frozenset[str]:
            return frozenset()

        return (
            *super().rules(),
            Rule(name="endless", level=Level.ATTENTION, text="", enter=endless, clear=never),
        )


async def test_a_rule_that_holds_the_loop_is_not_asked_at_each_reading(tmp_path: Path) -> None:
    """Each time costs the screen half a second; the other rules are judged as ever, and it is told why."""
    kind, clock = type("OwnEndless", (Endless,), {}), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        assert [alert.id for alert in home.duty.alerts] == [AlertId("tank", "low")]
        asked = kind.asked
        for _ in range(5):
            await home.read()
        assert kind.asked == asked
        assert any("tank.endless" in sentence for sentence in home.duty.troubles)
        await home.pass_time(RESTS_S)
        await home.read()
        assert kind.asked > asked
