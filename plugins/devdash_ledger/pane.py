"""`LedgerPane`: a beancount journal as accounts × months, with its errors."""

import asyncio
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import msgspec

from devdash.api import (
    Action,
    ActionRequest,
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
    WorkerFailed,
    WorkerTimeout,
)
from devdash_ledger import errors, months, report
from devdash_ledger.config import LedgerConfig, language_of
from devdash_ledger.facts import JournalError, LedgerFacts
from devdash_ledger.journal import Format, Journal, LoadRequest
from devdash_ledger.stamps import Look, look_at

_WORKER = "devdash_ledger.worker"
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


class _Loaded(msgspec.Struct, frozen=True):
    """One reading by the worker.

    Attributes:
        journal: the answer.
        at: when it was asked for, ISO-8601.
        look: the files at that time.
    """

    journal: Journal
    at: str
    look: Look


class LedgerPane(Pane[LedgerConfig]):
    """Accounts × months of one journal. The journal is loaded in a worker, and only when a file changed."""

    Config: ClassVar[type[PaneConfig]] = LedgerConfig
    title: ClassVar[str] = "Ledger"

    def __init__(self, config: LedgerConfig, context: PaneContext) -> None:
        super().__init__(config, context)
        self._newest: _Loaded | None = None
        self._whole: _Loaded | None = None
        """The newest reading in which nothing was missing."""
        self._report: Report | None = None
        self._reading = asyncio.Lock()

    def actions(self) -> Sequence[Action]:
        """Open the journal in the editor."""
        return (EDIT,)

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
        if self.config.file is None:
            return report.unset(self.context.name)
        async with self._reading:  # the action may read as well
            return await self._read(self._journal_path())

    async def act(self, request: ActionRequest) -> Outcome:
        """Open the editor; see `actions`.

        Raises:
            Unavailable: there is no journal.
            PaneError: the error asked for is no longer there.
        """
        file = self._journal_path()
        if self._newest is None:
            with suppress(PaneError):  # a journal that cannot be loaded needs the editor most
                await self.read()
        path, line = await self._target(file, request.item)
        return Outcome(message=f"Opening {path}", effects=(OpenEditor(str(path), line),))

    def _journal_path(self) -> Path:
        if self.config.file is None:
            raise Unavailable("no journal is set", f'set file = "…" in [panes.{self.context.name}]')
        # beancount names the files it reads in this form
        return Path(os.path.normpath(self.context.folder / self.config.file.expanduser()))

    async def _read(self, file: Path) -> Report:
        known = self._newest
        before = await self.context.in_thread(look_at, *self._watched(file))
        if not before.exists(str(file)):
            raise Unavailable(f"there is no journal at {file}", "correct file in devdash.toml, or create it")
        await self.context.in_thread(_require_plain, file)
        month = months.text_of(months.index_of(self.context.now().date()))
        if self._report is not None and known is not None and _is_current(known, before, month):
            return self._report
        newest = await self._load(file, month, before)
        built = await self.context.in_thread(report.build, self._view(newest))
        self._newest, self._report = newest, built  # together: a reading may be cancelled in between
        return built

    def _watched(self, file: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths and patterns that decide what the journal says."""
        if self._newest is None:
            return (str(file),), ()
        journal = self._newest.journal
        return (*journal.files, *journal.watched), journal.patterns

    async def _load(self, file: Path, month: str, before: Look) -> _Loaded:
        """Load in a worker of its own, which then ends.

        A worker that stayed would hold the memory of the load, and the code of
        the journal's plug-ins as it was when they were first imported.
        """
        at = self.context.now().isoformat(timespec="seconds")
        config = self.config
        language = language_of(file, config.format) or Format.BEANCOUNT
        request = LoadRequest(
            str(file), month, config.months, language, config.currency, config.virtual, config.roots
        )
        worker = self.context.worker(_WORKER)
        limit = self.config.timeout * _WORKER_SHARE
        try:
            journal = await worker.call("load", request, Journal, timeout=limit)
        except WorkerFailed as error:
            if error.failure == Unavailable.kind:
                raise Unavailable(error.message, error.hint) from error
            raise
        except WorkerTimeout as error:
            raise WorkerTimeout(
                f"loading {file} took longer than {limit:.0f} s and was stopped",
                f"if it is merely long, raise timeout in [panes.{self.context.name}]",
            ) from error
        finally:
            await worker.stop()
        after = await self.context.in_thread(look_at, (*journal.files, *journal.watched), journal.patterns)
        loaded = _Loaded(journal, at, before.completed_by(after))
        if journal.complete:
            self._whole = loaded
        return loaded

    def _view(self, newest: _Loaded) -> report.View:
        """The newest errors, beside the newest figures of the same months that lack nothing."""
        whole = self._whole
        shown = whole if whole is not None and whole.journal.months == newest.journal.months else newest
        return report.View(
            journal=shown.journal,
            as_of=shown.at,
            errors=newest.journal.errors,
            error_count=newest.journal.error_count,
            complete=newest.journal.complete,
            older=shown is not newest,
        )

    async def _target(self, file: Path, item: str | None) -> tuple[Path, int]:
        """The file and line to open for the row `item`."""
        journal = self._newest.journal if self._newest is not None else None
        found = _chosen(journal, item) if journal is not None else None
        if journal is not None and found is not None:
            is_part = found.file in (*journal.files, *journal.watched)
            return (Path(found.file), found.line) if is_part else (file, 0)
        return file, await self.context.in_thread(_last_line, file)


def _is_current(known: _Loaded, look: Look, month: str) -> bool:
    same = known.look.settled and known.look.stamps == look.stamps
    return same and known.journal.months[-1] == month


def _chosen(journal: Journal, item: str | None) -> JournalError | None:
    """The error of the row `item`, else the first one, if any."""
    if item is None or not item.startswith("error:"):
        return next(iter(journal.errors), None)
    for one in errors.listed(journal.errors, journal.files[0]):
        if one.key == item:
            return one.error
    raise PaneError("that error is no longer in the journal", "read again")


def _require_plain(file: Path) -> None:
    """Refuse pipes and devices: opening one can wait, and reading one can fill the memory, without end.

    Raises:
        Unavailable: `file` is one. (Of a folder, loading tells.)
    """
    with suppress(OSError):
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise Unavailable(f"{file} cannot be read: it is no plain file", "correct file in devdash.toml")


def _last_line(file: Path) -> int:
    """The number of the last line, from 1.

    Raises:
        Unavailable: the file cannot be read.
    """
    _require_plain(file)
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror or type(error).__name__}") from error
    return max(1, text.count(b"\n") + (0 if text.endswith(b"\n") else 1))
