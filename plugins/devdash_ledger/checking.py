"""The one way to what may be written: whether a journal is right with a change in place, in its language.

Entries that are added, copied, brought back or marked all pass here, before anything is written.
"""

from pathlib import Path

from devdash_ledger import encoding, trust
from devdash_ledger.append import Base
from devdash_ledger.check import Candidate, Refused, check_beancount
from devdash_ledger.orders import JournalRef
from devdash_ledger.scan import Scan
from devdash_ledger.style import Syntax


def admit(journal: JournalRef, found: Scan) -> None:
    """Let `journal`, which was looked at, be loaded, or refuse it.

    Raises:
        Unavailable: it would run code that was not allowed, or a file of it is in an encoding that
            nobody can read. Nothing has been loaded.
    """
    trust.require(journal.file, found, journal.trusted)
    encoding.require(found.faults)


def checked(journal: JournalRef, found: Scan, base: Base, change: Candidate, *, decimal_comma: bool) -> bool:
    """Whether the whole journal was checked with `change` in place of `base`; else it was wrong before.

    Raises:
        Refused: it would have a new error, or would not say what was meant; or its file is in an encoding
            into which the change would bring another.
        Unavailable: it cannot be read.
    """
    _require_encoding(base, change)
    if journal.syntax is Syntax.BEANCOUNT:
        check_beancount(change)
        return True
    from devdash_ledger.check_programs import check_with_program

    return check_with_program(change, found.files, journal.syntax, decimal_comma, journal.timeout_s)


def _require_encoding(base: Base, change: Candidate) -> None:
    name = Path(base.path).name
    if foreign := encoding.wide(base.content):  # of a file that is no part of the journal
        raise Refused(f"{name} is written in {foreign}", "save it as UTF-8; nothing was written")
    if change.added.isascii():
        return
    try:
        base.content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(
            f"{name} is no UTF-8, and what is to be added has letters that would be written as such",
            "save it as UTF-8, or leave these letters out; nothing was written",
        ) from None
