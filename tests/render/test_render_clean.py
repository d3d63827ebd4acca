"""Promises of cleaning and measuring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_strategies import NASTY, steers, texts

from devdash.render.clean import cell_width, clean, fit, fit_end, pad_right, take
from devdash.render.wrap import wrap


@given(texts)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not [character for character in clean(text) if steers(character)]


@given(texts)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x9b2Jwiped", "wiped"),
        ("\x9d0;title\x9cafter", "after"),
        ("\x1bcreset", "reset"),
        ("\x1b(0line", "line"),
        ("a\tb", "a b"),
        ("two\r\nlines\u2028more", "two lines more"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("\udc80name", "\ufffdname"),
        ("zero\u200bwidth", "zerowidth"),
        ("Füße − 日本 ● \ue0a0", "Füße − 日本 ● \ue0a0"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_what_cleaning_makes_of(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_an_escape_without_an_end_swallows_no_text() -> None:
    """Otherwise a file name could hide whatever is printed after it."""
    assert clean("\x1b]0;name and the rest") == "]0;name and the rest"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("start", ["\x1b[", "\x1b]", "\x9d", "\x1bP", "\x9b0;"])
def test_hostile_text_costs_linear_time(start: str) -> None:
    """A megabyte of beginnings; anything quadratic runs into the time limit."""
    clean(start * 300_000)
    clean(start + "0" * 1_000_000)


@given(st.lists(texts.map(clean), max_size=5))
def test_widths_add_up(pieces: list[str]) -> None:
    """Lines are measured piece by piece, and Textual measures them by spans."""
    assert cell_width("".join(pieces)) == sum(map(cell_width, pieces))


@given(texts.map(clean), st.integers(0, 30))
def test_fit_is_never_wider_and_keeps_what_fits(text: str, width: int) -> None:
    fitted = fit(text, width)
    assert cell_width(fitted) <= width
    if cell_width(text) <= width:
        assert fitted == text
    elif width:
        assert fitted.endswith("…")
        assert text.startswith(fitted[:-1])


@given(texts.map(clean), st.integers(0, 30))
def test_the_end_is_never_wider_and_keeps_what_fits(text: str, width: int) -> None:
    fitted = fit_end(text, width)
    assert cell_width(fitted) <= width
    if cell_width(text) <= width:
        assert fitted == text
    elif width:
        assert fitted.startswith("…")
        assert text.endswith(fitted[1:])


@given(texts.map(clean), st.integers(0, 30))
def test_take_is_the_longest_start(text: str, width: int) -> None:
    taken = take(text, width)
    assert text.startswith(taken)
    assert cell_width(taken) <= width
    if taken != text:
        assert cell_width(text[: len(taken) + 1]) > width


@given(texts.map(clean), st.integers(0, 30))
def test_padding_fills_to_the_width_on_its_side(text: str, width: int) -> None:
    wide = max(width, cell_width(text))
    assert cell_width(pad_right(text, width)) == wide
    assert pad_right(text, width).startswith(text)


@given(texts.map(clean), st.integers(1, 30))
def test_wrapped_lines_fit(text: str, width: int) -> None:
    assert all(cell_width(line) <= width for line in wrap(text, width))


@given(texts.map(clean), st.integers(2, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


def test_wrapping_breaks_between_words_and_keeps_the_first_indent() -> None:
    assert wrap("  one two three", 7) == ["  one", "two", "three"]
    assert wrap("a longestword b", 6) == ["a", "longes", "tword", "b"]
    assert wrap("日本語", 1) == ["…", "…", "…"]


def test_the_nasty_texts_are_nasty() -> None:
    """The samples would prove nothing if none of them needed cleaning."""
    assert sum(clean(text) != text for text in NASTY) >= 15
