"""Which code of which journal a person has allowed to run. Kept in the pane's state folder."""

from typing import TYPE_CHECKING

import msgspec

from devdash_ledger.journal import Format
from devdash_ledger.refusal import unavailable
from devdash_ledger.scan import Code, Scan, mark

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "trusted.json"


class AskRequest(msgspec.Struct, frozen=True):
    """Look for code in the journal `file`."""

    file: str
    language: Format


class Asked(msgspec.Struct, frozen=True):
    """What would run code when a journal is loaded, and a mark that changes when any of it does."""

    code: tuple[Code, ...]
    mark: str


def require(file: str, found: Scan, trusted: str | None) -> None:
    """Let the journal `file`, which was looked at, be loaded only when no other code runs than the allowed.

    Args:
        trusted: the mark that was allowed; empty: none was; None: whatever there is may run.

    Raises:
        Unavailable: it would run other code. Nothing has been loaded.
    """
    if found.code and trusted is not None and mark(found) != trusted:
        count, them = ("a line", "it") if len(found.code) == 1 else (f"{len(found.code)} lines", "them")
        reason = f"{file} has {count} that would run code, so it is not loaded"
        raise unavailable(reason, f"look at {them}, and allow {them}, with the action trust (t)")


def allowed(folder: "Path", journal: str) -> str:
    """The mark that was allowed for `journal`; empty when none was, or the record cannot be read."""
    return _recorded(folder).get(journal, "")


def allow(folder: "Path", journal: str, mark: str) -> None:
    """Record that code with that mark may run when `journal` is loaded. Blocks.

    Raises:
        PaneError: the record cannot be written.
    """
    from devdash.api import PaneError, keep_file

    record = {**_recorded(folder), journal: mark}
    try:
        keep_file(folder / _NAME, msgspec.json.encode(record))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PaneError(f"{folder / _NAME} cannot be written: {reason}", "nothing was allowed") from error


def _recorded(folder: "Path") -> dict[str, str]:
    try:
        return msgspec.json.decode((folder / _NAME).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}  # no permission is the safe answer
