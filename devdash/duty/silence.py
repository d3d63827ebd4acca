"""Telling that the process on duty is stopped or hangs, although the kernel keeps its lock for it."""

import os
from pathlib import Path

from devdash.duty.seat import SIGN_OF_LIFE_S, SILENT_S, last_sign


class Vigil:
    """Watches the signs of life of whoever holds the seat.

    They are counted on this process's own monotonic clock, so that neither a suspend nor a clock
    that was set makes a holder look dead. A time in which it did not look itself does not count:
    then the whole machine may have stood still.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sign: float | None = None
        self._since = 0.0
        self._asked = float("-inf")

    def is_silent(self, monotonic: float) -> bool:
        """Whether there was no sign for `SILENT_S`. To be asked every few seconds."""
        sign = last_sign(self._folder)
        if sign is None or not os.access(self._folder, os.W_OK):
            self._since = monotonic  # where nobody can give a sign, nobody is silent
        if sign != self._sign or monotonic - self._asked > SIGN_OF_LIFE_S:
            self._sign, self._since = sign, monotonic
        self._asked = monotonic
        return monotonic - self._since > SILENT_S
