"""`keep_file`: a file of devdash's own is put in place whole or not at all, and a kill leaves no litter.

Every pane that remembers something needs this, and each part of it is easily forgotten: a name of its own
for each writer, rights from the beginning, the disk before the name, and what a killed writer has left.
"""

import contextlib
import os
import time
from pathlib import Path

_OWN = 0o600
"""What `mkstemp` gives; to change it is not possible everywhere."""

_LEFT_S = 3600.0
"""Nobody takes an hour to write a small file: what is older was left by a writer that was killed."""


def keep_file(path: Path, data: bytes, *, mode: int = _OWN, lasting: bool = True) -> None:
    """Put `data` in the place of what was at `path`; makes its folder, for the owner only. Blocks.

    Killed at any moment, the file is the old one or the new one. Two writers at once: the later one's.

    Args:
        mode: the file's rights, whatever the umask says.
        lasting: it is also on the disk before it has its name, for the loss of power; a cache need not be.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    import tempfile  # dear, and a pane that only reads what it kept should not pay for it

    folder, prefix = path.parent, f".{path.name[:100]}."
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder, prefix)
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".new", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            if mode != _OWN:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sweep(folder: Path, prefix: str) -> None:
    """Remove what killed writers of this file have left; failing costs some room, no more."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and entry.name.endswith(".new") and entry.is_file():
                with contextlib.suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFT_S:
                        Path(entry).unlink()
