"""Writing a report into a file: never half, never over a journal, over another file only when asked."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from devdash.api import PaneError


def target_of(words: str, journals: Iterable[str]) -> Path:
    """The file that `words` name, below the folder in which devdash was started; links are followed.

    Args:
        journals: files that are not to be written to.

    Raises:
        PaneError: it cannot be written to.
    """
    try:
        path = Path(words).expanduser().absolute().resolve()
        found = path.stat() if path.exists() else None
        own = {Path(one).resolve() for one in journals}
        has_folder = path.parent.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise PaneError(f"{words} cannot be written: {_why(error)}") from error
    if path in own:
        raise PaneError(f"{path} is part of a journal", "choose another file for the report")
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise PaneError(f"{path} is no plain file", "choose another file for the report")
    if not has_folder:
        raise PaneError(f"there is no folder {path.parent}", "create it, or choose another")
    return path


def write(path: Path, text: str, *, replace: bool) -> None:
    """Write `text`, readable by nobody else; a file that is replaced keeps its mode.

    Killed at any moment, the file is the old one or the new one.

    Args:
        replace: a file that is there already may be replaced.

    Raises:
        PaneError: it cannot be written, or is there meanwhile.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    except OSError as error:
        raise PaneError(f"{path} cannot be written: {_why(error)}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            if replace and path.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        if not replace:
            os.link(name, path)  # unlike a rename it fails where there is a file
        else:
            Path(name).replace(path)
    except FileExistsError as error:
        raise PaneError(
            f"{path} is there meanwhile", "try again, to be asked whether to replace it"
        ) from error
    except OSError as error:
        raise PaneError(f"{path} cannot be written: {_why(error)}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _why(error: Exception) -> str:
    return error.strerror or "it is not possible" if isinstance(error, OSError) else str(error)
