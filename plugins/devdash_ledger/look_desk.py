"""The actions that change how the figures are looked at: statement, currency, months or years, folding.

Nothing is read for them: what was read last is folded to other months and drawn anew. How a pane is
looked at is kept as long as the pane lives.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from devdash.api import Action, ActionRequest, Desk, Outcome, PaneContext, PaneError, Scope
from devdash_ledger import figures, looking, months, several
from devdash_ledger.book import Book
from devdash_ledger.cash import cash
from devdash_ledger.journal import Window
from devdash_ledger.looking import Looking, Scene
from devdash_ledger.report import View
from devdash_ledger.sight import Sight, account_of, sight

_PERMISSION = "ledger.view.show"
"""To look is no change: a viewer may."""

VIEW = Action(
    name="view",
    key="v",
    title="Statement",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Show the next of: all accounts, income statement, balance sheet, cash flow.",
)
CONVERT = Action(
    name="convert",
    key="c",
    title="Convert",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Show one line per account in the main currency, or each currency by itself again.",
)
EARLIER = Action(
    name="earlier",
    key="left_square_bracket",
    title="Earlier",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Move the columns one month, or year, back.",
)
LATER = Action(
    name="later",
    key="right_square_bracket",
    title="Later",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Move the columns one month, or year, on.",
)
YEARS = Action(
    name="years",
    key="y",
    title="Years",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Show years: what was moved in them, and balances at their ends.",
)
MONTHS = Action(
    name="months",
    key="m",
    title="Months",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Show months.",
)
RUNNING = Action(
    name="running",
    key="T",
    title="Running totals",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Add up income and expenses since January of each month's year, or show each month by itself again.",
)
FOLD = Action(
    name="fold",
    key="f",
    title="Fold",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    scope=Scope.ITEM,
    help="Hide the accounts below this one, or show them again.",
)
FOLD_ALL = Action(
    name="fold-all",
    key="L",
    title="Fold all",
    permission=_PERMISSION,
    repeats=True,
    screen=True,
    help="Hide all but the roots of the tree, to be opened one by one, or show everything again.",
)

_CALM = Outcome(message="")

Turned = Callable[[Book, Window], View | None]


class LookDesk(Desk):
    """How the figures are looked at.

    Args:
        books: the journals.
        names: what they are called in the keys of rows.
        count: how many months are columns; 0: all.
        named: the accounts that are cash, from the settings.
    """

    actions = (VIEW, CONVERT, EARLIER, LATER, YEARS, MONTHS, RUNNING, FOLD, FOLD_ALL)

    def __init__(
        self,
        context: PaneContext,
        books: Sequence[Book],
        names: Sequence[str],
        count: int,
        named: Sequence[str],
    ) -> None:
        self.looking = Looking()
        self.turned = asyncio.Event()
        """It has changed, and nobody has drawn it yet."""
        self._context, self._books, self._names, self._count = context, books, names, count
        self._is_cash = cash(named)
        self._turn = asyncio.Lock()
        self._seen: tuple[Sight | None, ...] = ()

    @property
    def seen(self) -> tuple[Sight | None, ...]:
        """What was seen last of each journal; empty before the first reading."""
        return self._seen

    def glance(
        self, views: Sequence[View | None], turned: Turned = Book.turned
    ) -> Callable[[], tuple[Sight | None, ...]]:
        """Tells what is seen of each journal, as it is looked at now; None: of that one there is nothing.

        What it tells is for `saw`; to tell it takes milliseconds: in a thread.

        Args:
            views: the current months.
            turned: gives other months of a journal; in the thread.
        """
        now, current = self.looking, self._current()
        wanted: list[tuple[Book, Window, Looking, int]] = []
        for book, view in zip(self._books, views, strict=True):
            count = self._count or (len(view.journal.months) if view is not None else 1)
            own = msgspec.structs.replace(now, folded=self._folded(book, now))
            wanted.append((book, looking.window(now, current, count), own, count))

        def tell() -> tuple[Sight | None, ...]:
            found: list[Sight | None] = []
            for (book, window, own, count), view in zip(wanted, views, strict=True):
                shown = turned(book, window) if view is not None else None
                found.append(
                    None if shown is None else sight(shown.journal, own, current, count, self._is_cash)
                )
            return tuple(found)

        return tell

    def saw(self, seen: tuple[Sight | None, ...]) -> None:
        """Keep what is shown: folding and moving go on from there."""
        self._seen = seen

    async def act(self, request: ActionRequest) -> Outcome:
        """Look otherwise; the pane is drawn anew.

        Raises:
            PaneError: the line cannot be folded.
        """
        async with self._turn:  # a held key is several requests at once
            wanted = await self._wanted(request)
            changes = wanted != self.looking
            self.looking = wanted
        if changes:
            self.turned.set()
        return msgspec.structs.replace(_CALM, reread=changes)

    async def _wanted(self, request: ActionRequest) -> Looking:
        now = self.looking
        match request.action:
            case VIEW.name:
                return msgspec.structs.replace(now, scene=_next(now.scene))
            case CONVERT.name:
                return msgspec.structs.replace(now, converted=not now.converted)
            case EARLIER.name:
                return await self._earlier()
            case LATER.name:
                return looking.moved(now, 1)
            case YEARS.name | MONTHS.name:
                return msgspec.structs.replace(now, years=request.action == YEARS.name)
            case RUNNING.name:
                return msgspec.structs.replace(now, running=not now.running, years=False)
            case FOLD.name:
                return self._fold(request.item or "")
            case _:
                return self._fold_all()

    def _current(self) -> int:
        return months.index_of(self._context.now().date())

    async def _earlier(self) -> Looking:
        """One column back, as long as there is anything that early."""
        wanted = looking.moved(self.looking, -1)
        last = looking.periods(wanted, self._current(), 1)[-1].last
        for book, seen in zip(self._books, self._seen, strict=True):
            first = None if seen is None else figures.first_month(seen.journal) or await self._begin(book)
            if first is not None and first <= last:
                return wanted
        return self.looking

    async def _begin(self, book: Book) -> int | None:
        """The first month of a journal in which nothing is held any more; None: it has none."""
        view = await book.turn(Window(months.text_of(self._current()), 0))
        return None if view is None else figures.first_month(view.journal)

    def _fold(self, item: str) -> Looking:
        name, own = several.whose(item, self._names) if len(self._books) > 1 else (self._names[0], item)
        place = self._names.index(name) if name else 0
        seen = self._seen[place] if name and place < len(self._seen) else None
        account = account_of(seen, own) if seen is not None and own is not None else None
        if account is None:
            raise PaneError("only accounts can be folded")
        if account not in self._parents(self._books[place]):
            raise PaneError(f"{account} has no accounts below it")
        mark = self._mark(self._books[place], account)
        return msgspec.structs.replace(self.looking, folded=self.looking.folded ^ {mark})

    def _fold_all(self) -> Looking:
        """Everything that has something below it; nothing where any is folded."""
        if self.looking.folded:
            return msgspec.structs.replace(self.looking, folded=frozenset())
        parents = (self._mark(book, one) for book in self._books for one in self._parents(book))
        return msgspec.structs.replace(self.looking, folded=frozenset(parents))

    def _parents(self, book: Book) -> set[str]:
        """The accounts of a journal that have others below them."""
        seen = self._seen[self._books.index(book)] if self._seen else None
        found: set[str] = set()
        for series in seen.journal.series if seen is not None else ():
            above = series.account.rpartition(":")[0]
            while above and above not in found:
                found.add(above)
                above = above.rpartition(":")[0]
        return found

    def _mark(self, book: Book, account: str) -> str:
        """What an account is called among the folded ones of all journals."""
        return f"{self._books.index(book)}/{account}"

    def _folded(self, book: Book, now: Looking) -> frozenset[str]:
        own = f"{self._books.index(book)}/"
        return frozenset(one.removeprefix(own) for one in now.folded if one.startswith(own))


def _next(scene: Scene) -> Scene:
    scenes = list(Scene)
    return scenes[(scenes.index(scene) + 1) % len(scenes)]
