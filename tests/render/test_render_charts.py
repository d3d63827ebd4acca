"""Promises of bars and sparklines."""

import math

from hypothesis import given
from hypothesis import strategies as st
from view_strategies import series

from devdash.api import Tone
from devdash.render.charts import bar, sparkline


def drawn(percent: float, width: int) -> str:
    return "".join(text for text, _ in bar(percent, width, Tone.GOOD))


@given(st.floats(), st.integers(0, 60))
def test_a_bar_has_exactly_its_width(percent: float, width: int) -> None:
    assert len(drawn(percent, width)) == width


@given(st.floats(0, 100), st.floats(0, 100), st.integers(1, 40))
def test_more_is_never_drawn_as_less(one: float, other: float, width: int) -> None:
    def filled(percent: float) -> int:
        eighths = " ▏▎▍▌▋▊▉█"
        return sum(eighths.index(character) for character in drawn(percent, width) if character != "░")

    low, high = sorted((one, other))
    assert filled(low) <= filled(high)


def test_only_nothing_is_empty_and_only_everything_is_full() -> None:
    assert drawn(0, 5) == "░░░░░"
    assert drawn(0.01, 5) == "▏░░░░"
    assert drawn(50, 5) == "██▌░░"
    assert drawn(99.99, 5) == "████▉"
    assert drawn(100, 5) == "█████"
    assert drawn(math.nan, 5) == "░░░░░"


@given(series, st.integers(0, 60))
def test_a_sparkline_has_a_cell_per_value_up_to_the_width(
    values: tuple[float | None, ...], width: int
) -> None:
    line = sparkline(values, width)
    assert len(line) == min(len(values), width)
    assert set(line) <= set(" ▁▂▃▄▅▆▇█")


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60), st.integers(2, 20)
)
def test_highest_and_lowest_survive_thinning(values: list[float], width: int) -> None:
    """Unless both fall into one cell, which shows one of them."""
    line = sparkline(values, width)
    if max(values) / 2 - min(values) / 2 > 0:
        assert "█" in line or "▁" in line


def test_a_peak_among_many_values_stays_visible() -> None:
    values = [1.0] * 500
    values[321] = 9.0
    line = sparkline(values, 10)
    assert line.count("█") == 1
    assert line.count("▁") == 9


def test_gaps_are_spaces_and_flat_is_flat() -> None:
    assert sparkline((1, None, 3), 10) == "▁ █"
    assert sparkline((1, math.nan, math.inf, 3), 10) == "▁  █"
    assert sparkline((5, 5, None, 5), 10) == "▄▄ ▄"
    assert sparkline((0, 0), 10) == "▁▁"
    assert sparkline((None, None), 10) == "  "
    assert sparkline((-1.7e308, 1.7e308), 10) == "▁█"
    assert sparkline((), 10) == ""
    assert sparkline((1, 2), 0) == ""
    assert sparkline((1, 2, 3, 4, 5, 6, 7, 8), 8) == "▁▂▃▄▅▆▇█"
