"""`devdash watch` as a process: it tells, hands over, survives being killed, and goes when told to."""

import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_rig import Result
from watch_rig import Process, World, until


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A battery at half, unplugged."""
    folder = tmp_path / "world"
    folder.mkdir()
    return World(folder)


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., Process]]:
    """Starts watches; they end with the test."""
    started: list[Process] = []

    def begin(*arguments: str) -> Process:
        started.append(world.start(*arguments))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.kill()


def test_it_tells_of_a_low_battery_and_goes_when_told_to(world: World, start: Callable[..., Process]) -> None:
    """From the kernel's files to a person, with no terminal open."""
    watch = start()
    until(lambda: watch.says("on duty"), "it never went on duty")
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) > 0, "nothing was told")
    assert [one["alert"] for one in world.told] == [{"pane": "battery", "rule": "low", "item": ""}]
    assert watch.end() == 0
    assert not watch.says("Traceback")


def test_a_rule_that_is_not_in_force_is_told_where_alerts_are_looked_at(
    world: World, start: Callable[..., Process], devdash: Callable[..., Result]
) -> None:
    """What facts there are is known with the first reading only: `config check` cannot say it."""
    wrong = '[alerts.rules.battery.own]\nwhen = "battery.percnt < 20"\n'
    world.config.write_text(world.config.read_text() + wrong)
    start()
    until(lambda: "did you mean 'percent'?" in devdash("alerts").err, "it is not said")
    assert "battery.own" in devdash("watch", "status").err
    assert "battery.own" in json.loads(devdash("alerts", "--json").out)["troubles"][0]


def test_a_list_that_cannot_be_written_is_not_taken_for_the_truth(
    world: World, start: Callable[..., Process], devdash: Callable[..., Result]
) -> None:
    """On a full disk the person was told, and `devdash alerts` knows of nothing: it says why."""
    watch = start()
    until(lambda: watch.says("on duty"), "it never went on duty")
    until(lambda: "nobody is on duty" not in devdash("watch", "status").out, "nobody sees it")
    assert devdash("alerts").err == ""
    hard = resource.prlimit(watch.process.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(watch.process.pid, resource.RLIMIT_FSIZE, (600, hard))  # the seat's file has room in it
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) == 1, "nothing was told")
    until(lambda: "cannot write down what it knows" in devdash("alerts").err, "it is not said")
    assert "cannot write down what it knows" in devdash("watch", "status").out
    assert json.loads(devdash("alerts", "--json").out)["on_duty"]["behind"] is True
    resource.prlimit(watch.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    until(lambda: devdash("alerts").err == "", "it is still said")
    assert "battery.low" in devdash("alerts").out


def test_a_second_one_stands_by_and_takes_over_without_telling_again(
    world: World, start: Callable[..., Process]
) -> None:
    """One instance of a user tells; when it dies, the next does."""
    first = start()
    until(lambda: first.says("on duty"), "it never went on duty")
    second = start()
    until(lambda: second.says("stands by"), "the second does not stand by")
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) == 1, "nothing was told")
    first.kill()
    until(lambda: second.says("on duty with"), "the second does not take over")
    world.set(percent=60, plugged=True)
    world.set(percent=11, plugged=False)
    time.sleep(2.5)  # at least one reading, of which nothing is to be told
    assert len(world.told) == 1


def test_it_takes_over_a_saved_config_and_keeps_the_old_one_when_the_new_is_wrong(
    world: World, start: Callable[..., Process]
) -> None:
    """Saving is enough, also where nobody looks at a screen."""
    watch = start()
    until(lambda: watch.says("on duty"), "it never went on duty")
    good = world.config.read_text()
    world.config.write_text(good.replace('interval = "1s"', 'interval = "soon"'))
    until(lambda: watch.says("nothing was changed"), "the wrong file was not refused")
    world.config.write_text(good.replace('interval = "1s"', 'interval = "1s"\nlow = 60\nfull = 90'))
    until(lambda: watch.says("changed battery"), "the right file was not taken over")
    until(lambda: len(world.told) == 1, "the new threshold does not hold")


