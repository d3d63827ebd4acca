"""`LedgerPane`: plain-text journals as accounts × months, with its errors."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
    Confirmation,
    Field,
    Level,
    OpenEditor,
    Outcome,
    Pane,
    PaneConfig,
    PaneContext,
    PaneError,
    Report,
    Rule,
    Scope,
    Unavailable,
    Value,
)
from devdash_ledger import bank_desk, book, deeds, errors, months, report, several
from devdash_ledger.config import LedgerConfig, Trust, language_of
from devdash_ledger.facts import JournalError, LedgerFacts
from devdash_ledger.journal import Format, Journal
from devdash_ledger.orders import JournalRef
from devdash_ledger.trusting import TRUST, TrustDesk

_WORKER_SHARE = 0.95
"""Of the reading's timeout: the worker's own message comes before the reading is cancelled."""

EDIT = Action(
    name="edit",
    key="e",
    title="Edit",
    permission="ledger.journal.open",
    scope=Scope.EITHER,
    help="Open the journal at the selected error, else at the first error, else at its end.",
)


class LedgerPane(Pane[LedgerConfig]):
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
        self._trust = TrustDesk(context, self._books)
        self._report: Report | None = None
        self._reading = asyncio.Lock()
        self._bank_files = bank_desk.BankDesk(
            context, config.banks, self._journal, float(config.timeout) * _WORKER_SHARE, config.currency or ""
        )
        self._deeds = deeds.Deeds(context, self._journal, config.timeout)

    def actions(self) -> Sequence[Action]:
        """Open the journal in the editor; write into it; allow it to run code; take over bank files."""
        writing = deeds.ACTIONS if self._writes else ()
        return (EDIT, *writing, *self._trust.actions, *(bank_desk.ACTIONS if self._takes_bank_files else ()))

    @property
    def _writes(self) -> bool:
        """One journal is named, and its check may run what it runs."""
        return self.config.file is not None and not self._trust.actions

    @property
    def _takes_bank_files(self) -> bool:
        """Whether the journal can be compared with a bank's file: one of beancount, free to run its code."""
        file = self.config.file
        if file is None or self.config.trust is Trust.ASK:
            return False
        return language_of(file, self.config.format) is Format.BEANCOUNT

    def rules(self) -> Sequence[Rule[LedgerFacts]]:
        """The journal has errors."""
        return (
            Rule(
                name="errors",
                level=Level.ATTENTION,
                text="The journal has errors",
                enter=lambda facts: {""} if facts.error_count else set(),
                clear=lambda facts: set() if facts.error_count else {""},
                resolve=True,
                action=EDIT.name,
            ),
        )

    async def read(self) -> Report:
        """The journal's figures; loads it only when one of its files, or the month, changed.

        Raises:
            Unavailable: the journal, or the package beancount, is not there.
            WorkerError: the journal could not be loaded.
        """
        if not self._books:
            return report.unset(self.context.name)
        async with self._reading:  # the action may read as well
            found = await self._read()
        waiting = await self._bank_files.blocks() if self._takes_bank_files else ()
        return msgspec.structs.replace(found, blocks=(*waiting, *found.blocks)) if waiting else found

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """What would run, or the exact text before it is written.

        Raises:
            PaneError: it cannot be told, or cannot be done.
        """
        if action.name == TRUST.name:
            return await self._trust.confirmation()
        if action.name in deeds.NAMES:
            return await self._deeds.confirmation(request)
        if action.name in bank_desk.NAMES:
            return await self._bank_files.confirmation(request)
        return await super().confirmation(action, request)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        """What history knows; see `Deeds.complete`."""
        return await self._deeds.complete(field, text, draft) if action.name in deeds.NAMES else ()

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """What follows from the payee; see `Deeds.fill`."""
        return await self._deeds.fill(action, draft, left) if action.name in deeds.NAMES else ()

    async def act(self, request: ActionRequest) -> Outcome:
        """Do it; see `actions`.

        Raises:
            Unavailable: there is no journal.
            PaneError: the error asked for is no longer there; a bank file cannot be taken over.
        """
        if request.action in deeds.NAMES:
            return await self._deeds.act(request)
        if request.action in bank_desk.NAMES:
            return await self._bank_files.act(request)
        if request.action == TRUST.name:
            return await self._trust.act()
        self._journal_path()
        if any(one.newest is None for one in self._books):
            with suppress(PaneError):  # a journal that cannot be loaded needs the editor most
                await self.read()
        path, line = await self._target(request.item)
        return Outcome(message=f"Opening {path}", effects=(OpenEditor(str(path), line),))

    def _journal_path(self) -> Path:
        if not self._books:
            raise Unavailable("no journal is set", f'set file = "…" in [panes.{self.context.name}]')
        return self._books[0].file

    def _journal(self) -> JournalRef:
        """The journal as its writer is told it."""
        file = self._journal_path()
        if self._books[0].asks and self._books[0].newest is None:
            hint = "look at what it would run, and allow it, with the action trust"
            raise Unavailable(f"{file} has not been loaded", hint)
        return JournalRef(
            str(file),
            language_of(file, self.config.format) or Format.BEANCOUNT,
            str(self.context.state_dir),
            self.config.write,
            self.config.currency or "",
            self.config.timeout * _WORKER_SHARE,
        )

    async def _read(self) -> Report:
        month = months.text_of(months.index_of(self.context.now().date()))
        read = (one.read(month) for one in self._books)
        found = await asyncio.gather(*read, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, PaneError):
                raise one
        lost = [one if isinstance(one, PaneError) else None for one in found]
        views = [one.view() for one in self._books]
        failure = next((one for one in lost if one is not None), None)
        if failure is not None and (len(lost) == 1 or not any(views)):
            raise failure
        shown = (*(one.newest for one in self._books), *(str(one) for one in lost))
        if self._report is None or not _same(shown, self._shown):
            built = await self.context.in_thread(self._build, views, lost)
            self._report, self._shown = built, shown  # together: a reading may be cancelled in between
        return self._report

    def _build(self, views: Sequence[report.View | None], lost: Sequence[PaneError | None]) -> Report:
        if len(views) == 1 and views[0] is not None:
            return report.build(views[0])
        files = [str(one.file) for one in self._books]
        return several.build(list(map(several.Part, self._names, files, views, lost)))

    async def _target(self, item: str | None) -> tuple[Path, int]:
        """The file and line to open for the row `item`."""
        one, own = self._whose(item)
        journal = one.newest.journal if one.newest is not None else None
        found = _chosen(journal, own) if journal is not None else None
        if journal is not None and found is not None:
            is_part = found.file in (*journal.files, *journal.watched)
            return (Path(found.file), found.line) if is_part else (one.file, 0)
        return one.file, await self.context.in_thread(_last_line, one.file)

    def _whose(self, item: str | None) -> tuple[book.Book, str | None]:
        """The journal of the row `item` and its key there; without a row, the first journal with errors."""
        if len(self._books) == 1:
            return self._books[0], item
        name, own = several.whose(item, self._names)
        if name:
            return self._books[self._names.index(name)], own
        wrong = (one for one in self._books if one.newest is not None and one.newest.journal.errors)
        return next(wrong, self._books[0]), None


def _same(shown: Sequence[object], before: Sequence[object]) -> bool:
    """Whether a report was made of the same; a journal is the same object as long as nothing changed."""
    pairs = zip(shown, before, strict=False)
    return len(shown) == len(before) and all(a is b or (isinstance(a, str) and a == b) for a, b in pairs)


def _chosen(journal: Journal, item: str | None) -> JournalError | None:
    """The error of the row `item`, else the first one, if any."""
    if item is None or not item.startswith("error:"):
        return next(iter(journal.errors), None)
    for one in errors.listed(journal.errors, journal.files[0]):
        if one.key == item:
            return one.error
    raise PaneError("that error is no longer in the journal", "read again")


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
