"""The ledger pane's table in devdash.toml; apart from the pane, so that the config is read without it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from devdash.api import ConfigProblem, Duration, PaneConfig
from devdash_ledger.journal import AccountType, Format

# beancount/parser/lexer.l, CURRENCY
_CURRENCY = re.compile(r"(?:[A-Z]|/[A-Z0-9'._-]*[A-Z])(?:[A-Z0-9'._-]*[A-Z0-9])?")

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
        currency: shown first; the journal's first operating currency when absent.
        format: the journal's language; by the ending of its name when absent.
        virtual: count virtual postings (ledger, hledger).
        roots: kinds of accounts by the first part of their names, where that is none of
            the usual English words (ledger, hledger).
    """

    timeout: Duration = Duration(60)
    file: Path | None = None
    months: Annotated[int, msgspec.Meta(ge=0, le=1200)] = 6
    currency: str | None = None
    format: Format | None = None
    virtual: bool = True
    roots: dict[str, AccountType] = {}

    def problems(self) -> Iterable[ConfigProblem]:
        """A currency that no journal could hold; a file whose language is not known."""
        language = None if self.file is None else language_of(self.file, self.format)
        if self.file is not None and language is None:
            yield ConfigProblem(
                "file", f'the name ends with none of {_ENDINGS}; add format = "ledger", or another'
            )
        plain = language in (None, Format.BEANCOUNT)  # the others allow any sign, such as $
        if self.currency is not None and plain and not _CURRENCY.fullmatch(self.currency):
            yield ConfigProblem(
                "currency", f'"{self.currency}" is no currency; write it as the journal does, such as "EUR"'
            )
