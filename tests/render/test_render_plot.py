"""Promises of charts of several lines."""

import math

from hypothesis import given
from hypothesis import strategies as st

from devdash.render.plot import plot

finite = st.floats(allow_nan=False, allow_infinity=False)


def named(value: float) -> str:
    return f"{value:g}"


def drawn(lines: tuple[str, ...]) -> list[int]:
    """The lines that have dots."""
    return [row for row, line in enumerate(lines) if any("⠀" < character <= "⣿" for character in line)]


def test_a_series_without_any_difference_is_a_level_line_in_the_middle() -> None:
    """A battery that stays at 100 % is not empty; its value stands beside the line."""
    lines = plot([100.0] * 40, 40, 5, named)
    assert lines[2] == "100 │" + "⠤" * 20
    assert [line.strip() for line in lines[:2] + lines[3:]] == ["│"] * 4
    assert drawn(plot([100.0], 40, 5, named)) == [2]
    assert plot([100.0] * 4, 40, 1, named) == ("100 │⠤⠤",)


def test_nothing_all_the_time_is_a_line_at_the_bottom() -> None:
    """As in a sparkline."""
    lines = plot([0.0] * 40, 40, 5, named)
    assert lines[4] == "0 │" + "⣀" * 20
    assert drawn(lines) == [4]


def test_highest_and_lowest_stand_at_the_ends_with_their_names() -> None:
    lines = plot([1.0, 2.0, 3.0], 40, 5, named)
    assert (lines[0][0], lines[4][0]) == ("3", "1")
    assert drawn(lines) == [0, 1, 2, 3, 4]


@given(st.lists(finite | st.none() | st.just(math.nan), max_size=80), st.integers(1, 60), st.integers(1, 8))
def test_it_has_its_height_and_never_more_than_its_width(
    values: list[float | None], width: int, height: int
) -> None:
    lines = plot(values, width, height, named)
    known = [value for value in values if value is not None and math.isfinite(value)]
    assert len(lines) == (height if known else 0)
    assert all(len(line) <= width for line in lines)
    assert not known or drawn(lines)
