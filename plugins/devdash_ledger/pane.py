"""`LedgerPane`: plain-text journals as accounts × months, with its errors."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import msgspec

from devdash.api import (
    Desk,
    PaneConfig,
    PaneContext,
    PaneError,
    Report,
    Rule,
    StaffedPane,
)
from devdash_ledger import book, months, report, several, standing
from devdash_ledger.bank_desk import BankDesk
from devdash_ledger.bank_guide import GuideDesk
from devdash_ledger.bank_tables import Tables
from devdash_ledger.config import LedgerConfig, Trust, Watch
from devdash_ledger.deeds import ADD, Deeds
from devdash_ledger.editing import EDIT, EditDesk
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.journal import Window
from devdash_ledger.look_desk import LookDesk
from devdash_ledger.looking import Looking
from devdash_ledger.missing_desk import MissingDesk
from devdash_ledger.portrait import Portrait
from devdash_ledger.printed_desk import ReportDesk
from devdash_ledger.reading import Reading
from devdash_ledger.register_desk import RegisterDesk
from devdash_ledger.rules import rules_for
from devdash_ledger.sight import Sight
from devdash_ledger.trusting import TrustDesk
from devdash_ledger.writing import Writing

_LATER_S = 1.0
"""Between a report that was kept and what later ones are built upon: other panes are read first."""
_QUICK_S = 0.05
"""How long a key that changes the view waits for a look at the files, which is quick unless they changed."""


class LedgerPane(StaffedPane[LedgerConfig]):
    """Accounts × months of one journal or several, loaded in workers, and only when a file changed."""

    Config: ClassVar[type[PaneConfig]] = LedgerConfig
    title: ClassVar[str] = "Ledger"

    def __init__(self, config: LedgerConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._books = tuple(
            book.Book(book.path_of(context.folder, file), config, context) for file in config.journals
        )
        self._names = several.names([str(one.file) for one in self._books])
        self._shown: tuple[object, ...] = ()
        """What `_report` was made of."""
        self._report: Report | None = None
        self._known = standing.Known()
        self._portrait = Portrait(context.cache_dir)
        self._settling: asyncio.Task[None] | None = None
        self._told: Report | None = None
        """The newest reading, with what waits at the desks."""
        self._lost: Sequence[PaneError | None] = [None] * len(self._books)
        self._drawn: _Drawn | None = None
        """A report that the newest look has made already."""
        self._under_way: asyncio.Task[Report] | None = None
        """A reading; it may outlive the `read` that began it."""
        self._missing: MissingDesk | None = None
        self._look = LookDesk(context, self._books, self._names, config.months, config.cash)

    def staff(self) -> Iterator[Desk]:
        """Who offers what; what is done every day stands first, for the line of hints is short."""
        edit = EditDesk(self.context, self._books, self._names, self.read, lambda: self._told)
        if not self._books:
            yield edit
            return
        if self.config.trust is Trust.ASK:
            yield TrustDesk(self.context, self._books)
        writing = Writing(self.context, self.config, self._books, self._names)
        yield Deeds(self.context, writing)
        yield edit
        yield self._look
        yield ReportDesk(self.context, self._books, self._names, self._window, self.config.cash)
        yield RegisterDesk(self.context, self.config, self._books, self._names, self._look, writing)
        folder = self.context.folder / self.config.bank_folder.expanduser()
        tables = Tables(self.config.banks, folder, plain=self.config.is_plain)
        banks = BankDesk(self.context, tables, writing)
        yield banks
        currency = self.config.currency or ""
        yield GuideDesk(self.context, tables, writing, banks, currency, plain=self.config.is_plain)
        self._missing = MissingDesk(self.context, self._books, self._names, writing)
        yield self._missing

    def rules(self) -> Sequence[Rule[LedgerFacts]]:
        """Errors, budgets, floors, quiet days; see `rules_for`."""
        several_books = len(self._books) > 1
        begins = {
            str(one.file): several.begin(name)
            for one, name in zip(self._books, self._names, strict=True)
            if several_books
        }
        add = ADD.name if self._books else None
        return rules_for(self.config.quiet_days, lambda file: begins.get(file, ""), edit=EDIT.name, add=add)

    async def read(self) -> Report:
        """The journal's figures; loads it only when one of its files, or the month, changed.

        Raises:
            Unavailable: the journal, or the package beancount, is not there.
            WorkerError: the journal could not be loaded.
        """
        if not self._books:
            return report.unset(self.context.name)
        desks = self.desks  # what they look at is looked at with the files
        under_way = self._under_way
        if under_way is None or under_way.done():
            under_way = self._under_way = asyncio.create_task(self._read())
            under_way.add_done_callback(lambda done: done.cancelled() or done.exception())
        found = await self._turned(under_way) or await under_way
        waiting = [block for desk in desks for block in await desk.blocks()]
        first = tuple(name for desk in desks for name in desk.first)
        if waiting:
            found = msgspec.structs.replace(found, blocks=(*waiting, *found.blocks), first=first)
        if self._missing is not None:
            found = self._missing.told_in(found)
        self._told = found
        return self._told

    async def stop(self) -> None:
        """Let go of what is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
        if self._settling is not None:
            self._settling.cancel()
        for one in self._books:
            one.close()

    def _window(self) -> Window:
        return Window(months.text_of(months.index_of(self.context.now().date())), self.config.months)

    async def _turned(self, reading: asyncio.Task[Report]) -> Report | None:
        """What is known already, looked at otherwise, when a person wants that and `reading` takes long.

        The reading goes on then, for a next `read` to wait for.
        """
        turned = asyncio.create_task(self._look.turned.wait())
        try:
            await asyncio.wait((reading, turned), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await asyncio.wait((reading,), timeout=_QUICK_S)
        except asyncio.CancelledError:
            reading.cancel()
            await asyncio.wait((reading,))
            raise
        finally:
            turned.cancel()
        views = [] if reading.done() else [one.view(self._window()) for one in self._books]
        if not any(views):
            return None
        reading.add_done_callback(lambda _: self.context.wake())
        return await self._built(views, self._lost)

    async def _built(self, views: Sequence[report.View | None], lost: Sequence[PaneError | None]) -> Report:
        self._look.turned.clear()
        drawn, self._drawn = self._drawn, None
        if drawn is not None and drawn.is_of(views, lost, self._look.looking):
            built, seen = drawn.built, drawn.seen
        else:
            is_cached = self.config.cache and self._books[0].is_cached
            glance = self._look.glance(views)
            built, seen = await self.context.in_thread(self._build, views, lost, glance, is_cached)
        self._look.saw(seen)
        if self._settling is not None:
            self._settling.cancel()
        if not self._portrait.is_settled:
            self._settling = asyncio.create_task(self._settle())
            self._settling.add_done_callback(lambda done: done.cancelled() or done.exception())
        return built

    async def _settle(self) -> None:
        """What is left to do for a report, once it is shown."""
        if self._portrait.is_old:
            await asyncio.sleep(_LATER_S)
        if not await self.context.in_thread(self._portrait.settle, self._known):
            self._report = None
            self.context.wake()

    async def _read(self) -> Report:
        window = self._window()
        draw = self._draw if len(self._books) == 1 else None
        read = (one.read(window, draw) for one in self._books)
        found = await asyncio.gather(*read, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, PaneError):
                raise one
        lost = [one if isinstance(one, PaneError) else None for one in found]
        if self.config.watch is Watch.EVENTS:
            self.context.watch(place for one in self._books for place in one.places)
        views = [one.view(window) for one in self._books]
        failure = next((one for one in lost if one is not None), None)
        if failure is not None and (len(lost) == 1 or not any(views)):
            raise failure
        today = self.context.now().date().isoformat()
        shown = (
            today,
            self._look.looking,
            *(one.known(window) for one in self._books),
            *(str(one) for one in lost),
        )
        if self._report is None or not _same(shown, self._shown):
            built = await self._built(views, lost)
            # Together: a reading may be cancelled in between.
            self._report, self._shown, self._lost = built, shown, lost
        return self._report

    def _build(
        self,
        views: Sequence[report.View | None],
        lost: Sequence[PaneError | None],
        glance: Callable[[], tuple[Sight | None, ...]],
        is_cached: bool,
    ) -> tuple[Report, tuple[Sight | None, ...]]:
        seen = glance()
        if len(views) == 1 and views[0] is not None:
            built = self._portrait.built(views[0], seen[0], self._known, is_cached=is_cached)
        else:
            files = [str(one.file) for one in self._books]
            built = several.build(list(map(several.Part, self._names, files, views, lost, seen)))
        return standing.with_silence(built, self.config.quiet_days), seen

    def _draw(self, view: report.View, found: Reading) -> None:
        """Build the report in the turn of a thread that has looked at the only journal: one more is dear."""

        def turned(book: book.Book, window: Window) -> report.View | None:
            return book.drawn(found, window)

        looking = self._look.looking
        is_cached = self.config.cache and found.is_cached
        built, seen = self._build([view], [None], self._look.glance([view], turned), is_cached)
        self._drawn = _Drawn(view, looking, built, seen)


class _Drawn(msgspec.Struct, frozen=True):
    """A report, with what it was made of and what is seen in it."""

    view: report.View
    looking: Looking
    built: Report
    seen: tuple[Sight | None, ...]

    def is_of(
        self, views: Sequence[report.View | None], lost: Sequence[PaneError | None], looking: Looking
    ) -> bool:
        """Whether these would make the same."""
        [*others, view] = views
        return (
            not others
            and view is not None
            and view.journal is self.view.journal
            and view == self.view
            and not any(lost)
            and looking is self.looking
        )


def _same(shown: Sequence[object], before: Sequence[object]) -> bool:
    """Whether a report was made of the same; a journal is the same object as long as nothing changed."""
    pairs = zip(shown, before, strict=False)
    return len(shown) == len(before) and all(a is b or (isinstance(a, str) and a == b) for a, b in pairs)
