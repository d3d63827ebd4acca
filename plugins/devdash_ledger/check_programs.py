"""The check of `devdash_ledger.check` for ledger and hledger, through their own programs.

They read files, so the journal is laid out once more in a folder of its own, with the new text in
place. One run reads all of it and lists the new day's postings.
"""

import csv
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from devdash.api import Unavailable
from devdash_ledger.amounts import EXACT
from devdash_ledger.check import Candidate, Refused
from devdash_ledger.copies import laid_out
from devdash_ledger.entry import Entry, fitted
from devdash_ledger.style import Syntax

Row = tuple[str, str, str, str, str]
"""A posting's day, text, account, amount, and the code of its transaction."""

_MARK = "devdash-adds-this"
_ENTRY = re.compile(
    rb"^(\d[\d/.=-]*(?:[ \t]*[*!])?)[ \t]*(?:\([^)\n]*\)[ \t]*)?"
    rb"(?=[^\n]*\n(?:[ \t]+;[^\n]*\n)*[ \t]+[^; \t\r\n])",
    re.MULTILINE,
)
"""The head of a transaction that has a posting, up to behind its code."""

_NUMBER = re.compile(r"\d[\d.,]*")
_QUOTED = re.compile(r'"[^"]*"')


def check_with_program(
    candidate: Candidate, files: Sequence[str], syntax: Syntax, decimal_comma: bool, timeout_s: float
) -> bool:
    """Have `ledger` or `hledger` read the journal; `files` are all of its files.

    False: it was wrong before, so that at most the new text could be checked.

    Raises:
        Refused: there is a new error, or the target is no part of the journal.
        Unavailable: the program is not installed or takes too long.
    """
    run = _Program(syntax, decimal_comma, timeout_s)
    if candidate.target not in {os.path.realpath(name) for name in files}:
        raise Refused(f"{candidate.target} is no part of the journal", "add an include of it to the journal")
    with tempfile.TemporaryDirectory(prefix="devdash-ledger-") as folder:
        if candidate.entries is not None:
            alone = Path(folder, "alone.journal")
            alone.write_text(candidate.added, encoding="utf-8")
            _require(run(str(alone)), candidate.entries, syntax)
        found = run(_laid_out(candidate, files, Path(folder, "all")))
        if found.wrong and run(candidate.journal).wrong:
            return False
        if found.wrong:
            raise Refused(f"the journal would have a new error: {found.wrong}", "nothing was written")
        if not _is_there(candidate, found):
            name = Path(candidate.target).name
            if candidate.entries is None:
                said, comma = "be read", ""
            else:
                said = "mean what was typed"
                comma = "; or set decimal_comma in [panes.….write] as the journal declares it"
            raise Refused(
                f"at the end of {name} the entry would not {said}",
                f"close what is open there, such as a comment{comma}",
            )
        return True


class _Found:
    """What a program made of a journal: its complaint, or the postings by day, text, account, amount."""

    def __init__(self, wrong: str, rows: Iterable[Row]) -> None:
        self.wrong = wrong
        self.rows = list(rows)


class _Program:
    def __init__(self, syntax: Syntax, decimal_comma: bool, timeout_s: float) -> None:
        self._syntax = syntax
        self._comma = decimal_comma
        self._timeout_s = timeout_s

    def __call__(self, file: str) -> _Found:
        """Read `file`.

        Raises:
            Unavailable: the program is missing or takes too long.
        """
        name = str(self._syntax)
        program = shutil.which(name)
        if program is None:
            raise Unavailable(f"{name} is not installed, and only it can check the entry", f"install {name}")
        try:
            done = subprocess.run(
                [program, *self._arguments(file)],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
                cwd=Path(file).parent,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"{name} took longer than {self._timeout_s:.0f} s: not written") from error
        except OSError as error:
            raise Unavailable(f"{name} cannot be run: {error.strerror}") from error
        if done.returncode != 0:
            return _Found(_in_short(done.stderr.decode("utf-8", "replace")), ())
        return _Found("", self._rows(done.stdout.decode("utf-8", "replace")))

    def _arguments(self, file: str) -> list[str]:
        if self._syntax is Syntax.HLEDGER:
            return ["-f", file, "register", "-O", "csv"]
        comma = ["--decimal-comma"] if self._comma else []
        return ["--args-only", "-E", *comma, "-f", file, "csv", "--csv-format", _LEDGER_ROW]

    def _rows(self, text: str) -> Iterable[Row]:
        if self._syntax is Syntax.HLEDGER:
            rows = csv.DictReader(text.splitlines())
            return [
                (row["date"], row["description"], row["account"], row["amount"], row["code"]) for row in rows
            ]
        parts = (line.split("\x1f") for line in text.split("\n"))
        return [(row[0], row[1], row[2], row[3], row[4]) for row in parts if len(row) == _PARTS]


