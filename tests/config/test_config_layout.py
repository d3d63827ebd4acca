"""Where panes stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.config.layout import arrange, placed


@pytest.mark.parametrize(
    ("count", "shape"),
    [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (5, [3, 2]), (9, [3, 3, 3])],
)
def test_without_a_layout_the_panes_fill_a_grid(count: int, shape: list[int]) -> None:
    layout, flaws = arrange((), [f"p{number}" for number in range(count)], frozenset())
    assert [len(row) for row in layout] == shape
    assert not flaws


def test_panes_that_the_layout_leaves_out_are_added_below() -> None:
    layout, flaws = arrange((("a", "b"),), ["a", "b", "c", "d", "e"], frozenset())
    assert layout == (("a", "b"), ("c", "d"), ("e",))
    assert not flaws


def test_a_disabled_pane_may_be_named_and_has_no_place() -> None:
    assert arrange((("a", "off"), ("off",)), ["a"], {"off"}) == ((("a",),), [])


NAMES = st.sampled_from(["a", "b", "c", "d", "off", "nobody"])


@given(
    st.lists(st.lists(NAMES, max_size=4).map(tuple), max_size=4).map(tuple),
    st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True),
)
def test_every_pane_has_exactly_one_place(wanted: tuple[tuple[str, ...], ...], names: list[str]) -> None:
    layout, flaws = arrange(wanted, names, {"off"})
    assert sorted(placed(layout)) == sorted(names)
    assert all(layout), "no row is empty"
    strangers = [name for name in placed(wanted) if name not in names and name != "off"]
    twice = [name for name in names if placed(wanted).count(name) > 1]
    assert bool(flaws) == bool(strangers or twice)
