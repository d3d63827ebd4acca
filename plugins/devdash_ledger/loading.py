"""Getting a journal's sheet: from the cache when nothing has changed, else from a worker of its own."""

from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import PaneContext, Unavailable, WorkerFailed, WorkerTimeout
from devdash_ledger import cache, months, tail
from devdash_ledger.config import LedgerConfig
from devdash_ledger.content import MAX_BYTES, Content, content_of, read_plain
from devdash_ledger.journal import Format, LoadRequest
from devdash_ledger.patience import Patience
from devdash_ledger.reading import Reading
from devdash_ledger.sheet import Sheet
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

    async def cached(self, trusted: str | None) -> Reading | None:
        """The journal from the cache, if it is there and all is as it was."""
        request, folder = self._request(trusted), self._context.cache_dir
        if not self._config.cache:
            await self._context.in_thread(cache.discard, folder, request)
            return None
        found = await self._drive.ask(self.patience_s, _from_cache, folder, request, self._utc_month())
        return Reading(found[0], self._now(), found[1], found[2]) if found is not None else None

    async def loaded(self, trusted: str | None, before: Look, known: Content | None) -> Reading:
        """The journal as a worker reads it.

        Args:
            before: a look before it.
            known: the content before it, as far as it is known.

        Raises:
            Unavailable: it may not be loaded, or its reader is not installed.
            WorkerError: it could not be loaded.
        """
        request, at, utc_month = self._request(trusted), self._now(), self._utc_month()
        sheet = await self.call("load", request, Sheet)
        unfolding, content, after = await self._drive.ask(self.patience_s, _looked_over, sheet)
        if not (content == known or _undisturbed(before, after)):
            content = None
        if content is not None and self._config.cache and utc_month == self._utc_month():
            folder = self._context.cache_dir
            await self._context.in_thread(_into_cache, folder, request, utc_month, content, sheet)
        return Reading(unfolding, at, before.completed_by(after), content)

    async def caught_up(self, known: Reading, look: Look) -> Reading | None:
        """What is known, brought to the files as they are: unchanged, or with what was appended.

        Args:
            look: the files before they are read.

        Returns:
            None: only a load can tell.
        """
        if known.content is None:
            return None
        found = await self._drive.ask(self.patience_s, _caught_up, known.unfolding.sheet, known.content)
        if found is None:
            return None
        unfolding, content = found
        if unfolding is None:
            known.look = look
            return known
        return Reading(unfolding, self._now(), look, content, is_early=True)

    async def call(self, name: str, request: msgspec.Struct, reply: type[T]) -> T:
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
                f"loading {self._file} took longer than {limit:.0f} s and was stopped",
                f"if it is merely long, raise timeout in [panes.{self._context.name}]",
            ) from error
        finally:
            await worker.stop()

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

    def _now(self) -> str:
        return self._context.now().isoformat(timespec="seconds")

    def _utc_month(self) -> str:
        """Programs are run with that clock."""
        return months.text_of(months.index_of(self._context.now().astimezone(UTC).date()))


def _from_cache(folder: Path, request: LoadRequest, utc_month: str) -> tuple[Unfolding, Look, Content] | None:
    found = cache.find(folder, cache.circumstances(request, utc_month))
    return (Unfolding(found[0].sheet), found[1], found[0].content) if found is not None else None


def _into_cache(folder: Path, request: LoadRequest, utc_month: str, content: Content, sheet: Sheet) -> None:
    cache.keep(folder, cache.circumstances(request, utc_month), content, sheet)


def _looked_over(sheet: Sheet) -> tuple[Unfolding, Content | None, Look]:
    """The sheet opened, its files' content, and a look that was taken after it."""
    paths = (*sheet.files, *sheet.watched)
    content = content_of(paths, sheet.patterns)
    return Unfolding(sheet), content, look_at(paths, sheet.patterns)


def _caught_up(sheet: Sheet, known: Content) -> tuple[Unfolding | None, Content] | None:
    """The sheet with what was appended to its files, and their content; None and the same where nothing was.

    None when the files say anything else.
    """
    now = content_of((*sheet.files, *sheet.watched), sheet.patterns)
    if now is None or now == known:
        return (None, known) if now is not None else None
    place = tail.changed(known, now)
    with suppress(OSError):
        data = read_plain(now.files[place].path, MAX_BYTES) if place is not None else None
        text = tail.appended(known, now, data) if data is not None else None
        entries = tail.entries_of(text, sheet) if text is not None else None
        if entries is not None:
            return Unfolding(tail.extended(sheet, entries)), now
    return None


def _undisturbed(before: Look, after: Look) -> bool:
    """Whether no file changed between two looks, not even so lately that it could look the same."""
    known = {stamp.path: stamp for stamp in before.stamps}
    same = all(known.get(stamp.path, stamp) == stamp for stamp in after.stamps)
    return same and Look(before.began_ns, after.ended_ns, after.stamps).settled
