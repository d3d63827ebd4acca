"""The report of a start, kept in the cache: an unchanged journal need not be laid out anew either.

To build a report is pure. So a kept one counts where all that it was made of is the same: the figures, the
day, the settings, how they are looked at, and the code; nothing is concluded from times or names of the
journal's files. When the figures were read is told anew. A file that is damaged, foreign or of another
version is none. Blocks: for a thread.
"""

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash import __version__
from devdash.api import Attention, Block, Level, Report, keep_file
from devdash_ledger.content import code_stamps, read_plain, sum_of
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.looking import Looking
from devdash_ledger.report import View, build
from devdash_ledger.sight import Sight
from devdash_ledger.standing import Known

_MAGIC = b"devdash-ledger-report 1\n"
_FILE = "report.json"
_MAX_BYTES = 8 * 1024 * 1024
PARTS = (
    "accounts",
    "amounts",
    "budget_bars",
    "budget_config",
    "budget_table",
    "budgets",
    "cash",
    "cash_lines",
    "content",
    "elements",
    "errors",
    "facts",
    "figures",
    "journal",
    "looking",
    "months",
    "portrait",
    "prices",
    "printed",
    "printed_grid",
    "printed_kinds",
    "printed_period",
    "reckoning",
    "report",
    "results",
    "rows",
    "sight",
    "standing",
    "sums",
    "totals",
    "tree",
)
"""The modules of this plug-in that have a part in a report."""


class _Kept(msgspec.Struct, frozen=True):
    """The fields of a `Report` that a journal's has."""

    level: Level
    summary: str
    blocks: tuple[Block, ...]
    facts: LedgerFacts
    attention: tuple[Attention, ...]


def mark(view: View, seen: Sight) -> str | None:
    """A sum over all that the report is made of; None where it is not kept.

    Only that of a start is: of the accounts as they are, of one reading.
    """
    if seen.looking != Looking() or view.older:
        return None
    made_of = (
        msgspec.structs.replace(view, as_of=""),
        seen.journal,
        seen.columns,
        seen.before,
        f"{__version__} {platform.python_version()}",
        list(_own_modules()),
    )
    return sum_of(msgspec.json.encode(made_of))


def find(folder: Path, mark: str, as_of: str) -> Report | None:
    """The report that was made of the same, if the cache has it; told of `as_of`."""
    file = folder / _FILE
    try:
        data = read_plain(str(file), _MAX_BYTES) if file.stat().st_uid == os.geteuid() else None
    except OSError:
        return None
    begin = _MAGIC + mark.encode() + b" "
    if data is None or not data.startswith(begin):
        return None
    told, _, body = data.removeprefix(begin).partition(b"\n")
    if told != sum_of(body).encode():
        return None
    try:
        kept = msgspec.json.decode(body, type=_Kept)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None
    facts = msgspec.structs.replace(kept.facts, as_of=as_of)
    return Report(kept.level, kept.summary, kept.blocks, facts, kept.attention)


def keep(folder: Path, mark: str, report: Report) -> None:
    """Put `report` into the cache, for its owner only. Failing costs the next start some time, no more."""
    if report.samples or report.first or not isinstance(report.facts, LedgerFacts):
        return
    body = msgspec.json.encode(report)
    with suppress(OSError):
        data = _MAGIC + mark.encode() + b" " + sum_of(body).encode() + b"\n" + body
        keep_file(folder / _FILE, data, lasting=False)


def discard(folder: Path) -> None:
    """Take it away, if there is one."""
    with suppress(OSError):
        (folder / _FILE).unlink(missing_ok=True)


class _Shown(msgspec.Struct, frozen=True):
    """A report, what it was made of, the sum over that, and whether it was kept from before."""

    view: View
    seen: Sight
    report: Report
    mark: str
    is_old: bool


class Portrait:
    """The reports of a pane with one journal: the first one may be there already.

    Args:
        folder: the pane's cache.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_start = True
        self._kept: str | None = None
        self._shown: _Shown | None = None
        """The newest one, if there is anything left to do for it."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do for the newest report."""
        return self._shown is None

    @property
    def is_old(self) -> bool:
        """Whether the newest report was kept from before."""
        return self._shown is not None and self._shown.is_old

    def built(self, view: View, seen: Sight | None, known: Known, *, is_cached: bool) -> Report:
        """The report. Blocks: in a thread.

        Args:
            known: what was made for the report before.
            is_cached: the figures lie in the cache, too.
        """
        is_start, self._is_start, self._shown = self._is_start, False, None
        made_of = mark(view, seen) if is_cached and seen is not None else None
        found = find(self._folder, made_of, view.as_of) if is_start and made_of is not None else None
        made = found if found is not None else build(view, seen=seen, known=known)
        if seen is not None and made_of is not None and made_of != self._kept:
            self._shown = _Shown(view, seen, made, made_of, found is not None)
        return made

    def settle(self, known: Known) -> bool:
        """Once a report is shown: keep it for a next start; of a kept one, make what later ones build upon.

        Returns:
            False: the kept one is not what would be built. It is thrown away.
        """
        shown, self._shown = self._shown, None
        if shown is None:
            return True
        self._kept = shown.mark
        if not shown.is_old:
            keep(self._folder, shown.mark, shown.report)
            return True
        is_right = build(shown.view, seen=shown.seen, known=known) == shown.report
        if not is_right:
            discard(self._folder)
        return is_right


def _own_modules() -> Iterable[str]:
    return code_stamps(PARTS)
