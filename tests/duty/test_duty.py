"""The duty: what happens between a reading and a person, also when processes come, go and die."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from duty_rig import LOW, TERMINAL_ONLY, Tank, rig, tank, tank_settings
from manual_clock import ManualClock
from panes import Registry

from devdash.alerts.change import RuleChange
from devdash.alerts.model import Moment, Status
from devdash.api import Report
from devdash.config.alerts import AlertsConfig
from devdash.contract.levels import Level
from devdash.duty import outside, register, wishes
from devdash.duty.duty import STATUS_S
from devdash.duty.model import Role
from devdash.duty.wishes import Wish
from devdash.history.wire import UptimeQuery


async def test_a_broken_rule_is_told_once_and_again_when_a_repeat_is_due(
    tmp_path: Path,
) -> None:
    """The whole way from facts to a person."""
    kind = tank()
    async with rig(tmp_path, kind) as home:
        assert home.ears.heard == [] and home.duty.role is Role.ON_DUTY
        kind.percent = 15.0
        assert len(await home.read()) == 1
        assert [alert.id for alert in home.duty.alerts] == [LOW]
        assert await home.pass_time(100) == []
        assert len(await home.pass_time(60)) == 1


async def test_no_alarm_at_the_start_from_missing_data(tmp_path: Path) -> None:
    """A gauge that tells nothing fires nothing."""
    kind = tank(percent=None)
    async with rig(tmp_path, kind) as home:
        await home.pass_time(600)
        assert (home.ears.heard, home.duty.alerts) == ([], ())


async def test_a_failing_pane_marks_its_alerts_stale_and_they_do_not_ring(tmp_path: Path) -> None:
    """Old data are not shown, or told, as fresh."""
    kind = tank(percent=10.0)
    async with rig(tmp_path, kind) as home:
        assert len(home.ears.heard) == 1
        kind.broken = True
        await home.read()
        assert await home.pass_time(1000) == []
        assert [alert.stale for alert in home.duty.alerts] == [True]


async def test_an_acknowledged_alert_is_silent_until_it_is_over(tmp_path: Path) -> None:
    """And then rings anew."""
    kind = tank(percent=10.0)
    async with rig(tmp_path, kind) as home:
        home.duty.acknowledge([LOW])
        assert await home.pass_time(1000) == []
        kind.percent = 60.0
        await home.read()
        assert home.duty.alerts == ()
        kind.percent = 10.0
        assert len(await home.read()) == 1


async def test_a_restart_changes_nothing_by_itself(tmp_path: Path) -> None:
    """Neither a second notification, nor a lost acknowledgement."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as home:
        assert len(home.ears.heard) == 1
    async with rig(tmp_path, kind, clock=clock) as home:
        assert home.ears.heard == []
        assert [alert.status for alert in home.duty.alerts] == [Status.FIRING]
        home.duty.acknowledge([LOW])
    async with rig(tmp_path, kind, clock=clock) as home:
        assert await home.pass_time(1000) == []
        assert [alert.acknowledged for alert in home.duty.alerts] == [True]


async def test_of_two_devdashs_one_tells_and_the_other_shows(tmp_path: Path) -> None:
    """The watch and the screen with one devdash.toml."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with (
        rig(tmp_path, kind, clock=clock, what="devdash watch") as watch,
        rig(tmp_path, kind, clock=clock) as screen,
    ):
        await screen.pass_time(5)
        assert (watch.duty.role, screen.duty.role) == (Role.ON_DUTY, Role.BESIDE)
        assert (len(watch.ears.heard), screen.ears.heard) == (1, [])
        assert [alert.id for alert in screen.duty.alerts] == [LOW]


async def test_what_is_acknowledged_in_one_devdash_holds_in_the_other(tmp_path: Path) -> None:
    """At once in the one, soon in the one on duty, and never ringing in between."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as watch, rig(tmp_path, kind, clock=clock) as screen:
        await screen.pass_time(5)
        screen.duty.acknowledge([LOW])
        assert [alert.acknowledged for alert in screen.duty.alerts] == [True]
        await screen.pass_time(5)
        assert [alert.acknowledged for alert in watch.duty.alerts] == [True]
        await screen.pass_time(5)
        assert [alert.acknowledged for alert in screen.duty.alerts] == [True]
        assert not list((tmp_path / "state" / "wishes").glob("*.json"))


async def test_what_does_not_work_for_the_one_on_duty_is_seen_in_the_other(tmp_path: Path) -> None:
    """The watch alone judges rules: a mistake in one is not only for its journal."""
    kind = tank()
    registry, clock = Registry(tank=kind), ManualClock()
    wrong = msgspec.structs.replace(
        TERMINAL_ONLY, rules={"tank": {"own": RuleChange(when="tank.precent < 9")}}
    )
    settings = tank_settings(registry, wrong)
    async with (
        rig(tmp_path, kind, clock=clock, settings=settings) as first,
        rig(tmp_path, kind, clock=clock, settings=settings) as second,
    ):
        await second.pass_time(5)
        await second.pass_time(5)
        assert second.duty.role is Role.BESIDE
        (told,) = second.duty.troubles
        assert "tank.own" in told and "'percent'" in told
        await first.engine.reload(tank_settings(registry))
        await second.pass_time(5)
        await second.pass_time(5)
        assert second.duty.troubles == ()


