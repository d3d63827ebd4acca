"""The command palette: every action of every pane by name."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

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
                yield Hit(score, matcher.highlight(text), partial(self._run, deed), help=deed.action.help)

    async def discover(self) -> Hits:
        for deed in self._deeds():
            yield DiscoveryHit(_text(deed), partial(self._run, deed), help=deed.action.help)

    def _deeds(self) -> Iterator[Deed]:
        return cast("DevdashApp", self.app).deeds()

    def _run(self, deed: Deed) -> None:
        cast("DevdashApp", self.app).perform(deed)


def _text(deed: Deed) -> str:
    return clean(f"{deed.title}: {deed.action.title}" + (f" ({deed.item})" if deed.item else ""))
