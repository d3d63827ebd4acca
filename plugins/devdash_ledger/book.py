"""One journal of the pane: when it is loaded, what was read last, and what still stands of it."""

import asyncio
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import PaneContext, Unavailable, WorkerFailed, WorkerTimeout
from devdash_ledger.config import LedgerConfig, Trust, language_of
from devdash_ledger.journal import Format, Journal, LoadRequest, Window
from devdash_ledger.report import View
from devdash_ledger.stamps import Look, look_at
from devdash_ledger.trust import Asked, AskRequest, allowed

T = TypeVar("T")

WORKER = "devdash_ledger.worker"
_WORKER_SHARE = 0.95
"""Of the reading's timeout: the worker's own message comes before the reading is cancelled."""


class Loaded(msgspec.Struct, frozen=True):
    """One reading by the worker.

    Attributes:
        journal: the answer.
        at: when it was asked for, ISO-8601.
        window: the months that were asked for.
        look: the files at that time.
    """

    journal: Journal
    at: str
    window: Window
    look: Look


class Book:
    """A journal that the settings name. It is loaded in a worker, and only when a file of it changed."""

    def __init__(self, file: Path, config: LedgerConfig, context: PaneContext) -> None:
        self.file = file
        self.newest: Loaded | None = None
        self._whole: Loaded | None = None
        """The newest reading in which nothing was missing."""
        self._config, self._context = config, context
        self._reading = asyncio.Lock()

    @property
    def asks(self) -> bool:
        """Whether it may only run code that a person has allowed."""
        return self._config.trust is Trust.ASK

    async def read(self, window: Window) -> Loaded:
        """The newest figures of the months `window`; the same object as before when nothing has changed.

        Raises:
            Unavailable: the journal is not there, may not be loaded yet, or its reader is not installed.
            WorkerError: it could not be loaded.
        """
        async with self._reading:
            known = self.newest
            before = await self._context.in_thread(look_at, *self._watched())
            if not before.exists(str(self.file)):
                hint = "correct its name in devdash.toml, or create it"
                raise Unavailable(f"there is no journal at {self.file}", hint)
            await self._context.in_thread(require_plain, self.file)
            if known is not None and _is_current(known, before, window):
                return known
            newest = await self._load(window, before)
            if newest.journal.complete:
                self._whole = newest
            self.newest = newest
            return newest

    async def asked(self) -> Asked:
        """What would run code when the journal is loaded. Nothing is loaded for it.

        Raises:
            Unavailable: the text of the journal cannot be looked at.
            WorkerError: the look did not end well.
        """
        return await self._call("ask", AskRequest(str(self.file), self._language()), Asked)

    def view(self) -> View | None:
        """The newest errors, beside the newest figures of the same months that lack nothing."""
        newest, whole = self.newest, self._whole
        if newest is None:
            return None
        shown = whole if whole is not None and whole.journal.months == newest.journal.months else newest
        return View(
            journal=shown.journal,
            as_of=shown.at,
            errors=newest.journal.errors,
            error_count=newest.journal.error_count,
            complete=newest.journal.complete,
            older=shown is not newest,
        )

    def _language(self) -> Format:
        return language_of(self.file, self._config.format) or Format.BEANCOUNT

    def _watched(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths and patterns that decide what the journal says."""
        if self.newest is None:
            return (str(self.file),), ()
        journal = self.newest.journal
        return (*journal.files, *journal.watched), journal.patterns

    async def _load(self, window: Window, before: Look) -> Loaded:
        at = self._context.now().isoformat(timespec="seconds")
        config = self._config
        request = LoadRequest(
            file=str(self.file),
            last_month=window.last,
            months=window.count,
            language=self._language(),
            currency=config.currency,
            virtual=config.virtual,
            roots=config.roots,
            trusted=await self._trusted(),
        )
        journal = await self._call("load", request, Journal)
        watched = (*journal.files, *journal.watched)
        after = await self._context.in_thread(look_at, watched, journal.patterns)
        return Loaded(journal, at, window, before.completed_by(after))

    async def _trusted(self) -> str | None:
        if not self.asks:
            return None
        return await self._context.in_thread(allowed, self._context.state_dir, str(self.file))

    async def _call(self, name: str, request: msgspec.Struct, reply: type[T]) -> T:
        """Ask a worker of its own, which then ends.

        A worker that stayed would hold the memory of the load, and the code of
        the journal's plug-ins as it was when they were first imported.
        """
        worker = self._context.worker(WORKER)
        limit = self._config.timeout * _WORKER_SHARE
        try:
            return await worker.call(name, request, reply, timeout=limit)
        except WorkerFailed as error:
            if error.failure == Unavailable.kind:
                raise Unavailable(error.message, error.hint) from error
            raise
        except WorkerTimeout as error:
            raise WorkerTimeout(
                f"loading {self.file} took longer than {limit:.0f} s and was stopped",
                f"if it is merely long, raise timeout in [panes.{self._context.name}]",
            ) from error
        finally:
            await worker.stop()


def path_of(folder: Path, file: Path) -> Path:
    """The absolute path of a configured `file`, in the form in which beancount names what it reads."""
    return Path(os.path.normpath(folder / file.expanduser()))


def _is_current(known: Loaded, look: Look, window: Window) -> bool:
    same = known.look.settled and known.look.stamps == look.stamps
    return same and known.window == window


def require_plain(file: Path) -> None:
    """Refuse pipes and devices: opening one can wait, and reading one can fill the memory, without end.

    Raises:
        Unavailable: `file` is one. (Of a folder, loading tells.)
    """
    with suppress(OSError):
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise Unavailable(f"{file} cannot be read: it is no plain file", "correct file in devdash.toml")
