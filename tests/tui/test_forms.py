"""Forms: days, completion, values that follow, and a form that comes back as it was filled in."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from panes import Registry, Rows
from reach import rows_pane

from devdash.api import Action, ActionRequest, Confirmation, Field, FieldKind, PaneError, Scope, Text, Value
from devdash.tui.forms import FormSheet
from devdash.tui.sheets import ConfirmSheet

Perform = Callable[..., Any]
Look = Callable[[Any], None]

ACCOUNTS = ("Expenses:Food:Groceries", "Expenses:Food:Out", "Expenses:Gifts", "Assets:Cash")
PAYEES = ("Grocer", "Green grocer", "Garage")


class Book(Rows):
    """Takes entries of a journal."""

    def __init__(self, config: Any, context: Any) -> None:
        super().__init__(config, context)
        self.refusals: list[PaneError] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.history = asyncio.Event()
        self.history.set()
        self.drafts: list[tuple[str | None, ActionRequest]] = []

    def actions(self) -> Sequence[Action]:
        fields = (
            Field(name="day", label="Date", kind=FieldKind.DATE, default="today", help="today, -1d, fri"),
            Field(name="payee", label="Payee", completes=True, required=False, help="who was paid"),
            Field(name="account", label="Account", completes=True, closed=True, required=False),
            Field(name="amount", label="Amount", required=False),
            Field(name="rest", label="Balance", required=False),
            Field(name="mark", label="Mark", kind=FieldKind.CHOICE, choices=("none", "cleared")),
        )
        scope = Scope.EITHER
        return (
            Action(
                name="add",
                key="n",
                title="New entry",
                permission="book.entry.add",
                fields=fields,
                scope=scope,
            ),
        )

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        await self.gate.wait()
        if text == "boom":
            raise KeyError(text)
        known = PAYEES if field.name == "payee" else ACCOUNTS
        return [one for one in known if text.casefold() in one.casefold()]

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        self.drafts.append((left and left.name, draft))
        if left is None:
            return (Value("account", "Assets:Cash"),) if draft.item == "two" else ()
        await self.history.wait()
        if left.name == "payee" and draft.value("payee") == "Grocer":
            return (Value("account", ACCOUNTS[0]), Value("amount", "12.30"), Value("mark", "cleared"))
        return (Value("rest", f"-{draft.value('amount')}"),) if left.name == "amount" else ()

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        if self.refusals:
            raise self.refusals.pop(0)
        return Confirmation("Write it?", (Text(" ".join(value.value for value in request.values)),))


def values(app: Any) -> dict[str, str]:
    """What the form says."""
    assert isinstance(app.screen, FormSheet)
    return {name: row.answer for name, row in app.screen._rows.items()}


async def test_a_day_is_typed_as_people_say_it_and_arrives_as_one(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "-", "1", "d", "ctrl+s")
        await s.press("y")
        await s.pass_time(0.1)
        (request,) = rows_pane(s.app).requests
        assert request.value("day") == "2026-11-21"


async def test_a_day_that_is_none_is_refused_in_the_form(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", *"soon", "ctrl+s")
        assert "'Date' is no date: 'soon'" in s.text
        assert isinstance(s.app.screen, FormSheet)


async def test_what_could_be_meant_is_listed_and_chosen_with_down_and_tab(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Book), size=(80, 24)) as s:
        await s.press("n", "tab", *"gr")
        assert "Green grocer" in s.text
        assert "Garage" not in s.text
        await s.press("down", "down")
        look(s.app)
        await s.press("tab")
        assert values(s.app)["payee"] == "Green grocer"
        assert "Grocer" not in s.text
        await s.press("enter")  # where nothing is chosen in a list, Enter sends
        while not isinstance(s.app.screen, ConfirmSheet):
            await s.press()


async def test_tab_never_changes_what_was_typed_into_an_open_field(stage: Perform) -> None:
    """A new payee looks like an old one."""
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", *"gr")
        assert "Tab next" in s.text  # and says so, until something is chosen
        await s.press("down")
        assert "Tab take" in s.text
        await s.press("up", "tab")
        assert values(s.app)["payee"] == "gr"


async def test_tab_takes_the_first_of_a_closed_field(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", "tab", *"out", "tab")
        assert values(s.app)["account"] == "Expenses:Food:Out"
        assert s.app.screen.focused.id == "field-amount"


async def test_tab_that_is_faster_than_the_list_takes_the_first_when_it_comes(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        pane = rows_pane(s.app)
        pane.gate.clear()
        await s.press("n", "tab", "tab", *"out", "tab", *"5")
        assert values(s.app) | {"account": "out", "amount": "5"} == values(s.app)
        pane.gate.set()
        await s.press()
        assert values(s.app)["account"] == "Expenses:Food:Out"
        assert values(s.app)["amount"] == "5"
        assert "Expenses:Gifts" not in s.text


async def test_enter_completes_the_only_one_that_could_be_meant_and_sends_it_when_it_was_seen(
    stage: Perform,
) -> None:
    """However fast it comes: the list need not be there."""
    async with stage(Registry(rows=Book)) as s:
        pane = rows_pane(s.app)
        pane.gate.clear()
        await s.press("n", "tab", "tab", *"gif", "enter")
        pane.gate.set()
        await s.press()
        assert values(s.app)["account"] == "Expenses:Gifts"
        assert "do it" in s.text and "close the list" not in s.text
        await s.press("enter")
        await s.pass_time(0.1)
        assert isinstance(s.app.screen, ConfirmSheet)
        assert "Expenses:Gifts" in s.text


async def test_a_list_that_is_open_goes_when_enter_completes(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", "tab", *"gif")
        assert "close the list" in s.text
        await s.press("enter")
        assert values(s.app)["account"] == "Expenses:Gifts"
        assert "do it" in s.text and "close the list" not in s.text
        assert s.text.count("Expenses:Gifts") == 1


@pytest.mark.parametrize("typed", ["food", "new"])
async def test_enter_sends_what_was_typed_where_several_or_none_could_be_meant(
    typed: str, stage: Perform
) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", "tab", *typed, "enter")
        await s.pass_time(0.1)
        assert isinstance(s.app.screen, ConfirmSheet)
        assert f" {typed} " in s.text


async def test_escape_closes_the_list_and_not_the_form(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", *"gr")
        await s.press("down", "escape")
        assert "Green grocer" not in s.text
        assert values(s.app)["payee"] == "gr"
        await s.press("escape")
        assert not isinstance(s.app.screen, FormSheet)


@pytest.mark.parametrize("text", ["boom", "unknown"])
async def test_a_pane_that_cannot_help_does_not_disturb(stage: Perform, text: str) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", *"gr", *["backspace"] * 2, *text)
        assert values(s.app)["payee"] == text
        assert "KeyError" not in s.text
        assert "grocer" not in s.text


async def test_a_pane_that_hangs_does_not_hold_up_typing(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        rows_pane(s.app).gate.clear()
        await s.press("n", "tab", *"garage")
        assert values(s.app)["payee"] == "garage"


async def test_what_follows_is_filled_in_but_never_over_what_was_typed(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", "tab", "tab", *"7", "shift+tab", "shift+tab")
        await s.press(*"Grocer", "tab")
        assert values(s.app) == {
            "day": "today",
            "payee": "Grocer",
            "account": ACCOUNTS[0],
            "amount": "7",
            "rest": "-7",
            "mark": "cleared",
        }


async def test_a_form_says_that_what_follows_is_still_being_read(stage: Perform) -> None:
    """Fields that are empty may soon be filled in; whoever knows better goes on typing."""
    async with stage(Registry(rows=Book), size=(80, 24)) as s:
        rows_pane(s.app).history.clear()
        await s.press("n", "tab", *"Grocer", "tab")
        assert "reading …   ^s do it" in s.text.replace("Ctrl+S", "^s")
        assert values(s.app)["account"] == ""
        rows_pane(s.app).history.set()
        await s.press()
        assert "reading …" not in s.text and "do it" in s.text
        assert values(s.app)["account"] == ACCOUNTS[0]


async def test_a_form_opens_with_what_belongs_to_the_row(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("down", "n")
        assert values(s.app)["account"] == "Assets:Cash"
        ((left, draft),) = rows_pane(s.app).drafts
        assert (left, draft.item, draft.value("day")) == (None, "two", "2026-11-22")


async def test_what_follows_from_the_last_field_is_there_before_it_is_sent(stage: Perform) -> None:
    async with stage(Registry(rows=Book)) as s:
        await s.press("n", "tab", "tab", "tab", *"3", "ctrl+s")
        await s.press("y")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests[0].value("rest") == "-3"


async def test_a_refusal_comes_back_to_the_form_as_it_was_filled_in(stage: Perform, look: Look) -> None:
    async with stage(Registry(rows=Book), size=(80, 24)) as s:
        refusal = PaneError("the account 'Expenses:Fod' is not open\nbook.beancount:7: it breaks", "open it")
        rows_pane(s.app).refusals = [refusal]
        await s.press("n", "tab", *"Grocer", "tab", "ctrl+s")
        before = values(s.app)
        assert before["payee"] == "Grocer"
        look(s.app)
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, ConfirmSheet)
        await s.press("n")
        assert values(s.app) == before
        assert rows_pane(s.app).requests == []
        await s.press("ctrl+s", "y")
        await s.pass_time(0.1)
        assert rows_pane(s.app).requests[0].value("payee") == "Grocer"


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_the_list_has_room_wherever_the_field_is(stage: Perform, look: Look, size: Any) -> None:
    """Under the field, or over it; the field itself stays in sight."""
    async with stage(Registry(rows=Book), size=size) as s:
        await s.press("n", "tab", "tab", *"e")
        look(s.app)
        assert "Expenses:Gifts" in s.text
        assert values(s.app)["account"] == "e"
