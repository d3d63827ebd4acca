"""The last line of defence: a bug ends in one sentence and a log file, never in a wall of text.

Tracebacks are written without local variables: they hold passwords. The
text of the exception goes to the file only, which only its owner can read.
"""

import os
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from devdash import __version__


def write_crash_log(error: BaseException) -> Path | None:
    """Write what is known of `error`. Returns the file, or None when no folder takes it."""
    from devdash.engine.places import make_private, state_root

    trace = traceback.TracebackException.from_exception(error, capture_locals=False)
    moment = datetime.now().astimezone()
    text = f"devdash {__version__} · {moment.isoformat(timespec='seconds')}\n\n{''.join(trace.format())}"
    name = f"crash-{moment:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for folder in (state_root(), Path(tempfile.gettempdir())):
        path = folder / name
        try:
            make_private(folder)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return path
    return None


def crash_sentence(error: BaseException, log: Path | None) -> str:
    """What the person is told."""
    where = f"the details are in {log}" if log else "no folder could take a log file"
    return f"devdash: this is a bug in devdash ({type(error).__name__}); {where}"
