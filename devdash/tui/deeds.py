"""From a key to its effect: form, question, deed, outcome. What `devdash run` does, with sheets.

The sheets are imported when one is opened: not before the first frame.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from textual.app import App
from textual.screen import Screen

from devdash.contract.actions import (
    Action,
    AskNext,
    Confirmation,
    OpenEditor,
    Outcome,
    PrintText,
    RunProgram,
    Scope,
)
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.contract.view import Notice, Text, Tone
from devdash.engine.acting import Asked, find_action
from devdash.engine.engine import Engine
from devdash.tui.paint import Palette

R = TypeVar("R")
Tell = Callable[[str, Level], None]
Then = Callable[[], None]


class Deed(msgspec.Struct, frozen=True):
    """An action in a pane, about a row or none, or about a cell of the row.

    Attributes:
        about: the row in words, where the form alone would not say which it is.
        items: the marked rows, of an action that takes many; they come before `item`.
    """

    pane: str
    title: str
    action: Action
    item: str | None
    column: str | None = None
    about: str = ""
    items: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """What stands above what it asks and shows."""
        return f"{self.title}: {self.action.title}"


def begin(
    app: App[None], engine: Engine, deed: Deed, palette: Palette, tell: Tell, then: Then = lambda: None
) -> None:
    """Ask for what is needed, do it, say what became of it, beside everything else; `then` when it was done.

    A form is there before the next key is looked at: what is typed ahead is not for the dashboard below.
    """
    if deed.action.scope is Scope.PANE:
        deed = msgspec.structs.replace(deed, item=None, column=None)
    elif deed.items:
        one = deed.items[0] if len(deed.items) == 1 else None
        deed = msgspec.structs.replace(deed, item=one, column=None, items=() if one else deed.items)

    def go(asked: Asked | None) -> None:
        if asked is not None:
            app.run_worker(_do(app, engine, deed, asked, palette, tell, then), exit_on_error=False)

    async def offer(answers: Mapping[str, str]) -> Asked | None:
        asked = await engine.ask(deed.pane, deed.action.name, deed.item, answers, deed.column, deed.items)
        agreed = not asked.confirmation or await _confirmed(app, deed.heading, asked.confirmation, palette)
        return asked if agreed else None

    async def ask() -> None:
        try:
            go(await offer({}))
        except PaneError as error:
            tell(f"{error.message}\n{error.hint}" if error.hint else error.message, Level.CRITICAL)

    if not deed.action.fields:
        app.run_worker(ask(), exit_on_error=False)
        return
    from devdash.tui.forms import FormSheet

    app.push_screen(FormSheet(deed, engine, palette, offer), go)


async def _do(
    app: App[None], engine: Engine, deed: Deed, asked: Asked, palette: Palette, tell: Tell, then: Then
) -> None:
    """From a yes to the outcome. Runs in a worker of the app."""
    try:
        outcome = await engine.act(deed.pane, asked)
    except PaneError as error:
        tell(f"{error.message}\n{error.hint}" if error.hint else error.message, Level.CRITICAL)
        return
    await _show(app, deed.heading, outcome, palette, tell)
    then()
    for effect in outcome.effects:
        if isinstance(effect, AskNext):
            _go_on(app, engine, deed, effect, palette, tell)


def _go_on(app: App[None], engine: Engine, deed: Deed, effect: AskNext, palette: Palette, tell: Tell) -> None:
    """Open the form of the action that is next."""
    try:
        action = find_action(engine.actions(deed.pane), effect.action)
    except PaneError as error:
        tell(error.message, Level.CRITICAL)
        return
    given = {one.name: one.value for one in effect.values}
    fields = tuple(
        msgspec.structs.replace(field, default=given.get(field.name, field.default))
        for field in action.fields
    )
    begin(
        app,
        engine,
        Deed(deed.pane, deed.title, msgspec.structs.replace(action, fields=fields), None),
        palette,
        tell,
    )


async def _confirmed(app: App[None], heading: str, question: Confirmation, palette: Palette) -> bool:
    from devdash.tui.sheets import ConfirmSheet

    answer = await _asked(app, ConfirmSheet(heading, question, palette))
    return bool(answer)


async def _show(app: App[None], heading: str, outcome: Outcome, palette: Palette, tell: Tell) -> None:
    from devdash.tui.effects import carry_out

    said = [await carry_out(app, effect) for effect in outcome.effects]
    if not any(isinstance(effect, OpenEditor | RunProgram) for effect in outcome.effects):
        # What the terminal was given away for, the person has seen by now.
        said.insert(0, outcome.message)
    text = "\n".join(part for part in said if part)
    printed = [Text(effect.text) for effect in outcome.effects if isinstance(effect, PrintText)]
    if blocks := (*outcome.blocks, *printed):
        from devdash.tui.sheets import DetailSheet

        app.push_screen(DetailSheet(heading, (*_headed(text, outcome), *blocks), palette))
    elif text:
        tell(text, outcome.level)


def _headed(text: str, outcome: Outcome) -> tuple[Text, ...]:
    """What would lie over the sheet as a message stands above it; not twice, where a notice says it."""
    if not text or any(isinstance(block, Notice) and block.text == text for block in outcome.blocks):
        return ()
    tones = {Level.OK: Tone.STRONG, Level.CRITICAL: Tone.BAD}
    return (Text(text, tones.get(outcome.level, Tone.WARN)),)


def _asked(app: App[None], sheet: Screen[R]) -> Awaitable[R | None]:
    return app.push_screen_wait(sheet)
