"""The action `edit`: opens a journal where it needs a hand."""

import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from devdash.api import (
    Action,
    ActionRequest,
    Desk,
    OpenEditor,
    Outcome,
    PaneContext,
    PaneError,
    Report,
    Scope,
    Table,
    Unavailable,
)
from devdash_ledger import book, errors, several
from devdash_ledger.facts import JournalError
from devdash_ledger.journal import Journal
from devdash_ledger.places import Gone, spot_of

EDIT = Action(
    name="edit",
    key="e",
    title="Edit",
    permission="ledger.journal.open",
    scope=Scope.EITHER,
    help="Open the journal at the selected error or transaction, else at the first error, else at its end.",
    opened=True,
)


class EditDesk(Desk):
    """Opens only files that were part of the last load.

    Args:
        books: the journals.
        names: what they are called in the keys of rows.
        read: reads the pane.
        shown: its report as it was read last; None: it was not.
    """

    actions = (EDIT,)

    def __init__(
        self,
        context: PaneContext,
        books: Sequence[book.Book],
        names: Sequence[str],
        read: Callable[[], Awaitable[object]],
        shown: Callable[[], Report | None],
    ) -> None:
        self._context, self._books, self._names = context, books, names
        self._read, self._shown = read, shown

    async def act(self, request: ActionRequest) -> Outcome:
        """Open the editor.

        Raises:
            Unavailable: there is no journal.
            PaneError: the error asked for is no longer there, or there is no such row.
        """
        if not self._books:
            raise Unavailable("no journal is set", f'set file = "…" in [panes.{self._context.name}]')
        if any(one.newest is None for one in self._books):
            with suppress(PaneError):  # a journal that cannot be loaded needs the editor most
                await self._read()
        path, line = await self._target(request.item)
        return Outcome(message=f"Opening {path}", effects=(OpenEditor(str(path), line),))

    async def _target(self, item: str | None) -> tuple[Path, int]:
        """The file and line to open for the row `item`."""
        one, own = self._whose(item)
        journal = one.newest.journal if one.newest is not None else None
        spot = spot_of(own, str(one.file))
        if spot is not None:
            parts = journal.files if journal is not None else ()
            if not await one.ask(_is_part, spot.file, parts):
                raise Gone(f"{spot.file} is no part of the journal", "read again")
            return Path(spot.file), spot.line
        self._must_be_there(item)
        found = _chosen(journal, own) if journal is not None else None
        if journal is not None and found is not None:
            is_part = found.file in (*journal.files, *journal.watched)
            return (Path(found.file), found.line) if is_part else (one.file, 0)
        return one.file, await one.ask(_last_line, one.file)

    def _must_be_there(self, item: str | None) -> None:
        """A mistyped row is no wish for the first error.

        Raises:
            PaneError: `item` is no row of the pane, of whose rows nobody knows but the pane.
        """
        shown = self._shown()
        if item is None or shown is None or "error:" in item:
            return
        if all(row.key != item for block in shown.blocks if isinstance(block, Table) for row in block.rows):
            raise PaneError(
                f"there is no row {item}", "name an error's place, such as error:main.beancount:12"
            )

    def _whose(self, item: str | None) -> tuple[book.Book, str | None]:
        """The journal of the row `item` and its key there; without a row, the first journal with errors."""
        if len(self._books) == 1:
            return self._books[0], item
        name, own = several.whose(item, self._names)
        if name:
            return self._books[self._names.index(name)], own
        wrong = (one for one in self._books if one.newest is not None and one.newest.journal.errors)
        return next(wrong, self._books[0]), None


def _chosen(journal: Journal, item: str | None) -> JournalError | None:
    """The error of the row `item`, else the first one, if any."""
    if item is None or not item.startswith("error:"):
        return next(iter(journal.errors), None)
    for one in errors.listed(journal.errors, journal.files[0]):
        if one.key == item:
            return one.error
    raise PaneError("that error is no longer in the journal", "read again")


def _is_part(file: str, parts: Sequence[str]) -> bool:
    """Whether `file` is one of `parts`, by whatever name."""
    return os.path.realpath(file) in map(os.path.realpath, parts)


def _last_line(file: Path) -> int:
    """The number of the last line, from 1.

    Raises:
        Unavailable: the file cannot be read.
    """
    book.require_plain(file)
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror or type(error).__name__}") from error
    return max(1, text.count(b"\n") + (0 if text.endswith(b"\n") else 1))
