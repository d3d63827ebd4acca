"""One journal of the pane: when it is loaded, what was read last, and what still stands of it.

After plain transactions were appended, their figures are there at once (`tail`); the full load follows
beside the readings, and what it says counts.
"""

import asyncio
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from devdash.api import PaneContext, Unavailable
from devdash_ledger.beside import Beside
from devdash_ledger.budget_config import Floor, floors_of
from devdash_ledger.config import LedgerConfig, Trust, language_of
from devdash_ledger.content import Content, content_of
from devdash_ledger.journal import Format, Window
from devdash_ledger.loading import Loader
from devdash_ledger.patience import USUAL_S, Patience
from devdash_ledger.reading import Loaded, Reading
from devdash_ledger.reckoning import Outlook, is_part
from devdash_ledger.report import View
from devdash_ledger.stamps import Look, look_at
from devdash_ledger.trust import Asked, AskRequest, allowed

_CALM_S = 0.25
"""Between early figures and the load that follows them: they are shown first, and entries come in a row."""

_LATER_S = 1.0

P = ParamSpec("P")
T = TypeVar("T")

Draw = Callable[[View, Reading], None]


class Book:
    """A journal that the settings name. It is loaded in a worker, and only when a file of it changed."""

    def __init__(self, file: Path, config: LedgerConfig, context: PaneContext) -> None:
        self.file = file
        self.newest: Loaded | None = None
        """What `read` returned last."""
        self._newest: Reading | None = None
        self._whole: Reading | None = None
        """The newest reading in which nothing was missing."""
        self._config, self._context = config, context
        self._drive = Patience(str(file), context)
        self._loader = Loader(str(file), self._language(), config, context, self._drive)
        self._reading = asyncio.Lock()
        self._following: asyncio.Task[Reading] | None = None
        """The full load that follows an early reading."""
        self._preparing: asyncio.Task[None] | None = None
        self._beside: list[Beside[Any]] = []
        """Each with an answer of its own kind, which is nothing to this class."""

    def accompany(self, one: Beside[T]) -> None:
        """Take `one` along with each look at the files; what it finds counts where no load follows."""
        self._beside.append(one)

    @property
    def asks(self) -> bool:
        """Whether it may only run code that a person has allowed."""
        return self._config.trust is Trust.ASK

    async def read(self, window: Window, draw: Draw | None = None) -> Loaded:
        """The newest figures of the months `window`; the same object as before when nothing has changed.

        Reading several windows loads the journal once. Afterwards `view` knows this window.

        Args:
            draw: called in the thread that has looked at the files, where no load has to follow, with what
                `view` will say and where it is from, if that is new and lacks nothing.

        Raises:
            Unavailable: the journal is not there, may not be loaded yet, its drive does not answer, or
                its reader is not installed.
            WorkerError: it could not be loaded.
        """
        async with self._reading:
            self._take_over()
            before, known = await self._current(window, draw)
            for one in self._beside if known is None else ():
                one.forget()
            if not before.exists(str(self.file)):
                hint = "correct its name in devdash.toml, or create it"
                raise Unavailable(f"there is no journal at {self.file}", hint)
            if known is None:
                self._stop_following()
                known = await self._load(before, window)
            elif known.is_early and self._following is None:
                self._following = asyncio.create_task(self._follow(before, known.content, window))
                self._following.add_done_callback(self._followed)
            if known.complete:
                self._whole = known
            self._newest = known
            self._drive.paths = (str(self.file), *known.head.paths, *map(str, known.places))
            self.newest = await self._folded(known, window)
            return self.newest

    @property
    def is_cached(self) -> bool:
        """Whether a next start finds the newest reading in the cache, if the journal stays the same."""
        return self._newest is not None and self._newest.is_cached

    @property
    def places(self) -> frozenset[Path]:
        """Where a change may change the journal; see `PaneContext.watch`.

        Not on drives that may hang, which tell of no change anyway but of those made here.
        """
        places = self._newest.places if self._newest is not None else frozenset((self.file,))
        foreign = self._drive.foreign
        return frozenset(one for one in places if str(one) not in foreign) if foreign else places

    def known(self, window: Window) -> Loaded | None:
        """The months `window` of what was read last, if they were read or turned to."""
        return self._newest.known(window) if self._newest is not None else None

    def close(self) -> None:
        """Let go of what is under way."""
        self._stop_following()
        if self._preparing is not None:
            self._preparing.cancel()
        self._drive.close()

    async def ask(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, which reads files of the journal, run in a thread.

        Raises:
            Unavailable: the drive does not answer.
        """
        return await self._drive.ask(USUAL_S, function, *args, **kwargs)

    async def turn(self, window: Window) -> View | None:
        """The months `window` of what was read last, without a look at the files; None: there is nothing.

        For a key that moves the months. The next `read` of the same window returns the same, or
        what is newer.
        """
        known = self._newest
        if known is None or not known.covers(window):
            return None
        await self._folded(known, window)
        return self.view(window)

    def turned(self, window: Window) -> View | None:
        """As `turn`; blocks for milliseconds: for a thread."""
        newest, whole = self._newest, self._whole
        if newest is None or not newest.covers(window):
            return None
        own = newest.folded(window)
        is_older = whole is not None and whole is not newest and whole.covers(window)
        return self._viewed(own, whole.folded(window) if whole is not None and is_older else own)

    def drawn(self, found: Reading, window: Window) -> View | None:
        """The months `window` of what is about to be the newest reading. Blocks: in a thread."""
        if not found.covers(window):
            return None
        own = found.folded(window)
        return self._viewed(own, own)

    async def _folded(self, newest: Reading, window: Window) -> Loaded:
        """The months `window` of `newest`, and those that `view` shows in its stead."""
        whole = self._whole
        if whole is not None and whole is not newest and whole.covers(window) and not whole.known(window):
            await self._context.in_thread(whole.folded, window)
        known = newest.known(window)
        return known if known is not None else await self._context.in_thread(newest.folded, window)

    async def asked(self) -> Asked:
        """What would run code when the journal is loaded. Nothing is loaded for it.

        Raises:
            Unavailable: the text of the journal cannot be looked at.
            WorkerError: the look did not end well.
        """
        return await self._loader.call("ask", AskRequest(str(self.file), self._language()), Asked)

    def view(self, window: Window | None = None) -> View | None:
        """The newest errors, beside the newest figures that lack nothing.

        Args:
            window: months that were read or turned to; those of the last `read` when None.
        """
        window = window if window is not None or self.newest is None else self.newest.window
        if self._newest is None or window is None:
            return None
        newest = self._newest.known(window)
        whole = self._whole.known(window) if self._whole is not None else None
        shown = whole if whole is not None else newest
        return None if newest is None or shown is None else self._viewed(newest, shown)

    def _viewed(self, newest: Loaded, shown: Loaded) -> View:
        return View(
            journal=shown.journal,
            as_of=shown.at,
            errors=newest.journal.errors,
            error_count=newest.journal.error_count,
            complete=newest.journal.complete,
            older=shown is not newest,
            outlook=self._outlook(),
        )

    def _outlook(self) -> Outlook:
        """What budgets, balances and days are judged by today."""
        config = self._config
        comma = config.write.decimal_comma is True
        return Outlook(
            self._context.now().date(),
            config.budgets.fixed,
            tuple(filter(self._has, floors_of(config.floors, decimal_comma=comma))),
            config.quiet_days,
        )

    def _has(self, floor: Floor) -> bool:
        """Whether the floor is about this journal: of several, only those that know the account are."""
        if len(self._config.journals) == 1 or self._newest is None:
            return True
        return any(is_part(one.account, floor.account) for one in self._newest.opened().sheet.moves)

    def _language(self) -> Format:
        return language_of(self.file, self._config.format) or Format.BEANCOUNT

    def _watched(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths and patterns that decide what the journal says."""
        if self._newest is None:
            return (str(self.file),), ()
        return self._newest.head.paths, self._newest.head.patterns

    async def _current(self, window: Window, draw: Draw | None) -> tuple[Look, Reading | None]:
        """A look, and what is known here or in the cache, with what was appended; None: only a load tells."""
        known, is_followed = self._newest, self._following is not None
        cached = self._loader.cached(await self._trusted(), window) if known is None else None
        caught_up = self._loader.caught_up(known, window) if known is not None else None
        file = str(self.file)

        def tell(look: Look) -> Reading | None:
            found = told(look)
            if found is None:
                return None
            for one in self._beside:
                one.look()
            own = found.known(window)
            if draw is not None and own is not None and found.complete and found is not known:
                draw(self._viewed(own, own), found)
            return found

        def told(look: Look) -> Reading | None:
            if not look.exists(file):
                return None
            if known is None or caught_up is None:
                return cached() if cached is not None else None
            if not (known.look.settled and known.look.stamps == look.stamps):
                return caught_up(look)
            # A load that was to follow, and has failed: let it be said.
            return known if is_followed or not known.is_early else None

        first = partial(_look, self.file, *self._watched())
        look, found = await self._drive.ask_on(USUAL_S, first, self._loader.patience_s, tell)
        if found is not None and known is None:
            self._preparing = asyncio.create_task(self._prepare(found))
            self._preparing.add_done_callback(lambda done: done.cancelled() or done.exception())
        return look, found if found is not None and found.covers(window) else None

    async def _prepare(self, known: Reading) -> None:
        """Open what came from the cache, once it is shown and other panes have been read."""
        await asyncio.sleep(_LATER_S)
        await self._context.in_thread(known.prepare)

    def _take_over(self) -> None:
        """Take the load that followed an early reading, once it is there; whatever it says counts."""
        if self._following is not None and self._following.done():
            done, self._following = self._following, None
            if not done.cancelled() and done.exception() is None:
                self._newest = done.result()

    def _followed(self, done: "asyncio.Task[Reading]") -> None:
        if not done.cancelled():
            done.exception()  # seen here; the next reading loads once more, and says it
            self._context.wake()

    def _stop_following(self) -> None:
        if self._following is not None:
            self._following.cancel()
            self._following = None

    async def _follow(self, before: Look, content: Content | None, window: Window) -> Reading:
        await asyncio.sleep(_CALM_S)
        return await self._loaded(before, content, window)

    async def _load(self, before: Look, window: Window) -> Reading:
        known = self._newest
        content = await self._content_of(known) if known is not None else None
        return await self._loaded(before, content, window)

    async def _loaded(self, before: Look, content: Content | None, window: Window) -> Reading:
        return await self._loader.loaded(await self._trusted(), before, content, window)

    async def _content_of(self, known: Reading) -> Content | None:
        paths, patterns = known.head.paths, known.head.patterns
        return await self._drive.ask(self._loader.patience_s, content_of, paths, patterns)

    async def _trusted(self) -> str | None:
        if not self.asks:
            return None
        return await self._context.in_thread(allowed, self._context.state_dir, str(self.file))


def path_of(folder: Path, file: Path) -> Path:
    """The absolute path of a configured `file`, in the form in which beancount names what it reads."""
    return Path(os.path.normpath(folder / file.expanduser()))


def _look(file: Path, paths: Sequence[str], patterns: Sequence[str]) -> Look:
    require_plain(file)
    return look_at(paths, patterns)


def require_plain(file: Path) -> None:
    """Refuse pipes and devices: opening one can wait, and reading one can fill the memory, without end.

    Raises:
        Unavailable: `file` is one. (Of a folder, loading tells.)
    """
    with suppress(OSError):
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise Unavailable(f"{file} cannot be read: it is no plain file", "correct file in devdash.toml")
