"""From a key to its effect: form, question, deed, outcome. What `devdash run` does, with sheets.

The sheets are imported when one is opened: not before the first frame.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from textual.app import App
from textual.screen import Screen

from devdash.contract.actions import Action, Confirmation, OpenEditor, Outcome, Scope
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.engine.engine import Engine
from devdash.tui.paint import Palette

R = TypeVar("R")
Tell = Callable[[str, Level], None]


class Deed(msgspec.Struct, frozen=True):
    """An action in a pane, about a row or none."""

    pane: str
    title: str
    action: Action
    item: str | None


def begin(app: App[None], engine: Engine, deed: Deed, palette: Palette, tell: Tell) -> None:
    """Ask for what is needed, do it, say what became of it, beside everything else.

    A form is there before the next key is looked at: what is typed ahead is not for the dashboard below.
    """

    def go(answers: Mapping[str, str] | None) -> None:
        if answers is not None:
            app.run_worker(_do(app, engine, deed, answers, palette, tell), exit_on_error=False)

    if not deed.action.fields:
        go({})
        return
    from devdash.tui.forms import FormSheet

    app.push_screen(FormSheet(deed.action, palette), go)


async def _do(
    app: App[None], engine: Engine, deed: Deed, answers: Mapping[str, str], palette: Palette, tell: Tell
) -> None:
    """From the answers to the outcome. Runs in a worker of the app."""
    action = deed.action
    item = None if action.scope is Scope.PANE else deed.item
    heading = f"{deed.title}: {action.title}"
    try:
        asked = await engine.ask(deed.pane, action.name, item, answers)
        if asked.confirmation and not await _confirmed(app, heading, asked.confirmation, palette):
            return
        outcome = await engine.act(deed.pane, asked)
    except PaneError as error:
        tell(f"{error.message}\n{error.hint}" if error.hint else error.message, Level.CRITICAL)
        return
    await _show(app, heading, outcome, palette, tell)


async def _confirmed(app: App[None], heading: str, question: Confirmation, palette: Palette) -> bool:
    from devdash.tui.sheets import ConfirmSheet

    answer = await _asked(app, ConfirmSheet(heading, question, palette))
    return bool(answer)


async def _show(app: App[None], heading: str, outcome: Outcome, palette: Palette, tell: Tell) -> None:
    from devdash.tui.effects import carry_out

    said = [await carry_out(app, effect) for effect in outcome.effects]
    if not any(isinstance(effect, OpenEditor) for effect in outcome.effects):
        # What an editor was opened for, the person has seen by now.
        said.insert(0, outcome.message)
    if text := "\n".join(part for part in said if part):
        tell(text, outcome.level)
    if outcome.blocks:
        from devdash.tui.sheets import DetailSheet

        app.push_screen(DetailSheet(heading, outcome.blocks, palette))


def _asked(app: App[None], sheet: Screen[R]) -> Awaitable[R | None]:
    return app.push_screen_wait(sheet)
