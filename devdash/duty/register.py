"""The register: the alerts as the process on duty last knew them, in a file that others read.

It outlives every process, so that a restart neither forgets an acknowledgement nor tells twice.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from devdash.alerts.model import Alert
from devdash.alerts.wire import UnreadableAlerts, from_json, to_json
from devdash.duty.small_file import NotAFile, read_small
from devdash.engine.places import make_private

NAME = "alerts.json"
VERSION = 1
MOST_BYTES = 64 * 1024 * 1024
UNFINISHED = ".new"

Stamp = tuple[int, int, int]
"""Inode, time of writing and size: differs whenever the file was written."""


class Register(msgspec.Struct, frozen=True):
    """What the file holds.

    Attributes:
        at: wall time of the writing.
        config: the devdash.toml that the alerts are of; "" for the built-in defaults.
        troubles: what did not work then of rules, channels and history, a sentence each.
    """

    at: datetime
    config: str
    alerts: tuple[Alert, ...] = ()
    troubles: tuple[str, ...] = ()


class _Form(msgspec.Struct, frozen=True):
    """The file; its alerts have a form, and a version, of their own."""

    version: int
    at: datetime
    config: str
    alerts: msgspec.Raw
    troubles: tuple[str, ...] = ()


class Spoiled(Exception):
    """The file is there but is none of ours, or of a newer devdash."""


def stamp(folder: Path) -> Stamp | None:
    """What changes whenever the file is written; None when there is none."""
    try:
        return _stamp((folder / NAME).stat())
    except OSError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_mtime_ns, status.st_size


def read(folder: Path) -> Register | None:
    """The file; None when there is none.

    Raises:
        Spoiled: it cannot be understood.
        OSError: it cannot be read.
    """
    try:
        text = read_small(folder / NAME, MOST_BYTES)
    except FileNotFoundError:
        return None
    except (NotAFile, IsADirectoryError) as error:
        raise Spoiled(f"{NAME} is no file of ours") from error
    try:
        form = msgspec.json.decode(text, type=_Form)
        if form.version != VERSION:
            raise Spoiled(f"{NAME} is of another version of devdash")
        return Register(form.at, form.config, from_json(bytes(form.alerts)), form.troubles)
    except (msgspec.MsgspecError, UnicodeDecodeError, UnreadableAlerts) as error:
        raise Spoiled(f"{NAME} is damaged") from error


def write(folder: Path, value: Register, may: Callable[[], bool] = lambda: True) -> Stamp | None:
    """Put `value` in place of what was there, whole or not at all, also when the machine loses power.

    Only the process on duty may, and one that was stopped in here may be it no longer: `may` is asked last.

    Returns:
        The file's stamp; None when it was not to be written any more, and the old one stays.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    form = _Form(VERSION, value.at, value.config, msgspec.Raw(to_json(value.alerts)), value.troubles)
    make_private(folder)
    # A name of its own: who wakes in the middle of writing must not write into another's file.
    descriptor, name = tempfile.mkstemp(prefix=f"{NAME}.", suffix=UNFINISHED, dir=folder)
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(form))
            stream.flush()
            os.fsync(stream.fileno())
            written = _stamp(os.fstat(stream.fileno()))
        if not may():
            return None
        new.replace(folder / NAME)
    finally:
        new.unlink(missing_ok=True)
    return written


def clear(folder: Path) -> None:
    """Remove what writers that were killed have left. Only the process on duty may. Raises OSError."""
    for left in folder.glob(f"{NAME}.*{UNFINISHED}"):
        left.unlink(missing_ok=True)


def change_over(folder: Path, before: str | None, config: str) -> None:
    """Put the alerts of devdash.toml `before` away, and bring those of `config` back; either may be none.

    Two that are used in turn would forget what was told and acknowledged each time. Only the process
    on duty may. Raises OSError.
    """
    if before is not None:
        (folder / NAME).replace(_put_away(folder, before))
    if not (folder / NAME).exists():
        with suppress(FileNotFoundError):
            _put_away(folder, config).replace(folder / NAME)


def _put_away(folder: Path, config: str) -> Path:
    return folder / f"alerts.{sha256(os.fsencode(config)).hexdigest()[:16]}.json"


def set_aside(folder: Path) -> Path:
    """Move a spoiled file out of the way. Returns where it is now. Raises OSError."""
    aside = folder / f"{NAME}.spoiled"
    (folder / NAME).replace(aside)
    return aside
