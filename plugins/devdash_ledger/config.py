"""The ledger pane's table in devdash.toml; apart from the pane, so that the config is read without it."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from devdash.api import ConfigProblem, Duration, PaneConfig
from devdash_ledger.bank_config import Bank, bank_problems
from devdash_ledger.budget_config import BudgetConfig, floor_problems
from devdash_ledger.journal import AccountType, Format
from devdash_ledger.target import WriteConfig

# beancount/parser/lexer.l, CURRENCY
_CURRENCY = re.compile(r"(?:[A-Z]|/[A-Z0-9'._-]*[A-Z])(?:[A-Z0-9'._-]*[A-Z0-9])?")


class Trust(StrEnum):
    """Whether a journal may run code of its own when it is loaded."""

    YES = "yes"
    ASK = "ask"


class Watch(StrEnum):
    """How changed files are noticed."""

    EVENTS = "events"
    """The system tells; beside that they are looked at each interval."""
    POLL = "poll"
    """They are looked at each interval, no more: for drives that tell nothing, or too much."""


_BY_ENDING = {
    ".beancount": Format.BEANCOUNT,
    ".bean": Format.BEANCOUNT,
    ".dat": Format.LEDGER,
    ".ledger": Format.LEDGER,
    ".journal": Format.HLEDGER,
    ".hledger": Format.HLEDGER,
    ".j": Format.HLEDGER,
}
_ENDINGS = ", ".join(_BY_ENDING)


def language_of(file: Path, told: Format | None) -> Format | None:
    """The language of the journal `file`: the one that was told, else by its ending; None: not known."""
    return told if told is not None else _BY_ENDING.get(file.suffix.lower())


class LedgerConfig(PaneConfig, frozen=True):
    """The table of a ledger pane.

    Attributes:
        file: the journal; none: the pane says how to set it.
        months: how many months are reported, the current one included; 0: all.
        cache: keep the monthly figures in a file, so that an unchanged journal is there at once.
        watch: how changed files are noticed.
        currency: shown first; the journal's first operating currency when absent.
        format: the journal's language; by the ending of its name when absent.
        virtual: count virtual postings (ledger, hledger).
        roots: kinds of accounts by the first part of their names, where that is none of
            the usual English words (ledger, hledger).
        files: several journals, instead of `file`.
        trust: ask before a journal may run code.
        write: how entries are written.
        banks: how the CSV files of each bank are read, by the bank's name.
        bank_folder: where the tables of banks lie that the guide has written.
        budgets: how budgets are reckoned.
        floors: accounts, and what they should hold at least, such as "50 EUR".
        quiet_days: an alert when there is no entry for so many days; 0: none.
        cash: the accounts, with all below them, whose flow a cash flow tells; by their names when empty.
    """

    timeout: Duration = Duration(60)
    file: Path | None = None
    months: Annotated[int, msgspec.Meta(ge=0, le=1200)] = 6
    cache: bool = True
    watch: Watch = Watch.EVENTS
    currency: str | None = None
    format: Format | None = None
    virtual: bool = True
    roots: dict[str, AccountType] = msgspec.field(default_factory=dict)
    files: tuple[Path, ...] = ()
    trust: Trust = Trust.YES
    banks: dict[str, Bank] = msgspec.field(default_factory=dict)
    bank_folder: Path = Path("banks")
    write: WriteConfig = WriteConfig()
    budgets: BudgetConfig = BudgetConfig()
    floors: dict[str, str] = msgspec.field(default_factory=dict)
    quiet_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    cash: tuple[str, ...] = ()

    @property
    def journals(self) -> tuple[Path, ...]:
        """The journals that the settings name, as they are written there."""
        return (self.file,) if self.file is not None else tuple(dict.fromkeys(self.files))

    @property
    def is_plain(self) -> bool:
        """Whether every journal is of beancount; the others allow any sign in names, such as $."""
        return {language_of(file, self.format) for file in self.journals} <= {Format.BEANCOUNT}

    def problems(self) -> Iterable[ConfigProblem]:
        """A currency that no journal could hold, a file of no known language, a bank that cannot be."""
        if self.file is not None and self.files:
            yield ConfigProblem("files", "file and files are both set; put all journals into files")
        unknown = [file.name for file in self.journals if language_of(file, self.format) is None]
        if unknown:
            key = "file" if self.file is not None else "files"
            text = f'{unknown[0]} ends with none of {_ENDINGS}; add format = "ledger", or another'
            yield ConfigProblem(key, text)
        yield from self.write.problems(self.journals)
        plain = self.is_plain
        if self.currency is not None and plain and not _CURRENCY.fullmatch(self.currency):
            yield ConfigProblem(
                "currency", f'"{self.currency}" is no currency; write it as the journal does, such as "EUR"'
            )
        yield from floor_problems(self.floors)
        for name, bank in self.banks.items():
            yield from bank_problems(bank, f"banks.{name}", plain=plain)
