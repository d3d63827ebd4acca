"""How panes that stand one below the other, and rows of panes, share the lines."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from panes import Registry, good, scripted, settings_for

from devdash.api import Level, Report, Text
from devdash.config.model import DashboardConfig
from devdash.tui.grid import PaneGrid, heights, shares

needs = st.lists(st.integers(1, 80), min_size=1, max_size=9)


@given(needs, st.integers(0, 8), st.integers(1, 100))
def test_every_line_is_given_and_every_pane_keeps_its_header(wanted: list[int], at: int, room: int) -> None:
    current = at % len(wanted)
    given_lines = heights(wanted, current, room)
    assert min(given_lines) >= 1
    assert sum(given_lines) == max(room, len(wanted))


@given(needs, st.integers(0, 8), st.integers(1, 100))
def test_the_current_pane_has_what_it_needs_or_half_of_the_room(
    wanted: list[int], at: int, room: int
) -> None:
    current = at % len(wanted)
    free = room - len(wanted)
    assert heights(wanted, current, room)[current] - 1 >= min(wanted[current] - 1, free // 2)


@given(needs, st.integers(0, 8), st.integers(1, 100))
def test_no_other_pane_has_more_than_it_needs(wanted: list[int], at: int, room: int) -> None:
    current = at % len(wanted)
    for index, lines in enumerate(heights(wanted, current, room)):
        assert index == current or lines <= max(wanted[index], 1)


def test_a_calm_pane_leaves_its_room_to_the_others() -> None:
    assert heights([2, 30, 4, 6], 0, 22) == (2, 10, 4, 6)


@given(needs, st.integers(0, 200))
def test_rows_have_an_equal_share_or_what_they_need(wanted: list[int], room: int) -> None:
    """And all lines are given: nobody is worse off for a neighbour that needs more."""
    given_lines = shares(wanted, room)
    assert sum(given_lines) == room
    equal = room // len(wanted)
    assert all(lines >= min(need, equal) for lines, need in zip(given_lines, wanted, strict=True))


@given(needs, st.integers(0, 200))
def test_no_line_stands_empty_while_another_row_has_too_few(wanted: list[int], room: int) -> None:
    given_lines = shares(wanted, room)
    if any(lines < need for lines, need in zip(given_lines, wanted, strict=True)):
        assert all(lines <= need for lines, need in zip(given_lines, wanted, strict=True))


def test_where_all_have_enough_rows_are_equal() -> None:
    assert shares([5, 9], 40) == (20, 20)
    assert shares([60, 6], 40) == (34, 6)


async def test_a_long_pane_has_the_lines_that_the_row_below_does_not_need(stage: Callable[..., Any]) -> None:
    """And they come and go with what is there to show, not with the focus or with a zoom."""
    lines = [60]

    def long(pane: object) -> Report:
        return Report(Level.OK, "long", (Text("\n".join(map(str, range(lines[0])))),))

    registry = Registry(
        **{name: scripted(long if name == "one" else lambda pane: good()) for name in ("one", "two", "three")}
    )
    settings = settings_for(registry, dashboard=DashboardConfig(layout=(("one", "two"), ("three",))))
    async with stage(registry, settings=settings, size=(120, 40)) as s:
        calm = s.app.query_one(PaneGrid).views["three"]
        assert calm.size.height == 2
        for keys in (("3",), ("z", "z")):
            await s.press(*keys)
            assert calm.size.height == 2
        lines[0] = 4
        await s.press("1", "r")
        await s.drawn()
        assert calm.size.height == 19
