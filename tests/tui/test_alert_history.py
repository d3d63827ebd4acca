"""The history view: events filtered by words; loading, empty and failing are said; nothing is obeyed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from desks import NOW, Events, PlainDesk
from panes import Registry, good, scripted
from textual.events import Key
from textual.widgets import Input

from devdash.api import Level
from devdash.contract.errors import DevdashError
from devdash.history.wire import Event, Kind
from devdash.tui.history import HistorySheet
from devdash.tui.sheets import DetailSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]


def event(hours: float, pane: str, text: str, **more: Any) -> Event:
    base = {
        "kind": Kind.ALERT,
        "name": "low",
        "item": "",
        "what": "fired",
        "level": Level.CRITICAL,
        "host": "lap",
    }
    return Event(at=(NOW - timedelta(hours=hours)).timestamp(), pane=pane, text=text, **{**base, **more})


KEPT = (
    event(1, "battery", "battery at 12 %: plug in"),
    event(2, "git", "fetched 4 repositories", kind=Kind.ACTION, name="fetch", what="done", level=Level.OK),
    event(30, "git", "2 need a hand", kind=Kind.STATUS, name="", what="", level=Level.ATTENTION),
    event(24 * 9, "battery", "battery at 90 %: unplug", name="full", level=Level.ATTENTION),
)


def panes() -> Registry:
    return Registry(battery=scripted(lambda pane: good()), git=scripted(lambda pane: good()))


async def asked(s: Any, events: Events, times: int) -> None:
    """The history has been asked so often, and what it answered is on the screen."""
    while len(events.asked) < times:
        await s.pilot.pause(0.01)
    await s.drawn()


async def test_what_happened_is_listed_newest_first(stage: Perform, look: Look) -> None:
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(KEPT))) as s:
        await s.press("H")
        assert isinstance(s.app.screen, HistorySheet)
        places = [s.text.index(one.text) for one in KEPT]
        assert places == sorted(places)
        assert "4 events · everything" in s.text
        look(s.app)


async def test_triage_leads_to_it(stage: Perform) -> None:
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(KEPT))) as s:
        await s.press("a", "h")
        assert isinstance(s.app.screen, HistorySheet)


async def test_typed_words_filter_once_typing_rests(stage: Perform) -> None:
    events = Events(KEPT)
    async with stage(panes(), make_desk=PlainDesk(recorder=events)) as s:
        await s.press("H", "slash", *"battery 7d")
        while "1 event · battery" not in s.text:
            await s.pilot.pause(0.02)
        assert "plug in" in s.text
        assert "unplug" not in s.text
        assert events.asked[-1].panes == ("battery",)


async def test_enter_asks_at_once_and_goes_back_to_the_list(stage: Perform) -> None:
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(KEPT))) as s:
        await s.press("H", "slash", *"ok", "enter")
        await s.drawn()
        assert "fetched 4 repositories" in s.text
        assert "plug in" not in s.text
        await s.press("enter")
        assert isinstance(s.app.screen, DetailSheet)
        assert "fetch done" in s.text
        await s.press("escape", "slash", "escape")
        assert isinstance(s.app.screen, HistorySheet), "the first Escape leaves the words"
        await s.press("escape")
        assert not isinstance(s.app.screen, HistorySheet)


async def test_letters_typed_into_the_words_are_no_keys(stage: Perform) -> None:
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(KEPT))) as s:
        await s.press("H", "slash", *"qrjz")
        assert s.app.screen.query_one(Input).value == "qrjz"


async def test_words_typed_ahead_are_not_lost(stage: Perform) -> None:
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(KEPT))) as s:
        await s.press("H")
        for key in ("slash", "g", "i", "t"):
            s.app.post_message(Key(key, "/" if key == "slash" else key))
        await s.press()
        assert s.app.screen.query_one(Input).value == "git"


async def test_while_the_history_does_not_answer_it_says_so_and_everything_goes_on(
    stage: Perform, look: Look
) -> None:
    events = Events(KEPT)
    events.gate.clear()
    async with stage(panes(), make_desk=PlainDesk(recorder=events)) as s:
        await s.press("H")
        assert "looking …" in s.text
        look(s.app)
        await s.press("slash", *"git", "enter", "r", "r")
        assert len(events.asked) == 1, "one question at a time"
        events.gate.set()
        await asked(s, events, 2)
        assert len(events.asked) == 2, "and then only the newest"
        assert "fetched 4 repositories" in s.text
        assert "plug in" not in s.text


async def test_leaving_while_it_does_not_answer_leaves_at_once(stage: Perform) -> None:
    events = Events(KEPT)
    events.gate.clear()
    async with stage(panes(), make_desk=PlainDesk(recorder=events)) as s:
        await s.press("H", "escape")
        assert not isinstance(s.app.screen, HistorySheet)
        events.gate.set()
        await s.drawn()
        assert s.app.is_running


async def test_a_history_that_fails_says_why_and_can_be_asked_again(stage: Perform, look: Look) -> None:
    events = Events(KEPT, DevdashError("the history cannot be opened: it is locked", "look who holds it"))
    async with stage(panes(), make_desk=PlainDesk(recorder=events)) as s:
        await s.press("H")
        assert "it is locked" in s.text
        look(s.app)
        events.failure = None
        await s.press("r")
        await asked(s, events, 2)
        assert "plug in" in s.text


async def test_no_history_and_no_events_are_told(stage: Perform) -> None:
    async with stage(panes(), make_desk=PlainDesk()) as s:
        await s.press("H")
        assert "No history is kept here." in s.text
    async with stage(panes(), make_desk=PlainDesk(recorder=Events())) as s:
        await s.press("H")
        assert "Nothing like that was kept." in s.text


async def test_hostile_events_are_shown_and_not_obeyed(stage: Perform, look: Look) -> None:
    text = "[/] \x1b[31mred\x1b]0;owned\x07 \u202eevil\u202c [bold]x[/bold] " + "long " * 300
    odd = (
        event(0, text, text, name=text, host="one"),
        event(1, "git", text, item=text, host="two"),
        Event(
            kind=Kind.ALERT,
            at=1e300,
            host="",
            pane="",
            name="",
            item="",
            what="",
            level=Level.UNKNOWN,
            text="",
        ),
    )
    async with stage(panes(), make_desk=PlainDesk(recorder=Events(odd)), size=(80, 24)) as s:
        await s.press("H")
        assert "[/] red evil [bold]x" in s.text
        assert not set(s.text) & {"\x1b", "\x07", "\u202e"}
        look(s.app)
        await s.press("down", "enter")
        assert not set(s.text) & {"\x1b", "\x07", "\u202e"}
        assert s.app.is_running
