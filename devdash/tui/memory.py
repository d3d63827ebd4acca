"""What the screen remembers of entries that no rule watches: since when, and which are set aside.

An alert knows all this itself, and the duty keeps it. What a pane merely reports is remembered
here, for as long as the screen lives, and every face of it says so. Pure.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from devdash.engine.snapshot import Phase, Snapshot

FAILED = ""
"""The key under which a pane's failure is remembered; attention keys are not empty."""


class Aside(msgspec.Struct, frozen=True):
    """How long an entry is set aside.

    Attributes:
        until: wall time, to be shown; None: until the entry is over.
        end: the same on `Clock.elapsed`, which does not jump.
    """

    until: datetime | None = None
    end: float | None = None


class Memory:
    """Keys are a pane's name and the key of an attention, or `FAILED`."""

    def __init__(self) -> None:
        self._since: dict[str, dict[str, datetime | None]] = {}
        self._reported: set[str] = set()
        self._aside: dict[tuple[str, str], Aside] = {}

    def note(self, snapshot: Snapshot, now: datetime) -> None:
        """See what is there now. What a first report has may be older: nothing is told of its beginning."""
        known = self._since.get(snapshot.name, {})
        seen: dict[str, datetime | None] = {}
        if is_failed(snapshot):
            seen[FAILED] = known.get(FAILED, now)
        if snapshot.report is not None:
            began = now if snapshot.name in self._reported else None
            seen |= {entry.key: known.get(entry.key, began) for entry in snapshot.report.attention}
            self._reported.add(snapshot.name)
        self._since[snapshot.name] = seen
        gone = [at for at in self._aside if at[0] == snapshot.name and at[1] not in seen]
        for at in gone:
            del self._aside[at]

    def keep(self, panes: Iterable[str]) -> None:
        """Forget what is not of these panes."""
        left = set(panes)
        for name in self._since.keys() - left:
            del self._since[name]
            self._reported.discard(name)
        self._aside = {at: aside for at, aside in self._aside.items() if at[0] in left}

    def since(self, pane: str, key: str) -> datetime | None:
        """When it began; None where that is not known."""
        return self._since.get(pane, {}).get(key)

    def set_aside(self, pane: str, key: str, aside: Aside) -> None:
        """Say no more of it for so long."""
        self._aside[pane, key] = aside

    def take_back(self, pane: str, key: str) -> None:
        """Say it again."""
        self._aside.pop((pane, key), None)

    def aside(self, pane: str, key: str, elapsed: float) -> Aside | None:
        """How long it is set aside; None when it is not, or no longer."""
        found = self._aside.get((pane, key))
        return found if found and (found.end is None or elapsed < found.end) else None


def is_failed(snapshot: Snapshot) -> bool:
    """Whether the pane itself needs a hand."""
    return snapshot.phase in (Phase.FAILED, Phase.BROKEN) and snapshot.failure is not None
