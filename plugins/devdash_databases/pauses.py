"""Which aliases a person wants left alone: kept in a file, so that a command reaches a running dashboard."""

import json
import os
from contextlib import suppress
from pathlib import Path

NAME = "paused.json"


class Pauses:
    """The paused aliases. Its methods touch the disk: for a thread.

    Args:
        folder: the pane's own; need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._stamp: tuple[int, int] | None = None
        self.aliases: frozenset[str] = frozenset()

    def look(self) -> frozenset[str]:
        """Those in the file, which is read only when it has changed; a file that is none pauses nothing."""
        try:
            status = self._file.stat()
        except OSError:
            self._stamp, self.aliases = None, frozenset()
            return self.aliases
        if self._stamp != (status.st_mtime_ns, status.st_ino):
            self._stamp = (status.st_mtime_ns, status.st_ino)
            self.aliases = self._read()
        return self.aliases

    def turn(self, alias: str) -> bool:
        """Pause `alias`, or let it go on; whether it is paused now.

        Raises:
            OSError: it cannot be kept.
        """
        paused = self.look() ^ {alias}
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._file.with_name(f"{NAME}.{os.getpid()}")
        try:
            beside.write_text(json.dumps(sorted(paused)), encoding="utf-8")
            beside.replace(self._file)
        finally:
            with suppress(OSError):
                beside.unlink()
        self.look()
        return alias in paused

    def _read(self) -> frozenset[str]:
        try:
            found: object = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()
