"""Which programs of which repository the person has agreed to, remembered by a hash of exactly these.

Each agreement is a file of its own in the state folder, named by the hash: so two devdashes cannot overwrite
each other's, and to take one back is to remove the file. A line that is added or changed asks anew.
"""

import hashlib
import os
from pathlib import Path

from devdash.api import Unavailable
from devdash_git.identity import Identity
from devdash_git.plain import printable


def is_agreed(folder: Path, identity: Identity) -> bool:
    """Whether the programs that `identity` names now were agreed to. Blocks shortly."""
    return _path(folder, identity).exists()


def agree(folder: Path, identity: Identity) -> Path:
    """Remember it; the file that does. Blocks shortly.

    Raises:
        Unavailable: it cannot be written.
    """
    path = _path(folder, identity)
    lines = [printable(str(identity.look.top)), *map(printable, _lines(identity))]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _path(folder: Path, identity: Identity) -> Path:
    """The place counts as well: a copy of the repository elsewhere is another one."""
    named = "\0".join((str(identity.look.top), str(identity.look.common_dir), *_lines(identity)))
    return folder / "trusted" / hashlib.sha256(os.fsencode(named)).hexdigest()


def _lines(identity: Identity) -> tuple[str, ...]:
    return tuple(f"{entry.key}={entry.value}" for entry in identity.programs.lines)
