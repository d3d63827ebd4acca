"""Commits as they are listed before a yes, and in the log."""

import msgspec

from devdash.api import Cell, Column, Row, Table, Tone
from devdash_git.hands import SHOWN, Hands, Place, short
from devdash_git.plain import printable

FORMAT = "--format=%H%x00%ad%x00%an%x00%D%x00%s"
"""Fields of a commit, none of which can have a NUL in it."""

LOOKING = (
    "--no-show-signature",
    "--no-notes",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--date=format-local:%Y-%m-%d %H:%M",
    "-z",
    FORMAT,
)
"""Nothing here runs a program; the time is the person's own."""


class Commit(msgspec.Struct, frozen=True):
    """One commit: its full name, its author's time and name, what points at it, its first line; printable."""

    oid: str
    at: str
    author: str
    refs: str
    subject: str


async def commits(hands: Hands, place: Place, *which: str, limit: int = SHOWN) -> tuple[Commit, ...]:
    """The first commits of a range, the newest first; `which` are commits in hexadecimal, "^" and one, or
    git's own options: nothing that somebody else has named."""
    answer = await hands.ask(place, "log", *LOOKING, f"--max-count={limit}", *which)
    fields = answer.split(b"\0")
    return tuple(Commit(*map(printable, fields[start : start + 5])) for start in range(0, len(fields) - 4, 5))


def table(prefix: str, listed: tuple[Commit, ...], heading: str, *, full: bool = False) -> Table:
    """Commits as rows; their keys begin with `prefix`."""
    columns = (
        Column("commit"),
        Column("date", priority=2),
        Column("author", priority=3, shrink=True),
        Column("subject", shrink=True),
    )
    rows = tuple(
        Row(
            f"{prefix}/{one.oid}",
            (
                Cell(one.oid if full else short(one.oid), Tone.ACCENT),
                Cell(one.at, Tone.DIM),
                Cell(one.author, Tone.DIM),
                Cell(f"({one.refs}) {one.subject}" if one.refs else one.subject),
            ),
        )
        for one in listed
    )
    return Table(columns, rows, heading=heading)


def counted(number: int, noun: str) -> str:
    """ "1 commit", "3 commits"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
