"""The command palette: every action of every pane, and every key of the dashboard, by name."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from devdash.config.keys import GLOBAL_KEYS
from devdash.render.clean import clean
from devdash.tui.bars import key_label
from devdash.tui.deeds import Deed

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp


class Command(NamedTuple):
    """One entry of the palette."""

    text: str
    help: str
    run: Callable[[], object]


class ActionCommands(Provider):
    """Offers the panes' actions, those of the focused pane on its row, and what the dashboard's keys do."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.text)) > 0:
                # What could be markup is not looked through for it, so that it is shown as it is.
                shown = Content(command.text) if "[" in command.text else matcher.highlight(command.text)
                yield Hit(score, shown, command.run, help=escape(command.help))

    async def discover(self) -> Hits:
        for command in self._commands():
            yield DiscoveryHit(Content(command.text), command.run, help=escape(command.help))

    def _commands(self) -> Iterator[Command]:
        app = cast("DevdashApp", self.app)
        for deed in app.deeds():
            yield Command(_text(deed), clean(deed.action.help), partial(app.perform, deed))
        for key in GLOBAL_KEYS:
            if key.id not in ("palette", "quit"):  # the one is open, the other Textual's own
                yield Command(
                    key.title, f"devdash: {key_label(key.key)}", partial(app.run_action, key.action or key.id)
                )


def _text(deed: Deed) -> str:
    about = f"{len(deed.items)} marked" if deed.items else deed.item
    return clean(f"{deed.title}: {deed.action.title}" + (f" ({about})" if about else ""))
