"""What is drawn anew: the lines that look different, and no others."""

from collections.abc import Callable
from typing import Any

import pytest
from panes import Registry, Scripted, scripted
from textual.strip import Strip

from devdash.api import Cell, Column, Level, Report, Row, Table
from devdash.tui.lines_view import LinesView

Perform = Callable[..., Any]


def counting(pane: Scripted) -> Report:
    """Ten rows, of which the fourth says something else each time."""
    rows = tuple(
        Row(f"row {n}", (Cell(f"row {n}"), Cell(str(pane.reads) if n == 4 else "-"))) for n in range(10)
    )
    return Report(Level.OK, "ten rows", (Table((Column("name"), Column("reads")), rows),))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of every line that is drawn below a head, as it is drawn."""
    texts: list[str] = []
    draw = LinesView.render_line

    def render_line(self: LinesView, y: int) -> Strip:
        strip = draw(self, y)
        if y >= self.HEAD:
            texts.append(strip.text.strip())
        return strip

    monkeypatch.setattr(LinesView, "render_line", render_line)
    return texts


async def test_of_a_new_reading_only_what_changed_is_drawn(stage: Perform, drawn: list[str]) -> None:
    async with stage(Registry(ten=scripted(counting, title="Ten"))) as s:
        drawn.clear()
        await s.press("r")
        await s.pass_time(1)
        assert [text.split() for text in drawn] == [["row", "4", "2"]]
        assert "row 4  2" in s.text


async def test_of_a_move_only_the_row_that_was_left_and_the_one_that_was_reached_are_drawn(
    stage: Perform, drawn: list[str]
) -> None:
    async with stage(Registry(ten=scripted(counting, title="Ten"))) as s:
        drawn.clear()
        await s.press("j")
        assert [text.split()[:2] for text in drawn] == [["row", "0"], ["▌row", "1"]]


async def test_when_the_page_scrolls_every_line_that_moved_is_drawn(stage: Perform, drawn: list[str]) -> None:
    async with stage(Registry(ten=scripted(counting, title="Ten")), size=(100, 9)) as s:
        drawn.clear()
        await s.press("G")
        assert len(drawn) == 6
        assert drawn[-1].startswith("▌row 9")
        assert "row 9" in s.text
