"""How much a thing needs a hand: the one scale that every face uses."""

from collections.abc import Iterable
from enum import StrEnum


class Level(StrEnum):
    """How much something needs a hand.

    `UNKNOWN` is for what could not be told: it is never shown as fine.
    """

    OK = "ok"
    ATTENTION = "attention"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def weight(self) -> int:
        """Order of severity: ok 0, unknown 1, attention 2, critical 3."""
        return _WEIGHTS[self]

    @property
    def sign(self) -> str:
        """One character that tells the level without colour."""
        return _SIGNS[self]


_WEIGHTS = {Level.OK: 0, Level.UNKNOWN: 1, Level.ATTENTION: 2, Level.CRITICAL: 3}
_SIGNS = {Level.OK: "●", Level.UNKNOWN: "?", Level.ATTENTION: "▲", Level.CRITICAL: "✖"}


def worst(levels: Iterable[Level]) -> Level:
    """The most severe of `levels`; `Level.OK` when there are none."""
    return max(levels, key=lambda level: level.weight, default=Level.OK)
