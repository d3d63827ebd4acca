"""One reading of a journal, and the windows that have been folded from it so far."""

import glob
from collections.abc import Callable
from pathlib import Path

import msgspec

from devdash_ledger import cut, months
from devdash_ledger.content import Content
from devdash_ledger.journal import Journal, Window
from devdash_ledger.looking import AVERAGED
from devdash_ledger.sheet import Head
from devdash_ledger.stamps import Look
from devdash_ledger.unfold import Unfolding

MOST_WINDOWS = 16
"""Kept folded; going to and fro between them costs nothing."""
_AHEAD = 12
"""Earlier months folded with those that a person has turned to: the next ones are hardly ever far."""


_FIRST = 12
"""The index of the first month that a date can have."""


class Means(msgspec.Struct, frozen=True):
    """How a journal is folded; see `Unfolding.journal`."""

    currency: str | None
    rollover: bool


class Wanted(msgspec.Struct, frozen=True):
    """What a reading is asked for.

    Attributes:
        at: when, ISO-8601.
        window: the months that are shown.
    """

    at: str
    means: Means
    window: Window


class Folded(msgspec.Struct, frozen=True):
    """A journal folded to some months, and how."""

    means: Means
    window: Window
    journal: Journal


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
    """What was read, when, and from which state of the files. To make one takes milliseconds: in a thread.

    Args:
        opening: gives the opened sheet; called in a thread, with the first window that is not folded yet.
        head: of the sheet.
        look: the files when it was asked for.
        content: what it was made of; None: the files may have changed meanwhile.
        wanted: what was asked for; these months are folded already, as far as the sheet covers them.
        is_early: it was made of an earlier one and of what was appended since; the full load is to follow.
        folded: months that are folded already, by the same means.
    """

    def __init__(
        self,
        opening: Callable[[], Unfolding],
        head: Head,
        look: Look,
        content: Content | None,
        wanted: Wanted,
        *,
        is_early: bool = False,
        folded: Folded | None = None,
    ) -> None:
        self.head, self.at, self.look, self.content = head, wanted.at, look, content
        self.is_early = is_early
        self.is_cached = False
        """Whether a next start finds it in the cache."""
        self._open, self._means = opening, wanted.means
        self._unfolding: Unfolding | None = None
        self._wide: tuple[Journal, ...] = ()
        """What other windows are cut from."""
        self._folded: dict[Window, Loaded] = {}
        if folded is not None:
            self._wide = (folded.journal,)
            self._folded[folded.window] = Loaded(folded.journal, self.at, folded.window, look)
        if self.covers(wanted.window):
            self.folded(wanted.window)

    def opened(self) -> Unfolding:
        """The sheet, opened; blocks for a moment where it was not yet."""
        if self._unfolding is None:
            self._unfolding = self._open()
        return self._unfolding

    def prepare(self) -> None:
        """Make all that a next reading is made of, when something was appended. Blocks for milliseconds."""
        self.opened()
        for wide in self._wide[:1]:
            self._fold(Window(wide.months[-1], len(wide.months)))

    @property
    def complete(self) -> bool:
        """Whether nothing was missing."""
        return self.head.complete

    @property
    def places(self) -> frozenset[Path]:
        """Where a change may change what it says: the files, and folders in which one may come to match."""
        return frozenset(map(Path, self.head.paths)) | frozenset(map(_place, self.head.patterns))

    def covers(self, window: Window) -> bool:
        """Whether the sheet may be used for these months."""
        return months.parse(window.last) <= self.head.until

    def known(self, window: Window) -> Loaded | None:
        """The months `window`, if they have been folded."""
        return self._folded.get(window)

    def folded(self, window: Window) -> Loaded:
        """The months `window`; the same object each time. Blocks for milliseconds: for a thread."""
        known = self._folded.get(window)
        if known is None:
            journal = self._cut(window) if window.count else self._fold(window)
            known = self._folded.setdefault(window, Loaded(journal, self.at, window, self.look))
            while len(self._folded) > MOST_WINDOWS:
                self._folded.pop(next(iter(self._folded)), None)
        return known

    def kept(self, window: Window) -> Folded:
        """What a next start has to know so that it need not open the sheet to show `window`. Blocks."""
        wide = Window(window.last, window.count and _wide(window.count))
        return Folded(self._means, wide, self.folded(wide).journal)

    def _cut(self, window: Window) -> Journal:
        """The months `window`, cut from more of them."""
        last = months.parse(window.last)
        for one in self._wide:
            # Beyond the month of the reading, what counts is another in each month.
            is_alike = (
                window.last == one.months[-1] or max(last, months.parse(one.months[-1])) <= self.head.last
            )
            if is_alike and cut.contains(one, window):
                return cut.cut(one, window)
        more = _wide(window.count) - window.count + (_AHEAD if last < self.head.last else 0)
        earlier = max(0, min(more, last - window.count + 1 - _FIRST))
        found = self._fold(Window(window.last, window.count + earlier))
        if not cut.contains(found, window):
            return self._fold(window)
        self._wide = (found, *self._wide)[:2]
        return cut.cut(found, window)

    def _fold(self, window: Window) -> Journal:
        return self.opened().journal(window, self._means.currency, self._means.rollover)


def _wide(count: int) -> int:
    """The months needed to show `count` of them: the newest is compared with those before it."""
    return max(count, AVERAGED + 1)


def _place(pattern: str) -> Path:
    """The file itself where it is one that is missing, else the last folder that the pattern names."""
    path = Path(pattern)
    if not glob.has_magic(pattern):
        return path
    return next(folder for folder in path.parents if not glob.has_magic(str(folder)))
