"""`devdash alerts`: what the list has room for, what is refused, and what the history has of it."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from cli_rig import Result
from desks import NOW, alert

from devdash.alerts.model import Alert, AlertId, Status
from devdash.cli.alert_list import blocks
from devdash.cli.alerts import chosen_ids
from devdash.cli.exits import UsageError
from devdash.duty import register
from devdash.engine.places import make_private, state_root
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash.render.when import day_and_time

Run = Callable[..., Result]


def known(*alerts: Alert) -> Iterable[Alert]:
    """What a devdash that has ended knew."""
    make_private(state_root())
    register.write(state_root(), register.Register(NOW, "", alerts))
    return alerts


@pytest.mark.parametrize("width", [60, 80, 200])
def test_one_long_name_leaves_room_for_what_all_are_about(width: int) -> None:
    """A repository may have a name of 250 characters."""
    found = [alert("git", "many", "L" * 250), alert("battery", "low", text="plug in")]
    text = plain(lay_out(blocks(found, NOW), width))
    assert "plug in" in text
    assert max(map(len, text.splitlines())) <= width


def test_an_ordinary_name_is_whole_where_there_is_little_room() -> None:
    """It is what `devdash alerts ack` takes."""
    name = AlertId("battery", "peripheral-low", "hidpp_battery_0")
    text = plain(lay_out(blocks([alert(name.pane, name.rule, name.item)], NOW), 60))
    assert str(name) in text


def test_what_is_acknowledged_does_not_look_as_if_it_rang() -> None:
    """Where a pipe makes the list 80 cells wide, as well."""
    silent = msgspec.structs.replace(
        alert("battery", "low", text="battery at 4 %, 10 min left: plug in"),
        status=Status.CLEARING,
        acknowledged=True,
    )
    other = alert("battery", "peripheral-low", "hid-mouse-battery", text="MX Mouse at 10 %: charge it")
    text = plain(lay_out(blocks([silent, other], NOW), 80))
    assert "acknowledged" in text
    assert "battery at" in text
    assert max(map(len, text.splitlines())) <= 80


def test_names_beside_all_are_refused() -> None:
    """Whoever names one does not mean all."""
    low = alert("battery", "low")
    with pytest.raises(UsageError, match="not both"):
        chosen_ids([low], ["battery.low"], every=True)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["ack", "battery.low"], "acknowledged"),
        (["snooze", "battery.low", "--for", "4h"], "snoozed"),
        (["snooze", "--all", "--off"], "unsnoozed"),
    ],
)
def test_the_history_has_what_was_silenced_from_here(
    devdash: Run, config: Callable[[str], object], arguments: list[str], what: str
) -> None:
    """As it has what a key of the dashboard silenced; docs/json.md names the words."""
    config("[panes.doer]\n")
    known(alert("battery", "low", since=NOW - timedelta(hours=2)))
    assert devdash("alerts", *arguments).calm().code == 0
    told = devdash("history", "--events").calm().out
    assert f"low    {what}  battery is low" in told


def test_a_broken_config_costs_the_history_alone(devdash: Run, config: Callable[[str], object]) -> None:
    """Who wants silence has it, and reads what is not kept."""
    config("[panes")
    known(alert("battery", "low"))
    code, out, err = devdash("alerts", "ack", "battery.low").calm()
    assert (code, out) == (0, "battery.low: acknowledged\n")
    assert "the history does not have it" in err


@pytest.mark.parametrize("arguments", [[], ["--json"], ["ack", "battery.low"], ["snooze", "--all"]])
def test_alerts_that_cannot_be_read_are_unknown_and_no_wrong_usage(
    devdash: Run, arguments: list[str]
) -> None:
    """A script must not take it for its own mistake, nor for calm."""
    make_private(state_root())
    (state_root() / "alerts.json").write_text("{", encoding="utf-8")
    code, out, err = devdash("alerts", *arguments).calm()
    assert (code, out) == (3, "")
    assert "alerts.json is damaged\n" in err
    assert "sets it aside" in err


def test_a_watch_that_cannot_be_installed_is_no_wrong_usage(
    devdash: Run, config: Callable[[str], object], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else is in the way; the line says what."""
    config("[panes.doer]\n")
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "file"))
    code, _, err = devdash("watch", "install").calm()
    assert code == 2
    assert "cannot be written" in err


def test_an_alert_that_clears_says_so_and_since_when_it_has_fired() -> None:
    """Who looks at a charger that was just plugged in must not read that it began with that."""
    began, cleared = NOW - timedelta(minutes=9), NOW - timedelta(minutes=1)
    one = alert("battery", "low", since=cleared, status=Status.CLEARING, fired=(began,))
    text = plain(lay_out(blocks([one], NOW), 120))
    assert day_and_time(began, NOW) in text
    assert f"seems over since {day_and_time(cleared, NOW)}" in text
