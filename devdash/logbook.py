"""The log: what went wrong while nobody was looking, in a file of the user's state folder.

Opened with the first record, readable by its owner only, at most two files of a megabyte.
"""

import logging
import os
import tempfile
from pathlib import Path

MAX_BYTES = 1_000_000
NAME = "devdash.log"


class LogbookHandler(logging.Handler):
    """Appends records to the log file; a folder that cannot be written costs the log, nothing else."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._descriptor: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._descriptor is None:
            self._descriptor = _open()
        from devdash.render.clean import clean

        # What a pane says is data here too: somebody will look at the log in a terminal.
        lines = [clean(line) for line in self.format(record).split("\n")]
        try:
            os.write(self._descriptor, ("\n".join(lines) + "\n").encode("utf-8", "replace"))
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A full disk: there is nowhere to say it, and the terminal belongs to the screen."""

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        super().close()


def log_path() -> Path:
    """Where the log is when its folder can be written."""
    from devdash.engine.places import state_root

    return state_root() / NAME


def keep_log() -> LogbookHandler:
    """Send devdash's records to the log file from now on."""
    handler = LogbookHandler()
    logger = logging.getLogger("devdash")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    # asyncio's own complaints (a callback that raised) belong there too, not on the screen.
    logging.getLogger("asyncio").addHandler(handler)
    logging.getLogger("asyncio").propagate = False
    return handler


def _open() -> int:
    """A descriptor for appending: in the state folder, else in the temporary one, else nowhere."""
    from devdash.engine.places import make_private

    for path in (log_path(), Path(tempfile.gettempdir()) / f"devdash-{os.getuid()}.log"):
        try:
            make_private(path.parent)
            if path.exists() and path.stat().st_size > MAX_BYTES:
                path.replace(path.with_suffix(".log.1"))
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        except OSError:
            continue
    return os.open(os.devnull, os.O_WRONLY)
