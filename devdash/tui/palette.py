"""The command palette: every action of every pane by name."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from devdash.render.clean import clean
from devdash.tui.deeds import Deed

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp


class ActionCommands(Provider):
    """Offers the panes' actions; those of the focused pane act on its row."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for deed in self._deeds():
            text = _text(deed)
            if (score := matcher.match(text)) > 0:
                # What could be markup is not looked through for it, so that it is shown as it is.
                shown = Content(text) if "[" in text else matcher.highlight(text)
                yield Hit(score, shown, partial(self._run, deed), help=_help(deed))

    async def discover(self) -> Hits:
        for deed in self._deeds():
            yield DiscoveryHit(Content(_text(deed)), partial(self._run, deed), help=_help(deed))

    def _deeds(self) -> Iterator[Deed]:
        return cast("DevdashApp", self.app).deeds()

    def _run(self, deed: Deed) -> None:
        cast("DevdashApp", self.app).perform(deed)


def _help(deed: Deed) -> str:
    return escape(clean(deed.action.help))


def _text(deed: Deed) -> str:
    return clean(f"{deed.title}: {deed.action.title}" + (f" ({deed.item})" if deed.item else ""))
