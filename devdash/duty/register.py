"""The register: the alerts as the process on duty last knew them, in a file that others read.

It outlives every process, so that a restart neither forgets an acknowledgement nor tells twice.
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from devdash.alerts.model import Alert
from devdash.alerts.wire import UnreadableAlerts, from_json, to_json
from devdash.engine.places import make_private

NAME = "alerts.json"
VERSION = 1


class Register(msgspec.Struct, frozen=True):
    """What the file holds.

    Attributes:
        at: wall time of the writing.
        config: the devdash.toml that the alerts are of; "" for the built-in defaults.
    """

    at: datetime
    config: str
    alerts: tuple[Alert, ...] = ()


class _Form(msgspec.Struct, frozen=True):
    """The file; its alerts have a form, and a version, of their own."""

    version: int
    at: datetime
    config: str
    alerts: msgspec.Raw


class Spoiled(Exception):
    """The file is there but is none of ours, or of a newer devdash."""


def stamp(folder: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file is written; None when there is none."""
    try:
        status = (folder / NAME).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def read(folder: Path) -> Register | None:
    """The file; None when there is none.

    Raises:
        Spoiled: it cannot be understood.
        OSError: it cannot be read.
    """
    try:
        text = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return None
    try:
        form = msgspec.json.decode(text, type=_Form)
        if form.version != VERSION:
            raise Spoiled(f"{NAME} is of another version of devdash")
        return Register(form.at, form.config, from_json(bytes(form.alerts)))
    except (msgspec.MsgspecError, UnicodeDecodeError, UnreadableAlerts) as error:
        raise Spoiled(f"{NAME} is damaged") from error


def write(folder: Path, value: Register) -> None:
    """Put `value` in place of what was there, whole or not at all, also when the machine loses power.

    Only the process on duty may.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    form = _Form(VERSION, value.at, value.config, msgspec.Raw(to_json(value.alerts)))
    make_private(folder)
    new = folder / f"{NAME}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(form))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(folder / NAME)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def set_aside(folder: Path) -> Path:
    """Move a spoiled file out of the way. Returns where it is now. Raises OSError."""
    aside = folder / f"{NAME}.spoiled"
    (folder / NAME).replace(aside)
    return aside
