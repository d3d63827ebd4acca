"""Text from outside made safe to draw, and its width in terminal cells.

File names, branch names, error messages and program output are data. What in
them would move the cursor, change colours, reorder neighbours or hide is taken
out here, once, where text enters a `devdash.render.lines.Line`.

Joiners and emoji variation selectors go too, because terminals disagree about
how wide a joined emoji is. Without them the width of a text is the sum of the
widths of its characters, so pieces can be measured apart and put together.
"""

import re

from rich.cells import cell_len, get_character_cell_size

ELLIPSIS = "…"

_CONTROLS = r"\x00-\x1f\x7f-\x9f"

# ECMA-48 control sequences, control strings (OSC, DCS, SOS, PM, APC) with their end,
# and two-character escapes. A string without an end is not one: its text stays
# visible. The quantifiers are possessive, so that hostile input costs linear time.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    rf"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^{_CONTROLS}]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*+[0-Z\\`-~]"
)

_BREAKS = re.compile(r"\r\n|[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")

_SURROGATES = re.compile(r"[\ud800-\udfff]")

_INVISIBLE = re.compile(
    f"[{_CONTROLS}"
    "\u00ad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, embeddings, overrides, isolates
    "\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff"  # zero-width spaces, joiners, invisible operators
    "\ufe0e\ufe0f"  # text and emoji variation selectors
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # annotation, shorthand and music formats
    "\U000e0000-\U000e007f]"  # tags
)


def clean(text: str) -> str:
    """`text` as one line that only shows: nothing in it can steer a terminal or hide.

    Escape sequences, control characters, bidirectional overrides and invisible
    characters are removed; tabs and everything that breaks a line become a
    space; a lone surrogate (an undecodable byte of a file name) becomes U+FFFD.
    Cleaning twice is the same as once.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    text = _BREAKS.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def cell_width(text: str) -> int:
    """How many terminal cells the cleaned `text` takes, as Textual measures it."""
    return len(text) if text.isascii() else cell_len(text)


def take(text: str, width: int) -> str:
    """The longest start of the cleaned `text` that takes at most `width` cells."""
    if text.isascii():
        return text[: max(width, 0)]
    room = width
    for index, character in enumerate(text):
        room -= get_character_cell_size(character)
        if room < 0:
            return text[:index]
    return text


def fit(text: str, width: int) -> str:
    """The cleaned `text` in at most `width` cells; where it is cut, it ends with "…"."""
    if cell_width(text) <= width:
        return text
    return take(text, width - 1) + ELLIPSIS if width > 0 else ""


def fit_end(text: str, width: int) -> str:
    """The end of the cleaned `text` in at most `width` cells; where it is cut, it begins with "…"."""
    if cell_width(text) <= width:
        return text
    # A mirrored text is cut as any other: the width of a text is the sum of its characters'.
    return ELLIPSIS + take(text[::-1], width - 1)[::-1] if width > 0 else ""


def pad_right(text: str, width: int) -> str:
    """The cleaned `text` with spaces after it, `width` cells wide or as wide as it is."""
    return text + " " * (width - cell_width(text))