def test_who_stood_by_knows_what_was_saved_meanwhile(world: World, start: Callable[..., Process]) -> None:
    """It may have stood by for weeks, while the one on duty followed devdash.toml."""
    first = start()
    until(lambda: first.says("on duty"), "it never went on duty")
    second = start()
    until(lambda: second.says("stands by"), "the second does not stand by")
    os.kill(first.process.pid, signal.SIGSTOP)
    good = world.config.read_text()
    world.config.write_text(good.replace('interval = "1s"', 'interval = "1s"\nlow = 60\nfull = 90'))
    first.kill()
    until(lambda: len(world.told) == 1, "it is on duty with what it was started with")


def test_killed_at_any_moment_it_never_tells_twice(world: World, start: Callable[..., Process]) -> None:
    """kill -9 before, while and after it tells; whoever comes next knows what was told."""
    chance = random.Random(7)
    for _ in range(6):
        watch = start()
        until(lambda watch=watch: watch.says("on duty"), "it never went on duty")
        world.set(percent=12, plugged=False)
        time.sleep(chance.uniform(0.0, 1.6))
        watch.kill()
    last = start()
    until(lambda: last.says("on duty"), "it never went on duty")
    time.sleep(3.0)
    assert len(world.told) <= 1
    world.set(percent=80, plugged=True)


def test_under_nohup_it_stays_when_the_terminal_goes(
    world: World, start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGHUP ends it, unless whoever started it has asked otherwise."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may be under nohup
    try:
        watch = start()
        until(lambda: watch.says("on duty"), "it never went on duty")
        watch.process.send_signal(signal.SIGHUP)
        assert watch.process.wait(timeout=20) == 0
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        stays = start()
    finally:
        signal.signal(signal.SIGHUP, before)
    until(lambda: stays.says("on duty"), "it never went on duty")
    os.kill(stays.process.pid, signal.SIGHUP)
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) == 1, "it has gone")


def test_a_wrong_config_is_told_at_once(program: Callable[..., Result], tmp_path: Path) -> None:
    """64, which the systemd unit does not try again."""
    (tmp_path / "bad.toml").write_text("[panes")
    result = program("--config", str(tmp_path / "bad.toml"), "watch")
    assert result.calm().code == 64


def test_alerts_are_listed_and_silenced_from_another_terminal(
    world: World, start: Callable[..., Process], program: Callable[..., Result]
) -> None:
    """The list says who is on duty; ack holds in the watch."""
    assert "nobody is on duty" in program("alerts").err
    watch = start()
    until(lambda: watch.says("on duty"), "it never went on duty")
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) == 1, "nothing was told")
    listed = program("alerts").calm()
    assert (listed.code, "battery.low" in listed.out, listed.err) == (0, True, "")
    assert program("alerts", "ack", "battery.lwo").calm().err.count("did you mean 'battery.low'?") == 1
    assert program("alerts", "ack", "battery.low").out == "battery.low: acknowledged, in a moment\n"
    until(lambda: "acknowledged" in program("alerts").out, "the watch does not know it")
    assert program("alerts", "snooze", "--all", "--for", "soon").code == 64


def test_two_tell_once_also_where_nothing_can_be_kept(
    world: World, start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state folder in which nobody can write: the second still stands by, and takes over."""
    (world.folder / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "file"))
    first = start()
    until(lambda: first.says("on duty with"), "it never went on duty")
    second = start()
    until(lambda: second.says("stands by"), "the second does not stand by")
    world.set(percent=12, plugged=False)
    until(lambda: len(world.told) > 0, "nothing was told")
    assert first.says("the alerts cannot be kept")
    assert not second.says("on duty with")
    first.kill()
    until(lambda: second.says("on duty with"), "the second does not take over")
    assert second.end() == 0
