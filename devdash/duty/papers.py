"""The papers of a desk: the register on disk, and the wishes that go from process to process.

All of it may fail (a full disk, a folder of somebody else's): that is told in `trouble` and costs
what should have lasted, never an alert.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from devdash.alerts.model import Alert
from devdash.duty import register, wishes
from devdash.duty.register import Register, Stamp
from devdash.duty.wishes import Wish
from devdash.engine.clock import Clock

log = logging.getLogger("devdash.duty")


class Papers:
    """What one process reads and writes.

    Args:
        folder: the state folder that all processes of the user share.
        config: this process's devdash.toml, absolute; "" for the built-in defaults.
        may_write: whether this process is on duty still; asked in a thread.

    Attributes:
        told: what does not work for the process on duty, as of the last `look`.
    """

    def __init__(self, folder: Path, config: str, clock: Clock, may_write: Callable[[], bool]) -> None:
        self._folder = folder
        self._config = config
        self._clock = clock
        self._may_write = may_write
        self.told: tuple[str, ...] = ()
        self._stored: tuple[tuple[Alert, ...], tuple[str, ...]] | None = None
        self._seen: Stamp | None = None
        self._posted: list[tuple[Path, Wish]] = []
        self._fulfilled: list[Path] = []
        self._troubles: dict[str, str] = {}

    @property
    def trouble(self) -> str:
        """What is wrong now, in a sentence; "" when nothing is."""
        return next(iter(self._troubles.values()), "")

    @property
    def behind(self) -> bool:
        """Whether the register does not hold what this process knows, because it cannot be written."""
        return "write" in self._troubles

    # ── for the process on duty ─────────────────────────────────────────────

    def take_over(self) -> tuple[Alert, ...]:
        """What the last process on duty knew of the same devdash.toml. A spoiled register is set aside."""
        found = self._read(set_aside=True)
        try:
            if found is None or found.config != self._config:
                register.change_over(self._folder, None if found is None else found.config, self._config)
                found = self._read(set_aside=True)
            register.clear(self._folder)
        except OSError as error:
            log.info("the files of others stay as they are: %s", reason(error))
        self._seen = register.stamp(self._folder)
        if found is None or found.config != self._config:
            return ()
        self._stored = found.alerts, found.troubles
        return found.alerts

    def by_another(self) -> bool:
        """Whether the register is there, and was last written by another process."""
        return register.stamp(self._folder) not in (None, self._seen)

    def unsaved(self, alerts: tuple[Alert, ...], troubles: tuple[str, ...] = ()) -> Register | None:
        """What has to be written; None when the file is there and says it already."""
        if (alerts, troubles) == self._stored and register.stamp(self._folder) == self._seen:
            return None
        return Register(self._clock.now(), self._config, alerts, troubles)

    def save(self, value: Register) -> Stamp | OSError | None:
        """Write it; blocks, so it belongs into a thread. Returns what became of it, for `saved`."""
        try:
            return register.write(self._folder, value, self._may_write)
        except OSError as error:
            return error

    def saved(self, value: Register, result: Stamp | OSError | None) -> bool:
        """Take note of how `save` ended. Returns whether it was written: wishes that it contains are done."""
        self._note("late", "")
        if isinstance(result, OSError):
            self._note("write", f"the alerts cannot be kept: {reason(result)}")
            return False
        self._note("write", "")
        if result is None:
            return False
        self._stored, self._seen = (value.alerts, value.troubles), result
        return True

    def late(self) -> None:
        """The disk does not answer."""
        self._note("late", "the alerts cannot be kept: the disk does not answer")

    def waiting(self) -> Iterator[Wish]:
        """Wishes of others that were not told yet."""
        for path, wish in wishes.waiting(self._folder):
            if path not in self._fulfilled:
                self._fulfilled.append(path)
                if wish is not None:
                    yield wish

    @property
    def fulfilled(self) -> tuple[Path, ...]:
        """The wishes that were told and are still there."""
        return tuple(self._fulfilled)

    def drop(self, done: Iterable[Path]) -> None:
        """Remove wishes whose effect is written."""
        for path in done:
            try:
                path.unlink(missing_ok=True)
                self._fulfilled.remove(path)
            except OSError as error:
                log.info("a wish that is fulfilled stays: %s", reason(error))

    # ── for the others ──────────────────────────────────────────────────────

    def post(self, wish: Wish) -> bool:
        """Leave a wish for the process on duty. Returns whether that could be done."""
        try:
            self._posted.append((wishes.post(self._folder, wish), wish))
        except OSError as error:
            self._note("post", f"it cannot be passed on: {reason(error)}")
            return False
        self._note("post", "")
        return True

    @property
    def posted(self) -> int:
        """How many wishes of this process were not fulfilled when it last looked."""
        return len(self._posted)

    def outstanding(self) -> tuple[Wish, ...]:
        """The wishes of this process that are not fulfilled yet."""
        self._posted = [(path, wish) for path, wish in self._posted if path.exists()]
        return tuple(wish for _, wish in self._posted)

    def news(self) -> bool:
        """Whether the register was written since `look`."""
        return register.stamp(self._folder) != self._seen

    def look(self) -> tuple[Alert, ...]:
        """What the process on duty knows."""
        self._seen = register.stamp(self._folder)
        found = self._read(set_aside=False)
        self.told = found.troubles if found is not None else ()
        return found.alerts if found is not None else ()

    def forget(self) -> None:
        """Another part begins: nothing that was seen, written or fulfilled counts."""
        self._seen, self._stored, self.told = None, None, ()
        self._fulfilled.clear()
        self._note("write", "")
        self._note("late", "")

    def _read(self, *, set_aside: bool) -> Register | None:
        found: Register | None = None
        try:
            found = register.read(self._folder)
            self._note("read", "")
        except register.Spoiled as error:
            log.warning("%s", error)
            self._note("read", "" if set_aside and self._set_aside() else str(error))
        except OSError as error:
            self._note("read", f"the alerts of before cannot be read: {reason(error)}")
        return found

    def _set_aside(self) -> bool:
        try:
            log.warning("it is kept as %s, and the alerts begin anew", register.set_aside(self._folder))
        except OSError as error:
            log.warning("it cannot be set aside: %s", reason(error))
            return False
        return True

    def _note(self, what: str, sentence: str) -> None:
        if sentence and self._troubles.get(what) != sentence:
            log.warning("%s", sentence)
        if sentence:
            self._troubles[what] = sentence
        else:
            self._troubles.pop(what, None)


def reason(error: OSError) -> str:
    """What the system says, without the path that it was about."""
    return error.strerror or type(error).__name__
