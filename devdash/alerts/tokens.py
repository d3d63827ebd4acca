"""A condition's text as words with columns: the lower half of the parser, and the one error of both."""

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

LONGEST = 1000
"""Characters of a condition; beyond it nobody reads it any more."""


class ExpressionError(ValueError):
    """A condition cannot be understood. The message names things of the grammar and facts, nothing else.

    Args:
        column: where, from 1.
        message: what is wrong and what would be right.
    """

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column
        self.message = message


class Kind(StrEnum):
    """What a word is; the value is how a person is told of it."""

    NUMBER = "a number"
    TEXT = "a text"
    FACT = "a fact"
    WORD = "a word"
    SIGN = "a sign"
    END = "the end"


class Token(msgspec.Struct, frozen=True):
    """One word.

    Attributes:
        text: as it is written; of a TEXT what is between the quotes.
        column: from 1.
    """

    kind: Kind
    text: str
    column: int


_FORMS = (
    # Before numbers: a pane's name may begin with a digit and have hyphens in it.
    (Kind.FACT, re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|\*))+", re.ASCII)),
    (Kind.NUMBER, re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?(?![A-Za-z0-9_.%])", re.ASCII)),
    (Kind.WORD, re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)),
    (Kind.SIGN, re.compile(r"<=|>=|==|!=|[<>()\[\],+*/-](?!=)")),
)
_BLANK = re.compile(r"[ \t\r\n]*")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_SLIPS = (
    (re.compile(r"=|:=|is\b"), "write == for “is equal to”"),
    (re.compile(r"&&?"), "write and"),
    (re.compile(r"\|\|?"), "write or"),
    (re.compile(r"!|~"), "write not"),
    (re.compile(r"[\"']"), "the quotation mark is never closed"),
    (re.compile(r"[“”„‘’]"), "write \" or ' around a text"),
    (
        re.compile(r"[0-9]+(?:\.[0-9]+)?[A-Za-z%]"),
        "a number has no unit here; the fact's name tells its unit",
    ),
    (re.compile(r"[0-9]"), "this is no number that can be read; write such as 20 or 0.5, 18 digits at most"),
    (re.compile(r"\."), "a fact is written as PANE.NAME or PANE.LIST.*.NAME, without blanks"),
)


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`; the last is the END.

    Raises:
        ExpressionError: a character begins no word, or the text is too long.
    """
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST + 1, f"a condition has {LONGEST} characters at most")
    at = _after_blanks(text, 0)
    while at < len(text):
        token, at = _token(text, at)
        yield token
        at = _after_blanks(text, at)
    yield Token(Kind.END, "", len(text) + 1)


def _after_blanks(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _token(text: str, at: int) -> tuple[Token, int]:
    quoted = _QUOTED.match(text, at)
    if quoted:
        return Token(Kind.TEXT, quoted.group()[1:-1], at + 1), quoted.end()
    for kind, form in _FORMS:
        found = form.match(text, at)
        if found:
            return Token(kind, found.group(), at + 1), found.end()
    for slip, advice in _SLIPS:
        if slip.match(text, at):
            raise ExpressionError(at + 1, advice)
    raise ExpressionError(at + 1, "no condition has this character outside of quotes")
