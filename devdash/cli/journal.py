"""Records on standard error, for a process that has no screen: systemd's journal, or a terminal."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from devdash.render.clean import clean

# sd-daemon(3): a line's priority in front of it.
_PRIORITIES = ((logging.ERROR, "<3>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>"), (0, "<7>"))


class JournalHandler(logging.Handler):
    """Writes each record to standard error; what comes from outside cannot steer the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._is_journal = is_journal(os.environ.get("JOURNAL_STREAM", ""))

    def emit(self, record: logging.LogRecord) -> None:
        prefix = next(sign for least, sign in _PRIORITIES if record.levelno >= least)
        try:
            for line in self.format(record).splitlines():
                sys.stderr.write((prefix if self._is_journal else "") + clean(line) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Nobody reads standard error any more; the log file has the record too."""


@contextmanager
def journal() -> Iterator[None]:
    """Send devdash's records to standard error while it lasts."""
    handler, logger = JournalHandler(), logging.getLogger("devdash")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def is_journal(stream: str) -> bool:
    """Whether standard error is the journal's: $JOURNAL_STREAM has its device and inode (systemd.exec(5))."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"
