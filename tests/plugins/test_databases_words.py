"""How latencies and states are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Level
from devdash_databases.states import CALM, State
from devdash_databases.words import coarse, hint, latency, level_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.02, "<1 ms"),
        (0.999, "<1 ms"),
        (1.2, "1 ms"),
        (3.4, "3 ms"),
        (9.6, "10 ms"),
        (41.0, "40 ms"),
        (960.0, "1 s"),
        (2300.0, "2 s"),
    ],
)
def test_a_latency_is_said_coarsely(value: float | None, text: str) -> None:
    """One significant digit, so that jitter does not repaint the screen."""
    assert latency(value) == text


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_coarse_latencies_keep_their_order(one: float, other: float) -> None:
    """A slower ping never looks faster, and none is off by more than half a step."""
    if one <= other:
        assert coarse(one) <= coarse(other)
    if one >= 1:
        assert abs(coarse(one) - one) <= one / 2


@pytest.mark.parametrize("state", [state for state in State if state is not State.OK and state not in CALM])
def test_every_failure_has_a_next_step_and_a_level(state: State) -> None:
    """Nobody is left with a word alone, and nothing that failed is shown as fine."""
    assert hint(state, "mysql").endswith(".")
    assert level_of(state) is not Level.OK


def test_a_silent_file_is_not_called_a_server() -> None:
    """SQLite has no server, network or firewall to look at."""
    assert "server" in hint(State.TIMEOUT, "postgresql")
    assert "server" not in hint(State.TIMEOUT, "sqlite")
