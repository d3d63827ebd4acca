"""Where a transaction stands, as the keys of rows tell it: "entry:FILE:LINE#MARK". Pure."""

import os
import re
from pathlib import Path, PurePath

import msgspec

from devdash.api import PaneError

_KEY = re.compile(r"entry:(?P<file>.+?):(?P<line>\d{1,9})(?:#(?P<mark>[0-9a-f]{8}))?(?:~\d+)?")
_MADE = "made:"


class Gone(PaneError):
    """There is no such transaction, or no longer."""

    kind = "gone"


class Spot(msgspec.Struct, frozen=True):
    """A transaction in a file of the journal.

    Attributes:
        file: absolute.
        line: of its head, from 1.
        mark: of its text when it was shown (see `passage`); empty: it was not.
    """

    file: str
    line: int
    mark: str = ""


def name_of(file: str, folder: PurePath) -> str:
    """What a file is called: relative to the journal's `folder` where it lies below."""
    path = PurePath(os.path.normpath(file)) if file else PurePath()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def key_of(spot: Spot, folder: PurePath) -> str:
    """The key of a row; one that stands nowhere is "made:"."""
    return f"entry:{name_of(spot.file, folder)}:{spot.line}#{spot.mark}" if spot.mark else _MADE


def spot_of(item: str | None, journal: str) -> Spot | None:
    """The transaction that a row's key names, in the journal whose main file is `journal`; None: none.

    Raises:
        Gone: it is of a transaction that stands in no file.
    """
    if item is None:
        return None
    if item.startswith(_MADE):
        raise Gone("that transaction stands in no file", "the journal's program, or a plug-in, made it")
    found = _KEY.fullmatch(item)
    if found is None:
        return None
    file = os.path.normpath(Path(journal).parent / found["file"])
    return Spot(file, int(found["line"]), found["mark"] or "")
