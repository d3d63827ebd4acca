"""Triage: what needs a hand across panes is listed, mended, snoozed and acknowledged in one place."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from desks import NOW, PlainDesk, alert
from msgspec.structs import replace
from panes import Registry, Rows, Scripted, good, hang, scripted, settings_for
from reach import focused, rows_pane

from devdash.alerts.model import AlertId, Status
from devdash.api import (
    Action,
    ActionRequest,
    Attention,
    Cell,
    Column,
    Duration,
    Level,
    PaneConfig,
    PaneError,
    Report,
    Row,
    Scope,
    Table,
    Text,
)
from devdash.config.alerts import AlertsConfig
from devdash.duty.model import Role
from devdash.tui.pane_view import PaneView
from devdash.tui.sheets import ConfirmSheet
from devdash.tui.triage import TriageSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]

REPOS = ("api", "web", "infra")


def wanting(*entries: Attention) -> Report:
    rows = tuple(Row(name, (Cell(name),)) for name in REPOS)
    level = max((entry.level for entry in entries), key=lambda level: level.weight, default=Level.OK)
    return Report(level, "repositories", (Table((Column("name"),), rows),), attention=entries)


class Repos(Rows):
    """Two repositories need a hand; one action asks first, one does not."""

    title = "Git"
    entries: Sequence[Attention] = (
        Attention("web:diverged", Level.ATTENTION, "web: diverged: 1 ahead, 2 behind", item="web"),
        Attention("api:fetch", Level.ATTENTION, "api: the last fetch failed", action="fetch", item="api"),
    )

    async def read(self) -> Report:
        return wanting(*type(self).entries)

    def actions(self) -> Sequence[Action]:
        common: dict[str, Any] = {"permission": "git.repo.fetch", "scope": Scope.EITHER}
        return (
            Action(name="fetch", key="f", title="Fetch", **common),
            Action(name="push", key="p", title="Push", confirm="Push it?", **common),
        )


def low(pane: Scripted) -> Report:
    return Report(
        Level.CRITICAL,
        "12 %",
        (Text("12 %"),),
        attention=(Attention("low", Level.CRITICAL, "battery at 12 %: plug in"),),
    )


def two_panes() -> Registry:
    return Registry(battery=scripted(low, title="Battery"), rows=Repos)


LOW = alert("battery", "low", since=NOW - timedelta(minutes=40), fired=(NOW - timedelta(minutes=40),) * 3)
DIVERGED = alert("rows", "diverged", "web", level=Level.ATTENTION, since=NOW - timedelta(days=4))
MINE = alert("rows", "far-ahead", "infra", level=Level.ATTENTION, text="infra is 21 ahead", action="push")


async def test_alerts_and_attention_are_one_list_worst_first(stage: Perform, look: Look) -> None:
    async with stage(two_panes(), make_desk=PlainDesk(LOW, DIVERGED, MINE)) as s:
        assert "✖ 4 need a hand" in s.text
        await s.press("a")
        assert isinstance(s.app.screen, TriageSheet)
        places = [
            s.text.index(text) for text in ("battery at 12 %", "web: diverged", "api: the", "infra is 21")
        ]
        assert places == sorted(places)
        assert s.text.count("battery at 12 %") == 1, "the alert and the attention are one"
        look(s.app)


async def test_without_a_duty_attention_is_listed_all_the_same(stage: Perform) -> None:
    async with stage(two_panes()) as s:
        await s.press("a")
        assert "api: the last fetch failed" in s.text
        assert "3 need a hand" in s.text


async def test_an_empty_list_is_a_calm_sentence(stage: Perform, look: Look) -> None:
    async with stage(Registry(calm=scripted(lambda pane: good())), make_desk=PlainDesk()) as s:
        await s.press("a")
        assert "Nothing needs a hand." in s.text
        await s.press("enter", "s", "x", "o", "u")
        assert s.app.is_running
        look(s.app)


async def test_enter_does_what_helps_and_the_list_stays_for_the_next(stage: Perform) -> None:
    async with stage(two_panes(), make_desk=PlainDesk()) as s:
        await s.press("a", "down", "down", "enter")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("fetch", "api")]
        assert isinstance(s.app.screen, TriageSheet)


async def test_enter_asks_first_where_the_action_does(stage: Perform) -> None:
    async with stage(two_panes(), make_desk=PlainDesk(MINE)) as s:
        await s.press("a", "end", "enter")
        assert isinstance(s.app.screen, ConfirmSheet)
        await s.press("n")
        assert rows_pane(s.app).requests == []
        await s.press("enter", "y")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("push", "infra")]


async def test_enter_goes_there_where_nothing_helps_from_here_and_o_always_does(stage: Perform) -> None:
    async with stage(two_panes(), make_desk=PlainDesk(MINE)) as s:
        for keys, item in ((("down", "enter"), "web"), (("end", "o"), "infra")):
            await s.press("1", "a", *keys)
            assert focused(s.app) == "rows"
            view = s.app.focused
            assert isinstance(view, PaneView)
            assert view.item == item
            assert rows_pane(s.app).requests == []


async def test_a_pane_that_failed_is_read_again_by_enter(stage: Perform) -> None:
    def never(pane: Scripted) -> Report:
        raise PaneError("the server does not answer", "look whether it runs")

    registry = Registry(server=scripted(never, title="Server"))
    async with stage(registry, make_desk=PlainDesk()) as s:
        before = s.app.engine._members["server"].runner.pane.reads
        await s.press("a")
        assert "the server does not answer" in s.text
        assert "r read again" in s.text
        await s.press("enter")
        await s.pass_time(0.1)
        assert s.app.engine._members["server"].runner.pane.reads == before + 1


# ── set aside ───────────────────────────────────────────────────────────────


async def test_s_asks_how_long_and_the_title_counts_it_no_more(stage: Perform, look: Look) -> None:
    desk = PlainDesk(LOW, DIVERGED)
    async with stage(two_panes(), make_desk=desk) as s:
        await s.press("a", "s")
        look(s.app)
        assert [line for line in ("1 hour", "4 hours", "until Mon 08:00") if line not in s.text] == []
        await s.press("2")
        (snoozed,) = [one for one in desk.alerts if one.id == LOW.id]
        assert snoozed.snoozed_until is not None
        assert f"{snoozed.snoozed_until:%a %H:%M}" == "Sun 14:55"
        assert "snoozed until 14:55" in s.text
        assert "▲ 2 need a hand" in s.text, "and what is left is not critical"


async def test_what_another_alert_silences_counts_once_with_it(stage: Perform) -> None:
    """The list has both, and says which one follows; there is one thing to do."""
    follows = alert("calm", "lag", inhibited=True, inhibited_by=("down",))
    desk = PlainDesk(alert("calm", "down"), follows)
    async with stage(Registry(calm=scripted(lambda pane: good())), make_desk=desk) as s:
        await s.press("a")
        assert "follows down" in s.text
        assert "✖ 1 needs a hand" in s.text
        desk.acknowledge([AlertId("calm", "down")])
        await s.drawn()
        assert "nothing new · 2 set aside" in s.text


async def test_escape_from_the_question_snoozes_nothing(stage: Perform) -> None:
    desk = PlainDesk(LOW)
    async with stage(two_panes(), make_desk=desk) as s:
        await s.press("a", "s", "escape")
        assert isinstance(s.app.screen, TriageSheet)
        assert [one.snoozed_until for one in desk.alerts] == [None]


async def test_x_acknowledges_and_the_cursor_goes_on_to_the_next(stage: Perform, look: Look) -> None:
    desk = PlainDesk(LOW, DIVERGED)
    async with stage(two_panes(), make_desk=desk) as s:
        await s.press("a", "x")
        assert [one.acknowledged for one in desk.alerts] == [True, False]
        sheet = s.app.screen
        assert isinstance(sheet, TriageSheet)
        assert sheet.need is not None
        assert sheet.need.text.startswith("web: diverged")
        look(s.app)
        await s.press("x", "x")
        assert "nothing new · 3 set aside" in s.text


async def test_u_takes_back_what_was_snoozed_last_or_what_the_cursor_is_on(stage: Perform) -> None:
    desk = PlainDesk(LOW, DIVERGED)
    async with stage(two_panes(), make_desk=desk) as s:
        await s.press("a", "s", "1", "u")
        assert [one.snoozed_until for one in desk.alerts] == [None, None]
        await s.press("home", "s", "1", "end", "u")
        assert [one.snoozed_until for one in desk.alerts] == [None, None]
        await s.press("home", "x", "u")
        assert "stays silent until it is over" in s.text


async def test_what_no_rule_watches_is_hidden_here_for_a_time_and_says_so(stage: Perform) -> None:
    async with stage(two_panes(), make_desk=PlainDesk()) as s:
        await s.press("a", "s", "1")
        assert "hidden until 11:55" in s.text
        assert "in this screen alone" in s.text
        assert "2 need a hand" in s.text
        await s.pass_time(3700)
        assert "hidden until" not in s.text
        assert "3 need a hand" in s.text


async def test_what_is_hidden_comes_up_again_when_it_was_over_in_between(stage: Perform) -> None:
    def now_and_then(pane: Scripted) -> Report:
        return good() if pane.reads == 2 else low(pane)

    async with stage(Registry(battery=scripted(now_and_then)), make_desk=PlainDesk()) as s:
        await s.press("a", "x")
        assert "1 set aside" in s.text
        await s.press("escape", "r")
        await s.pass_time(0.5)
        await s.press("r")
        await s.pass_time(0.5)
        assert "1 needs a hand" in s.text
        await s.press("a")
        assert "10:55" in s.text, "now it is known since when"


# ── live ────────────────────────────────────────────────────────────────────


async def test_the_list_changes_beneath_the_cursor_which_stays_on_its_entry(stage: Perform) -> None:
    desk = PlainDesk(DIVERGED)
    async with stage(Registry(rows=Repos), make_desk=desk) as s:
        await s.press("a", "down")
        sheet = s.app.screen
        assert isinstance(sheet, TriageSheet)
        before = sheet.need
        desk.put(DIVERGED, *(alert("rows", "new", str(number)) for number in range(5)))
        await s.drawn()
        assert "4 is new" in s.text
        assert sheet.need == before


async def test_an_entry_that_is_over_stays_under_the_cursor_and_no_key_meets_its_neighbour(
    stage: Perform, look: Look
) -> None:
    desk = PlainDesk(replace(MINE, level=Level.CRITICAL), alert("rows", "other", "web", action="fetch"))
    async with stage(Registry(rows=Repos), make_desk=desk) as s:
        await s.press("a")
        desk.put(alert("rows", "other", "web", action="fetch"))
        await s.drawn()
        await s.press("enter", "x", "s")
        assert "It is over." in s.text
        assert isinstance(s.app.screen, TriageSheet)
        assert rows_pane(s.app).requests == []
        assert [one.acknowledged for one in desk.alerts] == [False]
        look(s.app)
        await s.press("down")
        assert "infra is 21 ahead" not in s.text


async def test_alerts_that_come_in_a_flood_are_looked_at_together(stage: Perform) -> None:
    desk = PlainDesk()
    async with stage(Registry(rows=Repos), make_desk=desk) as s:
        looked: list[object] = []
        s.app._alerting.watch(lambda: looked.append(1))
        for number in range(200):
            desk.put(*(alert("rows", "new", str(at)) for at in range(number)))
        await s.pilot.pause()
        assert len(looked) <= 3


# ── states ──────────────────────────────────────────────────────────────────


async def test_every_state_has_its_words(stage: Perform, look: Look) -> None:
    def then_fail(pane: Scripted) -> Report:
        if pane.reads > 1:
            raise PaneError("no answer", "look whether it runs")
        return low(pane)

    desk = PlainDesk(
        replace(LOW, stale=True),
        alert("rows", "down", "api"),
        alert("rows", "lag", "api", inhibited=True, inhibited_by=("down",)),
        replace(DIVERGED, acknowledged=True),
        alert("rows", "old", "infra", snoozed_until=NOW + timedelta(days=1)),
        alert("rows", "brief", "infra", status=Status.CLEARING),
    )
    registry = Registry(battery=scripted(then_fail, title="Battery"), rows=Repos)
    async with stage(registry, make_desk=desk, size=(130, 30)) as s:
        await s.pass_time(200)
        await s.press("a")
        for words in ("stale", "follows down", "acknowledged", "snoozed until Mon 10:55", "seems over"):
            assert words in s.text
        assert "need a hand (1 stale)" in s.text
        look(s.app)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_sizes(stage: Perform, look: Look, size: tuple[int, int]) -> None:
    desk = PlainDesk(LOW, replace(DIVERGED, acknowledged=True), MINE)
    async with stage(two_panes(), make_desk=desk, size=size) as s:
        await s.press("a")
        assert "battery at 12 %" in s.text
        look(s.app)


async def test_300_entries_with_hostile_text(stage: Perform, look: Look) -> None:
    text = "[bold]\x1b]0;owned\x07\u202eevil " + "very " * 200 + "long"
    desk = PlainDesk(*(alert("rows", "bad", f"item {n:03}", text=f"{n:03} {text}") for n in range(300)))
    async with stage(Registry(rows=Repos), make_desk=desk) as s:
        await s.press("a", "end", "up", "up", "up")
        assert "298 [bold]evil very" in s.text
        assert not set(s.text) & {"\x1b", "\x07", "\u202e"}
        look(s.app)


async def test_without_colour_the_signs_tell(
    stage: Perform, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(two_panes(), make_desk=PlainDesk(LOW, replace(DIVERGED, acknowledged=True))) as s:
        await s.press("a")
        look(s.app)


async def test_who_notifies_and_what_does_not_work_is_told_quietly(stage: Perform, look: Look) -> None:
    desk = PlainDesk(LOW, role=Role.BESIDE)
    desk.troubles = ("the alerts cannot be kept: No space left on device",)
    async with stage(two_panes(), make_desk=desk) as s:
        assert "! alert trouble" in s.text
        await s.press("a")
        assert "No space left on device" in s.text
        assert "another devdash is on duty and notifies" in s.text
        look(s.app)


async def test_alerts_that_are_switched_off_are_told(stage: Perform) -> None:
    registry = two_panes()
    settings = settings_for(registry, alerts=AlertsConfig(enabled=False))
    async with stage(registry, settings=settings, make_desk=PlainDesk()) as s:
        await s.press("a")
        assert "alerts are switched off in devdash.toml" in s.text


async def test_a_late_pane_s_attention_is_stale(stage: Perform) -> None:
    def then_hang(pane: Scripted) -> Any:
        return low(pane) if pane.reads == 1 else hang(pane)

    registry = Registry(battery=scripted(then_hang))
    settings = settings_for(registry, PaneConfig(interval=Duration(10), timeout=Duration(60)))
    async with stage(registry, settings=settings) as s:
        await s.press("a")
        assert "stale" not in s.text
        await s.pass_time(200)
        assert "stale" in s.text