_LEDGER_ROW = (
    '%(format_date(date, "%Y-%m-%d"))\x1f%(payee)\x1f%(account)\x1f%(quantity(scrub(amount)))\x1f%(code)\n'
)
_PARTS = 5
"""Parted by what no entry can hold: ledger does not escape backslashes when it quotes."""


def _require(found: _Found, entries: Sequence[Entry], syntax: Syntax) -> None:
    """The new text by itself is read, and says just the postings that were meant."""
    if found.wrong:
        raise Refused(f"the entry cannot be read: {found.wrong}", "nothing was written")
    meant = sorted(
        (one.date.isoformat(), " | ".join(text for text in (one.payee, one.narration) if text), leg.account)
        for one in (fitted(entry, syntax) for entry in entries)
        for leg in one.postings
    )
    if sorted(row[:3] for row in found.rows) != meant:
        raise Refused("the text would not mean what was typed", "simplify payee and narration")


def _is_there(candidate: Candidate, found: _Found) -> bool:
    """Whether what is added is read in the whole journal: by its codes (see `_with_marks`), and amounts.

    What stands in an open comment is no entry, and 4.00 is four hundred where the comma is the decimal mark.
    Accounts and payees are not compared: a journal may have other names for them. Nor are amounts of text
    that stood in the journal before: it may rest on what is declared there.
    """
    rest = [row for row in found.rows if row[4].startswith(_MARK)]
    if candidate.entries is None:
        return {row[4] for row in rest} == set(_codes(candidate.added))
    for entry in candidate.entries:
        for leg in entry.postings:
            day, amount = entry.date.isoformat(), leg.amount.copy_abs()
            match = next((row for row in rest if _says(row, day, amount)), None)
            if match is None:
                return False
            rest.remove(match)
    return True


def _codes(added: str) -> list[str]:
    """The codes of the transactions of `added` that have postings."""
    return [f"{_MARK}-{place}" for place, _ in enumerate(_ENTRY.findall(added.encode()))]


def _with_marks(candidate: Candidate) -> bytes:
    """The new content, with a code of its own for each of its new transactions that have postings."""
    if not candidate.added:
        return candidate.content
    lines = candidate.content.split(b"\n")
    first = len(lines) - candidate.added.count("\n") - 1
    before, new = b"\n".join(lines[:first]), b"\n".join(lines[first:])
    codes = iter(_codes(candidate.added))
    marked = _ENTRY.sub(lambda found: found[1] + b" (%s) " % next(codes).encode(), new)
    return b"\n".join((before, marked)) if first else marked


def _says(row: Row, day: str, amount: Decimal) -> bool:
    """Whether a posting is of that day and amount, to the last digit that is shown, whatever its sign."""
    number = _NUMBER.search(_QUOTED.sub("", row[3])) if row[0] == day else None
    return number is not None and any(
        EXACT.subtract(Decimal(plain), amount).copy_abs() < Decimal(1).scaleb(-len(plain.partition(".")[2]))
        for plain in (number[0].replace(",", ""), number[0].replace(".", "").replace(",", "."))
        if plain.count(".") < 2  # a mark of thousands, taken for one of decimals
    )


def _laid_out(candidate: Candidate, files: Sequence[str], folder: Path) -> str:
    """Write the journal once more below `folder`; returns the path of its main file there."""

    def content(name: str) -> bytes:
        is_target = os.path.realpath(name) == candidate.target
        return _with_marks(candidate) if is_target else Path(name).read_bytes()

    return laid_out(candidate.journal, files, folder, content)


def _in_short(message: str) -> str:
    return " ".join(message.split())[:400] or "it ended without a word"
