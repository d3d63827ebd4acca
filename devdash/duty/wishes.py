"""Wishes: what other processes of the user ask of the one on duty, a small file each.

A wish stays until it is fulfilled, whoever is on duty by then.
"""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from devdash.alerts.model import AlertId
from devdash.duty.small_file import read_small
from devdash.engine.places import make_private

FOLDER = "wishes"
MOST_BYTES = 65_536

LONGEST_S = 100 * 366 * 86_400
LAST_YEAR = 9000
"""Beyond both there is no end of a snooze that a calendar has."""


class Wish(msgspec.Struct, frozen=True):
    """Acknowledge or snooze some alerts.

    Attributes:
        at: wall time of the wish.
        ids: the alerts.
        snooze_s: seconds to be silent; 0 ends a snooze; None: acknowledge.
    """

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    ids: tuple[AlertId, ...]
    snooze_s: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)] | None = None


def post(folder: Path, wish: Wish) -> Path:
    """Leave `wish` for the process on duty. Returns its file, which is gone when it was fulfilled.

    Raises:
        OSError: it cannot be written.
    """
    place = folder / FOLDER
    make_private(place)
    # Sorted by name they are in order; the clock may be set back between two, which costs no more than that.
    name = f"{wish.at.timestamp():017.6f}-{uuid.uuid4().hex}"
    hidden, ready = place / f".{name}", place / f"{name}.json"
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(wish))
            stream.flush()
            os.fsync(stream.fileno())
        hidden.replace(ready)
    except OSError:
        hidden.unlink(missing_ok=True)
        raise
    return ready


def waiting(folder: Path) -> Iterator[tuple[Path, Wish | None]]:
    """The wishes that are not fulfilled yet, oldest first; None for a file that is none.

    What cannot be read now, or is no file, is passed over and stays.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder / FOLDER) if entry.name.endswith(".json"))
    except OSError:
        return
    for name in names:
        path = folder / FOLDER / name
        try:
            yield path, _wish(read_small(path, MOST_BYTES))
        except OSError:
            continue


def _wish(text: bytes) -> Wish | None:
    try:
        wish = msgspec.json.decode(text, type=Wish)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return wish if wish.at.year < LAST_YEAR else None
