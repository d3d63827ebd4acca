"""Actions on the screen: their keys, forms, questions, outcomes, and the palette's way to them."""

from collections.abc import Callable, Sequence
from typing import Any

from panes import Registry, Rows, good, scripted
from reach import rows_pane
from textual import events

from devdash.api import (
    Action,
    ActionRequest,
    AskNext,
    Confirmation,
    CopyText,
    Field,
    FieldKind,
    Level,
    Notice,
    OpenEditor,
    Outcome,
    PrintText,
    Text,
    Value,
)
from devdash.tui.sheets import ConfirmSheet, DetailSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]


async def test_a_key_acts_on_the_row_under_the_cursor(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("down", "t")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "two")]
        assert "touch two" in s.text


async def test_a_key_pressed_right_after_going_to_a_pane_is_not_lost(stage: Perform) -> None:
    async with stage(Registry(other=scripted(lambda pane: good()), rows=Rows)) as s:
        for key in ("2", "t"):
            s.app.post_message(events.Key(key, key))
        await s.press()
        while not rows_pane(s.app).requests:
            await s.pass_time(0.05)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "one")]


async def test_a_question_is_asked_first_and_no_means_no(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("b")
        assert isinstance(s.app.screen, ConfirmSheet)
        look(s.app)
        await s.press("n")
        assert rows_pane(s.app).requests == []
        await s.press("b", "y")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests == [ActionRequest("burn", "one")]


async def test_enter_pressed_without_a_look_confirms_nothing(stage: Perform) -> None:
    class Dangerous(Rows):
        async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
            return Confirmation("Really?", (Text("all of it"),), danger=True)

    async with stage(Registry(rows=Dangerous)) as s:
        await s.press("b")
        assert "all of it" in s.text
        await s.press("enter")
        assert rows_pane(s.app).requests == []
        assert not isinstance(s.app.screen, ConfirmSheet)


class Asking(Rows):
    """An action with a field of each kind."""

    def actions(self) -> Sequence[Action]:
        fields = (
            Field(name="name", label="Name", help="whatever you like"),
            Field(name="count", label="Count", kind=FieldKind.INTEGER, default="3"),
            Field(name="colour", label="Colour", kind=FieldKind.CHOICE, choices=("red", "green")),
            Field(name="fast", label="Fast", kind=FieldKind.FLAG),
        )
        return (Action(name="ask", key="n", title="Ask", permission="rows.row.write", fields=fields),)


async def test_a_form_asks_checks_and_sends(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Asking)) as s:
        await s.press("n")
        await s.press("ctrl+s")
        assert "'Name' is empty" in s.text
        look(s.app)
        await s.press("a", "b", "ctrl+s")
        await s.pass_time(0.1)
        (request,) = rows_pane(s.app).requests
        assert {value.name: value.value for value in request.values} == {
            "name": "ab",
            "count": "3",
            "colour": "red",
            "fast": "no",
        }


async def test_escape_gives_a_form_up(stage: Perform) -> None:
    async with stage(Registry(rows=Asking)) as s:
        await s.press("n", "x", "escape")
        assert rows_pane(s.app).requests == []


async def test_an_action_that_fails_says_so_and_nothing_breaks(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("f")
        await s.pass_time(0.1)
        assert "not today: come back tomorrow" in s.text
        await s.press("c")
        await s.pass_time(0.1)
        assert "KeyError" in s.text
        assert "hunter2" not in s.text


async def test_the_palette_finds_an_action_and_runs_it(stage: Perform) -> None:
    async with stage(Registry(rows=Rows)) as s:
        await s.press("down", "ctrl+p", *"touch")
        while "Rows: Touch (two)" not in s.text:
            await s.pilot.pause(0.02)
        await s.press("down", "enter")
        while not rows_pane(s.app).requests:
            await s.pass_time(0.05)
        assert rows_pane(s.app).requests == [ActionRequest("touch", "two")]


WHO = Field(name="who", label="Who")
HOW = Field(name="how", label="How", kind=FieldKind.CHOICE, choices=("soft", "loud"), default="soft")


class Handing(Rows):
    """Its actions hand things to the screen."""

    path = ""

    def actions(self) -> Sequence[Action]:
        return (
            Action(name="copy", key="y", title="Copy", permission="rows.row.copy"),
            Action(name="edit", key="e", title="Edit", permission="rows.row.open"),
            Action(name="print", key="p", title="Print", permission="rows.row.export"),
            Action(name="fold", key="f", title="Fold", permission="rows.row.show"),
            Action(name="next", key="W", title="Next", permission="rows.row.show"),
            Action(name="ask", key="Y", title="Ask", permission="rows.row.show", fields=(WHO, HOW)),
            Action(name="show", key="s", title="Show", permission="rows.row.show"),
            Action(name="warn", key="w", title="Warn", permission="rows.row.show"),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        if request.action == "copy":
            return Outcome(message="here", effects=(CopyText("sudo tee"),))
        if request.action == "edit":
            return Outcome(message="", effects=(OpenEditor(type(self).path, 7),))
        if request.action == "print":
            return Outcome(message="", effects=(PrintText("to be\nprinted"),))
        if request.action == "fold":
            return Outcome(message="")
        if request.action == "next":
            given = (Value("who", "Ada"), Value("how", "loud"))
            return Outcome(message="", effects=(AskNext("ask", given),))
        if request.action == "ask":
            return Outcome(message=f"{request.value('how')} {request.value('who')}")
        if request.action == "warn":
            notice = Notice(Level.ATTENTION, "not all of it", "look again")
            return Outcome(message="not all of it", level=Level.ATTENTION, blocks=(notice,))
        return Outcome(message="shown", blocks=(Text("a long story"),))


async def test_copied_text_reaches_the_clipboard(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("y")
        await s.pass_time(0.1)
        assert s.app.clipboard == "sudo tee"


async def test_text_to_be_printed_opens_in_a_sheet(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("p")
        await s.pass_time(0.1)
        assert isinstance(s.app.screen, DetailSheet)
        assert "printed" in s.text


async def test_what_comes_next_is_a_form_with_what_is_known(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("W")
        await s.pass_time(0.1)
        assert "Ada" in s.text and "loud" in s.text
        await s.press("end", *" L", "ctrl+s")
        await s.pass_time(0.2)
        assert "loud Ada L" in s.text


async def test_an_action_without_a_word_shows_no_message_and_is_no_event(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        deeds: list[object] = []
        s.app.engine.subscribe_deeds(deeds.append)
        reads = s.app.engine.snapshot("rows").read_elapsed
        await s.press("f")
        while s.app.engine.snapshot("rows").read_elapsed == reads:
            await s.pass_time(1)
        assert not s.app._notifications
        assert deeds == []


async def test_what_an_action_has_to_show_opens_in_a_sheet(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("s")
        await s.pass_time(0.1)
        assert "a long story" in s.text
        assert "shown" in s.text
        assert not s.app._notifications, "a message would lie over what is shown"


async def test_what_a_notice_says_already_is_not_said_twice(stage: Perform) -> None:
    async with stage(Registry(rows=Handing)) as s:
        await s.press("w")
        await s.pass_time(0.1)
        assert s.text.count("not all of it") == 1
