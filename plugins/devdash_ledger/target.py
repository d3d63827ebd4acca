"""Into which file of a journal an entry goes."""

import datetime
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from devdash.api import ConfigProblem


class AccountFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries that name an account go into a file of their own.

    Attributes:
        account: the account; its sub-accounts count as part of it.
        file: relative to the journal's folder; `{year}` and `{month}` stand for the entry's.
    """

    account: str
    file: str


class JournalWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How entries of one of several journals are written.

    Attributes:
        journal: which, as in the pane's `files`.
        file, accounts, decimal_comma: as in `WriteConfig`; what is absent is as it is there.
    """

    journal: Path
    file: str | None = None
    accounts: tuple[AccountFile, ...] | None = None
    decimal_comma: bool | None = None


class WriteConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[panes.NAME.write]`: how entries are written.

    Attributes:
        file: where entries go, as in `AccountFile`; empty: the journal itself.
        accounts: before `file`; the first account that an entry names counts.
        decimal_comma: amounts are typed and written as 12,50; absent: as the journal does.
        journals: what is otherwise for one of several journals.
    """

    file: str = ""
    accounts: tuple[AccountFile, ...] = ()
    decimal_comma: bool | None = None
    journals: tuple[JournalWrite, ...] = ()

    def of(self, journal: Path) -> "WriteConfig":
        """What holds for `journal`, an absolute path."""
        own = next((one for one in self.journals if _plain(one.journal) == journal), JournalWrite(journal))
        return WriteConfig(
            self.file if own.file is None else own.file,
            self.accounts if own.accounts is None else own.accounts,
            self.decimal_comma if own.decimal_comma is None else own.decimal_comma,
        )

    def problems(self, journals: Collection[Path]) -> Iterable[ConfigProblem]:
        """A placeholder that nobody fills in, a journal that is none of `journals`."""
        yield from _braces("write", self.file, self.accounts)
        for own in self.journals:
            yield from _braces("write.journals", own.file or "", own.accounts or ())
            if own.journal not in journals:
                known = ", ".join(one.name for one in journals) or "none is set"
                text = f"{own.journal.name} is no journal of this pane; there are: {known}"
                yield ConfigProblem("write.journals", text)


def _plain(file: Path) -> Path:
    return Path(os.path.normpath(file.expanduser()))


def _braces(at: str, file: str, accounts: Sequence[AccountFile]) -> Iterable[ConfigProblem]:
    for key, pattern in (("file", file), *(("accounts", one.file) for one in accounts)):
        rest = pattern.replace("{year}", "").replace("{month}", "")
        if "{" in rest or "}" in rest or "\0" in rest:
            yield ConfigProblem(f"{at}.{key}", "only {year} and {month} can stand in braces")


def target_of(journal: Path, config: WriteConfig, day: datetime.date, accounts: Sequence[str]) -> Path:
    """The file for an entry of `day` that names `accounts`; symbolic links are followed. Blocks."""
    pattern = config.file
    for rule in config.accounts:
        if any(name == rule.account or name.startswith(f"{rule.account}:") for name in accounts):
            pattern = rule.file
            break
    filled = pattern.replace("{year}", f"{day.year:04}").replace("{month}", f"{day.month:02}")
    chosen = journal.parent / Path(filled).expanduser() if filled else journal
    return Path(os.path.realpath(chosen))