async def test_when_the_one_on_duty_ends_the_other_takes_over_and_tells_nothing_twice(tmp_path: Path) -> None:
    """Repeats go on as if it were one."""
    kind, clock = tank(percent=10.0), ManualClock()
    async with rig(tmp_path, kind, clock=clock) as screen, rig(tmp_path, kind, clock=clock) as late:
        await late.pass_time(5)
        assert late.duty.role is Role.BESIDE
        await screen.go_off_duty()
        assert await late.pass_time(30) == []
        assert late.duty.role is Role.ON_DUTY
        assert len(await late.pass_time(120)) == 1


async def test_another_config_does_not_mix_with_the_one_on_duty(tmp_path: Path) -> None:
    """Its alerts are shown where they are, and told by nobody."""
    low, clock = tank(percent=10.0), ManualClock()
    registry = Registry(tank=low)
    other = msgspec.structs.replace(tank_settings(registry), file=tmp_path / "other.toml")
    async with (
        rig(tmp_path, tank(percent=90.0), clock=clock) as watch,
        rig(tmp_path, low, clock=clock, settings=other) as apart,
    ):
        await apart.pass_time(5)
        assert apart.duty.role is Role.APART
        assert [alert.id for alert in apart.duty.alerts] == [LOW]
        assert (apart.ears.heard, watch.duty.alerts) == ([], ())


async def test_a_rule_that_raises_is_told_without_its_words_and_spoils_nothing(tmp_path: Path) -> None:
    """Conditions are a plug-in's code; what an exception says may be a secret."""
    kind = tank(bad_rule=True)
    async with rig(tmp_path, kind) as home:
        assert any("tank.low" in sentence for sentence in home.duty.troubles)
        assert "hunter2" not in " ".join(home.duty.troubles)
        kind.bad_rule, kind.percent = False, 10.0
        assert len(await home.read()) == 1
        assert home.duty.troubles == ()


async def test_a_rule_of_ones_own_and_a_changed_one_are_in_force_after_saving(tmp_path: Path) -> None:
    """No restart: devdash.toml is enough."""
    kind = tank(percent=30.0)
    registry = Registry(tank=kind)
    before = tank_settings(registry)
    changes = {
        "low": RuleChange(enabled=False),
        "thirsty": RuleChange(when="tank.percent < 40", level=Level.ATTENTION, text="drink"),
    }
    after = msgspec.structs.replace(
        before, alerts=msgspec.structs.replace(TERMINAL_ONLY, rules={"tank": changes})
    )
    async with rig(tmp_path, kind, settings=before) as home:
        assert home.ears.heard == []
        await home.engine.reload(after)
        assert await home.pass_time(3) == ["Tank: drink"]
        await home.engine.reload(before)
        await home.pass_time(3)
        assert home.duty.alerts == ()


@pytest.mark.parametrize("gone", ["alerts", "rule", "pane"])
@pytest.mark.parametrize("start", ["anew", "while it runs"])
async def test_what_is_gone_from_the_settings_is_over_although_nothing_can_be_read(
    tmp_path: Path, gone: str, start: str
) -> None:
    """The battery's table was taken out, the ledger's file is not there: no "battery low" stays for good."""
    kind = tank(percent=10.0)
    registry = Registry(tank=kind, well=kind)
    full = tank_settings(registry)
    both = {spec.name: spec for spec in full.panes}
    off = msgspec.structs.replace(TERMINAL_ONLY, rules={"tank": {"low": RuleChange(enabled=False)}})
    before = msgspec.structs.replace(full, panes=(both["tank"],))
    after = {
        "alerts": msgspec.structs.replace(before, alerts=AlertsConfig(enabled=False)),
        "rule": msgspec.structs.replace(before, alerts=off),
        "pane": msgspec.structs.replace(full, panes=(both["well"],)),
    }[gone]
    clock = ManualClock()
    async with rig(tmp_path, kind, clock=clock, settings=before, others=("well",)) as home:
        kind.broken = True
        await home.read()
        assert [alert.id for alert in home.duty.alerts] == [LOW]
        if start == "while it runs":
            await home.engine.reload(after)
            await home.pass_time(10)
            assert home.duty.alerts == ()
    async with rig(tmp_path, kind, clock=clock, settings=after, others=("well",)) as home:
        assert home.duty.alerts == ()


async def test_alerts_switched_off_are_over_and_nothing_is_told(tmp_path: Path) -> None:
    """`enabled = false` means silence, now."""
    kind = tank(percent=10.0)
    registry = Registry(tank=kind)
    off = tank_settings(registry, AlertsConfig(enabled=False))
    async with rig(tmp_path, kind) as home:
        await home.engine.reload(off)
        await home.pass_time(1000)
        assert (len(home.ears.heard), home.duty.alerts) == (1, ())


