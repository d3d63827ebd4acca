"""Which notifications are on the desktop, written down for whoever comes next.

Daemons number their notifications anew when they are started, and buses their clients. So the numbers are
worth something only beside the name of the daemon and the id of the bus that gave it.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.alerts.model import AlertId
from devdash.contract.state_file import keep_file
from devdash.engine.places import make_private

MOST = 1024 * 1024
"""Bytes. There are some hundred notifications at most."""


class Desk(msgspec.Struct, frozen=True):
    """Where notifications are.

    Attributes:
        bus: the bus's id, as it gives it.
        daemon: the notification daemon's unique name on it.
    """

    bus: str
    daemon: str


class Shown(msgspec.Struct, frozen=True):
    """The notification about one alert."""

    alert: AlertId
    number: int


class Page(msgspec.Struct, frozen=True):
    """What is written."""

    desk: Desk
    shown: tuple[Shown, ...]


class ShownFile:
    """The file. Its methods block shortly; what goes wrong costs buttons, and nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Page | None:
        """What an earlier process has written; None where there is nothing to be had."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                return msgspec.json.decode(file.read(MOST), type=Page)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def write(self, desk: Desk, shown: Mapping[AlertId, int]) -> None:
        """Write what is shown now, or remove the file when that is nothing."""
        with suppress(OSError):
            if not shown:
                self._path.unlink(missing_ok=True)
                return
            # A key that is no text, such as a file's name from elsewhere, cannot be written.
            text = [Shown(alert, number) for alert, number in shown.items() if _is_text(str(alert))]
            make_private(self._path.parent)
            keep_file(self._path, msgspec.json.encode(Page(desk, tuple(text))), lasting=False)


def _is_text(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
