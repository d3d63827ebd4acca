"""Getting a journal's sheet: from the cache when nothing has changed, else from a worker of its own."""

from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import PaneContext, Unavailable, WorkerFailed, WorkerTimeout
from devdash_ledger import cache, months, portrait, tail
from devdash_ledger.config import LedgerConfig
from devdash_ledger.content import Content, content_of, since
from devdash_ledger.journal import Format, LoadRequest, Window
from devdash_ledger.patience import Patience
from devdash_ledger.reading import Means, Reading, Wanted
from devdash_ledger.sheet import Sheet, head_of
from devdash_ledger.stamps import Look, look_at
from devdash_ledger.unfold import Unfolding

T = TypeVar("T")

WORKER = "devdash_ledger.worker"
_WORKER_SHARE = 0.95
"""Of the reading's timeout: the worker's own message comes before the reading is cancelled."""


class Loader:
    """Reads one journal.

    Args:
        file: its absolute path.
        language: its language.
        drive: what touches its files.
    """

    def __init__(
        self, file: str, language: Format, config: LedgerConfig, context: PaneContext, drive: Patience
    ) -> None:
        self._file, self._language, self._config, self._context = file, language, config, context
        self._drive = drive

    @property
    def patience_s(self) -> float:
        """Seconds for reading all files: long, for a slow drive is none that hangs."""
        return self._config.timeout / 2

    def cached(self, trusted: str | None, window: Window) -> Callable[[], Reading | None]:
        """Tells, in a thread, the journal from the cache if all is as it was, its months `window` folded."""
        request, folder = self._request(trusted), self._context.cache_dir
        if not self._config.cache:
            return partial(_discard, folder, request)
        return partial(_from_cache, folder, request, self._utc_month(), self._wanted(window))

    async def loaded(
        self, trusted: str | None, before: Look, known: Content | None, window: Window
    ) -> Reading:
        """The journal as a worker reads it, with the months `window` folded.

        Args:
            before: a look before it.
            known: the content before it, as far as it is known.

        Raises:
            Unavailable: it may not be loaded, or its reader is not installed.
            WorkerError: it could not be loaded.
        """
        request, wanted, utc_month = self._request(trusted), self._wanted(window), self._utc_month()
        sheet = await self.call("load", request, Sheet)
        read = await self._drive.ask(self.patience_s, _looked_over, sheet, before, known, wanted)
        if read.content is not None and self._config.cache and utc_month == self._utc_month():
            folder = self._context.cache_dir
            await self._context.in_thread(_into_cache, folder, request, utc_month, read, window)
        return read

    def caught_up(self, known: Reading, window: Window) -> Callable[[Look], Reading | None]:
        """Brings what is known, in a thread, to the files as they are: unchanged, or with what was appended.

        What it returns takes a look that was taken before, and tells None where only a load can tell.

        Args:
            window: months that are folded then.
        """
        return partial(_caught_up, known, self._wanted(window))

    async def call(self, name: str, request: msgspec.Struct, reply: type[T]) -> T:
        """Ask a worker of its own, which then ends.

        A worker that stayed would hold the memory of the load, and the code of
        the journal's plug-ins as it was when they were first imported.
        """
        worker = self._context.worker(WORKER, idle_s=0.0)
        limit = self._config.timeout * _WORKER_SHARE
        try:
            return await worker.call(name, request, reply, timeout=limit)
        except WorkerFailed as error:
            if error.failure == Unavailable.kind:
                raise Unavailable(error.message, error.hint) from error
            raise
        except WorkerTimeout as error:
            raise WorkerTimeout(
                f"loading {self._file} took longer than {limit:.0f} s and was stopped",
                f"if it is merely long, raise timeout in [panes.{self._context.name}]",
            ) from error

    def _request(self, trusted: str | None) -> LoadRequest:
        return LoadRequest(
            file=self._file,
            last_month=months.text_of(months.index_of(self._context.now().date())),
            language=self._language,
            virtual=self._config.virtual,
            roots=self._config.roots,
            trusted=trusted,
            days=self._config.quiet_days > 0,
        )

    def _wanted(self, window: Window) -> Wanted:
        means = Means(self._config.currency, self._config.budgets.rollover)
        return Wanted(self._context.now().isoformat(timespec="seconds"), means, window)

    def _utc_month(self) -> str:
        """Programs are run with that clock."""
        return months.text_of(months.index_of(self._context.now().astimezone(UTC).date()))


def _from_cache(folder: Path, request: LoadRequest, utc_month: str, wanted: Wanted) -> Reading | None:
    found = cache.find(folder, cache.circumstances(request, utc_month))
    if found is None:
        return None
    kept, packed = found.kept, found.packed
    folded = kept.folded if kept.folded is not None and kept.folded.means == wanted.means else None

    def opened() -> Unfolding:
        return Unfolding(cache.unpacked(packed))

    read = Reading(opened, kept.head, found.look, kept.content, wanted, folded=folded)
    read.is_cached = True
    return read


def _discard(folder: Path, request: LoadRequest) -> None:
    cache.discard(folder, request)
    portrait.discard(folder)


def _into_cache(folder: Path, request: LoadRequest, utc_month: str, read: Reading, window: Window) -> None:
    if read.content is not None:
        now = cache.circumstances(request, utc_month)
        read.is_cached = cache.keep(folder, now, read.content, read.opened().sheet, read.kept(window))


def _looked_over(sheet: Sheet, before: Look, known: Content | None, wanted: Wanted) -> Reading:
    """The sheet opened, its files' content as far as it is certain, and a look that was taken after it."""
    head = head_of(sheet)
    content = content_of(head.paths, head.patterns)
    after = look_at(head.paths, head.patterns)
    if not (content == known or _undisturbed(before, after)):
        content = None
    return Reading(partial(Unfolding, sheet), head, before.completed_by(after), content, wanted)


def _caught_up(known: Reading, wanted: Wanted, look: Look) -> Reading | None:
    """What is known where the files are the same, the same with what was appended to them; else None."""
    content = known.content
    later = since(content) if content is not None else None
    if content is None or later is None:
        return None
    if later.content == content:
        known.look = look
        return known
    text = tail.appended(content, later)
    before = known.opened()
    entries = tail.entries_of(text, before.sheet) if text is not None else None
    if entries is None:
        return None
    sheet = tail.extended(before.sheet, entries)
    opened = partial(Unfolding, sheet, before)
    return Reading(opened, head_of(sheet), look, later.content, wanted, is_early=True)


def _undisturbed(before: Look, after: Look) -> bool:
    """Whether no file changed between two looks, not even so lately that it could look the same."""
    known = {stamp.path: stamp for stamp in before.stamps}
    same = all(known.get(stamp.path, stamp) == stamp for stamp in after.stamps)
    return same and Look(before.began_ns, after.ended_ns, after.stamps).settled
