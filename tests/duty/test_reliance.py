"""How often panes are read for their alerts' sake while nobody sees them."""

from pathlib import Path

from duty_rig import TERMINAL_ONLY, Tank, rig, tank, tank_settings
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import ManualClock
from msgspec.structs import replace
from panes import Registry

from devdash.alerts.change import RuleChange
from devdash.alerts.model import Terms
from devdash.api import Duration, Level, PaneConfig, Report
from devdash.config.model import Settings
from devdash.duty.reliance import CALM_FACTOR, CALM_S, reliance

DESKTOP = ("desktop",)


def terms(for_s: float = 0.0, channels: tuple[str, ...] | None = None) -> Terms:
    """A rule in force."""
    return Terms(pane="tank", name="low", level=Level.CRITICAL, for_s=for_s, channels=channels)


def test_a_calm_pane_that_is_read_often_is_read_once_a_minute() -> None:
    assert reliance(15, [terms(30)], DESKTOP, stirred=False) == 60


def test_a_pane_with_an_alert_under_way_is_read_at_its_own_pace() -> None:
    assert reliance(15, [terms(30)], DESKTOP, stirred=True) == 15


def test_rules_that_wait_long_let_a_pane_rest_longer_and_the_hastiest_decides() -> None:
    assert reliance(60, [terms(600), terms(3600)], DESKTOP, stirred=False) == 150
    assert reliance(60, [terms(600), terms(0)], DESKTOP, stirred=False) == 60


def test_a_pane_whose_rules_tell_nobody_may_rest() -> None:
    assert reliance(60, [], DESKTOP, stirred=True) is None
    assert reliance(60, [terms(channels=())], DESKTOP, stirred=False) is None
    assert reliance(60, [terms()], (), stirred=False) is None
    assert reliance(60, [terms(channels=DESKTOP)], (), stirred=False) == 60


@given(st.floats(1, 86_400), st.lists(st.floats(0, 86_400), min_size=1), st.booleans())
def test_an_alert_comes_a_minute_late_at_most_or_a_quarter_of_its_wait(
    interval: float, waits: list[float], stirred: bool
) -> None:
    often = reliance(interval, [terms(one) for one in waits], DESKTOP, stirred=stirred)
    assert often is not None
    assert interval <= often <= max(interval, CALM_S, min(waits) / 4)
    assert often <= CALM_FACTOR * interval


def counting(**attributes: object) -> tuple[type[Tank], list[float]]:
    """A tank, and the list that gets an entry with each of its readings."""
    readings: list[float] = []

    async def read(self: Tank) -> Report:
        readings.append(self.context.monotonic())
        return await Tank.read(self)

    return tank(read=read, **attributes), readings


def hasty(kind: type[Tank], **changes: RuleChange) -> Settings:
    """The tank is read each ten seconds."""
    settings = tank_settings(Registry(tank=kind), replace(TERMINAL_ONLY, rules={"tank": changes}))
    config = PaneConfig(interval=Duration(10))
    return replace(settings, panes=tuple(replace(one, config=config) for one in settings.panes))


async def test_a_pane_that_nobody_sees_hurries_when_an_alert_begins_and_rests_when_it_is_over(
    tmp_path: Path,
) -> None:
    """Four times less often while all is well; at its own pace from the first sign on."""
    clock = ManualClock()
    kind, readings = counting()
    async with rig(tmp_path, kind, clock=clock, settings=hasty(kind)) as home:
        home.engine.show([])
        await home.pass_time(50)
        readings.clear()
        await home.pass_time(400)
        assert 9 <= len(readings) <= 11
        kind.percent = 10.0
        await home.pass_time(45)
        assert len(home.ears.heard) == 1
        began = clock.monotonic()
        readings.clear()
        await home.pass_time(100)
        assert 9 <= len(readings) <= 11
        assert readings[0] - began <= 11
        kind.percent = 90.0
        await home.pass_time(50)
        readings.clear()
        await home.pass_time(400)
        assert 9 <= len(readings) <= 11


async def test_a_pane_whose_only_rule_is_told_nowhere_is_read_least(tmp_path: Path) -> None:
    kind, readings = counting()
    async with rig(tmp_path, kind, settings=hasty(kind, low=RuleChange(channels=()))) as home:
        home.engine.show([])
        await home.pass_time(60)
        readings.clear()
        await home.pass_time(500)
        assert 9 <= len(readings) <= 11
