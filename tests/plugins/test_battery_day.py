"""The 24 hours of the chart: the history's, and what the pane has read since."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import ManualClock
from power_dumps import write_tree

from devdash.api import Sparkline
from devdash.engine.context import Context
from devdash_battery import pane as module
from devdash_battery.config import BatteryConfig
from devdash_battery.daychart import POINTS, STEP_S, DayChart
from devdash_battery.pane import BatteryPane

NOON = 1_790_000_000.0 // STEP_S * STEP_S
"""The beginning of a step."""


def test_a_day_without_history_is_what_was_read() -> None:
    """A scripted day: unplugged at 100, two points down each half hour for 20 h, then up by ten."""
    chart, percent = DayChart(), 100.0
    for step in range(POINTS):
        percent = max(percent - 2, 0) if step < 40 else percent + 10
        for minute in range(0, 30, 2):
            chart.add(percent, NOON + step * STEP_S + minute * 60)
    down = [100.0 - 2 * (step + 1) for step in range(40)]
    up = [20.0 + 10 * (step + 1) for step in range(8)]
    now = NOON + (POINTS - 1) * STEP_S + 28 * 60
    assert list(chart.values(now)) == down + up
    assert list(chart.values(now + STEP_S)) == [*down[1:], *up, None], "an hour later it has moved on"


def test_history_and_own_readings_make_one_day() -> None:
    """What the history knows stands where it ends; from then on own readings go on; gaps stay gaps."""
    chart = DayChart()
    chart.seed([None] * 24 + [float(n) for n in range(24)], NOON)
    chart.add(50.0, NOON + 60)
    values = chart.values(NOON + 60)
    assert values[:23] == (None,) * 23
    assert values[23:] == (*(float(n) for n in range(24)), 50.0)


def test_own_readings_give_way_to_a_history_that_knows_more() -> None:
    """Another devdash has read all day long; this one was there for a moment of each step."""
    chart = DayChart()
    chart.add(10.0, NOON - 3 * STEP_S)
    chart.seed([40.0] * POINTS, NOON)
    assert chart.values(NOON)[:-1] == (40.0,) * (POINTS - 1)


def test_no_history_takes_nothing_away() -> None:
    """Empty is "cannot be told"."""
    chart = DayChart()
    chart.add(10.0, NOON)
    chart.seed((), NOON)
    assert chart.values(NOON)[-1] == 10.0


@pytest.mark.parametrize("jump", [-366 * 86_400.0, 366 * 86_400.0])
def test_a_jump_of_the_clock_leaves_only_what_is_of_the_day(jump: float) -> None:
    """Set back a year, what was read is of the future: it is not drawn, and forgotten."""
    chart = DayChart()
    chart.seed([40.0] * POINTS, NOON)
    chart.add(50.0, NOON)
    chart.add(60.0, NOON + jump)
    assert [value for value in chart.values(NOON + jump) if value is not None] == [60.0]
    assert len(chart._own) == 1


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1e10)), max_size=60),
    st.lists(st.none() | st.floats(0, 100), max_size=100),
    st.floats(0, 1e10),
)
def test_any_readings_make_a_day(
    readings: list[tuple[float, float]], means: list[float | None], now: float
) -> None:
    """Always `POINTS` values within what was given."""
    chart = DayChart()
    for percent, at in readings:
        chart.add(percent, at)
    chart.seed(means, now)
    values = chart.values(now)
    assert len(values) == POINTS
    assert all(value is None or 0 <= value <= 100 for value in values)
    assert len(chart._own) <= POINTS


class Past:
    """A history that knows one series."""

    file = None

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, float, int]] = []

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        self.asked.append((pane, series, item, span_s, points))
        return (*[None] * 40, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0)


async def test_the_pane_shows_the_day(tmp_path: Path) -> None:
    """It asks the history once, wakes, and draws what it told with what it reads."""
    supply = {"type": "Battery", "status": "Discharging", "capacity": "50"}
    tree = write_tree(tmp_path / "tree", {"BAT0": supply})
    past, clock, woken = Past(), ManualClock(), asyncio.Event()
    context = Context(
        name="battery",
        folder=tmp_path,
        state_dir=tmp_path / "state",
        cache_dir=tmp_path / "cache",
        now=clock.now,
        monotonic=clock.monotonic,
        on_wake=woken.set,
        on_progress=lambda text: None,
        past=past,
    )
    pane = BatteryPane(BatteryConfig(sysfs=tree), context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SETTLE_S", 0.0)
        task = asyncio.create_task(pane._keep_day())
        await woken.wait()
        task.cancel()
        await asyncio.wait({task})
    report = await pane.read()
    await context.close()
    assert past.asked == [("battery", "percent", "", 86_400.0, 48)]
    (chart,) = [block for block in report.blocks if isinstance(block, Sparkline)]
    assert (chart.label, chart.note) == ("24 h", "30–90 %")
    assert chart.values[-1] == 50.0, "this half hour is the pane's own"
