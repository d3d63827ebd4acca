"""How panes that stand one below the other share the lines."""

from hypothesis import given
from hypothesis import strategies as st

from devdash.tui.grid import heights

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
