"""`Writing`: which journal an action writes into, and what its writer is told of it."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import Action, ActionRequest, Field, FieldKind, PaneContext, PaneError, Unavailable
from devdash_ledger.append import written_last
from devdash_ledger.beside import Beside
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig, Trust, language_of
from devdash_ledger.journal import Format
from devdash_ledger.orders import JournalRef
from devdash_ledger.places import spot_of
from devdash_ledger.several import whose
from devdash_ledger.trust import allowed

FIELD = "journal"
"""The field that chooses among several journals; a pane of one journal has none."""
LAST = "last"
"""The choice of the journal that was written last."""
_WORKER_SHARE = 0.95
"""Of the reading's timeout: the writer's own message comes before the call is given up."""

T = TypeVar("T")


class Writing:
    """The journals of one pane, as they can be written to.

    Args:
        books: the journals.
        names: what they are called, one each.
    """

    def __init__(
        self, context: PaneContext, config: LedgerConfig, books: Sequence[Book], names: Sequence[str]
    ) -> None:
        self._context, self._config = context, config
        self._books = dict(zip(names, books, strict=True))

    @property
    def limit(self) -> float:
        """Seconds for one call of a worker."""
        return self._config.timeout * _WORKER_SHARE

    def accompany(self, one: Beside[T]) -> None:
        """Have `one` looked at with the files of the only journal.

        Of several none does: what is found with one's would grow old while another is loaded.
        """
        if len(self._books) == 1:
            next(iter(self._books.values())).accompany(one)

    def told(self, file: str) -> str:
        """What a journal is called, by its main `file`, where there are several, or it is none of them."""
        name = next((name for name, book in self._books.items() if str(book.file) == file), None)
        if name is None:
            return Path(file).name
        return name if len(self._books) > 1 else ""

    def offered(self, actions: Sequence[Action], latest: Collection[Action] = ()) -> tuple[Action, ...]:
        """`actions`, with the choice of a journal first where there are several.

        A first field that must be given stays first: a command may have it without its name.

        Args:
            latest: those of them that are about the journal written last, unless another is chosen.
        """
        names = tuple(self._books)
        if len(names) < 2:  # no choice
            return tuple(actions)
        choice = Field(
            name=FIELD,
            label="Journal",
            kind=FieldKind.CHOICE,
            choices=names,
            default=names[0],
            help="Which of the journals it is about.",
        )
        last = msgspec.structs.replace(choice, choices=(LAST, *names), default=LAST)
        return tuple(_with(one, last if one in latest else choice) for one in actions)

    def name_of(self, request: ActionRequest) -> str:
        """The name of the journal that `request` chose, else of the only one.

        Raises:
            Unavailable: no journal is set.
            PaneError: none is called so.
        """
        if not self._books:
            raise Unavailable("no journal is set", f'set file = "…" in [panes.{self._context.name}]')
        if len(self._books) == 1:
            return next(iter(self._books))
        name = request.value(FIELD)
        if name not in self._books:
            raise PaneError(f"there is no journal {name}", f"there are: {', '.join(self._books)}")
        return name

    async def chosen(self, request: ActionRequest) -> JournalRef:
        """The journal that `request` chose, else the only one.

        Raises:
            Unavailable: no journal is set.
            PaneError: none is called so.
        """
        if len(self._books) > 1 and request.value(FIELD) == LAST:
            return await self._ref(await self._last())
        return await self._ref(self._books[self.name_of(request)])

    async def of_file(self, file: str) -> JournalRef:
        """The journal whose main file is `file`, an absolute path; the only one, when it is empty.

        Raises:
            PaneError: it is none of the pane's.
        """
        for one in self._books.values():
            if str(one.file) == file or (not file and len(self._books) == 1):
                return await self._ref(one)
        raise PaneError(f"{file} is no journal of this pane any more", "set it in devdash.toml again")

    async def of_item(self, item: str) -> tuple[JournalRef, str] | None:
        """The journal of a row's key, or of FILE:LINE, and the key there; None: it names none of several."""
        if len(self._books) == 1:
            return await self._ref(next(iter(self._books.values()))), item
        name, own = whose(item, tuple(self._books))
        if name and own is not None:
            return await self._ref(self._books[name]), own
        found = [one for one in self._books.values() if _has(one, item)]
        return (await self._ref(found[0]), item) if len(found) == 1 else None

    @property
    def form(self) -> str:
        """How a transaction is named on the command line."""
        return (
            "FILE:LINE"
            if len(self._books) == 1
            else f"JOURNAL/FILE:LINE; there are: {', '.join(self._books)}"
        )

    async def _last(self) -> Book:
        """The journal written last, else the first one."""
        real = {Path(await one.ask(os.path.realpath, one.file)): one for one in self._books.values()}
        found = await self._context.in_thread(written_last, self._context.state_dir, tuple(real))
        return next(iter(real.values())) if found is None else real[found]

    async def _ref(self, book: Book) -> JournalRef:
        config = self._config
        trusted = None
        if config.trust is Trust.ASK:
            trusted = await self._context.in_thread(allowed, self._context.state_dir, str(book.file))
        return JournalRef(
            str(book.file),
            language_of(book.file, config.format) or Format.BEANCOUNT,
            str(self._context.state_dir),
            config.write.of(book.file),
            config.currency or "",
            self.limit * _WORKER_SHARE,
            trusted,
        )


def _has(book: Book, item: str) -> bool:
    """Whether `item` names a transaction of a file of that journal, as far as its files are known."""
    spot = spot_of(f"entry:{item.removeprefix('entry:')}", str(book.file))
    parts = book.newest.journal.files if book.newest is not None else ()
    return spot is not None and spot.file in (str(book.file), *parts)


def _with(action: Action, choice: Field) -> Action:
    fields = action.fields
    lead = 1 if fields and fields[0].required and not fields[0].default else 0
    return msgspec.structs.replace(action, fields=(*fields[:lead], choice, *fields[lead:]))
