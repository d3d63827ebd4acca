"""What two texts of a bank have in common: words, without numbers, accents and case."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBERED = re.compile(r"\w*\d\w*")
ALIKE = 0.5
"""The share of common words from which two texts are taken to be about the same."""


@lru_cache(maxsize=20_000)
def words(text: str) -> frozenset[str]:
    """The words of `text`. What has a digit is a reference, a date or a card, and says nothing."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return frozenset(_WORD.findall(_NUMBERED.sub(" ", bare)))


def likeness(one: str, other: str) -> float:
    """0–1: the share of the shorter text's words that the other has too; 0 when either has none."""
    left, right = words(one), words(other)
    if not left or not right:
        return 0.0
    return len(left & right) / min(len(left), len(right))
