"""What is measured, as values: figures with their unit, their reference and their aim."""

from collections.abc import Sequence
from enum import StrEnum
from statistics import median

import msgspec

__all__ = ["Aim", "Row", "Unit", "median", "percentile"]


class Unit(StrEnum):
    """What a figure counts; the value stands behind the number in the table."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "µs"
    PERCENT = "%"
    BYTES = "B"
    MIB = "MiB"
    PROCESSES = "processes"
    CONNECTIONS = "connections"


class Aim(msgspec.Struct, frozen=True):
    """What a row should reach.

    Attributes:
        limit: the most that is right.
        ratio: the limit is for figure ÷ reference; otherwise for the figure, in the row's unit.
    """

    limit: float
    ratio: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table.

    Attributes:
        name: what was measured, on which config.
        figure: devdash's.
        reference: that of what ran side by side with it; None where nothing compares.
        aim: None for a row that only informs.
    """

    name: str
    unit: Unit
    figure: float
    reference: float | None = None
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Figure ÷ reference, where that means something."""
        return self.figure / self.reference if self.reference else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None without an aim."""
        if self.aim is None:
            return None
        value = self.ratio if self.aim.ratio else self.figure
        return value is not None and value <= self.aim.limit


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0–1) of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
