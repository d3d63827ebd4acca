"""What tells an entry in a file from all others, also after a person has corrected it. Pure."""

import re
from collections.abc import Callable

_ID = re.compile(r'import-id: *"?[a-z0-9-]+"?')


def parts(text: str) -> tuple[str, ...]:
    """The entries and openings of what was written at once, with newlines as "\\n"."""
    whole = text.replace("\r\n", "\n").strip("\n")
    return tuple(part for part in re.split(r"\n{2,}", whole) if part.strip())


def marks(part: str) -> tuple[str, ...]:
    """Texts of which one, where it is found once more than before, says that `part` is there.

    The whole; else its first line alone, or the others alone: a person corrects one of them, and hardly
    both. The mark of a bank's row is like no other, so it suffices.
    """
    found = _ID.search(part)
    if found is not None:
        return (found[0],)
    head, _, rest = part.partition("\n")
    return (f"\n{part}", f"\n{head}\n", f"\n{rest}") if rest else (f"\n{part}",)


def counts(text: str, content: bytes) -> tuple[int, ...]:
    """How often the marks of each part of `text` are in `content`, in their order."""
    lines = in_lines(content)
    return tuple(lines.count(mark.encode()) for part in parts(text) for mark in marks(part))


def in_lines(content: bytes) -> bytes:
    """`content` as marks are looked for in it."""
    return b"\n" + content.replace(b"\r\n", b"\n")


def settled(content: bytes) -> bytes:
    """As `in_lines`, and nothing is told from what a program that aligns amounts makes of it."""
    return plain(in_lines(content).decode("utf-8", "replace")).encode()


def plain(text: str) -> str:
    """`text` with one space where there are several, and none at the begin or end of a line."""
    return "\n".join([" ".join(line.split()) for line in text.split("\n")])


Setting = Callable[[str], str]
"""How marks are set before they are looked for, such as `plain`."""
