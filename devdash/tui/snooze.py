"""The small question how long to snooze."""

from datetime import datetime, timedelta
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType

from devdash.contract.view import Cell, Column, Row, Table, Tone
from devdash.render.when import day_and_time, morning_after
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette
from devdash.tui.sheets import Sheet

HOUR_S = 3600.0


class Span(msgspec.Struct, frozen=True):
    """One choice.

    Attributes:
        seconds: from the moment at which it was offered.
    """

    title: str
    seconds: float


def spans(now: datetime) -> tuple[Span, ...]:
    """What is offered."""
    morning = morning_after(now)
    return (
        Span("1 hour", HOUR_S),
        Span("4 hours", 4 * HOUR_S),
        Span("until tomorrow", (morning - now).total_seconds()),
    )


class SnoozeSheet(Sheet[float | None]):
    """Closes with seconds, or with None."""

    HINTS = (("1–3", "choose"), ("enter", "choose"), ("escape", "give up"))
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"choose({number - 1})", show=False) for number in (1, 2, 3)),
        Binding("s", "choose(0)", show=False),
    ]

    def __init__(self, title: str, now: datetime, palette: Palette) -> None:
        self._spans = spans(now)
        rows = tuple(
            Row(
                str(at),
                (
                    Cell(str(at + 1), Tone.ACCENT),
                    Cell(span.title),
                    Cell(f"until {day_and_time(now + timedelta(seconds=span.seconds), now)}", Tone.DIM),
                ),
            )
            for at, span in enumerate(self._spans)
        )
        super().__init__(title, (Table((Column(), Column(), Column()), rows),), palette)

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        message.stop()
        self.action_choose(int(message.item))

    def action_choose(self, at: int) -> None:
        """Take this one."""
        self.dismiss(self._spans[at].seconds)
