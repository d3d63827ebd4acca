"""What the duty does every two seconds all day, when there is nothing to do."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from duty_rig import LOW, TERMINAL_ONLY, rig, tank
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import ManualClock
from msgspec.structs import replace
from panes import Registry, settings_for

from devdash.alerts.change import RuleChange
from devdash.alerts.model import Moment
from devdash.api import PaneConfig
from devdash.contract.settings import Duration, DurationOrZero
from devdash.duty import outside, register, seat, wishes
from devdash.duty.wishes import Wish
from devdash.engine.clock import to_next

TICK_S = 2.0


class CountingClock(ManualClock):
    """Remembers the moments at which somebody was woken by time."""

    def __init__(self) -> None:
        super().__init__()
        self.rang: list[float] = []

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        due = self.monotonic() + seconds
        is_set = await super().wait(event, seconds)
        if not is_set and self.monotonic() >= due:
            self.rang.append(due)
        return is_set


async def test_the_heartbeat_and_the_tick_wake_together_whatever_came_between(tmp_path: Path) -> None:
    """Each wakeup costs more than what is done in it. News of a reading set no rhythm of their own."""
    clock = CountingClock()
    async with rig(tmp_path, tank(), clock=clock) as home:
        for seconds in (3.3, 6.9):
            await clock.advance(seconds)
            home.engine.refresh()
            await home.pass_time(1)
        clock.rang.clear()
        await home.pass_time(20)
        beats = {moment for moment in clock.rang if moment % TICK_S == 0}
        assert len(beats) == 10
        assert all(clock.rang.count(moment) == 2 for moment in beats), "the heart and the duty"


async def test_a_tick_looks_once_at_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seat, the register, the wishes: on a disk that sleeps, or a home on the network, a look is dear."""
    looks: Counter[str] = Counter()

    def count(module: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(module, name)

        def counted(*arguments: Any) -> Any:
            looks[name] += 1
            return real(*arguments)

        monkeypatch.setattr(module, name, counted)

    async with rig(tmp_path, tank(percent=10.0)) as home:
        assert home.duty.alerts
        await home.pass_time(2)
        count(seat, "is_at")
        count(register, "stamp")
        count(wishes, "waiting")
        await home.pass_time(10 * TICK_S)
    ticks_and_the_end = range(10, 14)
    assert set(looks) == {"is_at", "stamp", "waiting"}
    assert all(number in ticks_and_the_end for number in looks.values()), looks


async def test_what_is_wished_from_outside_holds_with_the_next_tick(tmp_path: Path) -> None:
    """`devdash alerts ack` says "in a moment": that is two seconds, whenever it comes."""
    async with rig(tmp_path, tank(percent=10.0)) as home:
        await home.pass_time(1.5)
        now = home.clock.now()
        outside.ask(tmp_path / "state", Wish(now, (LOW,)), Moment(now, home.clock.monotonic()))
        assert not home.duty.alerts[0].acknowledged
        await home.pass_time(TICK_S)
        assert home.duty.alerts[0].acknowledged


async def test_a_pane_may_rest_again_once_its_alert_is_over_by_time_alone(tmp_path: Path) -> None:
    """No reading says so: it is the tick in which `keep` has run out. Told once, not with each tick."""
    kind = tank(percent=10.0)
    registry = Registry(tank=kind)
    alerts = replace(TERMINAL_ONLY, rules={"tank": {"low": RuleChange(keep=DurationOrZero(5))}})
    settings = settings_for(registry, PaneConfig(interval=Duration(10)), alerts=alerts)
    async with rig(tmp_path, kind, settings=settings) as home:
        relied: list[dict[str, float]] = []
        rely_on = home.engine.rely_on

        def remember(panes: Mapping[str, float]) -> None:
            relied.append(dict(panes))
            rely_on(panes)

        home.engine.rely_on = remember  # type: ignore[method-assign]
        home.engine.show(())
        kind.percent = 50.0
        home.engine.refresh()
        await home.pass_time(3)
        assert relied[-1] == {"tank": 10.0}, "it is clearing"
        asked = len(relied)
        await home.pass_time(3.5)
        assert relied[asked:] == [{"tank": 40.0}], "it is over, and that is told once"


@given(st.floats(0.05, 100), st.floats(0, 1e9))
def test_the_next_beat_is_a_multiple_within_one_period(period_s: float, monotonic: float) -> None:
    """So two that wait for it agree; and one that rang a little early does not ring again at once."""
    left = to_next(period_s, monotonic)
    assert 0.009 * period_s < left < 1.02 * period_s
    beats = (monotonic + left) / period_s
    assert abs(beats - round(beats)) * period_s < 1e-5
