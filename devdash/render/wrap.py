"""Running text broken into lines at words, by display width."""

import re

from rich.cells import get_character_cell_size

from devdash.render.clean import ELLIPSIS, cell_width

# Only the plain space breaks a line: a no-break space is there so that it does not.
_CHUNKS = re.compile(r" +|[^ ]+")


def wrap(text: str, width: int) -> list[str]:
    """The cleaned `text` in lines of at most `width` cells (at least 1).

    Spaces within a line and before its first word stay; those at a break
    vanish. A word wider than a line is chopped. There is always one line.
    """
    if cell_width(text) <= width:
        return [text]
    lines: list[str] = []
    line, room = "", width
    for chunk in _CHUNKS.findall(text):
        taken = cell_width(chunk)
        if taken <= room:
            line, room = line + chunk, room - taken
            continue
        if stripped := line.rstrip(" "):
            lines.append(stripped)
        line, room = "", width
        if not chunk.startswith(" "):
            *full, line = chop(chunk, width)
            lines += full
            room = width - cell_width(line)
    if stripped := line.rstrip(" "):
        lines.append(stripped)
    return lines or [""]


def chop(word: str, width: int) -> list[str]:
    """The cleaned `word` in pieces of at most `width` cells (at least 1).

    A character that is wider than a whole line is shown as "…".
    """
    if word.isascii():
        return [word[start : start + width] for start in range(0, len(word), width)]
    pieces: list[str] = []
    piece, room = "", width
    for character in word:
        size = get_character_cell_size(character)
        if size > room and piece:
            pieces.append(piece)
            piece, room = "", width
        piece += character if size <= room else ELLIPSIS
        room -= min(size, room)
    return [*pieces, piece] if piece else pieces
