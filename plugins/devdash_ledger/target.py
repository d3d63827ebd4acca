"""Into which file of a journal an entry goes."""

import datetime
import os
from collections.abc import Iterable, Sequence
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


class WriteConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[panes.NAME.write]`: how entries are written.

    Attributes:
        file: where entries go, as in `AccountFile`; empty: the journal itself.
        accounts: before `file`; the first account that an entry names counts.
        decimal_comma: amounts are typed and written as 12,50; absent: as the journal does.
    """

    file: str = ""
    accounts: tuple[AccountFile, ...] = ()
    decimal_comma: bool | None = None

    def problems(self) -> Iterable[ConfigProblem]:
        """A placeholder that nobody fills in."""
        for key, pattern in (("file", self.file), *(("accounts", one.file) for one in self.accounts)):
            rest = pattern.replace("{year}", "").replace("{month}", "")
            if "{" in rest or "}" in rest or "\0" in rest:
                yield ConfigProblem(f"write.{key}", "only {year} and {month} can stand in braces")


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