async def test_a_spoiled_register_is_set_aside_and_the_alerts_begin_anew(tmp_path: Path) -> None:
    """A torn file costs what it held, not the alerts to come."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / register.NAME).write_bytes(b"\xff{")
    async with rig(tmp_path, tank(percent=10.0)) as home:
        assert len(home.ears.heard) == 1
    assert (tmp_path / "state" / f"{register.NAME}.spoiled").read_bytes() == b"\xff{"
    assert register.read(tmp_path / "state") is not None


async def test_without_a_state_folder_people_are_told_all_the_same(tmp_path: Path) -> None:
    """A home that cannot be written costs what should have lasted; the reason is shown."""
    (tmp_path / "state").write_text("in the way")
    async with rig(tmp_path, tank(percent=10.0)) as home:
        assert len(home.ears.heard) == 1
        assert any("cannot be kept" in sentence for sentence in home.duty.troubles)


async def test_what_is_told_is_written_first(tmp_path: Path) -> None:
    """So that who is killed right after telling does not tell again."""
    written: list[int] = []

    def look(text: str) -> None:
        kept = register.read(tmp_path / "state")
        written.append(kept.alerts[0].notified if kept else 0)

    kind = tank()
    async with rig(tmp_path, kind) as home:
        home.ears.on_hear = look
        kind.percent = 10.0
        await home.read()
        await home.pass_time(130)
        assert written == [1, 2]


async def test_a_command_acknowledges_where_somebody_is_on_duty_and_where_nobody_is(tmp_path: Path) -> None:
    """`devdash alerts ack`, from any terminal."""
    kind, clock, state = tank(percent=10.0), ManualClock(), tmp_path / "state"
    async with rig(tmp_path, kind, clock=clock) as home:
        assert not outside.ask(
            state, Wish(clock.now(), (LOW,), 600.0), Moment(clock.now(), clock.monotonic())
        )
        await home.pass_time(3)
        assert [alert.snoozed_until is not None for alert in home.duty.alerts] == [True]
    assert outside.ask(state, Wish(clock.now(), (LOW,)), Moment(clock.now(), clock.monotonic()))
    sight = outside.look(state, clock.now())
    assert (sight.holder, [alert.acknowledged for alert in sight.alerts]) == (None, [True])


def spooled(folder: Path) -> list[dict[str, object]]:
    """What was kept, oldest first."""
    files = sorted((folder / "state" / "history").glob("*.jsonl"))
    lines = (line for file in files for line in file.read_text().splitlines())
    return [json.loads(line) for line in lines if line.startswith("{")]


async def test_a_level_that_stays_is_kept_again_and_again(tmp_path: Path) -> None:
    """A level counts for a quarter of an hour: what nobody watched must not count as up, and this was."""
    async with rig(tmp_path, tank()) as home:
        began = home.clock.now().timestamp()
        await home.pass_time(6 * STATUS_S)
        query = UptimeQuery(since=began, until=home.clock.now().timestamp())
        (uptime,) = await home.duty.recorder.uptime(query)
        assert uptime.ok_s > 5 * STATUS_S


async def test_a_snooze_runs_from_when_it_was_wished_for(tmp_path: Path) -> None:
    """However long the wish has lain there."""
    async with rig(tmp_path, tank(percent=10.0)) as home:
        wished_at = home.clock.now()
        await home.pass_time(60)
        wishes.post(tmp_path / "state", Wish(wished_at, (LOW,), 900.0))
        await home.pass_time(5)
        assert [one.snoozed_until for one in home.duty.alerts] == [wished_at + timedelta(seconds=900)]


async def test_readings_alerts_and_actions_become_history(tmp_path: Path) -> None:
    """Each of them is in the spool before the process ends."""
    kind = tank(percent=10.0)
    async with rig(tmp_path, kind) as home:
        home.duty.acknowledge([LOW])
        await home.engine.act("tank", await home.engine.ask("tank", "fill", None, {}))
        await home.read()
    lines = spooled(tmp_path)
    found = {(line["type"], line.get("occasion") or line.get("action") or "") for line in lines}
    assert {("sample", ""), ("alert", "fired"), ("action", "fill"), ("status", "")} <= found
    assert ("alert", "acknowledged") in found
    moments = [line["at"] for line in lines if line["type"] == "sample"]
    assert len(moments) == len(set(moments))


@pytest.mark.parametrize("known", [True, False])
async def test_hidden_panes_are_read_at_full_pace_only_by_the_one_on_duty(
    tmp_path: Path, known: bool
) -> None:
    """Somebody relies on the alerts of a pane that is zoomed away."""
    clock, times = ManualClock(), 0

    async def read(self: Tank) -> Report:
        nonlocal times
        times += 1
        return await Tank.read(self)

    async with rig(tmp_path, tank(), clock=clock) as first:
        if known:
            await first.go_off_duty()
        async with rig(tmp_path, tank(read=read), clock=clock) as home:
            await home.pass_time(3)
            home.engine.show([])
            await home.pass_time(100)
            times = 0
            await home.pass_time(600)
            assert (times >= 8) is known
