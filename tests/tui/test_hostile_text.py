"""What a pane says is shown, never obeyed: markup, escapes and floods, everywhere it can come up."""

from collections.abc import Callable, Sequence
from typing import Any

from panes import Registry, Rows
from textual.widgets import Checkbox, Input

from devdash.api import (
    Action,
    ActionRequest,
    Attention,
    Cell,
    Column,
    Confirmation,
    CopyText,
    Field,
    FieldKind,
    Level,
    Outcome,
    Pane,
    PaneConfig,
    Report,
    Row,
    Scope,
    Table,
    Text,
)
from devdash.tui.toasts import LONGEST_LINE, MOST_LINES, brief

Perform = Callable[..., Any]

HOSTILE = "[/] \x1b[31mred\x1b]0;owned\x07 \u202eevil\u202c \x9b2J [bold]x[/bold] [@click=app.quit]q[/]"
HARMLESS = "[/] red evil  [bold]x[/bold] [@click=app.quit]q[/]"
FIELDS = (
    Field(name="choice", label=HOSTILE, kind=FieldKind.CHOICE, choices=(HOSTILE, "[/x]")),
    Field(name="text", label="text", default=HOSTILE, help=HOSTILE),
    Field(name="flag", label="flag", kind=FieldKind.FLAG, default="true"),
)


class Hostile(Pane[PaneConfig]):
    """Says the same everywhere."""

    title = HOSTILE

    async def read(self) -> Report:
        rows = (Row(HOSTILE, (Cell(HOSTILE),), detail=(Text(HOSTILE),)),)
        wanting = Attention(HOSTILE, Level.ATTENTION, HOSTILE, "do", HOSTILE)
        return Report(Level.ATTENTION, HOSTILE, (Table((Column(HOSTILE),), rows),), attention=(wanting,))

    def actions(self) -> Sequence[Action]:
        common: dict[str, Any] = {"title": HOSTILE, "permission": "a.b.show", "help": HOSTILE}
        return (
            Action(name="do", key="d", scope=Scope.EITHER, **common),
            Action(name="fill", key="f", fields=FIELDS, **common),
        )

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        return Confirmation(HOSTILE, (Text(HOSTILE),)) if action.name == "do" else None

    async def act(self, request: ActionRequest) -> Outcome:
        return Outcome(message=HOSTILE, blocks=(Text(HOSTILE),), effects=(CopyText(HOSTILE),))


async def test_nothing_that_a_pane_says_is_obeyed_anywhere(stage: Perform) -> None:
    places = {
        "the pane, the hints": (),
        "a question": ("d",),
        "an outcome": ("d", "y"),
        "a row's detail": ("enter",),
        "the triage list": ("a",),
        "all keys": ("question_mark", "end"),
        "a form": ("f",),
        "a form's choices": ("f", "enter"),
        "every command": ("ctrl+p",),
        "a command that is looked for": ("ctrl+p", "c", "l", "i"),
    }
    for place, keys in places.items():
        async with stage(Registry(hostile=Hostile), size=(100, 40)) as s:
            for key in keys:
                await s.press(key)
                for _ in range(5):
                    await s.drawn()
            assert s.app.is_running, place
            text = s.text
            assert HARMLESS[:20] in text, f"{place}:\n{text}"
            assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}, f"{place}:\n{text}"


async def test_a_form_begins_with_what_the_command_would_take(stage: Perform) -> None:
    async with stage(Registry(hostile=Hostile)) as s:
        await s.press("f")
        await s.drawn()
        assert s.app.screen.query_one(Checkbox).value, "'true' is yes for the command"
        assert s.app.screen.query_one("#field-text", Input).value == HARMLESS


def test_a_flood_is_not_said_in_passing() -> None:
    assert brief("x" * 10**7) == "x" * (LONGEST_LINE - 1) + "…"
    assert brief("line\n" * 10**5).splitlines() == ["line"] * MOST_LINES + ["…"]
    assert brief("one\ntwo") == "one\ntwo"


async def test_a_bug_in_what_the_screen_does_for_a_deed_is_told(stage: Perform, monkeypatch: Any) -> None:
    def broken(self: Any, text: str) -> None:
        raise RuntimeError

    async with stage(Registry(hostile=Hostile, rows=Rows)) as s:
        monkeypatch.setattr(type(s.app), "copy_to_clipboard", broken)
        await s.press("d", "y")
        for _ in range(5):
            await s.drawn()
        assert "RuntimeError" in s.text
        assert s.app.is_running
