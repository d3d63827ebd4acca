"""One reading of a journal, and the windows that have been folded from it so far."""

import glob
from pathlib import Path

import msgspec

from devdash.api import PaneContext
from devdash_ledger import months
from devdash_ledger.config import LedgerConfig
from devdash_ledger.content import Content
from devdash_ledger.journal import Journal, Window
from devdash_ledger.stamps import Look
from devdash_ledger.unfold import Unfolding

MOST_WINDOWS = 16
"""Kept folded; going to and fro between them costs nothing."""


class Loaded(msgspec.Struct, frozen=True):
    """One reading, folded to some months.

    Attributes:
        journal: the figures.
        at: when they were asked for, ISO-8601.
        window: the months that were asked for.
        look: the files at that time.
    """

    journal: Journal
    at: str
    window: Window
    look: Look


class Reading:
    """What was read, when, and from which state of the files.

    Args:
        unfolding: the sheet.
        at: when it was asked for, ISO-8601.
        look: the files at that time.
        content: what it was made of; None: the files may have changed meanwhile.
        is_early: it was made of an earlier one and of what was appended since; the full load is to follow.
    """

    def __init__(
        self, unfolding: Unfolding, at: str, look: Look, content: Content | None, *, is_early: bool = False
    ) -> None:
        self.unfolding, self.at, self.look, self.content = unfolding, at, look, content
        self.is_early = is_early
        self._folded: dict[Window, Loaded] = {}

    @property
    def complete(self) -> bool:
        """Whether nothing was missing."""
        return self.unfolding.sheet.complete

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that decide what it says."""
        sheet = self.unfolding.sheet
        return (*sheet.files, *sheet.watched)

    @property
    def places(self) -> frozenset[Path]:
        """Where a change may change what it says: the files, and folders in which one may come to match."""
        patterns = self.unfolding.sheet.patterns
        return frozenset(map(Path, self.paths)) | frozenset(map(_place, patterns))

    def covers(self, window: Window) -> bool:
        """Whether the sheet may be used for these months."""
        return months.parse(window.last) <= self.unfolding.sheet.until

    def known(self, window: Window) -> Loaded | None:
        """The months `window`, if they have been folded."""
        return self._folded.get(window)

    async def folded(self, window: Window, config: LedgerConfig, context: PaneContext) -> Loaded:
        """The months `window`; the same object each time."""
        known = self._folded.get(window)
        if known is None:
            currency, rollover = config.currency, config.budgets.rollover
            journal = await context.in_thread(self.unfolding.journal, window, currency, rollover)
            known = self._folded.setdefault(window, Loaded(journal, self.at, window, self.look))
            while len(self._folded) > MOST_WINDOWS:
                del self._folded[next(iter(self._folded))]
        return known


def _place(pattern: str) -> Path:
    """The file itself where it is one that is missing, else the last folder that the pattern names."""
    path = Path(pattern)
    if not glob.has_magic(pattern):
        return path
    return next(folder for folder in path.parents if not glob.has_magic(str(folder)))
