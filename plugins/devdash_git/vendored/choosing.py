"""What a person types: "URL@ref", and numbers of hunks. Pure."""

import re

from devdash.api import PaneError

_NUMBERS = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?")


def source_and_ref(text: str) -> tuple[str, str]:
    """A source and the ref behind its last "@"; "" when there is none.

    The "@" of a login is not one: it stands in the part of a URL that names the server.

    >>> source_and_ref("https://example.org/x.git@v1"), source_and_ref("git@example.org:x.git")
    (('https://example.org/x.git', 'v1'), ('git@example.org:x.git', ''))
    >>> source_and_ref("git@example.org:x.git@topic/a"), source_and_ref(".@main")
    (('git@example.org:x.git', 'topic/a'), ('.', 'main'))
    """
    head = ""
    if (scheme := text.find("://")) >= 0:
        end = text.find("/", scheme + 3)
        head = text if end < 0 else text[:end]
    elif (match := re.match(r"[^/@:]+@[^/@:]+:", text)) is not None:
        head = match[0]
    source, at, ref = text[len(head) :].rpartition("@")
    return (head + source, ref) if at and ref else (text, "")


def numbers(text: str, most: int) -> tuple[int, ...]:
    """The numbers in "1, 3-4", from 1 to `most`, in order; all of them for "" and "all".

    Raises:
        PaneError: it is no such list, or names what is not there.
    """
    if text.strip() in ("", "all"):
        return tuple(range(1, most + 1))
    found: set[int] = set()
    for part in filter(None, re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", text.strip()))):
        match = _NUMBERS.fullmatch(part)
        if match is None:
            raise PaneError(
                "Which changes? Give their numbers, such as 1, 3-4.", "upstream-diff numbers them."
            )
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        if not 1 <= first <= last <= most:
            raise PaneError(f"There are changes 1 to {most} only.", "upstream-diff numbers them.")
        found.update(range(first, last + 1))
    return tuple(sorted(found))
