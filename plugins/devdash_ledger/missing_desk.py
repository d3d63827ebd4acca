"""What another program has saved over: it is said with the next reading, and one key writes it again."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Attention,
    Block,
    Confirmation,
    Desk,
    Level,
    Notice,
    Outcome,
    PaneContext,
    PaneError,
    Report,
    Text,
    worst,
)
from devdash_ledger.amend_orders import GoneEntry, Restore, Seek, Sought
from devdash_ledger.bank_calls import called
from devdash_ledger.beside import Beside
from devdash_ledger.book import Book
from devdash_ledger.missing import Glance, glance
from devdash_ledger.orders import Written
from devdash_ledger.writing import Writing

R = TypeVar("R", bound=msgspec.Struct)

_WORKER = "devdash_ledger.restoring"

RESTORE = Action(
    name="restore",
    key="b",
    title="Bring back",
    permission="ledger.entry.add",
    help="Add again what another program has saved over, after showing its exact text.",
)
LEAVE = Action(
    name="leave-out",
    key="X",
    title="Leave out",
    permission="ledger.entry.add",
    help="Leave out of the journal what is missing from it, and look for it no longer.",
)


class _Known(msgspec.Struct):
    """What is known of one journal.

    Attributes:
        glance: the last look; None: there was none.
        reading: for what reading the thorough look was.
        gone: what that found.
    """

    glance: Glance | None = None
    reading: object = None
    gone: tuple[GoneEntry, ...] = ()


class MissingDesk(Desk):
    """Looks for what devdash has added to the journals.

    Args:
        books, names: the journals.
    """

    actions = (RESTORE, LEAVE)

    def __init__(
        self, context: PaneContext, books: Sequence[Book], names: Sequence[str], writing: Writing
    ) -> None:
        self._context, self._writing = context, writing
        self._books = tuple(zip(books, names, strict=True))
        self._known = {name: _Known() for name in names}
        self._glances = {name: self._glancing(book, self._known[name]) for book, name in self._books}
        for one in self._glances.values():
            writing.accompany(one)
        self._shown: tuple[ActionRequest, str] | None = None

    async def blocks(self) -> Sequence[Block]:
        """What is missing."""
        for book, name in self._books:
            try:
                await self._look(book, self._known[name], self._glances[name])
            except PaneError:
                continue  # what cannot be read is said by the pane; until it can, what was known stays
        said = self._said()
        self.first = tuple(one.name for one in self.actions) if said else ()
        hint = f"{RESTORE.key} adds it again; {LEAVE.key} leaves it out, when it was taken out on purpose."
        return tuple(Notice(Level.ATTENTION, f"{_capital(text)}.", hint) for text in said)

    def told_in(self, report: Report) -> Report:
        """`report`, with what is missing among the things that need a hand."""
        said = self._said()
        if not said:
            return report
        one = Attention("missing", Level.ATTENTION, _capital(" · ".join(said)), RESTORE.name)
        level = worst((report.level, Level.ATTENTION))
        return msgspec.structs.replace(report, level=level, attention=(*report.attention, one))

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation:
        """The exact text, and the file.

        Raises:
            PaneError: nothing is missing, or it cannot be written.
        """
        self._shown = None
        order = await self._order(request)
        found = await self._called("restore", order, Written)
        self._shown = (request, found.text)
        asked = f"Leave this out of {found.target}?"
        if not order.leave:
            asked = f"Write this at the end of {found.target}?"
        lines: list[Block] = [Text(line) for line in found.text.split("\n")]
        return Confirmation(asked, (*lines, *(Notice(Level.ATTENTION, text) for text in found.warnings)))

    async def act(self, request: ActionRequest) -> Outcome:
        """Do it.

        Raises:
            PaneError: it was not done, and why.
        """
        shown, self._shown = self._shown, None
        order = await self._order(request)
        expected = shown[1] if shown is not None and shown[0] == request else ""
        done = await self._called(
            "restore", msgspec.structs.replace(order, write=True, expected=expected), Written
        )
        name = Path(done.target).name
        if order.leave:
            return Outcome(message=f"It is left out of {name}.")
        level = Level.ATTENTION if done.warnings else Level.OK
        message = f"Added to {name} again: {_headline(done.text)}"
        return Outcome(level=level, message=" ".join((message, *done.warnings)))

    def _glancing(self, book: Book, known: _Known) -> Beside[Glance]:
        def look() -> Glance:
            return glance(str(book.file), self._context.state_dir, self._now_ns(), known.glance)

        return Beside(look)

    async def _look(self, book: Book, known: _Known, glances: Beside[Glance]) -> None:
        seen = await glances.result(book.ask)
        if seen is known.glance and known.reading is book.newest:
            return
        found = Sought()
        if seen.in_doubt:
            journal = await self._writing.of_file(str(book.file))
            found = await self._called("seek", Seek(journal, self._now_ns()), Sought)
        known.glance, known.reading, known.gone = seen, book.newest, found.entries

    def _said(self) -> list[str]:
        now, several = self._context.now(), len(self._books) > 1
        found = {name: self._known[name].gone for _, name in self._books}
        return [_sentence(name if several else "", gone, now) for name, gone in found.items() if gone]

    async def _order(self, request: ActionRequest) -> Restore:
        """About the first journal that lacks something, else the first one."""
        if not self._said():
            await self.blocks()  # a command comes without a reading
        wanted = [book for book, name in self._books if self._known[name].gone] or [self._books[0][0]]
        journal = await self._writing.of_file(str(wanted[0].file))
        return Restore(journal, self._now_ns(), leave=request.action == LEAVE.name)

    def _now_ns(self) -> int:
        return int(self._context.now().timestamp() * 1e9)

    async def _called(self, name: str, order: msgspec.Struct, reply: type[R]) -> R:
        return await called(self._context, self._writing.limit, _WORKER, name, order, reply)


def _sentence(journal: str, gone: Sequence[GoneEntry], now: datetime) -> str:
    """What is missing of `journal`; its name is empty where there is one only."""
    first = gone[0]
    at = datetime.fromtimestamp(first.at / 1e9, tz=now.tzinfo)
    when = f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
    more = "" if len(gone) == 1 else f" and {len(gone) - 1} more"
    lead = f"{journal}: " if journal else ""
    name = Path(first.target).name
    return f"{lead}what was added at {when} is no longer in {name}: {_headline(first.text)}{more}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _headline(text: str) -> str:
    """The first line of the first entry, else of what was opened for it."""
    heads = [part.split("\n")[0] for part in text.split("\n\n")]
    return next(
        (head for head in heads if " open " not in head and not head.startswith("account ")), heads[0]
    )
